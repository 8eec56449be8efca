"""Evals: the person's own cases, said to the flow as it is, over copies: nothing that they do is kept."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agents import graph
from agents.crew import Crew
from agents.evals.cases import CaseFile, case_files
from agents.evals.outcome import Came, Outcome, judge
from agents.executor import account, tables
from agents.graph import Graph
from agents.keeper import Keeper
from agents.reasoning import turn
from agents.state import Json, TaskState
from agents.types import Reply
from app.models import Models
from app.threads import thread_of
from memory.errors import NotFound
from memory.history import History
from memory.home import Home
from workflows.faults import did_you_mean

NAME = "eval"
"""The conversation and the task that a case's calls to a model are charged to."""

_WRITTEN = ("memory", "journal", "workflows")  # folders that a turn may write in


@dataclass(frozen=True, slots=True)
class Evals:
    """Runs cases by the crew that answers the person.

    Searches go to the workflows' sites as they always do, logged out and reading only; a site that cannot be reached
    leaves what rests on it unjudged.
    """

    crew: Crew
    models: Models

    async def files(self) -> tuple[CaseFile, ...]:
        """The person's files of cases, with what is wrong in them."""
        return await asyncio.to_thread(case_files, self.crew.home)

    async def run(self, path: str, line: int, reasoner: str = "") -> Outcome:
        """What comes of the case that stands in a file at a line.

        Args:
            reasoner: who answers, by name; empty: whoever answers the person.

        Raises:
            NotFound: there is no such case.
            BadInput: there is no such reasoner.
        """
        cases = [case for file in await self.files() for case in file.cases]
        case = next((c for c in cases if (c.path, c.line) == (path, line)), None)
        if case is None:
            raise NotFound(f"There is no case at {path}:{line}.", did_you_mean(path, {c.path for c in cases}))
        chosen, began = self.models.known(reasoner) if reasoner else "", time.monotonic()
        with turn.turn(NAME, chosen, self.models.seconds) as at:
            at.task, name = NAME, self.models.reasoner.name
            async with _apart(self.crew) as crew:
                came = await _say(case.says, crew)
        return Outcome(
            case=case,
            judged=tuple(judge(must, came) for must in case.musts),
            reasoner=name,
            workflow=came.workflow.name if came.workflow else "",
            ms=round(1000 * (time.monotonic() - began)),
        )


@asynccontextmanager
async def _apart(crew: Crew) -> AsyncIterator[Crew]:
    """The same crew, writing in copies that are thrown away."""
    with TemporaryDirectory(prefix="rflow-eval-", ignore_cleanup_errors=True) as folder:
        home = await asyncio.to_thread(_copied, crew.home, Path(folder) / "home")
        history = await asyncio.to_thread(History, home)
        keeper = Keeper(home, history, crew.keeper.meaning, crew.clock)
        database = await _ledger(crew.database, Path(folder) / "ledger.sqlite")
        try:
            yield replace(crew, home=home, history=history, keeper=keeper, database=database)
        finally:
            await database.dispose()


def _copied(home: Home, root: Path) -> Home:
    for name in _WRITTEN:
        shutil.copytree(home.root / name, root / name, ignore_dangling_symlinks=True)
    copy = Home.open(root)
    if (known := home.root / account.FILE).exists():  # a plan names the account that it is for
        shutil.copyfile(known, root / account.FILE)
    return copy


async def _ledger(database: AsyncEngine, path: Path) -> AsyncEngine:
    """A ledger of its own that knows what was done before."""
    async with database.connect() as conn:
        done = (await conn.execute(tables.mandates.select().where(tables.mandates.c.state == tables.State.DONE))).all()
    copy = create_async_engine(f"sqlite+aiosqlite:///{path}", hide_parameters=True)
    async with copy.begin() as conn:
        await conn.run_sync(tables.metadata.create_all)
        if done:
            await conn.execute(tables.mandates.insert(), [dict(row._mapping) for row in done])
    return copy


async def _say(says: Sequence[str], crew: Crew) -> Came:
    """Say the messages one after another; a message that is for another task begins it, as in a conversation."""
    flow, replies, thread, state = graph.build(crew, InMemorySaver()), list[Reply](), "", Json()
    away, decision = "", None
    for number, text in enumerate(says):
        said, known = _message(number, text), await _waits(flow, thread)
        thread = thread if known else str(number)
        state = await _heard(flow, thread, said)
        if state.get("handoff"):
            thread = str(number)
            state = await _heard(flow, thread, {**said, "resumed": True})
        reply = Reply.model_validate(state["reply"])
        replies.append(reply)
        decision = reply.decision or decision
        away = reply.text if reply.kind == "error" else ""
    workflow = crew.registry.find(state.get("workflow", ""))
    return Came(tuple(replies), crew.clock(), workflow, state.get("details", {}), decision, away)


async def _waits(flow: Graph, thread: str) -> bool:
    return bool(thread and (await flow.aget_state(_config(thread))).interrupts)


async def _heard(flow: Graph, thread: str, said: TaskState) -> Json:
    """Give a message to a task's thread, or begin it; the state at its next wait."""
    config = _config(thread)
    waits = (await flow.aget_state(config)).interrupts
    begun: TaskState = {"task": NAME, "conversation": NAME, "owner": NAME, "request": said["message"], "trace": []}
    await flow.ainvoke(Command(resume={waits[0].id: said}) if waits else cast(TaskState, {**begun, **said}), config)
    state: Json = (await flow.aget_state(config)).values
    return state


def _config(thread: str) -> RunnableConfig:
    return thread_of(f"{NAME}-{thread}")


def _message(number: int, text: str) -> TaskState:
    return {
        "message": text,
        "message_id": f"{NAME}-{number}",
        "signal": {},
        "busy": False,
        "resumed": False,
        "source": NAME,
        "spoken": False,
        "plan_shown": False,
    }
