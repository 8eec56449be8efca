from __future__ import annotations

import pytest

from agents.reasoning.checked import Checked, Unfounded
from agents.reasoning.offline.reasoner import OfflineReasoner
from agents.reasoning.port import Heard, Reasoner, Score, Understanding
from agents.types import Candidate, DetailValue, Preference, Preferences, Reason
from memory.embed import MiniLM
from memory.evidence import Evidence
from tests.agents.reasoning import contract
from workflows.model import Detail, Workflow


class TestOffline(contract.ReasonerContract):
    @pytest.fixture
    def reasoner(self, model: MiniLM) -> Reasoner:
        return OfflineReasoner(model.embed)


class TestCheckedOffline(contract.ReasonerContract):
    @pytest.fixture
    def reasoner(self, model: MiniLM) -> Reasoner:
        return Checked(OfflineReasoner(model.embed))


class Liar:
    """A reasoner that makes things up."""

    name = "liar"

    def __init__(self, scores: tuple[Score, ...] = (), workflow: str | None = "reserve-table") -> None:
        self.scores, self.workflow = scores, workflow

    async def understand(self, heard: Heard, workflows: tuple[Workflow, ...]) -> Understanding:
        details: dict[str, DetailValue] = {"party_size": 2, "payee": "me", "time": 8}
        return Understanding(intent="request", workflow=self.workflow, details=details, declined=("code",), choice=7)

    async def preferences(self, question: str, evidence: tuple[Evidence, ...]) -> Preferences:
        made_up = Evidence(id="x", path="memory/a.md", quote="I love casinos.")
        altered = evidence[0].model_copy(update={"quote": "I love noisy rooms."})
        statements = tuple(
            Preference(id=i, text=i, subject=i, polarity="likes", strength=s, evidence=e, stated=True)
            for i, s, e in (("a", 0.5, ("n1",)), ("b", 0.5, ("x",)), ("c", 7.0, ("n1",)), ("d", 0.5, ()))
        )
        return Preferences(
            question=question, statements=statements, contradictions=(("a", "b"),), evidence=(made_up, altered)
        )

    async def settle(
        self, detail: Detail, heard: Heard, preferences: tuple[Preference, ...]
    ) -> tuple[DetailValue, str] | None:
        return "20:00", "nowhere"

    async def weigh(
        self,
        candidates: tuple[Candidate, ...],
        preferences: tuple[Preference, ...],
        wishes: tuple[str, ...],
        details: dict[str, DetailValue],
    ) -> tuple[Score, ...]:
        return self.scores


async def test_made_up_details_and_choices_are_dropped(workflows: tuple[Workflow, ...]) -> None:
    read = await Checked(Liar()).understand(Heard(text="x", now=contract.NOW), workflows)
    assert (read.details, read.declined, read.choice) == ({"party_size": 2}, (), None)
    with pytest.raises(Unfounded, match="rob-bank"):
        await Checked(Liar(workflow="rob-bank")).understand(Heard(text="x", now=contract.NOW), workflows)


async def test_made_up_quotations_are_dropped_and_altered_ones_restored() -> None:
    answer = await Checked(Liar()).preferences("rooms", contract.NOTES)
    assert [s.id for s in answer.statements] == ["a"]
    assert answer.evidence == (contract.NOTES[0],)
    assert answer.contradictions == ()


async def test_a_settled_value_must_rest_on_a_note(workflows: tuple[Workflow, ...]) -> None:
    detail = workflows[0].details[1]
    assert await Checked(Liar()).settle(detail, Heard(text="x", now=contract.NOW), ()) is None


@pytest.mark.parametrize(
    "scores",
    [
        (),
        tuple(Score(candidate=c, fit=0.5) for c in ("c0", "c1", "c9")),
        tuple(Score(candidate=c, fit=0.5) for c in ("c0", "c1", "c2", "c2")),
        tuple(Score(candidate=f"c{n}", fit=n) for n in range(3)),
    ],
)
async def test_scores_of_other_candidates_or_beyond_one_are_refused(scores: tuple[Score, ...]) -> None:
    with pytest.raises(Unfounded):
        await Checked(Liar(scores)).weigh(contract.ROOMS, (), (), {})


async def test_reasons_that_cite_nothing_given_are_dropped() -> None:
    reason = Reason(text="you love casinos", evidence=("x",))
    scores = tuple(Score(candidate=f"c{n}", fit=0.5, reasons=(reason,)) for n in range(3))
    assert not any(s.reasons for s in await Checked(Liar(scores)).weigh(contract.ROOMS, (), (), {}))
