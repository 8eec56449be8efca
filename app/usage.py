"""Usage: what came of what was proposed, told from the tasks' own records: per workflow, month by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from agents.executor.tables import mandates
from agents.graph import Graph
from agents.orchestrator.understand import intents
from agents.state import Json
from agents.types import Frozen, TaskStatus
from app.channels.store import tasks
from app.threads import thread_of

Version = tuple[TaskStatus, int, bool]
"""A task's status, the latest message that touched it, and whether it was given a Go."""
Counted = tuple[str, list[str]]
"""Its workflow, "" for none, and the figures in which it counts."""
OPEN: tuple[TaskStatus, ...] = ("understanding", "asking", "searching", "deciding", "offered", "doing")


class Used(Frozen):
    """How many tasks of a workflow in a month …

    Attributes:
        month: "2026-11".
        asked: were begun.
        proposed: got a top choice.
        top, backup: … whose top choice or backup was given a Go.
        neither: … ended, or were set aside, without a Go.
        open: … still wait for one.
        amended, different, why: … in which a detail was changed, another pair wanted, or a reason asked for.
        undone: in which something learned was taken back, or that were stopped after their Go.
    """

    workflow: str
    month: str
    asked: int = 0
    proposed: int = 0
    top: int = 0
    backup: int = 0
    neither: int = 0
    open: int = 0
    amended: int = 0
    different: int = 0
    why: int = 0
    undone: int = 0


_COUNTS = tuple(name for name in Used.model_fields if name not in ("workflow", "month"))


@dataclass(frozen=True, slots=True)
class Usage:
    """Reads what was stored anyway; nothing is counted twice, and what was forgotten is not counted by its words."""

    database: AsyncEngine
    graph: Graph
    _known: dict[str, tuple[Version, Counted]] = field(default_factory=dict)

    async def since(self, day: str = "") -> tuple[Used, ...]:
        """The figures from a day on (ISO date), by workflow, the latest month first."""
        async with self.database.connect() as conn:
            # A task's id begins with the day on which it was begun.
            begun = select(tasks.c.id, tasks.c.status, tasks.c.touched).where(tasks.c.id >= day)
            rows = (await conn.execute(begun)).all()
            granted = select(mandates.c.task).where(mandates.c.granted_by.is_not(None))
            taken = frozenset((await conn.execute(granted)).scalars())
        counted: dict[tuple[str, str], Counter[str]] = {}
        for task, status, touched in rows:
            workflow, names = await self._of(task, (status, touched, task in taken))
            if workflow:
                counted.setdefault((workflow, task[:7]), Counter()).update(names)
        return _sorted(Used(workflow=w, month=m, **_numbers(found)) for (w, m), found in counted.items())

    async def _of(self, task: str, version: Version) -> Counted:
        """A task's thread is read anew only after a message that touched it."""
        if task not in self._known or self._known[task][0] != version:
            state: Json = (await self.graph.aget_state(thread_of(task))).values
            status, _, taken = version
            self._known[task] = version, (state.get("workflow", ""), _came_of(state, status, taken))
        return self._known[task][1]


def summed(used: Iterable[Used], month: str = "all") -> tuple[Used, ...]:
    """One line a workflow over all its months."""
    sums: dict[str, Counter[str]] = {}
    for line in used:
        sums.setdefault(line.workflow, Counter()).update(line.model_dump(include=set(_COUNTS)))
    return _sorted(Used(workflow=name, month=month, **_numbers(found)) for name, found in sums.items())


def _sorted(used: Iterable[Used]) -> tuple[Used, ...]:
    return tuple(sorted(sorted(used, key=lambda u: u.month, reverse=True), key=lambda u: u.workflow))


def _numbers(found: Mapping[str, int]) -> dict[str, Any]:
    return {name: found.get(name, 0) for name in _COUNTS}


def _came_of(state: Json, status: TaskStatus, taken: bool) -> list[str]:
    """What a task counts for."""
    heard, proposed = set(intents(state.get("trace", ()))), bool(state.get("shown"))
    left = "open" if status in OPEN else "neither"
    end = ("top", "backup")[state.get("choice", 0)] if taken else left
    said = {
        "asked": True,
        "proposed": proposed,
        end: proposed,
        "amended": "amend" in heard,
        "different": "different" in heard,
        "why": bool(heard & {"why", "why not"}),
        "undone": "undo" in heard or (taken and status == "cancelled"),
    }
    return [name for name, so in said.items() if so]
