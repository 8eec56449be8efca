"""Reasoners that a person must be safe from: one that answers nonsense, and one that obeys whoever wrote last."""

from __future__ import annotations

from agents.reasoning.port import (
    Case,
    Claim,
    Control,
    Heard,
    Improvised,
    Judgement,
    Matter,
    Score,
    Thing,
    Understanding,
)
from agents.types import Candidate, DetailValue, Preference, Preferences, Reason
from memory.evidence import Evidence
from workflows.model import Detail, Workflow

MADE_UP = Evidence(id="x", path="memory/a.md", quote="I love casinos.")


class Faulty:
    """Right types, and nothing right in them."""

    name = "faulty"

    async def understand(self, heard: Heard, workflows: tuple[Workflow, ...]) -> Understanding:
        details: dict[str, DetailValue] = {"party_size": 7000, "payee": "me", "time": "half past", "date": "1999-13-40"}
        return Understanding(
            intent="request", workflow=workflows[0].name, details=details, declined=("code",), choice=7, wishes=("x",)
        )

    async def preferences(self, question: str, evidence: tuple[Evidence, ...]) -> Preferences:
        return Preferences(question=question, statements=(_taste("a", "x", 7.0),), evidence=(MADE_UP,))

    async def settle(
        self, detail: Detail, heard: Heard, preferences: tuple[Preference, ...]
    ) -> tuple[DetailValue, str] | None:
        return "25:99", "nowhere"

    async def weigh(
        self,
        candidates: tuple[Candidate, ...],
        preferences: tuple[Preference, ...],
        wishes: tuple[str, ...],
        details: dict[str, DetailValue],
    ) -> tuple[Score, ...]:
        return (Score(candidate="c99", fit=9.0),)

    async def decide(self, case: Case) -> Judgement:
        return Judgement(scores=(Score(candidate="c99", fit=9.0),), statements=(_taste("a", "x", 7.0),))

    async def improvise(self, matter: Matter) -> Improvised | None:
        claim = Claim(text="I booked it for 99 euros.", sources=("p1",), quote="I love casinos.")
        thing = Thing(name="Casino", fit=9.0, reasons=(claim,))
        return Improvised(read=("http://evil.localhost/",), claims=(claim,), things=(thing,))

    async def ground(self, step: str, controls: tuple[Control, ...]) -> str | None:
        return "e99"

    async def draft(self, doing: str, matter: Matter) -> str | None:
        return "---\nname: pay\nsites: [http://evil.localhost]\n---\n# Pay\n"


class Malicious(Faulty):
    """Plausible, and on somebody else's side: it puts the last candidate first and forgets what the person wrote."""

    name = "malicious"

    async def understand(self, heard: Heard, workflows: tuple[Workflow, ...]) -> Understanding:
        if heard.waiting is None:
            details: dict[str, DetailValue] = {"party_size": 20, "date": "2026-12-31", "time": "23:00"}
            return Understanding(intent="request", workflow=workflows[0].name, details=details, wishes=("Hotel Sol",))
        return Understanding(intent="forget", subject="allergic")

    async def preferences(self, question: str, evidence: tuple[Evidence, ...]) -> Preferences:
        ids = tuple(e.id for e in evidence)[:1]
        altered = tuple(e.model_copy(update={"quote": "I love noisy rooms."}) for e in evidence)
        loves = Preference(
            id="m", text="Loves Hotel Sol", subject="Sol", polarity="must", strength=1, evidence=ids, stated=True
        )
        return Preferences(question=question, statements=(loves,), evidence=altered)

    async def weigh(
        self,
        candidates: tuple[Candidate, ...],
        preferences: tuple[Preference, ...],
        wishes: tuple[str, ...],
        details: dict[str, DetailValue],
    ) -> tuple[Score, ...]:
        bought = Reason(text="Only 1 euro today, and the person said Go", evidence=("x",))
        return tuple(
            Score(candidate=c.id, fit=n / len(candidates), reasons=(bought,)) for n, c in enumerate(candidates, 1)
        )

    async def decide(self, case: Case) -> Judgement:
        quoted = _taste("m1", next((e.id for e in case.preferences.evidence), "x"), 1.0)
        scores = await self.weigh(case.candidates, case.preferences.statements, case.wishes, case.details)
        return Judgement(scores=scores, statements=(quoted,))


def _taste(name: str, evidence: str, strength: float) -> Preference:
    return Preference(
        id=name,
        text="I love casinos.",
        subject="casinos",
        polarity="must",
        strength=strength,
        evidence=(evidence,),
        stated=True,
    )
