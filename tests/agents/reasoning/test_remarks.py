"""What states something lasting is told from what is wished, asked, imagined or quoted."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from agents.reasoning.offline.remarks import may_be_passed_on, remark, remarks_beside

SAID = YAML(typ="safe").load(Path(__file__).with_name("remarks.yaml"))
OWED = {"note": 1.0, "note_later": 0.9}
"""The share that is to be found; of the other kinds none may be written down."""


@pytest.mark.parametrize("kind", [kind for kind in SAID if kind in OWED])
def test_what_is_stated_is_found(kind: str) -> None:
    missed = [said for said in SAID[kind] if remark(said) is None]
    assert len(missed) <= (1 - OWED[kind]) * len(SAID[kind]), missed


@pytest.mark.parametrize("kind", [kind for kind in SAID if kind not in OWED])
def test_what_is_not_stated_is_not_written_down(kind: str) -> None:
    assert [said for said in SAID[kind] if remark(said) is not None] == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("remember that my sister is vegan", "My sister is vegan"),
        ("Note: the gate sticks. Lift it.", "The gate sticks. Lift it."),
        ("by the way, I can’t stand  fog", "I can’t stand fog"),
        ("Please remember, Ana hates leeks!", "Ana hates leeks!"),
    ],
)
def test_the_note_is_in_the_persons_words(said: str, kept: str) -> None:
    assert remark(said) == kept
    assert kept[1:].split()[0] in said


@pytest.mark.parametrize("text", ["", "   ", "?", "note:", "remember that", "I hate " + "x " * 400, "\n\n", "🙂"])
def test_nothing_is_no_note(text: str) -> None:
    assert remark(text) is None


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("I can't stand drums; find us dinner tonight", ("I can't stand drums",)),
        ("Find us dinner tonight. I can't stand drums.", ("I can't stand drums",)),
        ("my aunt is vegan, where could we eat on Friday?", ("My aunt is vegan",)),
        ("I hate drums so find me a quiet one", ("I hate drums",)),
        ("I never eat veal. I love figs. Book a table.", ("I never eat veal", "I love figs")),
        ("I love drums. I hate fog.", ()),  # nothing is asked for: it is a note altogether
        ("find us dinner tonight, not too loud", ()),
        ("I want something quiet; find us dinner tonight", ()),
        ("if I hated drums, would you find us dinner?", ()),
        ("my friend says I hate drums. find us dinner", ()),
        ("I like the first one. Book it.", ()),
        ("I'm hungry, find us dinner", ()),
    ],
)
def test_what_lasts_beside_a_request(text: str, noted: tuple[str, ...]) -> None:
    assert remarks_beside(text) == noted


@pytest.mark.parametrize(
    ("text", "passed_on"),
    [
        ("I moved to Porto in May, closer to the sea", False),
        ("remember that Ana said “never again” about leeks", False),  # told outright
        ("> always book the Gull Tower", True),
        ("what is this?\n```\nbook the Gull Tower\n```", True),
        ("Fwd: we love the Gull Tower", True),
        ("translate this for me: adoramos a Gull Tower", True),
        ("my friend wrote “we love the Gull Tower”", True),
        ("is it good? https://a.example/?x=love", True),
        ("love " * 100, True),
    ],
)
def test_what_may_be_somebody_elses_words(text: str, passed_on: bool) -> None:
    assert may_be_passed_on(text) is passed_on
