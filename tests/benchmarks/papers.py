"""A manual of 180 pages: reading it, and indexing it beside embedding its text alone."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from memory.chunk import chunks_of
from memory.embed import MiniLM
from memory.home import Home
from memory.index import Index
from memory.readers import WORKER, read_document
from tests.benchmarks.figures import Figure
from tests.memory.samples import pdf

PAGES = 180
ROUNDS = 5
PATH = "documents/manual.pdf"
WORDS = tuple("valve pump filter pressure water engine cover screw check replace clean open close never glove".split())  # noqa: SIM905


def figures(folder: Path) -> Iterator[Figure]:
    """Reads and indexes the PDF that RFLOW_MANUAL names, or one that is made up."""
    named = os.environ.get("RFLOW_MANUAL", "")
    data = Path(named).read_bytes() if named else _made_up()
    chunks, model = chunks_of(PATH, read_document(PATH, data)), MiniLM()
    what = f"a PDF of {max(c.page or 0 for c in chunks)} pages"
    cold, warm = [], []
    for _ in range(ROUNDS):
        WORKER.stop(kill=True)
        cold.append(_timed(lambda: read_document(PATH, data)))
        warm.append(_timed(lambda: read_document(PATH, data)))
    texts = [chunk.embedded for chunk in chunks]
    bare = [_timed(lambda: model.embed(texts))]
    peer = f"embedding its {len(texts)} chunks alone"
    yield Figure(f"{what}, read", warm, "s", peer, bare)
    yield Figure(f"{what}, read, the reader's process started for it", cold, "s", peer, bare)
    yield Figure(f"{what}, first index", [_index(folder / "manual", data, model)], "s", peer, bare)


def _made_up() -> bytes:
    rng = random.Random(180)
    sentences = [" ".join(rng.choices(WORDS, k=rng.randint(6, 18))).capitalize() + "." for _ in range(400)]
    return pdf([" ".join(rng.choices(sentences, k=38)) for _ in range(PAGES)], head="Manual")


def _index(root: Path, data: bytes, model: MiniLM) -> float:
    home = Home.open(root)
    (home.root / PATH).write_bytes(data)
    index = Index(home, model)
    try:
        return _timed(index.sync)
    finally:
        index.close()


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
