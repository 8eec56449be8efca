from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from memory.home import Home
from memory.index import Index
from memory.retrieve import Retriever

Put = Callable[[str, str], None]

DIARY = """# Diary

## 2026-03-04
Rain all day. We sat by the stove at Casa Bruma until they closed, and the wine was cloudy and good.

## 2024-06-11
Took the bus to the coast. Hammer & Tongue was so loud that I left before the burger came.
"""
FOOD = """# Food

> Write here what you eat. I love guidance about sushi.

## Never
- I am allergic to shellfish (2025-01-02)

## Likes
- soups that take a whole day (inferred)
- ate at the Cafe Ines twice
"""


@pytest.fixture
def retriever(put: Put, index: Index) -> Retriever:
    put("documents/diary.md", DIARY)
    put("memory/food.md", FOOD)
    put("journal/2026-11.md", "# November\n\n- Booked Mizu for two.\n")
    put(
        "documents/work/glossary.md",
        "# Glossary\n\n" + "\n".join(f"- term {n}: a word of the trade" for n in range(40)),
    )
    return Retriever(index)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("can she eat prawns?", "allergic to shellfish"),
        ("which places were too noisy?", "so loud that I left"),
        ("what was the weather like", "Rain all day"),
        ("slow cooking", "soups that take a whole day"),
    ],
)
def test_a_question_finds_its_passage(retriever: Retriever, question: str, quote: str) -> None:
    found = retriever.recall(question, 3)
    assert any(quote in e.quote for e in found)
    assert all(0 <= e.score <= 1 for e in found)


def test_a_citation_is_verbatim_and_says_where_and_when(retriever: Retriever, home: Home) -> None:
    (found,) = retriever.recall("shellfish", 1)
    assert (found.path, found.lines, found.section, found.date, found.stated) == (
        "memory/food.md",
        (6, 6),
        "Food > Never",
        dt.date(2025, 1, 2),
        True,
    )
    assert found.quote in (home.root / found.path).read_text().split("\n")[5]
    assert not retriever.recall("soups", 1)[0].stated


def test_only_under(retriever: Retriever) -> None:
    assert {e.path for e in retriever.recall("wine", 20, under=("documents/diary.md", "journal"))} <= {
        "documents/diary.md",
        "journal/2026-11.md",
    }
    assert retriever.recall("loud burger", 5, under=("documents/dia",)) == ()


@pytest.mark.parametrize(
    ("name", "dates"),
    [
        ("casa bruma", [dt.date(2026, 3, 4)]),
        ("Hammer and Tongue", [dt.date(2024, 6, 11)]),
        ("Café Inês", [None]),
        ("Mizu", [dt.date(2026, 11, 1)]),
        ("Bruma Casa", []),
        ("Burgers", []),
        ("Rain Man", []),
        ('"; DROP TABLE chunks', []),
        ("", []),
    ],
)
def test_mentions_of_a_name(retriever: Retriever, name: str, dates: list[dt.date | None]) -> None:
    assert [e.date for e in retriever.mentions(name)] == dates


def test_every_note_is_there_without_a_query(retriever: Retriever, put: Put) -> None:
    assert [e.quote for e in retriever.all_notes()] == [
        "I am allergic to shellfish",
        "soups that take a whole day",
        "ate at the Cafe Ines twice",
    ]
    assert {e.id for e in retriever.all_notes()} <= {e.id for e in retriever.recall("food", 99, under=("memory",))}
    put("memory/people.md", "- Tomás eats no nuts\n")
    assert "Tomás eats no nuts" in [e.quote for e in retriever.all_notes()]


def test_an_edit_is_known_to_the_next_question(retriever: Retriever, put: Put) -> None:
    assert retriever.recall("allergic to shellfish", 1)
    put("memory/food.md", "# Food\n\n- I love oysters now\n")
    assert not any("allergic" in e.quote for e in retriever.recall("allergic to shellfish", 50))
    assert retriever.recall("oysters", 1)[0].quote == "I love oysters now"


def test_of_two_alike_the_newer_comes_first_and_twins_once(put: Put, index: Index) -> None:
    put("memory/a.md", "- I like spicy food a lot (2023-01-01)\n- I like spicy food no more (2026-01-01)\n")
    put("documents/copy.md", "- I like spicy food a lot\n")
    found = Retriever(index).recall("spicy food", 9)
    assert [e.quote for e in found] == ["I like spicy food no more", "I like spicy food a lot"]


def test_nothing_not_indexed_and_behind_are_three_answers(put: Put, index: Index) -> None:
    retriever = Retriever(index)
    put("memory/a.md", "- I like tea\n")
    assert retriever.search("tea").index.kind == "found"
    assert retriever.search("volcanic geology of Iceland").index.kind == "nothing"
    put("documents/scan.png", "x")
    state = retriever.search("volcanic geology of Iceland").index
    assert state.kind == "not indexed"
    assert "scan.png" in str(state)
    put("documents/b.md", "- I like cocoa\n")
    index.status()
    assert index._next() is not None  # as a thread that reads a long file has it in hand
    answer = retriever.search("tea")
    assert answer.index.pending == 1
    assert answer.index.kind == "behind"
    assert answer.evidence[0].quote == "I like tea"


def test_many_threads_ask_while_files_change(put: Put, index: Index) -> None:
    retriever = Retriever(index)

    def ask(n: int) -> bool:
        put(f"memory/{n}.md", f"- Place number {n} is quiet\n")
        return any(f"number {n}" in e.quote for e in retriever.recall(f"place number {n}", 50))

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(ask, range(12)))


def test_a_blog_feed_is_cited_to_its_entry(home: Home, index: Index) -> None:
    data = os.environ.get("RFLOW_DATA")
    feed = Path(data or "/nowhere") / "9_real_person/feed.xml"
    if not feed.exists():
        pytest.skip("RFLOW_DATA does not name the folder of measuring data")
    entries = feed.read_text().split("</entry>")
    (home.root / "documents/feed.xml").write_text("</entry>".join(entries[:2]) + "</entry></feed>")
    index.sync()
    found = next(e for e in Retriever(index).recall("does he like spicy food?", 3) if "spicy" in e.quote)
    assert found.section.startswith("Beyond the Bot")
    assert found.lines is not None
    lines = feed.read_text().split("\n")[found.lines[0] - 1 : found.lines[1]]
    assert "avoiding spicy foods" in "\n".join(lines)
