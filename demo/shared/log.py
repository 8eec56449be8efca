"""A site's own append-only log of state changes: what was really done here, whoever says otherwise."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class LogLine:
    """One attempt to change something.

    Attributes:
        at: ISO date-time with offset, by the site's clock.
        account: the signed-in account's email, or None.
        what: the action ("hold", "book", "order", "cancel", "login" …, "request" for anything else) and what it was
            about: texts and numbers, amounts as "12.50".
        outcome: "held", "booked", "ordered", "cancelled", "signed in" …; "refused: why"; "status 404" for anything
            else.
    """

    at: str
    method: str
    path: str
    account: str | None
    what: dict[str, Any] = field(default_factory=dict)
    outcome: str = ""


class SiteLog:
    """Appends lines to `<site>.log.jsonl`, each on disk before the site answers."""

    def __init__(self, folder: Path, site: str) -> None:
        self.path = log_file(folder, site)

    def write(self, line: LogLine) -> None:
        """Append `line` and wait until it is on disk."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def log_file(folder: Path, site: str) -> Path:
    """Give where the log of a site ("mercato") lies in the town's data folder."""
    return folder / f"{site}.log.jsonl"


def read_log(path: Path, site: str) -> list[LogLine]:
    """Read the log of a site, given its file or the data folder; a log that was never written is empty."""
    file = log_file(path, site) if path.is_dir() else path
    if not file.exists():
        return []
    return [LogLine(**json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def stamp(now: dt.datetime) -> str:
    """Give `now` as it stands in the log."""
    return now.isoformat(timespec="milliseconds")
