from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest

from memory import watch
from memory.embed import MiniLM
from memory.home import Home
from memory.index import Index
from memory.retrieve import Retriever

Put = Callable[[str, str], None]


@pytest.fixture
def kept(index: Index) -> Iterator[Index]:
    """An index that is kept up to date, as in the service, and does not look at every file before a query."""
    with watch.kept(index):
        yield index


def until(true: Callable[[], bool], seconds: float = 40) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not happen"
        time.sleep(0.02)


def stands(index: Index, words: str) -> bool:
    return bool(index.trusted(lambda: index.catalog.phrase(words.split())))


def test_what_is_saved_moved_and_deleted_is_followed(home: Home, put: Put, kept: Index) -> None:
    put("documents/trips/a.md", "The ferry was late.\n")
    until(lambda: stands(kept, "ferry was late"))
    put("documents/trips/a.md", "The ferry was early.\n")
    until(lambda: stands(kept, "ferry was early") and not stands(kept, "ferry was late"))
    (home.root / "documents/trips").rename(home.root / "documents/journeys")
    until(lambda: kept.catalog.paths_of(kept.catalog.embedded()) == {"documents/journeys/a.md"})
    (home.root / "documents/journeys/a.md").unlink()
    until(lambda: not stands(kept, "ferry"))


def test_a_folder_that_is_replaced_is_followed_on(home: Home, put: Put, kept: Index) -> None:
    put("journal/2025-01.md", "Rain all day.\n")
    until(lambda: stands(kept, "rain all day"))
    (home.root / "journal").rename(home.root / "aside")
    put("journal/2025-02.md", "Snow at night.\n")
    until(lambda: stands(kept, "snow at night") and not stands(kept, "rain"), 75)
    put("journal/2025-03.md", "Wind at dawn.\n")
    until(lambda: stands(kept, "wind at dawn"), 75)


def test_where_nobody_tells_of_changes_they_are_found_by_looking(
    put: Put, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object, **__: object) -> Iterator[bool]:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watch, "watch", no_room)
    with watch.kept(index):
        time.sleep(0.3)
        put("documents/a.md", "The ferry was late.\n")
        until(lambda: stands(index, "ferry was late"))


@pytest.mark.long
def test_a_rule_written_while_a_long_document_is_read_is_in_the_next_answer(
    put: Put, home: Home, minilm: MiniLM
) -> None:
    class Slow:
        name, dimensions = minilm.name, minilm.dimensions

        def embed(self, texts: list[str]):  # type: ignore[no-untyped-def]
            if any("Sailing" in text for text in texts):
                time.sleep(0.4)
            return minilm.embed(texts)

    put("documents/long.md", "\n\n".join(f"Sailing day {n}, {'wind and waves. ' * 30}" for n in range(200)))
    index = Index(home, Slow())
    retriever = Retriever(index)
    with watch.kept(index):
        until(lambda: index.status().chunks > 0)
        put("memory/food.md", "- I am allergic to lupin.\n")
        answer = retriever.search("lupin", 3)
        assert answer.evidence[0].quote == "I am allergic to lupin."
        assert (answer.index.kind, answer.index.pending) == ("behind", 1)
        assert any("Sailing" in e.quote for e in retriever.recall("sailing in wind and waves"))
    index.close()


def test_a_question_right_after_the_start_waits_for_a_small_home(put: Put, home: Home, minilm: MiniLM) -> None:
    for n in range(20):
        put(f"documents/{n}.md", f"Note {n}: the tide at the {n}. pier was high.\n")
    index = Index(home, minilm)
    with watch.kept(index):
        answer = Retriever(index).search("tide at the 19. pier", 3)
        assert answer.index.kind == "found"
        assert "Note 19:" in answer.evidence[0].quote
    index.close()


def test_edits_and_deletions_take_effect_among_many_files(home: Home, put: Put, minilm: MiniLM) -> None:
    for n in range(500):
        put(f"documents/{n % 40}/{n}.txt", "" if n >= 60 else f"Stone number {n} is grey.\n")
    index, seed = Index(home, minilm), random.Random(5)
    index.sync()
    with watch.kept(index):
        for turn in range(8):
            n = seed.randrange(60)
            name = f"documents/{n % 40}/{n}.txt"
            put(name, f"Stone number {n} is turquoise {turn}.\n")
            until(lambda turn=turn: stands(index, f"turquoise {turn}"))  # type: ignore[misc]
            (home.root / name).unlink()
            until(lambda turn=turn: not stands(index, f"turquoise {turn}"))  # type: ignore[misc]
    index.close()


def test_it_ends_at_once_in_the_middle_of_much_work(home: Home, put: Put, minilm: MiniLM) -> None:
    put("documents/long.md", "\n\n".join(f"Sailing day {n}, {'wind and waves. ' * 30}" for n in range(2000)))
    index = Index(home, minilm)
    with watch.kept(index):
        until(lambda: index.status().chunks > 0)
    assert index.status().chunks < 2000  # what was left is left for the next start
    index.close()
