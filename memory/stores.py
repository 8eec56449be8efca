"""Which store answers and which is being built: the same one, but while a change of model is caught up with."""

from __future__ import annotations

import logging
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from memory.embeddings import Absent, Embedder, Embeddings
from memory.errors import Damaged, Unavailable
from memory.home import replace
from memory.store import Part, Store, made_with

LAST_QUERIES = 5.0  # seconds that a switch waits for the queries that run
log = logging.getLogger(__name__)


class Stores:
    """Thread-safe.

    Args:
        folder: of the index.
        embedder: what the index shall be made with.
        former: gives a model that the index was made with before, by its name; None: it is here no more.

    Attributes:
        changing: held, for short, by whoever changes a store.
        moved: the same lock, told when something was stored.
        rebuilding: why a store is being built beside the one that answers; empty where none is.
    """

    def __init__(self, folder: Path, embedder: Embedder, former: Callable[[str], Embedder | None]) -> None:
        self._folder, self._embedder, self._former = folder, embedder, former
        self.changing = threading.RLock()
        self.moved = threading.Condition(self.changing)
        self.rebuilding = self._rebuilt = ""
        self._queries, self._closed = 0, False
        self._untidy = self._forgetful = True
        folder.mkdir(parents=True, exist_ok=True)
        self._embeddings = Embeddings(folder / "embeddings.db")
        self.answering = self._building = self._open()
        if (was := self.answering.made) != (made := made_with(embedder)):
            self.rebuilding = f"The index was made with {was}, and {made} is used now."
            log.warning("%s It is built anew; the old one answers meanwhile.", self.rebuilding)
            self._building = self._anew()

    def _open(self) -> Store:
        """The store that answered last; an empty one where there was none, or none that can be trusted."""
        pointer = self._folder / "current"
        name, _, made = pointer.read_text("utf-8", "replace").partition("\n") if pointer.is_file() else ("", "", "")
        known = bool(name) and (self._folder / Path(name).name / "catalog.db").is_file()
        others = [f for f in self._folder.iterdir() if f.is_dir() and not (known and f.name == name)]
        for folder in others:  # of a rebuild that was cut short, or of an older version
            shutil.rmtree(folder, ignore_errors=True)
        try:
            if known:
                return Store(self._folder / name, self._model(made), self._embeddings, made)
            why = "A part of the index is gone." if name or others else ""
        except (Damaged, ValueError) as damage:
            shutil.rmtree(self._folder / name, ignore_errors=True)
            why = str(damage)
        return self._first(why)

    def _model(self, made: str) -> Embedder:
        name, dimensions, *_ = made.split("/")
        if (name, int(dimensions)) == (self._embedder.name, self._embedder.dimensions):
            return self._embedder
        return self._former(name) or Absent(name, int(dimensions))

    def _first(self, why: str) -> Store:
        """An empty store that answers from now on, as there is none to trust."""
        if why:
            log.warning("%s The index is built anew from your files.", why)
            self._rebuilt = why
        store = self._anew()
        self._point(store)
        return store

    def _anew(self) -> Store:
        # A name that was never used: Chroma keeps what it opened by its path.
        folder = self._folder / f"store-{uuid.uuid4().hex[:8]}"
        return Store(folder, self._embedder, self._embeddings, made_with(self._embedder))

    def _point(self, store: Store) -> None:
        replace(self._folder / "current", f"{store.folder.name}\n{store.made}".encode())

    def all(self) -> tuple[Store, ...]:
        """The one that answers, then the one that is being built."""
        same = self._building is self.answering
        return (self.answering,) if same else (self.answering, self._building)

    def uses(self, store: Store) -> bool:
        """Whether the store is still one of them; raises Unavailable after `close`."""
        if self._closed:
            raise Unavailable("The index is closed.")
        return store in self.all()

    def look(self, found: dict[str, str], folders: tuple[str, ...]) -> int:
        """As `Store.look`, in each; how many files are gone from the one that answers."""
        removed = [self._looked(store, found, folders) for store in self.all()]
        self._untidy = self._untidy or any(removed)
        return removed[0]

    def _looked(self, store: Store, found: dict[str, str], folders: tuple[str, ...]) -> int:
        try:
            return store.look(found, folders)
        except Damaged as damage:
            self.mend(store, damage)
            return self.answering.look(found, folders)

    def waiting(self) -> int:
        """Files that wait, in all stores."""
        return sum(len(store.waiting) for store in self.all())

    def behind(self) -> int:
        """Files whose waiting makes answers poorer."""
        with self.changing:
            poor = isinstance(self.answering.embedder, Absent)
            return self.waiting() if poor else len(self.answering.waiting)

    def why(self) -> str:
        """Why the index was built anew, told once."""
        why, self._rebuilt = self._rebuilt, ""
        return why

    @contextmanager
    def query(self) -> Iterator[Store]:
        """The store that answers, which stays the same meanwhile."""
        with self.changing:
            self.uses(self.answering)
            self._queries += 1
            store = self.answering
        try:
            yield store
        finally:
            with self.moved:
                self._queries -= 1
                self.moved.notify_all()

    def mend(self, store: Store, damage: Damaged) -> None:
        """Puts another store in the place of a damaged one, unless another thread did."""
        with self.changing:
            if not self.uses(store):
                return
            if store is not self.answering:
                self._building = self._anew()
            elif self._building is not store:
                self.answering, self._rebuilt, self.rebuilding = self._building, damage.message, ""
                self._point(self.answering)
            else:
                self.answering = self._building = self._first(damage.message)
            store.destroy()

    def switch(self) -> None:
        """Lets the store that was built answer, once nothing waits and between two queries."""
        with self.moved:
            if self._building is self.answering or self.waiting():
                return
            if not self.moved.wait_for(lambda: self._queries == 0, LAST_QUERIES) or self.waiting():
                return
            old, self.answering = self.answering, self._building
            self._rebuilt, self.rebuilding = self.rebuilding, ""
            self._point(self.answering)
            old.destroy()

    def tidy(self) -> None:
        """Leaves no trace of texts that are in no file any more."""
        with self.changing:
            if not self._untidy or self._closed or self.waiting() or self._building is not self.answering:
                return
            self.answering.catalog.settle(self._forgetful)
            self._untidy = self._forgetful = False
            used = [(self.answering.embedder.name, made) for made in self.answering.catalog.embedded().values()]
        self._embeddings.purge(used)

    def forget(self) -> None:
        """The next `tidy` leaves no word either of what is in no file any more."""
        self._untidy = self._forgetful = True

    def stale(self, part: Part) -> None:
        """Notes that a part may have put something in the place of older texts."""
        self._untidy = self._untidy or bool(part.fresh) or any(work.stale for work in part.begun)

    def close(self) -> None:
        """Closes the databases."""
        with self.changing:
            self._closed = True
            for store in self.all():
                store.close()
            self._embeddings.close()
