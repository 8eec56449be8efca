"""The index at scale: recall latency, memory, the first index of many files, and edit to effect."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np

from memory import watch
from memory.embed import MiniLM
from memory.home import Home
from memory.index import Index
from memory.retrieve import Retriever
from memory.vectors import Vectors
from tests.benchmarks.figures import Figure
from tests.journeys.support import ROOT

WORDS = """
amber anchor apple autumn barley basil bicycle blanket bridge butter candle canvas cedar cellar cherry chimney
cinnamon clover coffee copper cotton courtyard cricket crystal curtain dolphin dumpling ember engine evening
feather ferry fiddle forest fountain garden ginger glacier granite hammock harbour harvest hazel honey island
ivory jasmine kettle lantern lavender lemon library linen lobster maple marble market meadow midnight mirror
mountain mustard novel nutmeg oak olive orchard oyster paper parsley pepper piano pigeon pillow plum pottery
quiet rain raspberry ribbon river rosemary saffron salt seaside shadow silver snow spice spring station stone
stove summer sunrise teapot theatre thunder timber train tulip valley vanilla velvet violin walnut water
willow window winter wool
""".split()  # noqa: SIM905
RARE = [
    f"{a}{b}{c}"
    for a in ("bar", "len", "tor", "mis", "gal", "pen", "sil", "dor")
    for b in WORDS[::4]
    for c in WORDS[1::4]
]
VOCABULARY = WORDS + RARE  # used as often as words are: the n-th about n times less often than the first
OFTEN = list(accumulate(1 / (n + 30) for n in range(len(VOCABULARY))))
FILES, QUERIES = 2000, 200
EMBED_ALONE = "embedding the same text, timed within the same run"
PEER = "Chroma's own query and one embedding"


class Scattered:
    """Vectors from the texts' words: as spread as real ones, at no cost. For what does not depend on the model."""

    name, dimensions = "scattered", 384

    def __init__(self) -> None:
        self._of = {w: np.random.default_rng(n).normal(size=384).astype(np.float32) for n, w in enumerate(VOCABULARY)}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector per text."""
        made = np.array([sum((self._of[w] for w in text.split() if w in self._of), np.ones(384)) for text in texts])
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


class Queries(Scattered):
    """The real model's time and the scattered vectors: a query costs what it costs in life."""

    def __init__(self) -> None:
        super().__init__()
        self._real = MiniLM()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector per text."""
        if len(texts) == 1:
            self._real.embed(texts)
        return super().embed(texts)


def figures(folder: Path) -> Iterator[Figure]:
    """All of them."""
    yield recall(folder)
    yield memory_at(folder, FILES * 10)
    yield memory_at(folder, FILES * 50)
    yield from edits(folder)
    yield first_index(folder)


def _fill(home: Home, files: int, chunks: int, words: int, seed: int = 11) -> None:
    """So many markdown files of so many paragraphs each."""
    rng = random.Random(seed)
    for n in range(files):
        path = home.root / "documents" / f"{n % 50}" / f"{n}.md"
        path.parent.mkdir(exist_ok=True)
        paragraphs = [
            " ".join(rng.choices(VOCABULARY, cum_weights=OFTEN, k=words)).capitalize() + "." for _ in range(chunks)
        ]
        path.write_text(f"# About {rng.choice(WORDS)} {n}\n\n" + "\n\n".join(paragraphs) + "\n")


def recall(folder: Path, files: int = FILES, chunks: int = 10) -> Figure:
    """Recall over files * chunks passages, while they are kept up to date; and Chroma's query with one embedding."""
    home = Home.open(folder / f"recall-{files * chunks}" / "home")
    _fill(home, files, chunks, 40)
    index = Index(home, Queries())
    report = index.sync()
    rng, took, bare = random.Random(3), [], []
    retriever, model = Retriever(index), MiniLM()
    with watch.kept(index):
        time.sleep(1.5)
        for _ in range(QUERIES):
            query = f"which {' '.join(rng.choices(VOCABULARY, cum_weights=OFTEN, k=3))} did I like?"
            began = time.perf_counter()
            retriever.search(query, 8)
            took.append(time.perf_counter() - began)
            began = time.perf_counter()
            model.embed([query])
            index.vectors.nearest(index.embedder.embed([query, ""])[0], 8)
            bare.append(time.perf_counter() - began)
    index.close()
    return Figure(f"recall over {report.chunks} passages", took, "s", PEER, bare)


def first_index(folder: Path, files: int = FILES) -> Figure:
    """Short markdown files with the real model, and the part of it that is embedding."""
    home = Home.open(folder / "first-index" / "home")
    _fill(home, files, 1, 60)
    model = Timed()
    index = Index(home, model)
    began = time.perf_counter()
    index.sync()
    took = time.perf_counter() - began
    index.close()
    return Figure(f"first index of {files} markdown files", [took], "s", EMBED_ALONE, [model.seconds])


class Timed(MiniLM):
    """The real model; counts the seconds that it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector per text."""
        began = time.perf_counter()
        try:
            return super().embed(texts)
        finally:
            self.seconds += time.perf_counter() - began


def edits(folder: Path, turns: int = 40) -> list[Figure]:
    """Seconds from saving or deleting to the effect, among so many files."""
    home = Home.open(folder / "edits" / "home")
    _fill(home, FILES, 1, 20)
    index, rng, saved, deleted = Index(home, Queries()), random.Random(7), list[float](), list[float]()
    index.sync()
    with watch.kept(index):
        time.sleep(1.5)
        for turn in range(turns):
            path = home.root / "documents" / f"{turn % 50}" / f"{turn}.md"
            path.write_text(f"# Changed\n\nThe word of turn {turn} is turquoise{turn}.\n")
            saved.append(_until(index, f"turquoise{turn}", True))
            path.unlink()
            deleted.append(_until(index, f"turquoise{turn}", False))
            time.sleep(rng.uniform(0, 0.3))
    index.close()
    return [
        Figure(f"edit to effect, {FILES} files", saved, "s"),
        Figure(f"deletion to effect, {FILES} files", deleted, "s"),
    ]


def _until(index: Index, word: str, there: bool) -> float:
    began = time.perf_counter()
    while bool(index.trusted(lambda: index.catalog.phrase([word]))) != there:
        time.sleep(0.01)
    return time.perf_counter() - began


def memory_at(folder: Path, chunks: int) -> Figure:
    """Resident memory of a process that has indexed so many passages, opened them again and asked; beside none."""
    home = Home.open(folder / f"recall-{chunks}" / "home")
    if not any((home.root / "documents").iterdir()):
        _fill(home, chunks // 10, 10, 40)
        subprocess.run([sys.executable, "-c", BUILD, str(home.root)], cwd=ROOT, check=True)
    full = _resident(home.root)
    empty = _resident(Home.open(folder / "empty" / "home").root)
    return Figure(f"memory, {chunks} passages", [full], "MB", "the same process with none", [empty])


BUILD = """
import pathlib, sys
from memory.home import Home; from memory.index import Index; from tests.benchmarks.index import Queries
index = Index(Home.open(pathlib.Path(sys.argv[1])), Queries()); index.sync(); index.close()
"""
ASK = """
import json, pathlib, sys, time
from memory.home import Home; from memory.index import Index; from memory.retrieve import Retriever
from tests.benchmarks.index import Queries
home, began = Home.open(pathlib.Path(sys.argv[1])), time.perf_counter()
index = Index(home, Queries()); opened = time.perf_counter() - began
index.sync()
for n in range(20): Retriever(index).search(f"which candle and harbour number {n} did I like?")
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({"mb": int(status["VmRSS"].split()[0]) / 1024, "opened": opened}))
"""


def _resident(home: Path) -> float:
    run = subprocess.run(
        [sys.executable, "-c", ASK, str(home)], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    told = json.loads(run.stdout.splitlines()[-1])
    print(f"  opened in {told['opened']:.2f} s: {home.parent.name}", file=sys.stderr)
    return float(told["mb"])
