from __future__ import annotations

import pytest

from memory.chunk import Chunk
from memory.embed import MiniLM
from memory.score import FACT, LEAST, TASTE, Asked, Weights, lifted, score

EVEN = Weights(lift=0.0, meaning=0.5, substance=0.0, told=0.0, meant=0.0)


def chunk(text: str, context: str = "", path: str = "documents/chat.txt", name: str = "") -> Chunk:
    return Chunk(id=name or text, path=path, lines=None, section=(), title="", text=text, context=context)


@pytest.mark.parametrize(
    ("query", "weights"),
    [
        ("When did Ines sell the boat?", FACT),
        ("How many bicycles does Otto own?", FACT),
        ("Any tips for a rainy Sunday with my nephews?", TASTE),
        ("Can you suggest a lamp for my desk?", TASTE),
    ],
)
def test_what_a_query_asks_for_decides_what_counts(minilm: MiniLM, query: str, weights: Weights) -> None:
    assert Asked().weights(minilm.embed([query])[0], minilm) == weights


def test_words_count_more_for_a_fact_and_meaning_for_taste() -> None:
    named, meant = (0.2, 0.9), (0.7, 0.2)
    passage = chunk("The lamp is made of brass.")
    assert score(passage, FACT, *named) > score(passage, FACT, *meant)
    assert score(passage, TASTE, *named) < score(passage, TASTE, *meant)


def test_a_request_for_advice_is_answered_by_what_the_writer_tells_of_themselves() -> None:
    meant, told, asked, of_others, note = (
        chunk("I never sit on balconies."),
        chunk("I get dizzy on balconies."),
        chunk("Do I get dizzy on balconies?"),
        chunk("Balconies make many people dizzy."),
        chunk("Balconies: none.", path="memory/places.md"),
    )
    values = [score(passage, TASTE, 0.5, 0.5) for passage in (meant, note, told, of_others, asked)]
    assert values == sorted(values, reverse=True)
    assert values[0] == values[1]
    assert values[1] > values[2] > values[3] > values[4]
    assert score(told, FACT, 0.5, 0.5) == pytest.approx(score(of_others, FACT, 0.5, 0.5))


def test_a_fact_is_sought_in_passages_that_say_something() -> None:
    assert score(chunk("The boat " * 20), FACT, 0.5, 0.5) > score(chunk("The boat!"), FACT, 0.5, 0.5)


@pytest.mark.parametrize("weights", [FACT, TASTE])
def test_nothing_makes_a_find_of_what_fits_in_no_way(weights: Weights) -> None:
    assert score(chunk("I tell you of my own boat at great length. " * 9), weights, LEAST - 0.05, 0.0) == 0.0


def test_an_answer_lifts_what_it_follows_on_in_the_same_file() -> None:
    question, answer = chunk("Ana: Where did you leave the ladder?"), chunk("Ben: Behind the shed.")
    after = chunk("Ana: Thanks.", context=f"{question.text}\n{answer.text}")
    elsewhere = chunk(question.text, path="documents/other.txt", name="elsewhere")
    some = {c.id: c for c in (question, answer, after, elsewhere)}
    scores = {question.id: 0.3, answer.id: 0.2, after.id: 0.8, "elsewhere": 0.3}
    found = lifted(scores, some, FACT.lift)
    assert found[question.id] > 0.3
    assert found[answer.id] > 0.2
    assert (found[after.id], found["elsewhere"]) == (0.8, 0.3)
    assert score(question, EVEN, 0.0, 0.0) == 0.0


def test_a_long_passage_is_known_again_by_its_end() -> None:
    long = chunk("Nobody knows how the ladder came there. " * 20 + "It was red.")
    after = chunk("Red?", context="It was red.")
    # The context holds only a sentence of it, which is too little to know it by.
    assert lifted({long.id: 0.2, after.id: 0.9}, {long.id: long, after.id: after}, FACT.lift)[long.id] == 0.2
    after = chunk("Red?", context="Nobody knows how the ladder came there. " * 3 + "It was red.")
    assert lifted({long.id: 0.2, after.id: 0.9}, {long.id: long, after.id: after}, FACT.lift)[long.id] > 0.2
