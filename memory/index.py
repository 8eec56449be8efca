"""The index over home's texts: Chroma and FTS5, kept equal to the files, rebuilt from them whenever in doubt."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from memory.catalog import Catalog, Entry
from memory.chunk import VERSION, Chunk, chunks_of
from memory.errors import BadInput, RflowError, Unavailable
from memory.home import Home
from memory.readers import MAX_BYTES, Skipped, read_document, too_big
from memory.vectors import Damaged, Vectors, VectorStore

FOLDERS = ("memory", "journal", "documents")  # in the order in which they are read
FLUSH = 256  # chunks that are embedded and stored together
T = TypeVar("T")
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


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one `Index.sync` did.

    Attributes:
        read, unchanged, removed: files.
        skipped: every file that is not, or only partly, in the index, with why.
        chunks: in the index now.
        embedded: chunks that were embedded just now.
        pending: changed files that were left for the next call.
        rebuilt: why the index was built anew since the last report; empty where it was not.
    """

    read: int
    unchanged: int
    removed: int
    skipped: tuple[Skipped, ...]
    chunks: int
    embedded: int = 0
    pending: int = 0
    rebuilt: str = ""


@dataclass(slots=True)
class _Work:
    """One file that was read and waits to be stored."""

    path: str
    entry: Entry
    chunks: tuple[Chunk, ...] = ()


class Index:
    """Thread-safe. One process per home (`Home.lock`).

    Args:
        home: whose memory, journal and documents are indexed.
        embedder: a change of its name rebuilds the index.
        max_bytes: larger files are left out.
    """

    def __init__(self, home: Home, embedder: Embedder, max_bytes: int = MAX_BYTES) -> None:
        self.home = home
        self.embedder = embedder
        self._max_bytes = max_bytes
        self._folder = home.root / "state" / "index"
        self._syncing = threading.RLock()
        self._rebuilt = ""
        self._generation = 0  # of the stores; a rebuild makes the next one
        self._closed = False
        try:
            self._open()
            self._verify()
        except Damaged as damage:
            self._rebuild(damage.message)

    def _open(self) -> None:
        self.catalog = Catalog(self._folder / "catalog.db")
        made = f"{self.embedder.name}/{self.embedder.dimensions}/{VERSION}"
        if (was := self.catalog.meta("made")) and was != made:
            raise Damaged(f"The index was made with {was}, and {made} is used now.")
        if not was and any(self._folder.glob("vectors-*")):
            raise Damaged("The word index is gone.")
        vectors = self.catalog.meta("vectors") or f"vectors-{uuid.uuid4().hex[:8]}"
        self.catalog.set_meta("made", made)
        self.catalog.set_meta("vectors", vectors)
        if not (self._folder / vectors).exists() and self.catalog.embedded():
            raise Damaged("The vector index is gone.")
        self.vectors = VectorStore(self._folder / vectors)
        self._files = self.catalog.files()

    def _verify(self) -> None:
        """Compares every id on both sides; a sample would look healthy."""
        self.catalog.check()
        words, vectors = set(self.catalog.embedded()), self.vectors.ids()
        # A process that was killed between the two stores leaves vectors that no file has yet: no damage.
        if extra := vectors - words:
            self.vectors.delete(sorted(extra))
        if missing := words - vectors:
            raise Damaged(f"{len(missing)} of {len(words)} vectors are missing.")

    def _rebuild(self, why: str) -> None:
        """Begins an empty index; the next `sync` fills it with the same ids."""
        log.warning("%s The index is built anew from your files.", why)
        self._rebuilt = why
        self._generation += 1
        if hasattr(self, "catalog"):
            self.catalog.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._open()

    def sync(self, most_bytes: int | None = None, progress: Callable[[str], None] | None = None) -> SyncReport:
        """Makes the index equal to the files; with nothing changed it costs one look at each file.

        Args:
            most_bytes: stops taking up files after this many; the rest is `pending`. None: everything.
            progress: is told each file that is being read, relative to home.
        """
        with self._syncing:
            return self.trusted(lambda: self._sync(most_bytes, progress))

    def refresh(self, wait: float = 1.0, most_bytes: int = 200_000) -> SyncReport | None:
        """A bounded `sync` for the moment before a query.

        Args:
            wait: seconds to wait for another thread that is at it.

        Returns:
            None where the other thread is still at it: the index is behind.
        """
        if not self._syncing.acquire(timeout=wait):
            return None
        try:
            return self.sync(most_bytes)
        finally:
            self._syncing.release()

    def trusted(self, call: Callable[[], T]) -> T:
        """Calls, and where the index turns out damaged, rebuilds it and calls once more."""
        generation = self._generation
        try:
            return call()
        except Damaged as damage:
            with self._syncing:
                if self._closed:
                    raise Unavailable("The index is closed.") from damage
                if self._generation == generation:  # else another thread has rebuilt it in the meantime
                    self._rebuild(damage.message)
                self._sync(None, None)
            return call()

    def close(self) -> None:
        """Closes the databases."""
        with self._syncing:
            self._closed = True
            self.catalog.close()

    def _sync(self, most_bytes: int | None, progress: Callable[[str], None] | None) -> SyncReport:
        found = dict(self._scan())
        gone = [path for path in self._files if path not in found]
        changed = [path for path, sign in found.items() if self._sign(path) != sign]
        embedded, taken, batch = 0, 0, list[_Work]()
        for path in changed:
            if most_bytes is not None and taken and _size(found[path]) > most_bytes:
                continue
            most_bytes = None if most_bytes is None else most_bytes - _size(found[path])
            taken += 1
            if progress:
                progress(path)
            batch.append(self._read(path, found[path]))
            if sum(len(work.chunks) for work in batch) >= FLUSH:
                embedded, batch = embedded + self._store(batch), []
        embedded += self._store(batch)
        self._forget(gone)
        rebuilt, self._rebuilt = self._rebuilt, ""
        return SyncReport(
            read=taken,
            unchanged=len(found) - len(changed),
            removed=len(gone),
            skipped=self.skipped(),
            chunks=sum(entry.chunks for entry in self._files.values()),
            embedded=embedded,
            pending=len(changed) - taken,
            rebuilt=rebuilt,
        )

    def skipped(self) -> tuple[Skipped, ...]:
        """Every file that is not, or only partly, in the index."""
        return tuple(Skipped(path, e.why, e.partly) for path, e in sorted(self._files.items()) if e.why)

    def _sign(self, path: str) -> str:
        entry = self._files.get(path)
        return entry.sign if entry else ""

    def _scan(self) -> Iterator[tuple[str, str]]:
        """Each file with its size, times and inode: an edit that keeps size and time still changes one of them."""
        for name in FOLDERS:
            for folder, folders, files in os.walk(self.home.root / name):
                folders[:] = sorted(f for f in folders if not f.startswith("."))
                links = [f for f in folders if (Path(folder) / f).is_symlink()]
                for file in sorted((*files, *links)):
                    path = os.path.join(folder, file)
                    rel = os.path.relpath(path, self.home.root).replace(os.sep, "/")
                    if not file.startswith(".") and (name == "documents" or rel.endswith(".md")):
                        yield from _signed(rel, path)

    def _read(self, path: str, sign: str) -> _Work:
        try:
            if (self.home.root / path).is_dir():
                raise BadInput("Links to folders are not followed.", "Copy the folder in.")
            if _size(sign) > self._max_bytes:
                raise too_big(_size(sign), self._max_bytes)
            data = self.home.read_bytes(path)
        except RflowError as error:
            return _Work(path, Entry(sign, "", str(error)))
        digest = hashlib.sha256(data).hexdigest()
        try:
            reading = read_document(path, data, self._max_bytes)
        except RflowError as error:
            return _Work(path, Entry(sign, digest, str(error)))
        chunks = chunks_of(path, reading)
        # A memory file that still has headings only is no fault.
        empty = "" if chunks or path.startswith("memory/") else "There is no text in it."
        why = str(reading.fault or empty)
        return _Work(path, Entry(sign, digest, why, bool(reading.fault), len(chunks)), chunks)

    def _store(self, batch: list[_Work]) -> int:
        """Vectors first, then the catalog in one transaction: a kill in between leaves a file to be read again."""
        if not batch:
            return 0
        known = {key: made for work in batch for key, made in self.catalog.embedded(work.path).items()}
        chunks = [(chunk, _hash(chunk.embedded)) for work in batch for chunk in work.chunks]
        new = [(chunk, made) for chunk, made in chunks if known.get(chunk.id) != made]
        for at in range(0, len(new), FLUSH):
            part = [chunk for chunk, _ in new[at : at + FLUSH]]
            self.vectors.upsert([c.id for c in part], self.embedder.embed([c.embedded for c in part]))
        made = {chunk.id: digest for chunk, digest in chunks}
        with self.catalog.transaction():
            for work in batch:
                self.catalog.put_chunks(work.path, [(chunk, made[chunk.id]) for chunk in work.chunks])
                self.catalog.put_file(work.path, work.entry)
        if stale := sorted(known.keys() - made.keys()):
            self.vectors.delete(stale)
        self._files.update((work.path, work.entry) for work in batch)
        return len(new)

    def _forget(self, gone: list[str]) -> None:
        if not gone:
            return
        stale = [key for path in gone for key in self.catalog.embedded(path)]
        with self.catalog.transaction():
            for path in gone:
                self.catalog.drop_file(path)
        self.vectors.delete(stale)
        for path in gone:
            del self._files[path]


def _signed(rel: str, path: str) -> Iterator[tuple[str, str]]:
    try:
        stat = os.stat(path) if os.path.exists(path) else os.lstat(path)
    except FileNotFoundError:  # deleted just now
        return
    # A name that is no text is shown as far as it is; such a file is then not found, and named as skipped.
    name = rel.encode("utf-8", "replace").decode()
    yield name, f"{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_ino}"


def _size(sign: str) -> int:
    """The size in bytes that a sign begins with."""
    return int(sign.partition(":")[0])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
