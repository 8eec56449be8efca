"""Brief: what is sent of notes, candidates and workflows, and no more; the fewest tokens that the task needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from agents.reasoning.checked import verbatim
from agents.reasoning.offline import facts
from agents.reasoning.offline.company import comes_along, holder
from agents.reasoning.port import Case, Heard, Matter, Page
from agents.redact import Redactor
from agents.types import Candidate, Preference
from memory.evidence import Evidence
from workflows.model import Detail, DetailType, Workflow

NOTES = 22  # for a choice
MATTER = 40  # for what no workflow fits: there is no candidate to spend the tokens on
QUOTE = 220  # characters of a note
CANDIDATES = 6
LINKS, CONTROLS, TONE = 60, 120, 6
PAGE = 5000  # characters of a page
_PHRASES, _DISHES = 10, 6
_TEXT = 90  # characters of one phrase of a page


class Notes:
    """Notes under short names ("n1"), because a model copies those without fault."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self._by_name = {f"n{n}": e for n, e in enumerate(evidence, 1)}

    def told(self) -> list[dict[str, Any]]:
        """Each with its words, where they stand, and their date."""
        return [
            {"id": name, "says": _cut(e.quote), "under": _under(e)} | ({"date": e.date.isoformat()} if e.date else {})
            for name, e in self._by_name.items()
        ]

    def get(self, name: str) -> Evidence | None:
        """The note of that name."""
        return self._by_name.get(name)


def _cut(text: str, most: int = QUOTE) -> str:
    """The words on one line; where it is cut, it ends in "…", so that half a sentence is not read as a whole one."""
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[:most].rpartition(' ')[0] or words[:most]} …"


def _under(note: Evidence) -> str:
    """The heading; of a document, the file too, because it tells whose words they may be."""
    heading = note.section.rpartition(" > ")[2]
    file = note.path.removeprefix("documents/") if not note.path.startswith("memory/") else ""
    return " > ".join(filter(None, (file, heading)))


def telling(
    statements: Sequence[Preference], evidence: Iterable[Evidence], further: Sequence[Evidence], redact: Redactor
) -> Notes:
    """The notes that bear most on a choice: what binds, then what code read in them, then the rest, `NOTES` in all.

    One that holds a secret stays at home.
    """
    by_id = {e.id: e for e in evidence}
    hard = [s for s in statements if s.polarity in ("never", "must")]
    ordered = dict.fromkeys(i for s in (*hard, *statements) for i in s.evidence[:1] if i in by_id)
    told = [e for e in (*(by_id[i] for i in ordered), *further) if redact(e.quote) == e.quote]
    return Notes(told[:NOTES])


def tone(lines: Iterable[str], redact: Redactor, candidates: Iterable[dict[str, Any]] = ()) -> list[str]:
    """How the person likes to be talked to, in their words; a line with a secret stays at home.

    One that names a candidate ("always praise …") is no word on talking, wherever it came from, and is left out.
    """
    names = [str(c["name"]) for c in candidates]
    told = (line for line in lines if redact(line) == line and not any(verbatim(name, line) for name in names))
    return [_cut(line) for line in told][:TONE]


def bearing(case: Case) -> tuple[Preference, ...]:
    """The statements of the person's own, and of those who come along by the request or by habit; no one else's."""
    known = case.preferences
    habits = " ".join(s.text for s in known.statements if s.id.startswith("h"))
    said = (*case.wishes, case.request, *(v for v in case.details.values() if isinstance(v, str)))

    def present(who: str) -> bool:
        return who.removeprefix("my ") in habits or comes_along(who, said, known.evidence)

    return tuple(s for s in known.statements if not (who := holder(s)) or present(who))


def candidate(given: Candidate) -> dict[str, Any]:
    """What a candidate's page says, cut to what a choice needs."""
    rated = facts.rating(given)
    dishes = [d.name[:_TEXT] for d in facts.dishes(given)][:_DISHES]
    told: dict[str, Any] = {
        "id": given.id,
        "name": given.name[:_TEXT],
        "kind": list(facts.cuisines(given))[:4],
        "area": facts.area(given)[:_TEXT],
        "price": facts.shown_price(given),
        "rated": f"{rated[0]:g} by {rated[1]}" if rated else None,
        "says": [_cut(p.shown, _TEXT) for p in facts.phrases(given)][:_PHRASES],
        "dishes": dishes,
    }
    return {key: value for key, value in told.items() if value}


def page(given: Page) -> dict[str, Any]:
    """A page's words, cut to what an answer can use."""
    return {"id": given.id, "url": given.url, "title": given.title[:_TEXT], "text": given.text[:PAGE]}


def links(matter: Matter) -> list[dict[str, Any]]:
    """Where one may read on, by id: a model gives no addresses of its own."""
    if not matter.links:
        return []
    found = (*matter.links, *(link for p in matter.pages for link in p.links))
    return [{"id": link.id, "to": link.url[:120], "text": link.text[:_TEXT]} for link in found[:LINKS]]


def workflow(given: Workflow) -> dict[str, Any]:
    """What a message must be known against."""
    money = given.limits.total or given.limits.code_above
    return {
        "name": given.name,
        "for": given.description,
        "examples": list(given.examples[:2]),
        "details": {d.name: _detail(d) for d in given.details},
    } | ({"currency": money.currency} if money else {})


def _detail(detail: Detail) -> str | list[str]:
    if detail.type is DetailType.CHOICE:
        return list(detail.options)
    if detail.type is DetailType.MONEY:
        return f"money: {detail.ask}"  # a head, a night, or in all: only the question tells
    return detail.type.value


def situation(heard: Heard) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the task knows, and what it waits for."""
    known = {"workflow": heard.workflow, "details": heard.details} if heard.workflow else {}
    waiting = heard.waiting.model_dump(mode="json", exclude_defaults=True) if heard.waiting else {}
    return known, waiting
