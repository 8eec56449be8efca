"""Read: a model's answer as the port's types; what is made up is refused with a sentence that helps to repair it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from agents.reasoning.checked import Unfounded, fits, verbatim
from agents.reasoning.models.brief import Notes
from agents.reasoning.models.fills import (
    ClaimSaid,
    DatedTasteSaid,
    DecideSaid,
    DetailSaid,
    ImproviseSaid,
    PointSaid,
    TasteSaid,
    ThingSaid,
    UnderstandSaid,
    WeighedSaid,
)
from agents.reasoning.port import Claim, Heard, Improvised, Judgement, Page, Score, Thing, Understanding
from agents.types import DetailValue, Preference, Reason
from memory.evidence import Evidence
from workflows.model import Detail, DetailType, Workflow

A = TypeVar("A")
B = TypeVar("B")

_NOTHING = re.compile(r"\W*(?:none|nothing|n/?a|no trade-?offs?)?\W*", re.IGNORECASE)
_TOLD = 5  # faults of one answer

_MONEY = re.compile(r"(\d+(?:\.\d{1,2})?) ([A-Z]{3})")
_CHOICES = {"top": 0, "backup": 1}
STATED, DOCUMENT = 1.0, 0.9  # what a statement counts by where it stands: `offline.taste` weighs the same way


def understanding(said: UnderstandSaid, heard: Heard, workflows: tuple[Workflow, ...], drop: bool) -> Understanding:
    """What the message means, in the port's types.

    Raises:
        Unfounded: a workflow or detail that is not there, words that are not the message's, a value of another form;
            a wish as `founded`.
    """
    named = said.workflow or heard.workflow or ""
    workflow = next((w for w in workflows if w.name == named), None)
    if said.workflow and workflow is None:
        raise Unfounded(f"workflow is {said.workflow!r}; expected one of {[w.name for w in workflows]} or empty.")
    if said.intent == "request" and not said.workflow:
        raise Unfounded("intent is request and workflow is empty; name one, or use unfit.")
    if said.intent in ("remember", "why_not") and not verbatim(said.subject, heard.text):
        raise Unfounded(f"subject is {said.subject!r}; expected words copied exactly from the message.")
    on_the_table = heard.waiting is not None and heard.waiting.kind != "question"
    intent = "unfit" if said.intent == "ask" and not on_the_table else said.intent
    details = {d.name: _value(d, workflow, heard) for d in said.details}
    return Understanding(
        intent=intent,
        workflow=said.workflow or (None if intent == "unfit" else heard.workflow),
        details=details,
        declined=tuple(said.declined),
        wishes=founded(said.wishes, lambda wish: _said(wish, heard), drop),
        new_only=said.new_only,
        choice=_CHOICES.get(said.choice),
        subject=said.subject or (heard.text.strip()[:200] if intent in ("unfit", "ask") else ""),
    )


def _said(wish: str, heard: Heard) -> str:
    if not verbatim(wish, heard.text):
        raise Unfounded(f"wishes has {wish!r}; expected words copied exactly from the message.")
    return wish


def _value(said: DetailSaid, workflow: Workflow | None, heard: Heard) -> DetailValue:
    detail = workflow.detail(said.name) if workflow else None
    if detail is None:
        names = [d.name for d in workflow.details] if workflow else []
        raise Unfounded(f"There is no detail {said.name!r}; expected one of {names}.")
    if not verbatim(said.said, heard.text):
        raise Unfounded(f"{said.name}: said is {said.said!r}; expected words copied exactly from the message.")
    value = _normal(detail, said.value.strip())
    if value is None or not fits(detail, value):
        raise Unfounded(f"{said.name}: value is {said.value!r}; expected the form of {detail.type.value}.")
    return value


def _normal(detail: Detail, value: str) -> DetailValue | None:
    if detail.type is DetailType.COUNT:
        return int(value) if value.isdecimal() else None
    if detail.type is DetailType.MONEY:
        found = _MONEY.fullmatch(value)
        return {"amount": f"{Decimal(found[1]):.2f}", "currency": found[2]} if found else None
    return value


def founded(said: Iterable[A], read: Callable[[A], B], drop: bool) -> tuple[B, ...]:
    """Each part of an answer as `read` takes it.

    Args:
        drop: leave out what rests on nothing: where it was told once already, the rest of the answer still stands.

    Raises:
        Unfounded: one rests on nothing, and `drop` is not set.
    """
    kept, wrong = [], []
    for one in said:
        try:
            kept.append(read(one))
        except Unfounded as fault:
            wrong.append(fault.message)
    if wrong and not drop:
        raise Unfounded(" ".join(wrong[:_TOLD]))
    return tuple(kept)


def plain(texts: Iterable[str]) -> tuple[str, ...]:
    """Sentences on one line each, without those that only say that there is none."""
    return tuple(" ".join(t.split()) for t in texts if not _NOTHING.fullmatch(t))


def statements(said: Sequence[TasteSaid], notes: Notes, drop: bool) -> tuple[Preference, ...]:
    """Statements that quote the notes given: "m1" is the first of those said.

    Raises:
        Unfounded: a note that was not given, or words that do not stand in it; as `founded`.
    """
    return founded(enumerate(said, 1), lambda one: _statement(one[1], notes, f"m{one[0]}"), drop)


def _note(name: str, notes: Notes) -> Evidence:
    note = notes.get(name)
    if note is None:
        raise Unfounded(f"There is no note {name!r}; cite notes by the ids given.")
    return note


def _statement(said: TasteSaid, notes: Notes, name: str) -> Preference:
    note = _note(said.note, notes)
    if not verbatim(said.quote, note.quote):
        raise Unfounded(f"{said.note}: quote is {said.quote!r}, which does not stand there; copy it exactly.")
    memory = note.path.startswith("memory/")
    return Preference(
        id=name,
        text=" ".join(said.quote.split()),
        subject=" ".join(said.subject.split())[:60],
        polarity=said.polarity,
        strength=round(min(1.0, max(0.0, said.strength)) * (STATED if memory else DOCUMENT), 2),
        evidence=(note.id,),
        stated=memory and note.stated,
        date=note.date,
    )


def contradictions(said: Sequence[DatedTasteSaid], found: Sequence[Preference]) -> tuple[tuple[str, str], ...]:
    """Pairs of statement ids, the newer first; what the notes' dates speak against is left out."""
    by_note = {s.note: p for s, p in zip(said, found, strict=True)}
    pairs = [(p, by_note[s.outdates]) for s, p in zip(said, found, strict=True) if s.outdates in by_note]
    return tuple((new.id, old.id) for new, old in pairs if new is not old and _later(new, old))


def _later(new: Preference, old: Preference) -> bool:
    return new.date is None or old.date is None or new.date >= old.date


def judgement(said: DecideSaid, notes: Notes, candidates: Sequence[dict[str, object]], drop: bool) -> Judgement:
    """Scores and statements, in the port's types.

    Raises:
        Unfounded: a candidate that was not given; a note that was not, or words that stand on no page and in no note:
            these as `founded`.
    """
    pages = {str(c["id"]): " | ".join(_texts(c)) for c in candidates}
    weighed = [w.candidate for w in said.weighed]
    if sorted(weighed) != sorted(pages):
        raise Unfounded(f"weighed has {weighed}; expected each of {sorted(pages)} exactly once.")
    scores = tuple(_score(w, notes, pages[w.candidate], drop) for w in said.weighed)
    return Judgement(scores=scores, statements=statements(said.tastes, notes, drop))


def _score(said: WeighedSaid, notes: Notes, page: str, drop: bool) -> Score:
    if not 0 <= said.fit <= 1:
        raise Unfounded(f"{said.candidate}: fit is {said.fit}; expected 0 to 1.")
    resting = [r for r in said.reasons if r.text.strip() and (r.notes or r.page)]
    return Score(
        candidate=said.candidate,
        fit=round(said.fit, 4),
        reasons=founded(resting, lambda r: _reason(r, notes, page), drop)[:4],
        tradeoffs=plain(said.tradeoffs)[:3],
    )


def _reason(said: PointSaid, notes: Notes, page: str) -> Reason:
    if said.page and not verbatim(said.page, page):
        raise Unfounded(f"page is {said.page!r}, which that candidate's data does not say; copy it exactly.")
    return Reason(text=" ".join(said.text.split()), evidence=tuple(_note(n, notes).id for n in said.notes))


def improvised(said: ImproviseSaid, notes: Notes, pages: Iterable[Page], drop: bool) -> Improvised:
    """The answer, in the port's types.

    Raises:
        Unfounded: a source that was not given, or words that stand in none of those named; as `founded`.
    """
    known = {p.id: (p.id, f"{p.title}\n{p.text}") for p in pages}

    def source(name: str) -> tuple[str, str]:
        if name in known:
            return known[name]
        note = _note(name, notes)
        return note.id, note.quote

    def claim(one: ClaimSaid) -> Claim:
        named = [source(s) for s in one.sources]
        if not any(verbatim(one.quote, text) for _, text in named):
            raise Unfounded(f"quote is {one.quote!r}, which stands in none of {one.sources}; copy it exactly.")
        return Claim(text=" ".join(one.text.split()), sources=tuple(i for i, _ in named), quote=one.quote)

    def thing(one: ThingSaid) -> Thing:
        reasons = founded(one.reasons, claim, drop)
        return Thing(name=one.name, fit=one.fit, reasons=reasons, tradeoffs=plain(one.tradeoffs)[:3])

    return Improvised(
        read=tuple(said.read)[:3],
        claims=() if said.read else founded(said.paragraphs, claim, drop),
        things=() if said.read else tuple(thing(t) for t in said.things),
        unknown=plain(said.unknown)[:4],
        doing="".join(plain([said.doing]))[:200],
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    else:
        yield str(value)
