"""What every measurement needs: the data's folder, a home to measure in, and shares with their held-back half."""

from __future__ import annotations

import os
from collections.abc import Iterator
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


def _percent(values: list[float]) -> str:
    return f"{100 * sum(values) / len(values):.1f}" if values else "-"
