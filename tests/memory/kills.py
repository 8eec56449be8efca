"""One life of an index: a process that reads and writes a home is killed at some moment, and what is left is judged."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from memory.history import History
from memory.home import Home
from memory.index import Index
from memory.proposals import waiting
from memory.vectors import Vectors

ROOT = Path(__file__).parents[2]
FILES = 60
WITHIN = 1.6  # seconds after it is ready, about the time that all of it takes
LIVE = """
import pathlib, sys, threading
from memory.home import Home; from memory import watch
from memory.index import Index; from tests.memory.kills import Cheap, NOTES
home = Home.open(pathlib.Path(sys.argv[1]))
index = Index(home, Cheap())
with watch.kept(index):
    print("ready", flush=True)
    for turn in range(100000):
        home.write("memory/notes.md", NOTES[turn % 2], home.read("memory/notes.md").etag)
        (home.root / f"documents/{turn % 60}.md").write_text(f"# Edited\\n\\nTurn {turn} of the tide.\\n")
        if turn % 7 == 0: (home.root / f"documents/{(turn * 5) % 60}.md").unlink(missing_ok=True)
        threading.Event().wait(0.01)
"""
NOTES = tuple(f"# Notes\n\n- I {verb} fog.\n" + f"- Line of {verb}.\n" * 300 for verb in ("love", "avoid"))
SAVE = """
import pathlib, sys
from memory.history import Change, History
from memory.home import Home
from memory.proposals import propose
from tests.memory.kills import NOTES
home = Home.open(pathlib.Path(sys.argv[1]))
history = History(home)
print("ready", flush=True)
for turn in range(100000):
    old, new = NOTES[turn % 2 - 1], NOTES[turn % 2]
    home.write("memory/notes.md", new, home.read("memory/notes.md").etag)
    history.record(f"Turn {turn}", [Change("memory/notes.md", old, new)])
    path = "journal/2026-11.md"
    home.write(path, new, home.read(path).etag if turn else None)
    history.commit(f"Journal {turn}", [path])
    if turn < 40: propose(home, f"Likes tide {turn}.")
"""


class Cheap:
    """Vectors that cost nothing, so that a kill hits the storing and not the model."""

    name, dimensions = "cheap", 32

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector per text, drawn from its letters."""
        made = np.array([np.bincount(np.frombuffer(t.encode(), np.uint8) % 32, minlength=32) + 1 for t in texts])
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def live_and_die(folder: Path, seed: int) -> tuple[str, str]:
    """The moment of the kill, and what is wrong with what was left; empty where nothing is."""
    rng = random.Random(seed)
    home = Home.open(folder / "home")
    for n in range(FILES):
        text = "\n\n".join(f"Passage {n}.{p} of the tide and the {rng.random()}." for p in range(rng.randrange(40)))
        (home.root / f"documents/{n}.md").write_text(f"# Tides {n}\n\n{text}\n")
    return killed_at_work(home, rng), _verdict(home)


def killed_at_work(home: Home, rng: random.Random, program: str = LIVE) -> str:
    """Kills a program at some moment after it said that it is ready; when."""
    (home.root / "memory/notes.md").write_text(NOTES[0])
    wait = rng.uniform(0, WITHIN)
    with subprocess.Popen([sys.executable, "-c", program, str(home.root)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
    return f"{wait:.2f} s after it was ready"


def save_and_die(folder: Path, seed: int) -> tuple[str, str]:
    """As `live_and_die`, of a process that only saves: files, commits and proposals."""
    home = Home.open(folder / "home")
    moment = killed_at_work(home, random.Random(seed), SAVE)
    texts = [home.read(path).text for path in ("memory/notes.md", "journal/2026-11.md") if (home.root / path).exists()]
    if any(text not in NOTES for text in texts):
        return moment, "a file is torn"
    waiting(home)  # raises where they are torn
    checked = subprocess.run(["git", "fsck", "--strict"], cwd=home.root, capture_output=True, text=True, check=False)
    if checked.returncode:
        return moment, f"git: {checked.stdout}{checked.stderr}"
    etag = home.read("memory/notes.md").etag
    home.write("memory/notes.md", "- And on it goes.\n", etag)
    History(home).commit("Go on", ["memory/notes.md"])
    on = subprocess.run(["git", "show", "HEAD:memory/notes.md"], cwd=home.root, capture_output=True, check=False).stdout
    return moment, "" if on == b"- And on it goes.\n" else f"the next commit holds {on[:80]!r}"


def _verdict(home: Home) -> str:
    if (home.root / "memory/notes.md").read_text() not in NOTES:
        return "memory/notes.md is torn"
    caught_up, wrong = _ids(home)
    if wrong:
        return wrong
    shutil.rmtree(home.root / "state/index")
    anew, wrong = _ids(home)
    return wrong or (
        "" if caught_up == anew else f"{len(caught_up ^ anew)} ids differ from those of an index built anew"
    )


def _ids(home: Home) -> tuple[set[str], str]:
    index = Index(home, Cheap())
    try:
        report = index.sync()
        words, vectors = set(index.catalog.embedded()), index.vectors.ids()
        index.catalog.check()
    finally:
        index.close()
    if report.pending:
        return words, f"{report.pending} files still wait"
    return words, "" if words == vectors else f"{len(words ^ vectors)} ids stand on one side only"
