"""Tavola's log, for those who watch it from outside."""

from __future__ import annotations

from pathlib import Path

from demo.shared import log
from demo.shared.log import LogLine as LogLine


def read_log(path: Path) -> list[LogLine]:
    """Read Tavola's log, given its file or the data folder."""
    return log.read_log(path, "tavola")


def bookings(path: Path) -> list[LogLine]:
    """Read the lines at which a reservation was really made."""
    return [line for line in read_log(path) if line.outcome == "booked"]
