from __future__ import annotations

import pytest

from agents.reasoning.checked import Checked, Unfounded, verbatim
from agents.reasoning.checked_model import CheckedModel
from agents.reasoning.port import Case, Claim, Heard, Improvised, Judgement, Matter, Score, Thing, Understanding
from agents.types import Candidate, DetailValue, Preference, Preferences, Reason
from memory.evidence import Evidence
from tests.agents.reasoning import contract
from tests.agents.reasoning.faults import Faulty
from workflows.model import Detail, Workflow


class Liar(Faulty):
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

    async def decide(self, case: Case) -> Judgement:
        return Judgement(scores=self.scores)


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


def _thirty(amount: str) -> dict[str, DetailValue]:
    return {"budget": {"amount": f"{amount}.00", "currency": "EUR"}}


class Says(Liar):
    """A reasoner that reads a message as the test says."""

    def __init__(self, read: Understanding) -> None:
        super().__init__()
        self.read = read

    async def understand(self, heard: Heard, workflows: tuple[Workflow, ...]) -> Understanding:
        return self.read


@pytest.mark.parametrize(
    ("text", "given", "kept"),
    [
        ("a table for 4 on Friday", {"party_size": 3}, {"party_size": 4}),  # what code reads, holds
        ("a table on Friday", {"date": "2026-12-24"}, {"date": "2026-11-27"}),
        ("um jantar na segunda", {"date": "2026-11-23"}, {"date": "2026-11-23"}),  # what it cannot read, the model's
        ("um jantar ontem", {"date": "2026-11-20"}, {}),  # never in the past
        ("a cheap table", {"budget": {"amount": "20.00", "currency": "EUR"}}, {}),  # no amount that nobody said
        ("a table, thirty a head at the very most", _thirty("20"), {}),
        ("a table, thirty a head at the very most", _thirty("30"), _thirty("30")),
        ("a table for 500 people", {"party_size": 12}, {}),  # what cannot be so stays a problem
        ("a table by the sea", {"area": "Harbour"}, {}),  # free text is the person's own words
    ],
)
async def test_what_code_reads_holds(
    workflows: tuple[Workflow, ...], text: str, given: dict[str, DetailValue], kept: dict[str, DetailValue]
) -> None:
    read = Understanding(intent="request", workflow="reserve-table", details=given, wishes=("a casino",))
    found = await CheckedModel(Says(read)).understand(Heard(text=text, now=contract.NOW), workflows)
    assert (found.details, found.wishes) == (kept, ())


async def test_a_number_that_stands_nowhere_is_not_said() -> None:
    told = tuple(
        Score(candidate=f"c{n}", fit=0.5, reasons=(Reason(text=text),), tradeoffs=(text,))
        for n, text in enumerate(("40% off until 18:00", "Room 1 over the tracks", "It is silent"))
    )
    judged = await CheckedModel(Liar(told)).decide(contract.CASE)
    kept = {s.candidate: [r.text for r in s.reasons] for s in judged.scores}
    assert kept == {"c0": [], "c1": ["Room 1 over the tracks"], "c2": ["It is silent"]}
    assert [len(s.tradeoffs) for s in judged.scores] == [0, 1, 1]


async def test_a_tradeoff_with_a_number_that_stands_nowhere_is_not_improvised() -> None:
    why = Claim(text="It is a novel.", sources=("p1",), quote="a novel")
    thing = Thing(name="The Tide", fit=0.9, reasons=(why,), tradeoffs=("312 pages", "costs 40 euros", "no pictures"))

    class Improvises(Liar):
        async def improvise(self, matter: Matter) -> Improvised | None:
            return Improvised(things=(thing,))

    found = await Checked(Improvises()).improvise(contract.MATTER)
    assert found
    assert found.things[0].tradeoffs == ("312 pages", "no pictures")


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("I can't stand 'beige' rooms - all of them", True),
        ("i can’t stand ‘beige’ rooms", True),
        ("Never *beige*", False),
        ("rooms – all of …", True),
        ("all of them!", True),
        ("…", False),
        ("“.”", False),
        ("I can stand beige rooms", False),
    ],
)
def test_a_quotation_is_not_held_to_the_look_of_its_marks(quote: str, stands: bool) -> None:
    assert verbatim(quote, "I can’t stand *‘beige’* rooms — all of\nthem.") == stands
