"""A store: what was indexed with one model and one way of cutting, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, get_args

from memory.catalog import Catalog, Facts
from memory.chunk import VERSION, Chunk
from memory.embeddings import Embedder, Embeddings, made_of
from memory.errors import Damaged
from memory.readers.kinds import Kind
from memory.scan import size_of, urgency
from memory.status import Entry
from memory.vectors import Vectors, VectorStore

GROUP = 32  # files that are read before they are embedded
PART = 32  # chunks that are embedded and stored together: short, so that a question in between waits little


def made_with(embedder: Embedder) -> str:
    """Which vectors and chunks can stand in one store; a new reader counts, as files wait that it can read."""
    return f"{embedder.name}/{embedder.dimensions}/{VERSION}/{made_of(' '.join(sorted(get_args(Kind))))[:6]}"


@dataclass(slots=True)
class Work:
    """One file that was read, and what has to be stored of it.

    Attributes:
        fresh: chunks that need a vector.
        reworded: chunks whose vector stands, with other headings.
        moved: chunks that stand elsewhere in the file now.
        stale: ids of chunks that are gone.
    """

    path: str
    entry: Entry
    fresh: list[tuple[Chunk, str]] = field(default_factory=list)
    reworded: list[tuple[Chunk, str]] = field(default_factory=list)
    moved: list[Chunk] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)


class Fresh(NamedTuple):
    """A chunk to be embedded: the `number`-th of its file's fresh ones, from 0."""

    work: Work
    number: int
    chunk: Chunk
    made: str


@dataclass(slots=True)
class Part:
    """What is stored in one piece."""

    begun: list[Work] = field(default_factory=list)
    fresh: list[Fresh] = field(default_factory=list)
    done: list[Work] = field(default_factory=list)


def parts_of(works: Iterable[Work]) -> Iterator[Part]:
    """Cuts work into parts; a long file is in several of them, short ones share one."""
    part = Part()
    for work in works:
        part.begun.append(work)
        for number, (chunk, made) in enumerate(work.fresh):
            if len(part.fresh) == PART:
                yield part
                part = Part()
            part.fresh.append(Fresh(work, number, chunk, made))
        part.done.append(work)
    yield part


class Store:
    """Chroma and FTS5 side by side. Not thread-safe for writing: the index sees to that.

    Args:
        folder: of this store alone; made when missing.
        embedder: of the model that its vectors are made with.
        kept: embeddings that were computed already.
        made: as `made_with` said when it was begun.

    Raises:
        Damaged: the two sides differ, or one cannot be read.
    """

    def __init__(self, folder: Path, embedder: Embedder, kept: Embeddings, made: str) -> None:
        self.folder, self.embedder, self._kept, self.made = folder, embedder, kept, made
        self.waiting: dict[str, str] = {}  # changed files, most urgent first, with their signs
        self.taken: set[str] = set()  # of those, what a thread has in hand
        self.catalog = Catalog(folder / "catalog.db")
        try:
            self.catalog.check()
            if not (folder / "vectors").exists() and self.catalog.embedded():
                raise Damaged("The vector index is gone.")
            self.vectors = VectorStore(folder / "vectors")
            self._compare()
            self.files = self.catalog.files()
        except BaseException:
            self.catalog.close()
            raise

    def _compare(self) -> None:
        """Compares every id on both sides; a sample would look healthy."""
        words = self.catalog.ids()
        if self.vectors.listed() == words:
            return
        vectors = self.vectors.ids()
        # A process that was killed between the two sides leaves vectors that no file has yet: no damage.
        if extra := vectors - words:
            self.vectors.delete(sorted(extra))
        if missing := words - vectors:
            raise Damaged(f"{len(missing)} of {len(words)} vectors are missing.")

    def look(self, found: dict[str, str], folders: tuple[str, ...]) -> int:
        """Notes which files changed and forgets those that are gone, at once; tells how many those are.

        Args:
            found: every file in `folders`, with its sign.
        """
        places = tuple(f"{name}/" for name in folders)
        gone = [p for p in self.files if p.startswith(places) and p not in found]
        self._forget(gone)
        others = {p: s for p, s in self.waiting.items() if not p.startswith(places)}
        changed = {p: s for p, s in found.items() if self._sign(p) != s}
        self.waiting = dict(sorted((others | changed).items(), key=lambda item: urgency(*item)))
        return len(gone)

    def _sign(self, path: str) -> str:
        entry = self.files.get(path)
        return entry.sign if entry else ""

    def take(self, most_bytes: int, largest: int, folders: tuple[str, ...]) -> dict[str, str]:
        """A few waiting files, about `most_bytes` in all, that no other thread is then given."""
        group: dict[str, str] = {}
        for path, sign in self.waiting.items():
            folder = path.partition("/")[0]
            if path in self.taken or size_of(sign) > largest or folder not in folders:
                continue
            # Nobody waits for a document in order to have a rule.
            if most_bytes <= 0 or len(group) == GROUP or (group and folder != next(iter(group)).partition("/")[0]):
                break
            group[path] = sign
            most_bytes -= size_of(sign)
        self.taken |= group.keys()
        return group

    def plan(self, path: str, entry: Entry, chunks: Sequence[Chunk]) -> Work:
        """What has to be stored, by comparing with what is."""
        known = self.catalog.known(path)
        work = Work(path, entry, stale=sorted(known.keys() - {chunk.id for chunk in chunks}))
        for chunk in chunks:
            made, facts = made_of(chunk.embedded), Facts.of(chunk)
            was, stood = known.get(chunk.id, ("", facts))
            if was != made:
                work.fresh.append((chunk, made))
            elif stood.title != facts.title:
                work.reworded.append((chunk, made))
            elif stood != facts:
                work.moved.append(chunk)
        return work

    def embed(self, part: Part) -> Vectors:
        """The vectors of a part's chunks; the long step, which touches nothing."""
        return self._kept.embed(self.embedder, [fresh.chunk.embedded for fresh in part.fresh])

    def similarities(self, vector: Vectors, chunks: Iterable[Chunk]) -> dict[str, float]:
        """The cosine of a vector of length 1 with those of chunks; what is kept beside Chroma is read first."""
        made = {chunk.id: made_of(chunk.embedded) for chunk in chunks}
        kept = self._kept.known(self.embedder, list(made.values()))
        near = {key: float(kept[name] @ vector) for key, name in made.items() if name in kept}
        return near | self.vectors.similarities(vector, [key for key in made if key not in near])

    def put(self, part: Part, vectors: Vectors) -> int:
        """Stores a part; files that changed again meanwhile are left out. Tells how many files are done with it.

        Vectors first, then the catalog in one transaction: a kill in between leaves a file to be read again.
        """
        fit = [n for n, fresh in enumerate(part.fresh) if self._wanted(fresh.work)]
        fresh = [(part.fresh[n].chunk, part.fresh[n].made) for n in fit]
        begun, done = ([w for w in works if self._wanted(w)] for works in (part.begun, part.done))
        if fit:
            self.vectors.upsert([chunk.id for chunk, _ in fresh], vectors[fit])
        with self.catalog.transaction():
            for work in begun:
                self._begin(work)
            self.catalog.put_chunks(fresh)
            for work in done:
                self.catalog.put_file(work.path, work.entry)
        if stale := [key for work in begun for key in work.stale]:
            self.vectors.delete(stale)
        for work in done:
            self.files[work.path] = work.entry
            self.waiting.pop(work.path)
        if fit and (last := part.fresh[-1]).work not in done and last.work.path in self.waiting:
            chunks = last.work.entry.chunks - len(last.work.fresh) + last.number + 1
            self.files[last.work.path] = replace(self.files[last.work.path], chunks=chunks)
        return len(done)

    def _wanted(self, work: Work) -> bool:
        return self.waiting.get(work.path) == work.entry.sign

    def _begin(self, work: Work) -> None:
        """What is gone is gone with the first part; what is unfinished after a crash is read again."""
        self.catalog.drop_chunks(work.stale)
        self.catalog.put_chunks(work.reworded)
        self.catalog.move_chunks(work.moved)
        unfinished = replace(work.entry, sign="", hash="", chunks=work.entry.chunks - len(work.fresh))
        self.catalog.put_file(work.path, unfinished)
        self.files[work.path] = unfinished

    def _forget(self, gone: list[str]) -> None:
        if not gone:
            return
        stale = [key for path in gone for key in self.catalog.embedded(path)]
        with self.catalog.transaction():
            for path in gone:
                self.catalog.drop_file(path)
        for path in gone:
            del self.files[path]
        self.vectors.delete(stale)

    def close(self) -> None:
        """Closes the databases."""
        self.catalog.close()
        self.vectors.close()

    def destroy(self) -> None:
        """Closes it and deletes its folder."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)
