from __future__ import annotations

from collections.abc import Callable

import pytest

from demo.seed import SAMPLE
from memory.home import Home
from memory.style import FILE, Style

Put = Callable[[str, str], None]


@pytest.mark.parametrize(
    ("line", "letter"),
    [
        ("I sign as Ada Berg.", "A late arrival, please. Ada Berg"),
        ("I sign Ada to friends, A. Berg to companies.", "A late arrival, please. A. Berg"),
        ("My letters begin with “Good day” and end with thanks.", "Good day, A late arrival, please. Thank you."),
        ("I write British English.", "A late arrival, please."),
    ],
)
def test_a_letter_has_the_form_that_the_file_tells(home: Home, put: Put, line: str, letter: str) -> None:
    put(FILE, f"# Style\n\n## How I write\n\n- {line}\n")
    assert Style.of(home).letter("A late arrival, please") == letter


def test_what_is_never_written_is_not_written(home: Home, put: Put) -> None:
    put(FILE, "- No emoji, and never an exclamation mark.\n")
    assert Style.of(home).letter("We look forward to it! 🎉 Two of us!!") == "We look forward to it. Two of us."
    put(FILE, "- I love emoji and exclamation marks.\n")
    assert Style.of(home).letter("Two of us! 🎉 Fine") == "Two of us! 🎉 Fine."


@pytest.mark.parametrize(
    ("text", "brief", "address"),
    [
        ("## How to talk to me\n\n- Keep it short. Call me Ada.\n", True, "Ada"),
        ("## How to talk to me\n\n- Never be brief with me.\n", False, ""),
        ("## How I write\n\n- Short sentences.\n", False, ""),
        ("- I like brief answers; address me as Dr Berg.\n", True, "Dr Berg"),
        ("- Don't call me Bo.\n", False, ""),
        ('- Say it plainly: "I can\'t eat nuts, please tell the cook."\n', False, ""),
        ("", False, ""),
    ],
)
def test_the_tone_is_what_is_said_of_talking(home: Home, put: Put, text: str, brief: bool, address: str) -> None:
    put(FILE, f"# Style\n\n{text}")
    style = Style.of(home)
    assert (style.brief, style.address) == (brief, address)
    assert bool(style.tone) == ("talk" in text or "answers" in text or "call me" in text)


def test_without_a_file_nothing_is_changed(home: Home) -> None:
    (home.root / FILE).unlink(missing_ok=True)
    assert Style.of(home) == Style()
    assert Style().letter("A cot, please.") == "A cot, please."


def test_the_sample_person_writes_as_their_file_says(home: Home, put: Put) -> None:
    put(FILE, (SAMPLE / FILE).read_text())
    told = Style.of(home).letter("We arrive after ten!")
    assert told == "Dear all, We arrive after ten. Thank you. M. Oliveira"
    assert Style.of(home).address == "Marta"
