"""What was proved so far: one JSON line per story in a file that runs add to, and the table over it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Story:
    """One story that was told.

    Attributes:
        row: the row of the table that it counts for.
        seed: what every choice in it was drawn from.
        what: the choice itself: the place, the second or the way.
        counts: False where what the row is about never happened, such as a place that was not passed.
        died_in: what the person had last seen or done at each death of the service.
        violation: empty where every invariant held.
        version: the commit that was proved.
    """

    row: str
    seed: int
    what: str
    counts: bool
    state: str = ""
    bookings: int = 0
    died_in: list[str] = field(default_factory=list)
    violation: str = ""
    seconds: float = 0
    version: str = ""


class Record:
    """The file; safe for several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = threading.Lock()

    def stories(self) -> list[Story]:
        """Every story of this run and of earlier ones; a line that was cut short is left out."""
        if not self.path.exists():
            return []
        return [Story(**json.loads(line)) for line in self.path.read_text("utf-8").splitlines() if line.endswith("}")]

    def add(self, story: Story) -> None:
        """Append it at once."""
        with self._writing:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a+", encoding="utf-8") as file:
                if file.tell() and not self.path.read_bytes().endswith(b"\n"):
                    file.write("\n")
                file.write(json.dumps(asdict(story), ensure_ascii=False) + "\n")


def upper_bound(violations: int, runs: int, doubt: float = 0.05) -> float:
    """The exact one-sided (Clopper-Pearson) bound on the rate of violations, at a confidence of 1 - `doubt`.

    With no violation it is 1 - doubt**(1/runs), close to the "rule of three" 3/runs.
    """
    if runs == 0 or violations >= runs:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        low, high = (rate, high) if _at_most(violations, runs, rate) > doubt else (low, rate)
    return high


def _at_most(violations: int, runs: int, rate: float) -> float:
    """The binomial probability of no more than so many violations."""
    term = (1 - rate) ** runs
    total = term
    for k in range(violations):
        term *= (runs - k) / (k + 1) * rate / (1 - rate)
        total += term
    return total


def table(asked: dict[str, int], stories: Iterable[Story]) -> str:
    """Row, asked, run so far, violations, and the bound."""
    told = list(stories)
    runs = Counter(s.row for s in told if s.counts)
    broken = Counter(s.row for s in told if s.violation)
    lines = [f"{'row':<32}{'asked':>6}{'run':>6}{'violations':>12}{'95% upper bound':>17}"]
    for row, wanted in asked.items():
        bound = f"{upper_bound(broken[row], runs[row]):.1%}" if runs[row] else "-"
        lines.append(f"{row:<32}{wanted:>6}{runs[row]:>6}{broken[row]:>12}{bound:>17}")
    return "\n".join(lines)
