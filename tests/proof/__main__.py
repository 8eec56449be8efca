"""`make proof`: the long counts, a few minutes at a time; what earlier runs counted stays counted."""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.journeys.support import ROOT, Town, free_port, move_in
from tests.proof.record import Record, Story, table
from tests.proof.rows import SHORT, Alone, AnyRow, Bare, Kept, Row, fresh_name


@dataclass
class Plan:
    """Which story is next: the row that is furthest from what it asks for; seeds count up from the run's."""

    rows: tuple[AnyRow, ...]
    told: Counter[str]
    counted: Counter[str]
    seed: int
    until: float
    endless: bool
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> tuple[AnyRow, int, int] | None:
        """The row, the story's seed and its number in the row; None once time is up or all is told."""
        with self._lock:
            due = [row for row in self.rows if self.endless or self.counted[row.name] < row.asked]
            if not due or time.monotonic() > self.until:
                return None
            row = min(due, key=lambda r: self.counted[r.name] / r.asked)
            number, seed = self.told[row.name], self.seed
            self.told[row.name] += 1
            self.counted[row.name] += 1
            self.seed += 1
            return row, seed, number

    def void(self, row: AnyRow) -> None:
        """The story did not count: one more is due."""
        with self._lock:
            self.counted[row.name] -= 1


class Worker:
    """One home, signed in at one town; every story gets fresh copies of both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._home: Path | None = None
        self._kept: dict[str, Any] = {}
        self._stack = contextlib.ExitStack()

    @property
    def home(self) -> Path:
        """The home, made with the first story that needs one."""
        if self._home is None:
            town = Town.start(self.folder / "town", self.port)
            try:
                self._home = move_in(self.folder / "marta" / "home", town.site)
            finally:
                town.stop()
        return self._home

    def tell(self, row: AnyRow, seed: int, number: int) -> Story:
        """One story, timed."""
        folder, began = self.folder / fresh_name(), time.monotonic()
        match row:
            case Bare():
                story = row.tell(seed, number)
            case Kept():
                story = row.tell(self._opened(row), seed, number)
            case Alone():
                story = row.tell(self._copied(folder), seed, number)
            case Row():
                story = self._in_town(row, folder, seed, number)
        if not story.violation:
            shutil.rmtree(folder, ignore_errors=True)  # a browser of the dead may still be writing
        kept = f" (what is left of it: {folder})" if story.violation else ""
        return replace(story, seconds=round(time.monotonic() - began, 1), violation=story.violation + kept)

    def _opened(self, row: Kept) -> Any:
        if row.short not in self._kept:
            self._kept[row.short] = self._stack.enter_context(row.opened(self.folder / row.short))
        return self._kept[row.short]

    def close(self) -> None:
        """End what is kept open."""
        self._stack.close()
        for made in ("town", "marta", *self._kept):
            shutil.rmtree(self.folder / made, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()
            self.folder.parent.rmdir()

    def _copied(self, folder: Path) -> Path:
        return Path(shutil.copytree(self.home, folder / "copy" / "home", symlinks=True))

    def _in_town(self, row: Row, folder: Path, seed: int, number: int) -> Story:
        """A town whose log is empty: what stands in it then is this story's alone."""
        home = self._copied(folder)
        shutil.copytree(self.folder / "town", folder / "town")
        (folder / "town" / "tavola.log.jsonl").unlink(missing_ok=True)
        town = Town.start(folder / "town", self.port)
        try:
            return row.tell(home, town, seed, number)
        finally:
            town.stop()


def work(folder: Path, plan: Plan, record: Record, version: str) -> None:
    """Tell stories until there are none left; only what was violated stays in the folder."""
    with contextlib.closing(Worker(folder)) as worker:
        while (due := plan.next()) is not None:
            row, seed, number = due
            story = replace(worker.tell(row, seed, number), version=version)
            if not story.counts:
                plan.void(row)
            record.add(story)
            if not isinstance(row, Bare) or story.violation:  # the others are told by the thousand
                print(_line(story), flush=True)


def _line(story: Story) -> str:
    said = story.violation and f"VIOLATION {story.violation}"
    said = said or (f"{story.state}, booked {story.bookings}" if story.counts else "never happened: not counted")
    return f"{story.row}: seed {story.seed}, {story.what}: {said} ({story.seconds:.0f} s)"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="begin no story after that")
    parser.add_argument("--row", choices=SHORT, action="append", help="only these rows")
    parser.add_argument("--seed", type=int, help="of the first story, to tell it again; goes on past what is asked")
    parser.add_argument("--workers", type=int, default=2, help="stories at a time")
    parser.add_argument("--record", type=Path, default=ROOT / "build" / "proof.jsonl")
    return parser.parse_args()


def _version() -> str:
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        command = ["git", "describe", "--always", "--dirty"]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    return ""


def _plan(options: argparse.Namespace, record: Record) -> Plan:
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    print(f"seed {seed}; {len(record.stories())} stories were told before")
    rows = tuple(SHORT[name] for name in options.row or SHORT)
    told = Counter(s.row for s in record.stories())
    counted = Counter(s.row for s in record.stories() if s.counts)
    return Plan(rows, told, counted, seed, time.monotonic() + options.minutes * 60, options.seed is not None)


def main() -> int:
    """Run, print the table; 1 where anything was ever violated."""
    options = _arguments()
    record = Record(options.record)
    plan = _plan(options, record)
    folder = Path(tempfile.mkdtemp(prefix="rflow-proof-"))
    with ThreadPoolExecutor(options.workers) as pool:
        try:
            folders = [folder / str(number) for number in range(options.workers)]
            for done in [pool.submit(work, own, plan, record, _version()) for own in folders]:
                done.result()
        except KeyboardInterrupt:
            plan.until = 0  # the stories that are being told end first
    return _report(record)


def _report(record: Record) -> int:
    stories = record.stories()
    print("\n" + table({row.name: row.asked for row in SHORT.values()}, stories))
    never = Counter(s.what for s in stories if s.row == SHORT["places"].name and not s.counts)
    if never:
        print("places that were not passed: " + ", ".join(f"{place} ({n} x)" for place, n in never.items()))
    broken = [s for s in stories if s.violation]
    for story in broken:
        print(f"{story.row}, seed {story.seed}, at {story.version}: {story.violation}")
    if broken:
        print(f"Once mended, take these lines out of {record.path}.")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
