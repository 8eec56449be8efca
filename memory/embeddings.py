"""Embeddings that were computed once: what moved or is indexed anew costs no second run of the model."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np

from memory.vectors import Vectors

SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (model TEXT, made TEXT, vector BLOB, PRIMARY KEY (model, made))"
log = logging.getLogger(__name__)


class Embedder(Protocol):
    """Turns texts into vectors of length 1; its name says which vectors can be compared."""

    @property
    def name(self) -> str:
        """Of the model."""
        ...

    @property
    def dimensions(self) -> int:
        """Of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector per text, in their order."""
        ...


class Absent:
    """Stands in for a model that is not here any more: every vector is zero, so that only words are compared."""

    def __init__(self, name: str, dimensions: int) -> None:
        self.name, self.dimensions = name, dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One zero vector per text."""
        return np.zeros((len(texts), self.dimensions), np.float32)


def made_of(text: str) -> str:
    """The name of a text's vector."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]


class Embeddings:
    """Vectors by model and text, as float16 in a SQLite file. Thread-safe.

    Only a shortcut: a file that is broken or cannot be written is done without.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            return _connect(self._path)
        except sqlite3.DatabaseError:
            for end in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        try:
            return _connect(self._path)
        except sqlite3.Error:  # a full disk, say
            return _connect(Path(":memory:"))

    def embed(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """One vector per text, in their order; the model is asked only for new texts."""
        if isinstance(embedder, Absent):
            return embedder.embed(texts)
        mades = [made_of(text) for text in texts]
        known = self.known(embedder, mades)
        new = {made: text for made, text in zip(mades, texts, strict=True) if made not in known}
        if new:
            # Rounded before it is used: an index built from what was kept is the same as a first one.
            fresh = embedder.embed(list(new.values())).astype(np.float16)
            self._keep(embedder.name, list(zip(new, fresh, strict=True)))
            known |= {made: vector.astype(np.float32) for made, vector in zip(new, fresh, strict=True)}
        return np.array([known[made] for made in mades], np.float32).reshape(len(texts), embedder.dimensions)

    def known(self, embedder: Embedder, mades: Sequence[str]) -> dict[str, Vectors]:
        """The vectors that are kept, by the names of their texts (`made_of`)."""
        marks = ",".join("?" * len(mades))
        query = f"SELECT made, vector FROM vectors WHERE model = ? AND made IN ({marks})"  # noqa: S608
        with self._lock, suppress(sqlite3.Error):
            rows = self._db.execute(query, (embedder.name, *mades)).fetchall()
            sizes = 2 * embedder.dimensions
            return {m: np.frombuffer(v, np.float16).astype(np.float32) for m, v in rows if len(v) == sizes}
        return {}

    def _keep(self, model: str, vectors: Iterable[tuple[str, Vectors]]) -> None:
        with self._lock:
            try:
                rows = [(model, made, vector.tobytes()) for made, vector in vectors]
                with self._db:
                    self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            except sqlite3.Error as error:
                log.warning("The embeddings could not be kept: %s", error)

    def purge(self, keep: Iterable[tuple[str, str]]) -> None:
        """Forgets all but these (model, made): what was deleted leaves no vector behind."""
        with self._lock, suppress(sqlite3.Error), self._db:
            self._db.execute("CREATE TEMP TABLE IF NOT EXISTS used (model TEXT, made TEXT, PRIMARY KEY (model, made))")
            self._db.executemany("INSERT OR IGNORE INTO used VALUES (?, ?)", keep)
            self._db.execute("DELETE FROM vectors WHERE (model, made) NOT IN (SELECT model, made FROM used)")
            self._db.execute("DELETE FROM used")

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("PRAGMA secure_delete=ON")
        db.execute(SCHEMA)
        db.execute("SELECT count(*) FROM vectors").fetchone()
    except sqlite3.Error:
        db.close()
        raise
    return db
