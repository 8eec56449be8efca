"""What is wrong with a workflow file: where, what was seen, what was expected, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from rapidfuzz import fuzz, process, utils

from memory.errors import BadInput

MOST_TOLD = 20  # faults in one message; the error carries all


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not fit, at a line counted from 1; also the shape of a warning."""

    line: int
    seen: str
    expected: str
    mend: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.seen}; expected {self.expected}. {self.mend}"


class WorkflowFault(BadInput):
    """A workflow file that is not used because of its faults, all of them, by line.

    Attributes:
        path: the file, as it was named when it was read.
        faults: at least one.
    """

    def __init__(self, path: str, faults: Iterable[Fault]) -> None:
        self.path = path
        self.faults = tuple(sorted(set(faults), key=lambda fault: (fault.line, fault.seen)))
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        told = "\n".join(f"- {fault}" for fault in self.faults[:MOST_TOLD])
        if len(self.faults) > MOST_TOLD:
            told += f"\n- and {len(self.faults) - MOST_TOLD} more"
        super().__init__(f"{path} is not used: it has {count}.\n{told}")

    @property
    def name(self) -> str:
        """The name that the file would have as a workflow."""
        return PurePath(self.path).stem


def nearest(seen: str, known: Iterable[str], cutoff: float = 60) -> str | None:
    """The known word most like `seen`, or None where none is near (cutoff: 0 to 100)."""
    found = process.extractOne(
        seen, list(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=cutoff
    )
    return found[0] if found else None


def did_you_mean(seen: str, known: Iterable[str]) -> str:
    """A mending sentence: the nearest known word, or all of them."""
    words = list(known)
    near = nearest(seen, words)
    return f"Did you mean `{near}`?" if near else f"Known here: {', '.join(words)}."


def short(text: str, limit: int = 80) -> str:
    """The text on one line, cut for a message."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
