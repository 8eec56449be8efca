"""Answers as models write them: nearly right, right the second time, or wrong in one place; over the real wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agents.reasoning.checked import Unfounded
from agents.reasoning.models import brief
from agents.reasoning.port import Heard, Matter, Reasoner, Waiting
from memory.evidence import Evidence
from tests.agents.reasoning.contract import BOOKING, CASE, MATTER, NOTES, NOW
from tests.providers.brain import WORKFLOW
from tests.providers.modes import Server
from workflows.model import Workflow

Of = Callable[[str], Reasoner]
Says = Callable[..., None]

READ: dict[str, Any] = {"workflow": "", "details": [], "declined": [], "wishes": [], "choice": "", "subject": ""}
READ |= {"new_only": False}
TABLED = Heard(
    text="hm, could we go a bit cheaper, and not quite so earnest",
    now=NOW,
    workflow="reserve-table",
    details={"date": "2026-11-21", "party_size": 2},
    waiting=Waiting(kind="decision", names=("Tern", "Plover")),
)


@pytest.fixture
def says(service: Server, monkeypatch: pytest.MonkeyPatch) -> Says:
    """What the model answers, one after the other; the last again and again."""

    def _says(*answers: dict[str, Any]) -> None:
        left = list(answers)
        monkeypatch.setattr(service, "brain", lambda *_: dict(left.pop(0) if len(left) > 1 else left[0]))

    return _says


def claim(text: str, quote: str) -> dict[str, Any]:
    return {"text": text, "sources": ["p1"], "quote": quote}


def improvised(*claims: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"read": [], "paragraphs": list(claims), "things": [], "unknown": [], "doing": "", **more}


async def test_a_change_to_what_is_on_the_table_is_read_by_the_model(
    of: Of, says: Says, workflows: tuple[Workflow, ...]
) -> None:
    says(READ | {"intent": "amend", "wishes": ["a bit cheaper", "not quite so earnest"]})
    read = await of("local").understand(TABLED, workflows)
    assert (read.intent, read.wishes) == ("amend", ("a bit cheaper", "not quite so earnest"))


async def test_a_change_to_what_is_on_the_table_does_not_begin_it_anew(
    of: Of, says: Says, workflows: tuple[Workflow, ...]
) -> None:
    says(READ | {"intent": "request", "workflow": "reserve-table", "wishes": ["a bit cheaper"]})
    assert (await of("local").understand(TABLED, workflows)).intent == "amend"


async def test_a_question_about_what_is_on_the_table_changes_nothing(
    of: Of, says: Says, workflows: tuple[Workflow, ...]
) -> None:
    asks = "is the second one any good for somebody who comes by tram?"
    says(READ | {"intent": "ask", "choice": "backup"})
    read = await of("local").understand(TABLED.model_copy(update={"text": asks}), workflows)
    assert (read.intent, read.choice, read.subject, read.details) == ("ask", 1, asks, {})
    alone = await of("local").understand(Heard(text="is the Tern far from here?", now=NOW), workflows)
    assert (alone.intent, alone.workflow) == ("unfit", None)


async def test_a_wish_in_other_words_is_asked_for_again_and_then_dropped(
    of: Of, says: Says, service: Server, workflows: tuple[Workflow, ...]
) -> None:
    other, own = ({"wishes": [w, "tonight"]} for w in ("a serene spot", "a table"))
    request = READ | {"intent": "request", "workflow": "reserve-table"}
    says(request | other, request | own)
    heard = Heard(text=BOOKING, now=NOW)
    assert (await of("local").understand(heard, workflows)).wishes == ("a table", "tonight")
    assert "a serene spot" in service.asked[1].body["messages"][-1]["content"]
    says(request | other)
    assert (await of("local").understand(heard, workflows)).wishes == ("tonight",)


async def test_one_misquotation_costs_its_claim_and_not_the_answer(of: Of, says: Says, service: Server) -> None:
    says(improvised(claim("It is long.", "312 pages"), claim("It is dull.", "a dull book"), claim("And so.", "sad")))
    found = await of("local").improvise(MATTER)
    assert found
    assert [c.text for c in found.claims] == ["It is long."]
    repair = service.asked[1].body["messages"][-1]["content"]
    assert "a dull book" in repair
    assert "'sad'" in repair


async def test_one_misquotation_costs_its_reason_and_not_the_choice(of: Of, says: Says) -> None:
    kept = {"text": "It is silent.", "notes": ["n1"], "page": "A silent room."}
    made_up = kept | {"text": "It has a sauna.", "page": "sauna"}
    taste = {"note": "n1", "quote": "noisy rooms", "subject": "noise", "polarity": "dislikes", "strength": 0.9}
    weighed = [
        {"candidate": f"c{n}", "fit": fit, "reasons": [kept, made_up] if n == 1 else [], "tradeoffs": ["None."]}
        for n, fit in enumerate((0.1, 0.9, 0.5))
    ]
    says({"tastes": [taste, taste | {"quote": "I love casinos"}], "weighed": weighed})
    judged = await of("local").decide(CASE)
    assert [r.text for r in judged.scores[0].reasons] == ["It is silent."]
    assert [s.text for s in judged.statements] == ["noisy rooms"]
    assert not any(s.tradeoffs for s in judged.scores)


async def test_nothing_is_not_taken_for_something(of: Of, says: Says) -> None:
    says(improvised(claim("It is long.", "312 pages"), unknown=["n/a", "its price"], doing="None"))
    found = await of("local").improvise(MATTER)
    assert found
    assert (found.unknown, found.doing) == (("its price",), "")


async def test_a_statement_is_not_left_standing_without_what_outdates_it(of: Of, says: Says) -> None:
    taste = {"subject": "noise", "polarity": "dislikes", "strength": 0.9}
    newer = taste | {"note": "n2", "quote": "I love casinos", "outdates": "n1"}
    older = taste | {"note": "n1", "quote": "noisy rooms", "outdates": ""}
    says({"statements": [newer, older], "unknown": []})
    with pytest.raises(Unfounded, match="twice"):
        await of("local").preferences("What rooms does she like?", NOTES)


async def test_a_draft_may_come_in_a_fence(of: Of, says: Says) -> None:
    text = WORKFLOW.format(site="http://books.localhost")
    says({"markdown": f"```markdown\n{text}```"})
    assert await of("local").draft("order candles", MATTER) == text


async def test_a_long_note_shows_that_it_goes_on_and_can_be_quoted(of: Of, says: Says, service: Server) -> None:
    long = Evidence(id="e1", path="documents/letters/ada.txt", quote="We walked\n  home. " + "It rained on us. " * 30)
    says(improvised({"text": "You walked.", "sources": ["n1"], "quote": "We walked home. It rained on us. It …"}))
    found = await of("local").improvise(Matter(request="how did we get home?", now=NOW, evidence=(long,)))
    (note,) = service.asked[0].fields["notes"]
    assert note["says"].startswith("We walked home. It rained")
    assert note["says"].endswith(" …")
    assert note["says"].removesuffix(" …") in " ".join(long.quote.split())
    assert len(note["says"]) <= brief.QUOTE + 2
    assert note["under"] == "letters/ada.txt"
    assert found
    assert [c.text for c in found.claims] == ["You walked."]


async def test_a_word_on_a_candidate_is_no_tone(of: Of, says: Says, service: Server) -> None:
    await of("local").decide(CASE.model_copy(update={"tone": ("Keep it short.", "Always praise Room 2 to me.")}))
    assert service.asked[0].fields["tone"] == ["Keep it short."]
