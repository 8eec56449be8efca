"""The index over home's texts: Chroma and FTS5, kept equal to the files, rebuilt from them whenever in doubt."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from memory.catalog import Catalog
from memory.chunk import Chunk, chunks_of
from memory.embeddings import Embedder
from memory.errors import BadInput, Damaged, RflowError, Unavailable
from memory.home import Home
from memory.readers import MAX_BYTES, Skipped, read_document, too_big
from memory.scan import FOLDERS, scan, size_of
from memory.status import Entry, Progress, Status, Tell, nobody, now, status_of
from memory.store import Part, Store, Work, parts_of
from memory.stores import Stores
from memory.vectors import Vectors, VectorStore

GROUP_BYTES = 100_000  # what is read before it is embedded
CHEAP = 0.003  # seconds that a look at every file may take before each query
PATIENCE = 8.0  # seconds after a change in which a query waits for it, where little waits
LITTLE = 150_000  # bytes
BOUND = 200_000  # bytes that are taken up just before a query
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one `Index.sync` did.

    Attributes:
        read, unchanged, removed: files.
        skipped: every file that is not, or only partly, in the index, with why.
        chunks: in the index now.
        embedded: chunks that were given a vector just now.
        pending: changed files that wait to be read.
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
class _Tally:
    """Counts what one call did."""

    tell: Tell = nobody
    stop: threading.Event = field(default_factory=threading.Event)
    read: int = 0
    removed: int = 0
    embedded: int = 0


class Index:
    """Thread-safe. One process per home (`Home.lock`).

    Args:
        home: whose memory, journal and documents are indexed.
        embedder: a change of its name rebuilds the index, while the old one goes on answering.
        max_bytes: larger files are left out.
        former: gives a model that an older index was made with, by its name; None: words alone answer meanwhile.

    Attributes:
        kept: somebody (`memory.watch`) takes up changes in the background.
        looked: seconds that the last look at every file took.
    """

    def __init__(
        self,
        home: Home,
        embedder: Embedder,
        max_bytes: int = MAX_BYTES,
        former: Callable[[str], Embedder | None] = lambda _: None,
    ) -> None:
        self.home = home
        self.kept = False
        self._max_bytes = max_bytes
        self._stores = Stores(home.root / "state" / "index", embedder, former)
        self._changing = self._stores.changing
        self._looking = threading.Lock()
        self.looked = self._behind_since = 0.0
        self._reading: dict[str, Progress] = {}

    @property
    def catalog(self) -> Catalog:
        """Of the store that answers; to be used within `trusted`."""
        return self._stores.answering.catalog

    @property
    def vectors(self) -> VectorStore:
        """Of the store that answers; to be used within `trusted`."""
        return self._stores.answering.vectors

    def similarities(self, vector: Vectors, chunks: Iterable[Chunk]) -> dict[str, float]:
        """The cosine of a query's vector with those of chunks; to be used within `trusted`."""
        return self._stores.answering.similarities(vector, chunks)

    @property
    def embedder(self) -> Embedder:
        """The model whose vectors can be compared with those of the store that answers."""
        return self._stores.answering.embedder

    def sync(self, tell: Tell = nobody, stop: threading.Event | None = None) -> SyncReport:
        """Makes the index equal to the files; with nothing changed it costs one look at each file.

        Args:
            tell: is told how far each file is.
            stop: ends it after the part at hand.
        """
        tally = _Tally(tell, stop or threading.Event())
        self._look(FOLDERS, tally)
        while not tally.stop.is_set() and (group := self._next()):
            self._take(*group, tally)
        self._stores.switch()
        self._stores.tidy()
        return self._report(tally)

    def refresh(self, most_bytes: int = BOUND) -> SyncReport:
        """A bounded `sync` for the moment before a query: memory files always, the rest where it is little.

        What another thread has in hand is waited for, a few seconds at most.
        """
        tally = _Tally()
        self._look(FOLDERS if not self.kept or self.looked < CHEAP else FOLDERS[:1], tally)
        folders = FOLDERS[:1] if self.kept else FOLDERS
        self._take_up(most_bytes, folders, tally)
        with self._stores.moved:
            self._stores.moved.wait_for(lambda: not self._rules_taken(), timeout=PATIENCE)
        self._take_up(most_bytes, FOLDERS[:1], tally)  # what the other thread could not do
        with self._stores.moved:
            left = self._behind_since + PATIENCE - time.monotonic()
            self._stores.moved.wait_for(lambda: not self._soon(), timeout=max(0.0, left))
        return self._report(tally)

    def forget(self) -> None:
        """Leaves no trace of what is in no file any more; where files still wait, once they are read."""
        self._stores.forget()
        self.refresh()
        self._stores.tidy()

    def trusted(self, call: Callable[[], T]) -> T:
        """Calls, and where the index turns out damaged, rebuilds it and calls once more.

        Raises:
            Unavailable: there is too much to rebuild at once.
        """
        try:
            with self._stores.query() as store:
                return call()
        except Damaged as damage:
            self._stores.mend(store, damage)
        self._look(FOLDERS, _Tally())
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and (group := self._next()):
            self._take(*group, _Tally())
        if waiting := len(self._stores.answering.waiting):
            raise Unavailable(
                f"The index was damaged and is being built anew: {waiting} files wait.", "Ask again soon."
            )
        with self._stores.query():
            return call()

    def _skipped(self) -> tuple[Skipped, ...]:
        """Every file that is not, or only partly, in the index."""
        faulty = [(path, e) for path, e in list(self._stores.answering.files.items()) if e.why]
        return tuple(Skipped(path, e.why, e.partly) for path, e in sorted(faulty, key=lambda f: f[0]))

    def status(self) -> Status:
        """How each file stands, after a look at all of them; nothing is read or waited for."""
        self._look(FOLDERS, _Tally())
        with self._changing:
            store = self._stores.answering
            status = status_of(store.files, store.waiting, self._stores.rebuilding)
            reading = {path: at.file for path, at in dict(self._reading).items() if path in store.waiting}
        waited = round(time.monotonic() - self._behind_since, 1) if status.pending else 0.0
        files = tuple(reading.get(file.path, file) for file in status.files)
        return status.model_copy(update={"waited": waited, "files": files})

    @property
    def pending(self) -> int:
        """Changed files that wait, as far as was looked."""
        return self._stores.waiting()

    def close(self) -> None:
        """Closes the databases."""
        self._stores.close()

    def _look(self, folders: tuple[str, ...], tally: _Tally) -> None:
        with self._looking:  # or an older look would undo what a newer one found
            began = time.monotonic()
            found = scan(self.home.root, folders)
            if folders == FOLDERS:
                self.looked = time.monotonic() - began
            with self._changing:
                before = self._stores.waiting()
                tally.removed += self._stores.look(found, folders)
                if not before:
                    self._behind_since = began

    def _waiting_bytes(self) -> int:
        with self._changing:
            return sum(map(size_of, self._stores.answering.waiting.values()))

    def _rules_taken(self) -> bool:
        """Whether another thread has a memory file in hand."""
        return any(path.startswith("memory/") for path in self._stores.answering.taken)

    def _soon(self) -> bool:
        """Whether what waits is in another thread's hands and done in a moment."""
        return self.kept and 0 < self._waiting_bytes() <= LITTLE

    def _take_up(self, most_bytes: int, folders: tuple[str, ...], tally: _Tally) -> None:
        while group := self._next(most_bytes, folders):
            self._take(*group, tally)
            most_bytes -= sum(map(size_of, group[1].values()))

    def _next(self, bound: int = 1 << 60, folders: tuple[str, ...] = FOLDERS) -> tuple[Store, dict[str, str]] | None:
        """The next few files, which nobody else then takes; none that is larger than `bound`, in bytes."""
        with self._changing:
            for store in self._stores.all():
                if group := store.take(min(bound, GROUP_BYTES), bound, folders):
                    return store, group
        return None

    def _take(self, store: Store, group: dict[str, str], tally: _Tally) -> None:
        """Reads files and stores them, a part at a time; the lock is held only while a part is stored."""
        try:
            for part in parts_of(self._read(store, path, sign) for path, sign in group.items()):
                vectors = store.embed(part)
                with self._stores.moved:
                    if not self._stores.uses(store) or tally.stop.is_set():
                        return
                    tally.read += store.put(part, vectors)
                    tally.embedded += len(part.fresh)
                    self._stores.stale(part)
                    self._stores.moved.notify_all()
                self._tell(store, part, tally)
        except Damaged as damage:
            self._stores.mend(store, damage)
            self._look(FOLDERS, tally)
        finally:
            with self._stores.moved:
                store.taken -= group.keys()
                self._stores.moved.notify_all()

    def _tell(self, store: Store, part: Part, tally: _Tally) -> None:
        left = len(store.waiting)
        for work in part.done:
            self._reading.pop(work.path, None)
            tally.tell(Progress(work.path, work.entry.chunks, work.entry.chunks, left, work.entry))
        if part.fresh and (work := part.fresh[-1].work) not in part.done:
            done = work.entry.chunks - len(work.fresh) + part.fresh[-1].number + 1
            self._reading[work.path] = Progress(work.path, done, work.entry.chunks, left)
            tally.tell(self._reading[work.path])

    def _read(self, store: Store, path: str, sign: str) -> Work:
        """What has to be stored of one file; nothing where only its times changed."""
        known = store.files.get(path)
        try:
            data = self._bytes(path, sign)
        except RflowError as error:
            return store.plan(path, Entry(sign, "", str(error), at=now()), ())
        digest = hashlib.sha256(data).hexdigest()
        if known and known.hash == digest:
            return Work(path, replace(known, sign=sign))
        try:
            reading = read_document(path, data, self._max_bytes)
        except RflowError as error:
            return store.plan(path, Entry(sign, digest, str(error), at=now()), ())
        chunks = chunks_of(path, reading)
        # A memory file that still has headings only is no fault.
        empty = "" if chunks or path.startswith("memory/") else "There is no text in it."
        why = str(reading.fault or empty)
        return store.plan(path, Entry(sign, digest, why, bool(reading.fault), len(chunks), now()), chunks)

    def _bytes(self, path: str, sign: str) -> bytes:
        if (self.home.root / path).is_dir():
            raise BadInput("Links to folders are not followed.", "Copy the folder in.")
        if size_of(sign) > self._max_bytes:
            raise too_big(size_of(sign), self._max_bytes)
        return self.home.read_bytes(path)

    def _report(self, tally: _Tally) -> SyncReport:
        with self._changing:
            files = self._stores.answering.files
            return SyncReport(
                read=tally.read,
                unchanged=max(0, len(files) - tally.read),
                removed=tally.removed,
                skipped=self._skipped(),
                chunks=sum(entry.chunks for entry in files.values()),
                embedded=tally.embedded,
                pending=self._stores.behind(),
                rebuilt=self._stores.why(),
            )
