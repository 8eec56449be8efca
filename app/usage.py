"""Usage: what came of what was proposed, told from the tasks' own records: per workflow, month by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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

    async def since(self, day: str = "") -> tuple[Used, ...]:
        """The figures from a day on (ISO date), by workflow, the latest month first."""
        async with self.database.connect() as conn:
            # A task's id begins with the day on which it was begun.
            rows = (await conn.execute(select(tasks.c.id, tasks.c.status).where(tasks.c.id >= day))).all()
            granted = select(mandates.c.task).where(mandates.c.granted_by.is_not(None))
            taken = frozenset((await conn.execute(granted)).scalars())
        counted: dict[tuple[str, str], Counter[str]] = {}
        for task, status in rows:
            state: Json = (await self.graph.aget_state(thread_of(task))).values
            if workflow := state.get("workflow"):
                counted.setdefault((workflow, task[:7]), Counter()).update(_came_of(state, status, task in taken))
        return _sorted(Used(workflow=w, month=m, **_numbers(found)) for (w, m), found in counted.items())


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
