from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from memory.embed import MiniLM, Vectors
from memory.home import Home
from memory.index import Index
from memory.retrieve import Retriever

Put = Callable[[str, str], None]
WORDS = ["lantern", "harbour", "ledger", "orchard", "copper", "violin"]


class Counting:
    """The real model's vectors, each text computed once; counts what it is asked for."""

    def __init__(self, model: MiniLM, name: str = "") -> None:
        self.model, self.name, self.dimensions, self.texts = model, name or model.name, model.dimensions, list[str]()

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        if new := [text for text in dict.fromkeys(texts) if text not in KNOWN]:
            KNOWN.update(zip(new, self.model.embed(new), strict=True))
        return np.array([KNOWN[text] for text in texts], np.float32).reshape(len(texts), self.dimensions)


KNOWN: dict[str, Vectors] = {}


def ids(index: Index) -> set[str]:
    """Every id, the same on both sides."""
    words = set(index.catalog.embedded())
    assert words == index.vectors.ids()
    return words


def fill(put: Put) -> None:
    for n, word in enumerate(WORDS):
        put(f"documents/{word}.md", f"# About {word}\n\n- The {word} is number {n}.\n- It was seen in spring.\n")
    put("memory/food.md", "# Food\n\n- I am allergic to walnuts.\n")


def test_only_what_changed_is_embedded(home: Home, put: Put, minilm: MiniLM) -> None:
    fill(put)
    model = Counting(minilm)
    index = Index(home, model)
    first = index.sync()
    assert (first.read, first.chunks, first.embedded, first.skipped) == (7, 13, 13, ())
    again = index.sync()
    assert (again.read, again.unchanged, again.embedded) == (0, 7, 0)

    model.texts.clear()
    put("documents/violin.md", "# About violin\n\nNew on top.\n\n- The violin is number 5.\n- It was seen in spring.\n")
    os.utime(home.root / "documents/copper.md")
    (home.root / "documents/ledger.md").unlink()
    report = index.sync()
    assert (report.read, report.removed, report.unchanged, report.chunks) == (2, 1, 4, 12)
    assert any("New on top." in text for text in model.texts)
    assert not any("seen in spring" in text and "New on top" not in text for text in model.texts)
    assert len(ids(index)) == 12
    assert {e.lines for e in Retriever(index).mentions("number 5")} == {(5, 5)}
    assert Retriever(index).mentions("ledger") == ()
    index.close()


def test_an_edit_that_keeps_size_and_time_is_seen(home: Home, put: Put, index: Index) -> None:
    put("memory/food.md", "- I like tea\n")
    index.sync()
    path = home.root / "memory/food.md"
    before = path.stat()
    put("memory/food.md", "- I hate tea\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert index.sync().read == 1


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> tuple[Path, set[str]]:
    """A home whose index has every file that Chroma and SQLite write."""
    home = Home.open(tmp_path_factory.mktemp("indexed"))
    (home.root / "documents/long.md").write_text(
        "\n\n".join(f"Entry {n} about the {WORDS[n % 6]}." for n in range(1100))
    )
    index = Index(home, Counting(minilm))
    index.sync()
    found = ids(index)
    index.close()
    return home.root, found


@pytest.mark.parametrize("how", ["half", "gone", "flipped"])
@pytest.mark.parametrize(
    "name",
    ["catalog.db", "chroma.sqlite3", "data_level0.bin", "header.bin", "length.bin", "link_lists.bin", "seal.json"],
)
def test_a_damaged_index_is_rebuilt_with_the_same_ids(
    indexed: tuple[Path, set[str]], tmp_path: Path, minilm: MiniLM, name: str, how: str
) -> None:
    shutil.copytree(indexed[0], tmp_path / "home")
    home = Home.open(tmp_path / "home")
    (file,) = (home.root / "state/index").rglob(name)
    size = file.stat().st_size
    if how == "gone":
        file.unlink()
    elif how == "half":
        os.truncate(file, size // 2)
    else:
        with file.open("r+b") as opened:
            opened.write(b"\xff" * min(size, 64))
    index = Index(home, Counting(minilm))
    report = index.sync()
    assert report.rebuilt
    assert ids(index) == indexed[1]
    assert Retriever(index).recall("entry about the violin", 3)
    index.close()


def test_an_index_that_breaks_while_it_is_used_is_rebuilt(put: Put, index: Index) -> None:
    fill(put)
    index.sync()
    before = ids(index)
    index.catalog._db.execute("DROP TABLE words")
    assert Retriever(index).recall("walnuts", 1)[0].quote == "I am allergic to walnuts."
    assert ids(index) == before


def test_words_that_differ_from_the_chunks_are_noticed(home: Home, put: Put, minilm: MiniLM) -> None:
    fill(put)
    index = Index(home, minilm)
    index.sync()
    before = ids(index)
    index.catalog._db.execute("DELETE FROM words WHERE rowid = 3")
    index.vectors.delete(sorted(before)[:1])
    index.close()
    index = Index(home, minilm)
    assert index.sync().rebuilt
    assert ids(index) == before
    index.close()


def test_another_model_makes_another_index(home: Home, put: Put, minilm: MiniLM) -> None:
    fill(put)
    first = Index(home, minilm)
    first.sync()
    first.close()
    other = Index(home, Counting(minilm, "other-model"))
    report = other.sync()
    assert "other-model" in report.rebuilt
    assert report.embedded == report.chunks == 13
    other.close()


def test_what_is_not_indexed_says_why(home: Home, put: Put, index: Index) -> None:
    put("documents/a.png", "x")
    put("documents/empty.md", "")
    put("documents/.hidden.md", "secret")
    put("memory/broken.md", "---\na: [\n---\n- I like tea\n")
    (home.root / "documents/out.md").symlink_to("/etc/passwd")
    (home.root / "documents/folder").symlink_to("/etc")
    report = index.sync()
    assert [(s.path, s.partly) for s in report.skipped] == [
        ("documents/a.png", False),
        ("documents/empty.md", False),
        ("documents/folder", False),
        ("documents/out.md", False),
        ("memory/broken.md", True),
    ]
    assert "Line" in report.skipped[-1].why
    assert report.chunks == 1
    assert index.sync().skipped == report.skipped


def test_a_bounded_sync_leaves_the_rest_for_later(put: Put, index: Index) -> None:
    fill(put)
    report = index.refresh(most_bytes=100)
    assert report.pending > 0
    assert Retriever(index).all_notes()
    assert index.sync().pending == 0


SYNC = """
import sys, pathlib
from memory.embed import MiniLM; from memory.home import Home; import memory.index as module
module.FLUSH = 8
index = module.Index(Home.open(pathlib.Path(sys.argv[1])), MiniLM()); print("ready", flush=True)
index.sync(); print("done", flush=True)
"""


def test_a_killed_sync_is_caught_up_with(home: Home, put: Put, minilm: MiniLM) -> None:
    for n in range(80):
        put(f"documents/{n}.md", f"- Entry {n} about the {WORDS[n % 6]}.\n")
    for kill in range(3):
        process = subprocess.Popen([sys.executable, "-c", SYNC, str(home.root)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.1 + 0.15 * kill)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    index = Index(home, minilm)
    assert index.sync().chunks == 80
    killed = ids(index)
    index.close()
    shutil.rmtree(home.root / "state/index")
    index = Index(home, minilm)
    index.sync()
    assert ids(index) == killed
    index.close()


def test_a_fresh_home_has_no_notes_and_nothing_to_complain_of(tmp_path: Path, minilm: MiniLM) -> None:
    index = Index(Home.open(tmp_path / "fresh"), minilm)
    report = index.sync()
    assert (report.chunks, report.skipped) == (0, ())
    assert Retriever(index).search("what do I like?").state.kind == "nothing"
    index.close()
