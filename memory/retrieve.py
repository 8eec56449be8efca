"""Finds evidence for a query: dense and lexical results fused, each with its citation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Literal

from memory.catalog import fold
from memory.chunk import Chunk
from memory.evidence import Evidence
from memory.index import Index
from memory.notes import notes
from memory.recalled import IndexState, Recalled
from memory.score import Asked, lifted, score
from memory.vectors import Vectors

POOL = 60  # candidates from each side
RECENT = 0.02  # what being the newest of the candidates adds

STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be because been but by can could did do does for from had has have"  # noqa: SIM905
    " he her here hers him his how i if in into is it its just me more most my no not of off on only or our ours out"
    " over own really she should so some such than that the their them then there these they this those to too under"
    " until up us very was we were what when where which while who whom why will with would you your yours s t m re ve"
    " ll d don doesn didn isn wasn aren".split()
)


class Retriever:
    """Answers from the index, after bringing it up to date. Thread-safe."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._asked = Asked()
        self._beside = ThreadPoolExecutor(1, "meaning")

    def recall(self, query: str, k: int = 8, under: tuple[str, ...] = ()) -> tuple[Evidence, ...]:
        """The passages that fit a query best, best first, with scores from 0 to 1.

        Args:
            query: a question or words.
            k: how many at most.
            under: only these files and folders, relative to home.
        """
        return self.search(query, k, under).evidence

    def search(self, query: str, k: int = 8, under: tuple[str, ...] = ()) -> Recalled:
        """As `recall`, and how the index stood."""
        report = self._index.refresh()
        found = self._index.trusted(lambda: self._find(query, k, under)) if query.strip() else ()
        unread = tuple(f"{s.path}: {s.why}" for s in report.skipped)
        kind: Literal["found", "nothing", "not indexed"] = "found" if found else "not indexed" if unread else "nothing"
        state = IndexState(kind="behind" if report.pending else kind, pending=report.pending, unread=unread)
        return Recalled(evidence=found, index=state)

    def mentions(self, name: str) -> tuple[Evidence, ...]:
        """Every passage in which a name stands, or stands above, without regard to case and accents; newest first."""
        self._index.refresh()
        return self._index.trusted(lambda: self._mentions(name))

    def forget(self) -> None:
        """Leaves no trace in the index of what is in no file any more."""
        self._index.forget()

    def all_notes(self) -> tuple[Evidence, ...]:
        """Every statement of the memory files, straight from the files: no rule depends on being found."""
        return notes(self._index.home)

    def _mentions(self, name: str) -> tuple[Evidence, ...]:
        catalog = self._index.catalog
        ids = {key for words in _spellings(name) for key, _ in catalog.phrase(words)}
        # The index goes by word stems ("bars" finds "bar"); a name is a name only as it is written.
        chunks = [c for c in catalog.get(ids).values() if _stands(name, f"{c.text} \n {' | '.join(c.section)}")]
        return tuple(c.evidence() for c in sorted(chunks, key=lambda c: (_newest(c), c.path, c.lines or (0, 0))))

    def _find(self, query: str, k: int, under: tuple[str, ...]) -> tuple[Evidence, ...]:
        catalog, vectors = self._index.catalog, self._index.vectors
        words, pool = [w for w in fold(query) if w not in STOP_WORDS] or fold(query), max(POOL, 4 * k)
        within = catalog.ids_under(under) if under else None

        def near() -> tuple[Vectors, dict[str, float]]:
            vector = self._index.embedder.embed([query])[0]
            return vector, dict(vectors.nearest(vector, pool, within))

        # Both sides at once: each is a third of a search, in C and so on a core of its own.
        by_meaning = self._beside.submit(near)
        lexical, most = dict(catalog.search(words, pool, under)), catalog.rarity(words)
        chunks = catalog.get(lexical)
        vector, dense = by_meaning.result()
        chunks |= catalog.get([key for key in dense if key not in chunks])
        weights = self._asked.weights(vector, self._index.embedder)
        dense |= self._index.similarities(vector, [chunk for key, chunk in chunks.items() if key not in dense])
        chunks = {key: chunk for key, chunk in chunks.items() if key in dense}  # the rest is being forgotten
        scores = {
            key: score(chunk, weights, dense[key], lexical.get(key, 0.0) / most if most else 0.0)
            for key, chunk in chunks.items()
        }
        whole = lifted(scores, chunks, weights.lift)
        ordered = _ordered([(value, chunks[key]) for key, value in whole.items() if scores[key]])
        return tuple(chunk.evidence(min(value, 1.0)) for value, chunk in islice(_distinct(ordered), k))


def _ordered(scored: Sequence[tuple[float, Chunk]]) -> list[tuple[float, Chunk]]:
    """Best first; where two are close, the newer. Years count from the newest of them."""
    newest = max((chunk.date for _, chunk in scored if chunk.date), default=dt.date.min)
    return sorted(scored, key=lambda s: (-s[0] - _recency(s[1], newest), s[1].id))


def _recency(chunk: Chunk, newest: dt.date) -> float:
    return RECENT / (1 + (newest - chunk.date).days / 365) if chunk.date else 0.0


def _distinct(ordered: list[tuple[float, Chunk]]) -> Iterator[tuple[float, Chunk]]:
    """Leaves out texts that were already given."""
    seen: set[tuple[str, ...]] = set()
    for value, chunk in ordered:
        if (words := tuple(fold(chunk.text))) not in seen:
            seen.add(words)
            yield value, chunk


def _newest(chunk: Chunk) -> int:
    return -(chunk.date or dt.date.min).toordinal()


def _spellings(name: str) -> list[list[str]]:
    """A name's words, with "&" as nothing and as "and", and without a "The" before two words or more."""
    spelled = {tuple(fold(name)), tuple(fold(name.replace("&", " and "))), tuple(w for w in fold(name) if w != "and")}
    spelled |= {words[1:] for words in spelled if len(words) > 2 and words[0] == "the"}
    return [list(words) for words in sorted(spelled) if words]


def _stands(name: str, text: str) -> bool:
    words = f" {' '.join(fold(text))} "
    return any(f" {' '.join(spelling)} " in words for spelling in _spellings(name))
