"""Named places where a kill test may end the process: `FP=name:n` does so at the n-th passing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping

Failpoint = Callable[[str], None]
"""Called with the name of each place as it is passed."""

KILLED = 137  # the exit code of a process ended by SIGKILL


def no_failpoint(name: str) -> None:
    """The one for every day: does nothing."""


def failpoint_from(environ: Mapping[str, str]) -> Failpoint:
    """The failpoint that `FP` names, else one that does nothing; the count is its own."""
    wanted, _, count = environ.get("FP", "").partition(":")
    if not wanted:
        return no_failpoint
    passed: Counter[str] = Counter()

    def kill_at(name: str) -> None:
        passed[name] += 1
        if name == wanted and passed[name] == int(count or 1):
            os._exit(KILLED)

    return kill_at
