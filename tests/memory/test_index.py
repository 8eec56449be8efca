from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from memory.embed import MiniLM, Vectors
from memory.errors import Unavailable
from memory.home import Home
from memory.index import Index, _Tally
from memory.retrieve import Retriever
from memory.scan import FOLDERS, scan
from memory.status import look

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


@pytest.mark.parametrize("how", ["half", *(pytest.param(how, marks=pytest.mark.long) for how in ("gone", "flipped"))])
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


@pytest.mark.long
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


def test_what_chroma_had_in_its_queue_when_it_was_killed_is_no_part_of_the_index(
    home: Home, put: Put, minilm: MiniLM
) -> None:
    put("documents/a.md", "- The lantern is lit at dusk.\n")
    index = Index(home, minilm)
    index.sync()
    before, folder = ids(index), index.vectors.folder
    index.close()
    with closing(sqlite3.connect(folder / "chroma.sqlite3")) as database, database:
        columns = "operation, topic, vector, encoding, metadata"
        database.execute(f"INSERT INTO embeddings_queue (id, {columns}) SELECT 'late', {columns} FROM embeddings_queue")
    index = Index(home, minilm)
    assert ids(index) == before
    index.close()


def test_a_fresh_home_has_no_notes_and_nothing_to_complain_of(tmp_path: Path, minilm: MiniLM) -> None:
    index = Index(Home.open(tmp_path / "fresh"), minilm)
    report = index.sync()
    assert (report.chunks, report.skipped) == (0, ())
    assert Retriever(index).search("what do I like?").index.kind == "nothing"
    index.close()


@pytest.mark.long
def test_a_line_edited_in_five_megabytes_costs_about_one_chunk(home: Home, put: Put) -> None:
    class Bare:
        """A model that costs nothing: what is measured is how often it is asked."""

        name, dimensions = "bare", 8
        texts = 0

        def embed(self, texts: Sequence[str]) -> Vectors:
            self.texts += len(texts)
            return np.full((len(texts), 8), 0.35, np.float32)

    paragraphs = [f"Paragraph {n}. " + f"The {WORDS[n % 6]} was seen again. " * 95 for n in range(2000)]
    put("documents/long.txt", "\n\n".join(paragraphs))
    assert (home.root / "documents/long.txt").stat().st_size > 5_000_000
    model = Bare()
    index = Index(home, model)
    before = index.sync()
    assert before.chunks > 5000
    model.texts = 0
    paragraphs[1000] = paragraphs[1000].replace("Paragraph 1000.", "Paragraph one thousand.")
    put("documents/long.txt", "New first line.\n\n" + "\n\n".join(paragraphs))
    report = index.sync()
    assert 1 <= model.texts <= 5
    assert report.chunks == before.chunks + 1
    found = index.catalog.get([key for key, _ in index.catalog.phrase(["one", "thousand"])])
    assert {chunk.lines for chunk in found.values()} == {(2003, 2003)}
    index.close()


def test_a_file_that_is_renamed_or_only_touched_costs_no_embedding(home: Home, put: Put, minilm: MiniLM) -> None:
    fill(put)
    model = Counting(minilm)
    index = Index(home, model)
    index.sync()
    model.texts.clear()
    (home.root / "documents/violin.md").rename(home.root / "documents/viola.md")
    os.utime(home.root / "documents/copper.md")
    report = index.sync()
    assert (model.texts, report.removed, report.read) == ([], 1, 2)
    assert [e.path for e in Retriever(index).recall("where was the violin seen?", 1)] == ["documents/viola.md"]
    index.close()


def test_vectors_of_deleted_texts_are_not_kept(home: Home, put: Put, minilm: MiniLM) -> None:
    fill(put)
    index = Index(home, minilm)
    index.sync()
    (home.root / "documents/violin.md").unlink()
    index.sync()
    index.close()
    with sqlite3.connect(home.root / "state/index/embeddings.db") as kept:
        assert kept.execute("SELECT count(*) FROM vectors").fetchone() == (11,)
    kept.close()


@pytest.mark.parametrize("former_is_here", [True, False])
def test_while_another_model_makes_another_index_the_old_one_answers(
    home: Home, put: Put, minilm: MiniLM, former_is_here: bool
) -> None:
    fill(put)
    first = Index(home, Counting(minilm))
    first.sync()
    before = ids(first)
    first.close()
    former = Counting(minilm)
    index = Index(home, Counting(minilm, "other"), former=lambda _: former if former_is_here else None)
    retriever = Retriever(index)
    # The rebuild has not begun: an edit and a deletion are seen all the same.
    put("memory/food.md", "- I am allergic to hazelnuts.\n")
    (home.root / "documents/violin.md").unlink()
    index._stores.look(scan(home.root), FOLDERS)
    store, group = index._stores.answering, {"memory/food.md": scan(home.root)["memory/food.md"]}
    index._take(store, group, _Tally())
    answer = index.trusted(lambda: retriever._find("what am I allergic to? hazelnuts", 3, ()))
    assert answer[0].quote == "I am allergic to hazelnuts."
    assert retriever.mentions("violin") == ()
    assert "other" in index.status().rebuilding
    assert ("other" in index.embedder.name) is False
    report = index.sync()
    assert "other" in report.rebuilt
    assert index.embedder.name == "other"
    assert index.status().rebuilding == ""
    assert len(ids(index) & before) == 10
    assert len(list((home.root / "state/index").glob("store-*"))) == 1
    assert retriever.recall("hazelnuts", 1)[0].quote == "I am allergic to hazelnuts."
    index.close()


def test_a_full_disk_is_said_and_tears_nothing(home: Home, put: Put, minilm: MiniLM) -> None:
    fill(put)
    index = Index(home, Counting(minilm))
    index.sync()
    pages = index.catalog._db.execute("PRAGMA page_count").fetchone()[0]
    index.catalog._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to fill a disk
    put("documents/new.md", "\n\n".join(f"Line {n} on {word}." for n in range(60) for word in WORDS))
    with pytest.raises(Unavailable, match="full"):
        index.sync()
    assert Retriever(index)._index.status().pending == 1
    assert index.trusted(lambda: index.catalog.phrase(["walnuts"]))
    index.catalog._db.execute("PRAGMA max_page_count = 1000000")
    assert index.sync().pending == 0
    ids(index)
    index.close()


def test_the_status_tells_each_file_and_changes_nothing(home: Home, put: Put, minilm: MiniLM) -> None:
    fill(put)
    put("documents/a.png", "x")
    index = Index(home, Counting(minilm))
    index.sync()
    open_ = index.status()
    index.close()
    put("documents/later.md", "Later.\n")

    def bytes_of() -> dict[Path, bytes]:
        return {p: p.read_bytes() for p in sorted((home.root / "state/index").rglob("*")) if p.is_file()}

    before = bytes_of()
    status = look(home.root)
    assert bytes_of() == before
    assert (status.chunks, status.pending) == (13, 1)
    states = {f.path: (f.state, f.chunks, f.why[:12], bool(f.at)) for f in status.files}
    assert states["documents/later.md"] == ("waiting", 0, "", False)
    assert states["documents/a.png"] == ("skipped", 0, "There is no ", True)
    assert states["memory/food.md"] == ("indexed", 1, "", True)
    assert [f for f in status.files if f.path != "documents/later.md"] == list(open_.files)


def test_the_status_tells_how_far_a_long_file_is(home: Home, put: Put, minilm: MiniLM) -> None:
    put("documents/long.md", "\n".join(f"## Year {n}\n\nOne more lantern on the {n}th mast.\n" for n in range(80)))
    index, seen = Index(home, Counting(minilm)), []
    index.sync(lambda at: seen.append(next(f for f in index.status().files if f.path == at.path)))
    assert len(seen) > 1
    assert all((f.state, f.of) == ("waiting", 80) and 0 < f.chunks < 80 for f in seen[:-1])
    assert (seen[-1].state, seen[-1].chunks, seen[-1].of) == ("indexed", 80, 0)
    index.close()


def test_an_index_without_vectors_is_no_damaged_one(
    home: Home, minilm: MiniLM, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        index = Index(home, minilm)
        index.sync()
        index.close()
    assert not caplog.records
