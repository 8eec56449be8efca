"""One damage to an index that nobody has open: what is opened next is whole again, with the same ids."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from memory.home import Home
from memory.index import Index
from tests.memory.kills import ROOT, Cheap, killed_at_work

FILES = 12
JUDGE = """
import pathlib, sys
from tests.memory.damage import opened
print(opened(pathlib.Path(sys.argv[1])), flush=True)
"""


def damage_and_reopen(folder: Path, seed: int) -> tuple[str, str]:
    """What was done to it, and what is wrong after; empty where nothing is."""
    rng = random.Random(seed)
    home = Home.open(folder / "home")
    for n in range(FILES):
        text = "\n\n".join(f"Passage {n}.{p} of the tide and the {rng.random()}." for p in range(rng.randrange(1, 30)))
        (home.root / f"documents/{n}.md").write_text(f"# Tides {n}\n\n{text}\n")
    index = Index(home, Cheap())
    index.sync()
    ids = index.vectors.ids()
    index.close()
    what = rng.choice(WAYS)(home, rng)
    # In a process of its own: on a file that is not as it was, Chroma can end the process.
    judged = subprocess.run(
        [sys.executable, "-c", JUDGE, str(home.root)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = judged.stdout.strip().split("\n")[-1].split()
    if judged.returncode:
        return what, f"it ended with {judged.returncode}: {judged.stderr[-300:]}"
    if what.startswith("killed"):  # it wrote meanwhile: what counts is what an index built anew has
        shutil.rmtree(home.root / "state/index")
        ids = set(opened(home.root).split())
    return what, "" if set(found) == ids else f"{len(set(found) ^ ids)} ids differ"


def opened(root: Path) -> str:
    """The ids of the home's index once it is synced; raises where one cannot be found by its own vector."""
    index = Index(Home.open(root), Cheap())
    try:
        index.sync()
        ids = index.vectors.ids()
        assert ids == set(index.catalog.embedded()), "words and vectors differ"
        index.catalog.check()
        for key, chunk in index.catalog.get(sorted(ids)[::20]).items():
            vector = Cheap().embed([chunk.embedded])[0]
            assert index.trusted(lambda v=vector, k=key: index.vectors.similarities(v, [k]))[key] > 0.99  # type: ignore[misc]
    finally:
        index.close()
    return " ".join(sorted(ids))


def _file(home: Home, rng: random.Random) -> Path:
    return rng.choice(sorted(p for p in (home.root / "state/index").rglob("*") if p.is_file()))


def _cut(home: Home, rng: random.Random) -> str:
    path = _file(home, rng)
    data = path.read_bytes()
    path.write_bytes(data[: rng.randrange(len(data) or 1)])
    return f"cut short: {path.name}"


def _turned(home: Home, rng: random.Random) -> str:
    path = _file(home, rng)
    data = bytearray(path.read_bytes())
    for at in rng.choices(range(len(data)), k=20) if data else ():
        data[at] ^= 1 << rng.randrange(8)
    path.write_bytes(bytes(data))
    return f"bits turned: {path.name}"


def _deleted(home: Home, rng: random.Random) -> str:
    path = _file(home, rng)
    path.unlink()
    return f"deleted: {path.name}"


def _folder_deleted(home: Home, rng: random.Random) -> str:
    path = rng.choice(sorted(p for p in (home.root / "state").rglob("*") if p.is_dir() and "index" in p.parts))
    shutil.rmtree(path)
    return f"deleted with all in it: {path.name if path.name == 'index' else 'a folder of it'}"


def _killed(home: Home, rng: random.Random) -> str:
    return f"killed {killed_at_work(home, rng)}"


WAYS: tuple[Callable[[Home, random.Random], str], ...] = (_killed, _cut, _turned, _deleted, _folder_deleted)
