"""Checked: a reasoner whose answers are verified in code before anybody acts on them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from agents.reasoning.offline.memory_turns import memory_turn
from agents.reasoning.port import (
    Case,
    Claim,
    Control,
    Heard,
    Improvised,
    Judgement,
    Matter,
    Reasoner,
    Score,
    Thing,
    Understanding,
)
from agents.types import Candidate, DetailValue, Preference, Preferences
from memory.errors import RflowError
from memory.evidence import Evidence
from workflows.model import Detail, DetailType, Workflow
from workflows.parse import parse

_TAKEN_AWAY = ("undo", "forget")
"""Intents that remove something at once."""


class Unfounded(RflowError):
    """A reasoner returned something that rests on nothing it was given."""

    status = 502


class Checked:
    """Wraps a reasoner: what is made up is dropped where the rest stands without it, else refused.

    Args:
        reasoner: any implementation of the port.
    """

    def __init__(self, reasoner: Reasoner) -> None:
        self._reasoner = reasoner
        self.name = reasoner.name

    async def understand(self, heard: Heard, workflows: tuple[Workflow, ...]) -> Understanding:
        """What the message means, without details that the workflow does not have.

        Raises:
            Unfounded: a workflow that is not there, or a note that is not the person's words.
        """
        read = await self._reasoner.understand(heard, workflows)
        named = read.workflow or heard.workflow
        workflow = next((w for w in workflows if w.name == named), None)
        if read.workflow and workflow is None:
            raise Unfounded(f"The reasoner {self.name} named the workflow “{read.workflow}”, which is not there.")
        said = (read.subject, *read.noted) if read.intent == "remember" else read.noted
        if not all(verbatim(note, heard.text) for note in said):
            raise Unfounded(f"The reasoner {self.name} would write down what the person did not say.")
        if read.intent in _TAKEN_AWAY and not _told(read.intent, heard):
            return Understanding(intent="unclear", workflow=heard.workflow)
        details = {d.name: d for d in workflow.details} if workflow else {}
        return read.model_copy(
            update={
                "details": {k: v for k, v in read.details.items() if k in details and fits(details[k], v)},
                "declined": tuple(d for d in read.declined if d in details),
                "problems": tuple(p for p in read.problems if p.detail in details),
                "choice": read.choice if read.choice in (0, 1) else None,
            }
        )

    async def preferences(self, question: str, evidence: tuple[Evidence, ...]) -> Preferences:
        """Statements that rest on the evidence given; others are dropped, and evidence is given back verbatim."""
        answer = await self._reasoner.preferences(question, evidence)
        given = {e.id: e for e in evidence}
        kept = tuple(s for s in answer.statements if s.evidence and set(s.evidence) <= given.keys() and _in_unit(s))
        ids = {s.id for s in kept}
        used = dict.fromkeys(i for s in kept for i in s.evidence)
        return answer.model_copy(
            update={
                "statements": kept,
                "contradictions": tuple(p for p in answer.contradictions if set(p) <= ids),
                "evidence": tuple(given[i] for i in used),
            }
        )

    async def settle(
        self, detail: Detail, heard: Heard, preferences: tuple[Preference, ...]
    ) -> tuple[DetailValue, str] | None:
        """A value of the detail's type that rests on evidence of the preferences given, or None."""
        found = await self._reasoner.settle(detail, heard, preferences)
        if found is None or not fits(detail, found[0]):
            return None
        return found if any(found[1] in p.evidence for p in preferences) else None

    async def weigh(
        self,
        candidates: tuple[Candidate, ...],
        preferences: tuple[Preference, ...],
        wishes: tuple[str, ...],
        details: dict[str, DetailValue],
    ) -> tuple[Score, ...]:
        """One score per candidate, best first, with reasons that cite only what the preferences rest on.

        Raises:
            Unfounded: a candidate that was not given, one that is missing or doubled, or a fit outside 0 to 1.
        """
        scores = await self._reasoner.weigh(candidates, preferences, wishes, details)
        return self._scores(scores, candidates, {i for p in preferences for i in p.evidence})

    async def decide(self, case: Case) -> Judgement:
        """Scores as `weigh` gives them, and further statements that quote the notes of the case.

        Raises:
            Unfounded: as `weigh`.
        """
        judged = await self._reasoner.decide(case)
        notes = {e.id: e for e in (*case.preferences.evidence, *case.preferences.further)}
        kept = tuple(s for s in judged.statements if _in_unit(s) and _quotes(s, notes))
        return Judgement(scores=self._scores(judged.scores, case.candidates, notes.keys()), statements=kept)

    async def improvise(self, matter: Matter) -> Improvised | None:
        """An answer each claim of which quotes what it names; what quotes nothing is dropped, a made-up link too."""
        found = await self._reasoner.improvise(matter)
        if found is None:
            return None
        said = {e.id: e.quote for e in matter.evidence} | {p.id: f"{p.title}\n{p.text}" for p in matter.pages}
        links = {link.id for link in (*matter.links, *(one for p in matter.pages for one in p.links))}
        told = _numbers((matter.request, *said.values()))
        things = (_sober(t, said, told) for t in found.things)
        kept = (t for t in things if t.reasons and 0 <= t.fit <= 1 and _stands(t.name, said))
        return found.model_copy(
            update={
                "read": tuple(i for i in found.read if i in links) if matter.links else (),
                "claims": _founded(found.claims, said),
                "things": tuple(sorted(kept, key=lambda t: -t.fit)),
            }
        )

    async def ground(self, step: str, controls: tuple[Control, ...]) -> str | None:
        """One of the controls given, or none."""
        ref = await self._reasoner.ground(step, controls)
        return ref if ref in {c.ref for c in controls} else None

    async def draft(self, doing: str, matter: Matter) -> str | None:
        """A workflow without a fault, for nothing but the sites of the pages that were read.

        Raises:
            Unfounded: it has faults, or another site.
        """
        text = await self._reasoner.draft(doing, matter)
        return None if text is None else sound(text, matter)

    def _scores(
        self, scores: tuple[Score, ...], candidates: tuple[Candidate, ...], known: Collection[str]
    ) -> tuple[Score, ...]:
        if sorted(s.candidate for s in scores) != sorted(c.id for c in candidates):
            raise Unfounded(f"The reasoner {self.name} did not weigh exactly the {len(candidates)} candidates given.")
        if wrong := next((s for s in scores if not 0 <= s.fit <= 1), None):
            raise Unfounded(
                f"The reasoner {self.name} gave {wrong.candidate} a fit of {wrong.fit}; 0 to 1 was expected."
            )
        grounded = (
            s.model_copy(update={"reasons": tuple(r for r in s.reasons if r.text and set(r.evidence) <= set(known))})
            for s in scores
        )
        return tuple(sorted(grounded, key=lambda s: -s.fit))


def fits(detail: Detail, value: DetailValue) -> bool:
    """Whether a value has the normal form of the detail's type, within its bounds and options."""
    if isinstance(value, bool):
        return False
    try:
        return _FORMS[detail.type](detail, value)
    except (ValueError, TypeError, AttributeError, InvalidOperation):
        return False


def _is_money(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
        return False
    currency = value["currency"]
    return Decimal(value["amount"]) >= 0 and len(currency) == 3 and currency.isascii() and currency.isupper()


_FORMS: dict[DetailType, Callable[[Detail, Any], bool]] = {
    DetailType.DATE: lambda _, v: dt.date.fromisoformat(v).isoformat() == v,
    DetailType.TIME: lambda _, v: dt.datetime.strptime(v, "%H:%M").strftime("%H:%M") == v,
    DetailType.COUNT: lambda d, v: isinstance(v, int) and (d.at_least or 0) <= v <= (d.at_most or v),
    DetailType.MONEY: lambda _, v: _is_money(v),
    DetailType.TEXT: lambda _, v: isinstance(v, str) and bool(v.strip()),
    DetailType.CHOICE: lambda d, v: v in d.options,
}


_LOOK = str.maketrans(
    {**dict.fromkeys("‘’‚`´", "'"), **dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‐‑–—", "-"), "*": "", "…": ""}
)
"""Marks that are the look of a text, which who copies it is not held to: a typographer's, stress, the sign of a cut."""


def verbatim(note: str, said: str) -> bool:
    """Whether a text is a stretch of another, but for blanks, capitals, the look of its marks, and those around it."""
    words, told = (" ".join(text.translate(_LOOK).split()).casefold() for text in (note, said))
    words = words.strip(" .,;:!?'\"")
    return bool(words) and words in told


def sound(text: str, matter: Matter) -> str:
    """A drafted workflow as it would be read from its file.

    Raises:
        Unfounded: it has faults, each with its line; or a site that none of the pages is on.
    """
    try:
        read = parse(text, "the draft")
    except RflowError as fault:
        raise Unfounded(str(fault)) from fault
    known = origins(matter)
    if read.name in matter.taken:
        raise Unfounded(f"There is a workflow {read.name} already; choose another name.")
    if not read.sites or not set(read.sites) <= known:
        raise Unfounded(f"sites is {list(read.sites)}; expected one or more of {sorted(known)}.")
    return text


def origins(matter: Matter) -> set[str]:
    """The sites of a matter's pages."""
    return {urlsplit(p.url)._replace(path="", query="", fragment="").geturl() for p in matter.pages}


NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def _founded(claims: tuple[Claim, ...], said: Mapping[str, str]) -> tuple[Claim, ...]:
    """The claims that quote a source they name, and hold no number that stands in none of them."""
    kept = []
    for claim in claims:
        named = [said[i] for i in claim.sources if i in said]
        numbers = _numbers(named)
        quoted = any(verbatim(claim.quote, text) for text in named)
        if quoted and len(named) == len(claim.sources) and set(NUMBER.findall(claim.text)) <= numbers:
            kept.append(claim)
    return tuple(kept)


def _sober(thing: Thing, said: Mapping[str, str], told: set[str]) -> Thing:
    """A thing with the reasons that are founded, and without a tradeoff whose number stands nowhere."""
    against = tuple(t for t in thing.tradeoffs if _numbers((t,)) <= told)
    return thing.model_copy(update={"reasons": _founded(thing.reasons, said), "tradeoffs": against})


def _numbers(texts: Iterable[str]) -> set[str]:
    return {n for text in texts for n in NUMBER.findall(text)}


def _stands(name: str, said: Mapping[str, str]) -> bool:
    return any(verbatim(name, text) for text in said.values())


def _told(intent: str, heard: Heard) -> bool:
    """Whether code reads in the words, too, that something in memory is to go."""
    found = memory_turn(heard.text, heard.waiting is not None)
    return found is not None and found.intent == intent


def _quotes(preference: Preference, notes: Mapping[str, Evidence]) -> bool:
    cited = [notes[i] for i in preference.evidence if i in notes]
    return len(cited) == len(preference.evidence) > 0 and any(verbatim(preference.text, e.quote) for e in cited)


def _in_unit(preference: Preference) -> bool:
    return 0 <= preference.strength <= 1
