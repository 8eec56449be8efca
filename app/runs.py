"""The runs: what was asked, planned, done and recorded, out of the papers and the ledger."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from agents.executor import audit
from agents.executor.audit import Chain, Move
from agents.executor.ledger import FINAL, Entry
from agents.executor.mandate import render
from agents.executor.tables import State
from agents.executor.takeover import Desk
from agents.orchestrator import papers
from agents.orchestrator.papers import Papers
from agents.types import Clock, Frozen, PlanView, Receipt, TaskStatus
from app.channels import store
from memory.errors import Conflict, NotFound

LIVE: tuple[TaskStatus, ...] = ("doing", "offered")
"""A plan that is carried out, or that can be: it may be rehearsed."""


class RunLine(Frozen):
    """One run in the gallery.

    Attributes:
        state: where its task stands; None where neither the task nor a receipt says.
        at: when its mandate moved last; where there is none, the day that its name begins with.
        picture: relative to home; empty where there is none.
    """

    task: str
    title: str
    asked: str
    state: TaskStatus | None
    reference: str = ""
    at: dt.datetime | None = None
    picture: str = ""


class StepTaken(Frozen):
    """One step as it was taken.

    Attributes:
        picture: relative to home; empty where there is none.
        seconds: since the step before it, or since the run was taken up; None where that is not known.
    """

    text: str
    at: dt.datetime | None = None
    picture: str = ""
    seconds: float | None = None


class Run(RunLine):
    """One run.

    Attributes:
        conversation: in which it was asked for; empty where this machine has no record of it.
        seconds: from when it was taken up until it ended, or until now; None where it was never.
        live: something may happen yet.
        yours: its window is the person's now, until they say that they are done.
        plan: of the mandate that was granted, else offered, last.
        moves: every move of its mandates.
        fault: what does not fit in the mandate's record; empty where all does.
    """

    conversation: str = ""
    steps: tuple[StepTaken, ...] = ()
    seconds: float | None = None
    live: bool = False
    yours: bool = False
    plan: PlanView | None = None
    receipt: Receipt | None = None
    moves: tuple[Move, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Runs:
    """Reads the runs of a home."""

    home: Path
    database: AsyncEngine
    desk: Desk
    clock: Clock

    async def gallery(self, limit: int) -> list[RunLine]:
        """The runs, the latest first."""
        names = await asyncio.to_thread(papers.tasks, self.home)
        async with self.database.connect() as conn:
            moved = await audit.last_moves(conn)
            at = {name: moved.get(name) or day_of(name, self.clock()) for name in names}
            latest = sorted(names, key=lambda name: (at[name], name), reverse=True)[:limit]
            rows = {name: await store.task(conn, name) for name in latest}
        read = await asyncio.to_thread(lambda: {name: papers.read(self.home, name) for name in latest})
        states = {name: row["status"] for name, row in rows.items() if row}
        return [line(name, read[name], states.get(name), at[name]) for name in latest]

    async def run(self, task: str) -> Run:
        """One run as it stands.

        Raises:
            NotFound: there is none of that name.
        """
        read = await asyncio.to_thread(papers.read, self.home, task)
        async with self.database.connect() as conn:
            row = await store.task(conn, task)
            moves = await audit.moves(conn, task)
            try:
                entry, fault = await audit.entry_of(conn, moves), ""
            except Conflict as changed:
                entry, fault = None, str(changed)
        if row is None and read == Papers():
            raise NotFound(f"There is no run {task!r}.", "The gallery at /runs has all of them.")
        now = self.clock()
        at = moves[-1].at if moves else day_of(task, now)
        top = line(task, read, row["status"] if row else None, at)
        conversation = row["conversation"] if row else ""
        return Run(
            **top.model_dump(exclude={"asked"}),
            asked=row["request"] if row else top.asked,
            conversation=conversation,
            steps=steps_of(task, read, moves),
            seconds=lasted(moves, now),
            live=top.state in LIVE,
            yours=top.state == "doing" and self.desk.waits(conversation),
            plan=plan_of(entry) if entry else None,
            receipt=entry.receipt if entry else None,
            moves=moves,
            fault=fault,
        )

    async def check(self) -> Chain:
        """Whether the whole ledger fits together."""
        async with self.database.connect() as conn:
            return await audit.check(conn)


def line(task: str, read: Papers, state: TaskStatus | None, at: dt.datetime) -> RunLine:
    """A run as the gallery shows it."""
    return RunLine(
        task=task,
        title=read.title or "Without a plan",
        asked=read.asked,
        state=state or read.state,
        reference=read.reference,
        at=at,
        picture=_inside(task, read.picture),
    )


def steps_of(task: str, read: Papers, moves: Sequence[Move]) -> tuple[StepTaken, ...]:
    """The steps, each with the time since the one before it; a run's first since it was taken up."""
    begun = [move.at for move in moves if move.to is State.CLAIMED]
    taken = [StepTaken(text=s.text, at=s.at, picture=_inside(task, s.picture)) for s in read.steps]
    timed = [taken[0].model_copy(update={"seconds": _since(None, taken[0].at, begun)})] if taken else []
    for before, step in pairwise(taken):
        timed.append(step.model_copy(update={"seconds": _since(before.at, step.at, begun)}))
    return tuple(timed)


def lasted(moves: Sequence[Move], now: dt.datetime) -> float | None:
    """Seconds from when the last run was taken up until it ended, or until now; None where none was."""
    begun = [number for number, move in enumerate(moves) if move.to is State.CLAIMED and move.before is State.GRANTED]
    if not begun:
        return None
    run = moves[begun[-1] :]
    ends = [move.at for move in run if move.mandate == run[0].mandate and move.to in FINAL]
    return ((ends[-1] if ends else now) - run[0].at).total_seconds()


def plan_of(entry: Entry) -> PlanView:
    """The plan as it was shown; its code is nobody's business afterwards."""
    return render(entry.mandate, entry.bound.title, entry.bound.sentences)


def day_of(task: str, now: dt.datetime) -> dt.datetime:
    """The day that a task's name begins with; long ago where it begins otherwise."""
    try:
        return dt.datetime.fromisoformat(task[:10]).replace(tzinfo=now.tzinfo)
    except ValueError:
        return dt.datetime.min.replace(tzinfo=dt.UTC)


def _since(before: dt.datetime | None, at: dt.datetime | None, begun: Sequence[dt.datetime]) -> float | None:
    if at is None:
        return None
    starts = [start for start in (*begun, before) if start is not None and start <= at]
    return (at - max(starts)).total_seconds() if starts else None


def _inside(task: str, picture: str) -> str:
    return f"runs/{task}/{picture}" if picture else ""
