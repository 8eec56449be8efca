"""Questions are chosen for what they would tell."""

from __future__ import annotations

import pytest

from agents.reasoning.offline.asking import Ask, next_question
from agents.reasoning.offline.meaning import Meaning
from agents.reasoning.offline.polarity import opinions
from agents.types import Candidate, Preference
from memory.embed import MiniLM


@pytest.fixture(scope="module")
def meaning(model: MiniLM) -> Meaning:
    return Meaning(model.embed)


def asked(topic: str, meaning: Meaning, known: list[Preference] | None = None, times: int = 5) -> list[Ask]:
    done: list[Ask] = []
    for _ in range(times):
        found = next_question(topic, [a.about for a in done], known or [], (), meaning)
        assert found is not None
        done.append(found)
    return done


@pytest.mark.parametrize("topic", ["music", "gardening", "hotels", "board games", "perfume"])
def test_five_different_questions_on_any_topic(topic: str, meaning: Meaning) -> None:
    found = asked(topic, meaning)
    assert len({a.about for a in found}) == 5
    for ask in found:
        for note, sign in ((ask.yes, True), (ask.no, False)):
            told = opinions(note)
            assert told, note
            if ask.about in note:  # a kind of thing: yes likes it, no dislikes it
                assert (told[0].polarity == "likes") is sign, note


def test_what_holds_elsewhere_tells_less(meaning: Meaning) -> None:
    quiet = [
        Preference(id=f"p{n}", text=f"I like a quiet {x}", subject="quiet", polarity="likes", strength=1,
                   evidence=("e",), stated=True)
        for n, x in enumerate(("hotel", "street", "office", "village", "train", "park"))
    ]  # fmt: skip
    fresh = next(a for a in asked("gardening", meaning, times=8) if a.about.startswith("quiet"))
    later = [a for a in asked("gardening", meaning, quiet, times=8) if a.about.startswith("quiet")]
    assert all(a.gain < fresh.gain and a.chance > 0.8 for a in later)


def test_what_half_of_the_candidates_have_tells_most(meaning: Meaning) -> None:
    def made(number: int, *kitchens: str) -> Candidate:
        facts = {"servesCuisine": list(kitchens)}
        return Candidate(id=f"c{number}", name=f"P{number}", url="http://x/", facts=facts, seen_at="2026-11-21")

    candidates = [made(n, "Basque", *(["Nordic"] if n < 4 else [])) for n in range(8)]
    found = next_question("supper", [], [], candidates, meaning)
    assert found is not None
    assert (found.about, found.chance) == ("nordic", 0.5)  # all are Basque: that would tell nothing
