from __future__ import annotations

import pytest

from agents.orchestrator.been import visited
from memory.evidence import Evidence

NAME = "Lanterna"


def written(quote: str, path: str = "documents/a.md", section: str = "") -> Evidence:
    return Evidence(id=quote, path=path, lines=(1, 1), section=section, quote=quote)


@pytest.mark.parametrize(
    ("quote", "path", "section"),
    [
        ("We had dinner at Lanterna and stayed late.", "documents/a.md", ""),
        ("I've been to Lanterna.", "memory/a.md", ""),
        ("**Lanterna**, by the gate. Twelve tables. We have eaten there twice.", "documents/guide.md", ""),
        ("Lanterna for my birthday, the table by the door.", "documents/diary/2026.md", "2026-02-01, Sunday"),
        ("Lunch with Bento at Lanterna is an institution.", "documents/guide.md", ""),
        ("Booked Lanterna (reserve a table): 21 November, 20:00, 2.", "memory/visits.md", "Reserve a table"),
        ("I loved it, even the stairs.", "documents/hotels-diary.md", "Lanterna"),
    ],
)
def test_a_visit(quote: str, path: str, section: str) -> None:
    assert visited(NAME, [written(quote, path, section)]) is not None


@pytest.mark.parametrize(
    ("quote", "path", "section"),
    [
        ("Lanterna opened by the gate. I haven't been.", "documents/guide.md", ""),
        ("I want to try Lanterna.", "memory/a.md", ""),
        ("Lanterna, by the gate", "documents/notes/list.md", "Want to try"),
        ("Lanterna. Bento swears by it.", "documents/want-to-try.txt", ""),
        ("We walked past Lanterna on the way home.", "documents/diary/2026.md", "2026-02-01"),
        ("Ragna went to Lanterna for her birthday.", "documents/letters.md", ""),
        ("People keep recommending Lanterna to me; I have never set foot in it.", "documents/a.md", ""),
        ("We had dinner at La Lanterna Rossa.", "documents/diary/2026.md", "2026-02-01"),
        ("We had dinner at Lanterna Rossa.", "documents/diary/2026.md", "2026-02-01"),
        ("Done, reference 17.", "journal/2026-11.md", "2026-11-21 Reserve a table: Lanterna"),
    ],
)
def test_no_visit(quote: str, path: str, section: str) -> None:
    assert visited(NAME, [written(quote, path, section)], ["La Lanterna Rossa", NAME]) is None


def test_the_longer_name_is_found_as_itself() -> None:
    told = [written("We had dinner at La Lanterna Rossa.")]
    assert visited("La Lanterna Rossa", told, [NAME]) == told[0]


def test_one_visit_among_wishes_counts() -> None:
    told = [written("I want to try Lanterna."), written("We finally ate at Lanterna.")]
    assert visited(NAME, told) == told[1]


@pytest.mark.parametrize(
    "quote", ["I heard Lanterna is good.", "I had no idea that Lanterna was open.", "I was near it."]
)
def test_a_rumour_is_no_visit(quote: str) -> None:
    assert visited(NAME, [written(f"{quote} Lanterna again in the paper.")]) is None


def test_a_book_that_was_read_is_known() -> None:
    assert visited("Slow Rivers", [written("I read Slow Rivers in one night.")]) is not None
