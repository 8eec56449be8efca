"""The catalog of what is indexed: files, chunks and their words, in one SQLite database with FTS5."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from memory.chunk import Chunk
from memory.errors import Damaged, Unavailable
from memory.status import Entry

SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, sign TEXT, hash TEXT, why TEXT, partly INTEGER, chunks INTEGER, at TEXT);
CREATE TABLE IF NOT EXISTS chunks (
    seq INTEGER PRIMARY KEY, id TEXT UNIQUE, path TEXT, first INTEGER, last INTEGER, section TEXT, title TEXT,
    text TEXT, heading TEXT, context TEXT, date TEXT, stated INTEGER, page INTEGER, embedded TEXT);
CREATE INDEX IF NOT EXISTS chunks_path ON chunks (path);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
    text, heading, context, content='chunks', content_rowid='seq', tokenize='porter unicode61 remove_diacritics 2');
CREATE TRIGGER IF NOT EXISTS words_in AFTER INSERT ON chunks BEGIN
    INSERT INTO words (rowid, text, heading, context) VALUES (new.seq, new.text, new.heading, new.context); END;
CREATE TRIGGER IF NOT EXISTS words_out AFTER DELETE ON chunks BEGIN
    INSERT INTO words (words, rowid, text, heading, context)
    VALUES ('delete', old.seq, old.text, old.heading, old.context); END;
"""
NOT_DAMAGED = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY)
WEIGHTS = "1.0, 0.5, 0.4"  # of a word in the text, in the headings, in what stands before
_WORD = re.compile(r"\w+")


class Facts(NamedTuple):
    """What may change about a chunk while its words stay."""

    first: int | None
    last: int | None
    title: str
    date: str | None
    stated: bool
    page: int | None

    @classmethod
    def of(cls, chunk: Chunk) -> Facts:
        """As they are stored."""
        first, last = chunk.lines or (None, None)
        date = chunk.date.isoformat() if chunk.date else None
        return cls(first, last, chunk.title, date, chunk.stated, chunk.page)


def fold(text: str) -> list[str]:
    """The words of a text without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    if not plain.isascii():
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _WORD.findall(plain)


class Catalog:
    """Thread-safe; every call is short.

    Raises:
        Damaged: the database is broken, at opening or at any call.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        with self._cursor() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA secure_delete=ON")  # what was forgotten is gone from the file too
            db.executescript(SCHEMA)

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._db.close()

    def settle(self, thoroughly: bool = False) -> None:
        """Writes the log back and empties it: no text that was deleted stands anywhere any more.

        Args:
            thoroughly: nor any word of it, which stays in the word index until its parts are merged; half a second
                for 20,000 passages.
        """
        with self._cursor() as db:
            if thoroughly:
                db.execute("INSERT INTO words (words) VALUES ('optimize')")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def _cursor(self) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            try:
                yield self._db.cursor()
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in NOT_DAMAGED:
                    raise Unavailable(
                        f"The word index cannot be used now: {error}.", "Free the disk, and ask again."
                    ) from error
                raise Damaged(f"The word index cannot be read: {error}.") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside, or none."""
        with self._cursor() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def check(self) -> None:
        """Reads the whole database and compares the words with the chunks."""
        with self._cursor() as db:
            if db.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise Damaged("The word index is broken.")
            db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")

    def files(self) -> dict[str, Entry]:
        """Every file that was looked at."""
        with self._cursor() as db:
            return _files(db)

    def put_file(self, path: str, entry: Entry) -> None:
        """Records a file."""
        with self._cursor() as db:
            row = (path, entry.sign, entry.hash, entry.why, entry.partly, entry.chunks, entry.at)
            db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def drop_file(self, path: str) -> None:
        """Forgets a file and its chunks."""
        with self._cursor() as db:
            db.execute("DELETE FROM chunks WHERE path = ?", (path,))
            db.execute("DELETE FROM files WHERE path = ?", (path,))

    def ids(self) -> set[str]:
        """Of every chunk."""
        with self._cursor() as db:
            return {row[0] for row in db.execute("SELECT id FROM chunks")}

    def embedded(self, path: str | None = None) -> dict[str, str]:
        """Each chunk's id with the hash of what its vector was made from; of one file, or of all."""
        with self._cursor() as db:
            where, values = ("WHERE path = ?", (path,)) if path is not None else ("", ())
            return dict(db.execute(f"SELECT id, embedded FROM chunks {where}", values).fetchall())  # noqa: S608

    def known(self, path: str) -> dict[str, tuple[str, Facts]]:
        """Each chunk of a file: the hash of what its vector was made from, and what may change without it."""
        with self._cursor() as db:
            rows = db.execute(
                "SELECT id, embedded, first, last, title, date, stated, page FROM chunks WHERE path = ?", (path,)
            )
            return {r[0]: (r[1], Facts(r[2], r[3], r[4], r[5], bool(r[6]), r[7])) for r in rows}

    def put_chunks(self, chunks: Sequence[tuple[Chunk, str]]) -> None:
        """Stores chunks, over older ones; each comes with the hash of what its vector was made from."""
        self.drop_chunks([chunk.id for chunk, _ in chunks])
        with self._cursor() as db:
            db.executemany(
                "INSERT INTO chunks (id, path, first, last, section, title, text, heading, context, date, stated,"
                " page, embedded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(*_row(chunk), embedded) for chunk, embedded in chunks],
            )

    def move_chunks(self, chunks: Iterable[Chunk]) -> None:
        """Records where chunks stand now; their words are as they were."""
        with self._cursor() as db:
            places = [(f.first, f.last, f.date, f.stated, f.page, c.id) for c, f in ((c, Facts.of(c)) for c in chunks)]
            db.executemany("UPDATE chunks SET first = ?, last = ?, date = ?, stated = ?, page = ? WHERE id = ?", places)

    def drop_chunks(self, ids: Sequence[str]) -> None:
        """Forgets chunks; unknown ids are no error."""
        with self._cursor() as db:
            db.execute("DELETE FROM chunks WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))

    def get(self, ids: Iterable[str]) -> dict[str, Chunk]:
        """Chunks by id; unknown ids are left out."""
        with self._cursor() as db:
            rows = db.execute(SELECT, (json.dumps(list(ids)),))
            return {row[0]: _chunk(row) for row in rows}

    def paths_of(self, ids: Iterable[str]) -> set[str]:
        """The files that hold these chunks."""
        return {chunk.path for chunk in self.get(ids).values()}

    def ids_under(self, under: Sequence[str]) -> list[str]:
        """The ids of every chunk in these files and folders."""
        where, values = _under(under)
        with self._cursor() as db:
            return [r[0] for r in db.execute(f"SELECT id FROM chunks WHERE {where}", values)]  # noqa: S608

    def search(self, words: Sequence[str], k: int, under: Sequence[str] = ()) -> list[tuple[str, float]]:
        """The `k` chunks that fit any of `words` best, with their BM25 (higher is better)."""
        return self._match(" OR ".join(f'"{w}"' for w in dict.fromkeys(words)), k, under) if words else []

    def rarity(self, words: Sequence[str]) -> float:
        """The BM25 of a text of average length that holds each of `words` once: the sum of their weights (IDF)."""
        with self._cursor() as db:
            total = db.execute("SELECT count(*) FROM chunks").fetchone()[0]
            counts = [
                db.execute("SELECT count(*) FROM words WHERE words MATCH ?", (f'"{word}"',)).fetchone()[0]
                for word in dict.fromkeys(words)
            ]
        return sum(max(math.log((total - count + 0.5) / (count + 0.5)), 1e-6) for count in counts)

    def phrase(self, words: Sequence[str], k: int = -1) -> list[tuple[str, float]]:
        """Every chunk in whose text or headings `words` stand side by side."""
        return self._match(f'{{text heading}} : "{" ".join(words)}"', k, ()) if words else []

    def _match(self, query: str, k: int, under: Sequence[str]) -> list[tuple[str, float]]:
        # Only the best are joined with their chunks: a common word stands in thousands.
        where, values = _under(under)
        among = f"AND rowid IN (SELECT seq FROM chunks WHERE {where})" if under else ""  # noqa: S608
        with self._cursor() as db:
            rows = db.execute(
                f"SELECT id, fit FROM (SELECT rowid AS seq, -rank AS fit FROM words WHERE words MATCH ?"  # noqa: S608
                f" AND rank MATCH 'bm25({WEIGHTS})' {among} ORDER BY rank LIMIT ?) JOIN chunks USING (seq)"
                " ORDER BY fit DESC, id",
                (query, *(values if under else ()), k),
            )
            return [(r[0], r[1]) for r in rows]


def files_in(path: Path) -> dict[str, Entry]:
    """Every file of a catalog that nobody has open; raises `sqlite3.Error`."""
    # What was not written back yet stands in the -wal file; without one the catalog can be read as if on a CD.
    how = "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"
    with closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)) as db:
        return _files(db.cursor())


def _files(db: sqlite3.Cursor) -> dict[str, Entry]:
    rows = db.execute("SELECT path, sign, hash, why, partly, chunks, at FROM files")
    return {r[0]: Entry(r[1], r[2], r[3], bool(r[4]), r[5], r[6]) for r in rows}


SELECT = (
    "SELECT id, path, first, last, section, title, text, context, date, stated, page FROM chunks"
    " WHERE id IN (SELECT value FROM json_each(?))"
)


def _row(chunk: Chunk) -> tuple[object, ...]:
    facts = Facts.of(chunk)
    place = (chunk.id, chunk.path, facts.first, facts.last, json.dumps(chunk.section), chunk.title)
    return (*place, chunk.text, chunk.heading, chunk.context, facts.date, facts.stated, facts.page)


def _chunk(row: tuple[object, ...]) -> Chunk:
    name, path, first, last, section, title, text, context, date, stated, page = row
    return Chunk(
        id=str(name),
        path=str(path),
        lines=(first, last) if isinstance(first, int) and isinstance(last, int) else None,
        section=tuple(json.loads(str(section))),
        title=str(title),
        text=str(text),
        context=str(context),
        date=dt.date.fromisoformat(date) if isinstance(date, str) else None,
        stated=bool(stated),
        page=page if isinstance(page, int) else None,
    )


def _under(under: Sequence[str]) -> tuple[str, list[str]]:
    places = [place.strip("/") for place in under]
    where = " OR ".join("path = ? OR substr(path, 1, length(?) + 1) = ? || '/'" for _ in places)
    return f"({where or '1'})", [value for place in places for value in (place, place, place)]
