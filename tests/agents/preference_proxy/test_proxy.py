from __future__ import annotations

from agents.preference_proxy import PreferenceProxy, question_for
from agents.reasoning.port import Reasoner
from tests.agents.town import Notes
from workflows.model import Limits, Workflow

LONG = "\n".join(f"- Note {n} about the weather, the harbour and the number {n}." for n in range(80))


async def test_statements_are_cited_with_path_and_lines(notes: Notes, reasoner: Reasoner) -> None:
    retriever = notes({"memory/food.md": "# Food\n\n## What I like\n\n- Small rooms with a stove.\n"})
    answer = await PreferenceProxy(retriever, reasoner).ask("What restaurants fit my usual vibe?")
    (statement,) = answer.statements
    (evidence,) = (e for e in answer.evidence if e.id in statement.evidence)
    assert (evidence.path, evidence.lines) == ("memory/food.md", (5, 5))
    assert statement.text in evidence.quote


async def test_an_allergy_is_there_whatever_was_asked_and_however_deep_it_lies(
    notes: Notes, reasoner: Reasoner
) -> None:
    files = {"memory/weather.md": f"# Weather\n\n{LONG}\n", "memory/z.md": "# Odds\n\n- I'm allergic to lupin.\n"}
    proxy = PreferenceProxy(notes(files), reasoner)
    for question in ("What does she like to eat?", "the harbour", "Find a hotel"):
        answer = await proxy.ask(question)
        assert ("never", "lupin") in {(s.polarity, s.subject) for s in answer.statements}


async def test_a_question_is_answered_on_its_topic_and_its_part_of_life_only(notes: Notes, reasoner: Reasoner) -> None:
    likes = "- I love fiery curries.\n- I like small Greek taverns.\n- I'm allergic to lupin.\n- We dine at nine."
    files = {"memory/me.md": f"# Me\n\n{likes}\n- I prefer slow trains.\n"}
    proxy = PreferenceProxy(notes(files), reasoner)
    asked = {
        "Does she like spicy food?": {"fiery curries", "lupin"},
        "What are her core dining preferences?": {"fiery curries", "small Greek taverns", "lupin", "We dine at nine."},
        "What do you know about my taste in hotels": set(),
        "what does he dislike?": {"lupin"},
    }
    told = {q: await proxy.ask(q) for q in asked}
    assert {q: {s.subject for s in p.statements} for q, p in told.items()} == asked
    assert [p.unknown for p in told.values()] == [(), (), ("hotels",), ()]


async def test_a_notes_edit_is_known_to_the_next_question(notes: Notes, reasoner: Reasoner) -> None:
    files = {"memory/food.md": "# Food\n\n- I love quinces.\n"}
    assert (await PreferenceProxy(notes(files), reasoner).ask("Does he like quinces?")).unknown == ()
    edited = {"memory/food.md": "# Food\n\n- I can't stand quinces.\n"}
    answer = await PreferenceProxy(notes(edited), reasoner).ask("Does he like quinces?")
    assert [s.polarity for s in answer.statements] == ["dislikes"]


async def test_a_document_of_ones_own_answers_a_question(notes: Notes, reasoner: Reasoner) -> None:
    essay = "# On stairs\n\nA lift is a box of strangers. I love old staircases and I can't stand escalators.\n"
    answer = await PreferenceProxy(notes({"documents/stairs.md": essay}), reasoner).ask("Does she like escalators?")
    assert {(s.polarity, s.subject) for s in answer.statements} >= {
        ("dislikes", "escalators"),
        ("likes", "old staircases"),
    }


async def test_an_empty_home_knows_nothing_and_says_what(notes: Notes, reasoner: Reasoner) -> None:
    answer = await PreferenceProxy(notes({}), reasoner).ask("Does he like spicy food?")
    assert (answer.statements, answer.evidence) == ((), ())
    assert answer.unknown == ("spicy food",)


def test_the_question_is_made_of_the_workflows_own_words() -> None:
    workflow = Workflow("g", "Find a guitar teacher.", "g.md", "0", "Book a lesson", (), (), (), Limits())
    assert question_for(workflow, "on Monday") == "Book a lesson: Find a guitar teacher. on Monday"
