"""What every measurement needs: the data's folder, a home to measure in, and shares with their held-back half."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Hashable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from memory.home import Home


def data_folder() -> Path | None:
    """The folder of measuring data, where `RFLOW_DATA` names it."""
    folder = Path(os.environ.get("RFLOW_DATA", "/nowhere"))
    return folder if folder.is_dir() else None


@contextmanager
def home_in(folder: Path) -> Iterator[Home]:
    """A new home without the starter's notes."""
    home = Home.open(folder)
    for starter in (home.root / "memory").glob("*.md"):
        starter.unlink()
    yield home


@dataclass
class Measured:
    """The mean of values from 0 to 1, over all cases and over those that no constant was fitted on."""

    what: str
    values: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, value: float, *, held_back: bool) -> None:
        """One case."""
        self.values.append((value, held_back))

    def row(self) -> str:
        """A line of the table: percent of all, of the half for fitting, of the half that was held back."""
        halves = [[v for v, held in self.values if held in kind] for kind in ((True, False), (False,), (True,))]
        return f"{self.what:48}{len(self.values):6}" + "".join(f"{_percent(half):>10}" for half in halves)


@dataclass
class F1:
    """The harmonic mean of precision and recall over all cases, and over each half."""

    what: str
    counts: dict[bool, Counter[str]] = field(default_factory=lambda: {False: Counter(), True: Counter()})

    def add(self, marked: Set[Hashable], taken: Set[Hashable], *, held_back: bool) -> None:
        """What one case should give, and what was taken from it."""
        told = {"cases": 1, "right": len(marked & taken), "marked": len(marked), "taken": len(taken)}
        self.counts[held_back].update(told)

    def row(self) -> str:
        """A line of the table, as `Measured.row`."""
        halves = [self.counts[False] + self.counts[True], self.counts[False], self.counts[True]]
        return f"{self.what:48}{halves[0]['cases']:6}" + "".join(f"{_f1(half):>10}" for half in halves)


def _f1(counts: Counter[str]) -> str:
    both = counts["marked"] + counts["taken"]
    return f"{200 * counts['right'] / both:.1f}" if both else "-"


def _percent(values: list[float]) -> str:
    return f"{100 * sum(values) / len(values):.1f}" if values else "-"
