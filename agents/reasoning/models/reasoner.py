"""The Reasoner that asks a language model: few calls, each repaired once, each answer founded or refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import ValidationError

from agents.reasoning.checked import Unfounded, origins, sound
from agents.reasoning.models import brief, read
from agents.reasoning.models.fills import (
    DecideAsk,
    DecideSaid,
    DraftAsk,
    DraftSaid,
    Filled,
    GroundAsk,
    GroundSaid,
    ImproviseAsk,
    ImproviseSaid,
    PreferencesAsk,
    PreferencesSaid,
    UnderstandAsk,
    UnderstandSaid,
)
from agents.reasoning.models.metered import Metered
from agents.reasoning.models.prompts import Prompt
from agents.reasoning.port import (
    Case,
    Control,
    Heard,
    Improvised,
    Judgement,
    Matter,
    Reasoner,
    Score,
    Understanding,
    Waiting,
)
from agents.redact import Redactor
from agents.types import Candidate, DetailValue, Frozen, Preference, Preferences
from memory.evidence import Evidence
from workflows.model import Detail, Workflow

F = TypeVar("F", bound=Filled)
R = TypeVar("R")

SURE = frozenset(
    {"greeting", "thanks", "help", "bookings", "refuse", "undo", "proposals", "interview", "remember", "forget"}
)
"""Intents that code reads from closed lists of words: no model is asked."""

UNSURE = frozenset({"unclear", "unfit"})
"""What code reads where it did not understand an answer to what waits."""

_FENCE = re.compile(r"```\w*\n(.*?\n)```", re.DOTALL)

_REPAIR = "That cannot be used: {wrong} Answer the same question again, whole, in the same schema."


@dataclass(frozen=True, slots=True)
class ModelReasoner:
    """Understands, reads tastes, and decides with a model; what code does as well it leaves to `code`.

    Args:
        code: the offline reasoner: it reads answers to questions, settles details and makes the shortlist.
    """

    model: Metered
    code: Reasoner
    redact: Redactor
    _understand: Prompt[UnderstandSaid] = field(default_factory=lambda: Prompt("understand", UnderstandSaid))
    _preferences: Prompt[PreferencesSaid] = field(default_factory=lambda: Prompt("preferences", PreferencesSaid))
    _decide: Prompt[DecideSaid] = field(default_factory=lambda: Prompt("decide", DecideSaid))
    _improvise: Prompt[ImproviseSaid] = field(default_factory=lambda: Prompt("improvise", ImproviseSaid))
    _draft: Prompt[DraftSaid] = field(default_factory=lambda: Prompt("draft", DraftSaid))
    _ground: Prompt[GroundSaid] = field(default_factory=lambda: Prompt("ground", GroundSaid))

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.model.name

    async def understand(self, heard: Heard, workflows: tuple[Workflow, ...]) -> Understanding:
        """What the message means; what answers a waiting question is read in code first."""
        plain = await self.code.understand(heard, workflows)
        if plain.intent in SURE or (heard.waiting is not None and not _unsure(plain, heard.waiting)):
            return plain
        heard = heard.model_copy(update={"text": self.redact(heard.text)})
        known, waiting = brief.situation(heard)
        ask = UnderstandAsk(
            workflows=[brief.workflow(w) for w in workflows],
            now=f"{heard.now:%A %Y-%m-%d %H:%M}",
            known=known,
            waiting=waiting,
            message=heard.text[:4000],
        )

        def accept(said: UnderstandSaid, drop: bool) -> Understanding:
            return read.understanding(said, heard, workflows, drop)

        found = await self._filled(self._understand, ask, accept)
        again = found.intent == "request" and found.workflow == heard.workflow and plain.intent == "amend"
        return found.model_copy(update={"intent": "amend"}) if again else found  # the task at hand is not begun anew

    async def preferences(self, question: str, evidence: tuple[Evidence, ...]) -> Preferences:
        """Statements that quote the evidence; with no evidence there is nothing to ask."""
        plain = await self.code.preferences(question, evidence)
        if not evidence:
            return plain
        used = {e.id for e in plain.evidence}
        rest = [e for e in evidence if e.id not in used]
        notes = brief.telling(plain.statements, plain.evidence, rest, self.redact)
        ask = PreferencesAsk(question=question[:600], notes=notes.told())

        def accept(said: PreferencesSaid, _: bool) -> Preferences:
            found = read.statements(
                said.statements, notes, drop=False
            )  # without the newer one the outdated would stand
            return Preferences(
                question=question,
                statements=found,
                contradictions=read.contradictions(said.statements, found),
                unknown=read.plain(said.unknown)[:5],
                evidence=evidence,
            )

        return await self._filled(self._preferences, ask, accept)

    async def settle(
        self, detail: Detail, heard: Heard, preferences: tuple[Preference, ...]
    ) -> tuple[DetailValue, str] | None:
        """Read in code: a usual time is a sentence that says so."""
        return await self.code.settle(detail, heard, preferences)

    async def weigh(
        self,
        candidates: tuple[Candidate, ...],
        preferences: tuple[Preference, ...],
        wishes: tuple[str, ...],
        details: dict[str, DetailValue],
    ) -> tuple[Score, ...]:
        """Weighed in code: it makes the shortlist, which `decide` judges."""
        return await self.code.weigh(candidates, preferences, wishes, details)

    async def decide(self, case: Case) -> Judgement:
        """The best by code's own weighing are judged by the model; the rest stay behind them."""
        plain = await self.code.decide(case)
        if len(plain.scores) < 2:
            return plain  # there is nothing to choose
        first = [s.candidate for s in plain.scores[: brief.CANDIDATES]]
        shown = [brief.candidate(c) for c in sorted(case.candidates, key=_place(first)) if c.id in first]
        taste = case.preferences
        notes = brief.telling(brief.bearing(case), taste.evidence, taste.further, self.redact)
        ask = DecideAsk(
            notes=notes.told(),
            rules=list(case.rules),
            candidates=shown,
            details=dict(case.details),
            wishes=list(case.wishes),
            request=case.request[:600],
            tone=brief.tone(case.tone, self.redact, shown),
        )
        judged = await self._filled(self._decide, ask, lambda said, drop: read.judgement(said, notes, shown, drop))
        least = min(s.fit for s in judged.scores)
        rest = tuple(s.model_copy(update={"fit": min(s.fit, least)}) for s in plain.scores[brief.CANDIDATES :])
        return judged.model_copy(update={"scores": (*judged.scores, *rest)})

    async def improvise(self, matter: Matter) -> Improvised | None:
        """An answer from the notes and pages at hand, or which links to read first."""
        notes = brief.Notes([e for e in matter.evidence if self.redact(e.quote) == e.quote][: brief.MATTER])
        ask = ImproviseAsk(
            now=f"{matter.now:%A %Y-%m-%d %H:%M}",
            notes=notes.told(),
            pages=[brief.page(p) for p in matter.pages],
            links=brief.links(matter),
            request=self.redact(matter.request),
            tone=brief.tone(matter.tone, self.redact),
        )

        def accept(said: ImproviseSaid, drop: bool) -> Improvised:
            return read.improvised(said, notes, matter.pages, drop)

        return await self._filled(self._improvise, ask, accept)

    async def ground(self, step: str, controls: tuple[Control, ...]) -> str | None:
        """The one control that the step means."""
        shown = [c.model_dump(exclude_defaults=True) for c in controls[: brief.CONTROLS]]
        refs = {c["ref"] for c in shown}

        def accept(said: GroundSaid, _: bool) -> str | None:
            if said.ref and said.ref not in refs:
                raise Unfounded(f"There is no control {said.ref!r}; give one of the refs, or an empty string.")
            return said.ref or None

        return await self._filled(self._ground, GroundAsk(step=step, controls=shown), accept)

    async def draft(self, doing: str, matter: Matter) -> str | None:
        """A workflow's markdown, read and repaired once."""
        ask = DraftAsk(
            request=self.redact(matter.request),
            doing=doing,
            sites=sorted(origins(matter)),
            pages=[brief.page(p) for p in matter.pages],
            names=list(matter.taken),
        )
        return await self._filled(self._draft, ask, lambda said, _: sound(_unfenced(said.markdown), matter))

    async def _filled(self, prompt: Prompt[F], given: Frozen, accept: Callable[[F, bool], R]) -> R:
        """The prompt's answer, repaired once where it cannot be used; of the second, what is made up is dropped.

        Raises:
            Unfounded: nor can the second.
            ModelFailed, OverCap: there is none.
        """
        ask = prompt.ask(given, self.redact)
        said = await self.model.say(ask)
        try:
            return accept(prompt.fills.model_validate_json(said.text), False)
        except (ValidationError, Unfounded) as error:
            turns = (*ask.turns, ("model", said.text[:8000]), ("user", _REPAIR.format(wrong=_wrong(error))))
            again = await self.model.say(ask.model_copy(update={"turns": turns}))
        try:
            return accept(prompt.fills.model_validate_json(again.text), True)
        except (ValidationError, Unfounded) as error:
            raise Unfounded(f"{self.name} answered twice with what cannot be used.") from error


def _unsure(plain: Understanding, waiting: Waiting) -> bool:
    """Whether code may have misread a message: a change to what is on the table is free speech, an answer is not."""
    return plain.intent in UNSURE or (plain.intent == "amend" and waiting.kind != "question")


def _unfenced(markdown: str) -> str:
    """A file without the fence that it was written in."""
    found = _FENCE.fullmatch(markdown.strip())
    return found[1] if found else markdown


def _place(first: list[str]) -> Callable[[Candidate], int]:
    return lambda c: first.index(c.id) if c.id in first else len(first)


def _wrong(error: ValidationError | Unfounded) -> str:
    if isinstance(error, Unfounded):
        return error.message
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5]) + "."
