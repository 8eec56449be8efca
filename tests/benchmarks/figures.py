"""A figure with what it is to be compared with in the same run, and the table of them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """Measured values, all in one unit.

    Attributes:
        what: what was measured.
        values: every measurement; none where it was skipped.
        unit: of the values and of the peer's.
        peer: the same job done bare, measured in the same run; empty where there is none.
        note: why it was skipped, or how to read it.
    """

    what: str
    values: Sequence[float]
    unit: str
    peer: str = ""
    peer_values: Sequence[float] = field(default=())
    note: str = ""

    @property
    def median(self) -> float | None:
        """The middle value."""
        return statistics.median(self.values) if self.values else None

    @property
    def p95(self) -> float | None:
        """The value that 95 % do not exceed (nearest rank); None for fewer than 10, where it would be the largest."""
        return sorted(self.values)[math.ceil(0.95 * len(self.values)) - 1] if len(self.values) >= 10 else None

    @property
    def ratio(self) -> float | None:
        """The median over the peer's."""
        if self.median is None or not self.peer_values:
            return None
        return self.median / statistics.median(self.peer_values)

    def row(self) -> tuple[str, ...]:
        """The cells of the table."""
        peer = _shown(statistics.median(self.peer_values), self.unit) if self.peer_values else ""
        ratio = f"{self.ratio:.2f}" if self.ratio is not None else ""
        cells = (self.what, str(len(self.values)), _shown(self.median, self.unit), _shown(self.p95, self.unit))
        return (*cells, peer, ratio, self.note if not self.values else self.peer)

    def as_json(self) -> dict[str, object]:
        """Everything, for programs."""
        return {
            "what": self.what,
            "unit": self.unit,
            "median": self.median,
            "p95": self.p95,
            "values": list(self.values),
            "peer": self.peer,
            "peer_values": list(self.peer_values),
            "ratio": self.ratio,
            "note": self.note,
        }


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "s" and value < 0.2:
        return f"{value * 1000:.3g} ms"
    return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"


HEADINGS = ("what", "n", "median", "p95", "peer", "ratio", "the peer")


def table(figures: Sequence[Figure]) -> str:
    """One line per figure."""
    rows = [HEADINGS, *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers, last = (
        cell.ljust(width) if column in (0, len(row) - 1) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((first, *numbers, last)).rstrip()
