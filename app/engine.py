"""The durable engine behind its port: what was begun is finished, across crashes (DBOS, SQLite by default)."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from dbos import DBOS, DBOSPortableJSONSerializer, SetWorkflowID

TakeTurn = Callable[[str], Awaitable[str | None]]
"""Handles one inbox row; returns the id of a mandate to execute, or None."""

Execute = Callable[[str], Awaitable[str]]
"""Carries out one mandate; returns the id of the inbox row that its outcome became."""


FAILED = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
"""DBOS's words for a workflow that it will not run again."""


class Engine(Protocol):
    """Starts durable work. Starting the same id twice is one piece of work."""

    async def start_turn(self, row: str) -> None:
        """One turn for one inbox row."""
        ...

    async def start_execution(self, mandate: str) -> None:
        """One execution for one mandate."""
        ...


class DbosEngine:
    """Turns and executions as DBOS workflows; `launch` runs again whatever a crash left unfinished.

    Args:
        database: path of the SQLite file that DBOS keeps its own records in.
    """

    # Constant: DBOS's default is a hash of the code, under which work in flight would never resume after an update.
    VERSION = "1"

    def __init__(self, database: Path, take_turn: TakeTurn, execute: Execute) -> None:
        with sqlite3.connect(database) as connection:  # DBOS does not ask for WAL itself
            connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
        DBOS(
            config={
                "name": "recommend-flow",
                "system_database_url": f"sqlite:///{database}",
                "application_version": self.VERSION,
                "executor_id": "home",
                "enable_otlp": False,
                "log_level": "ERROR",
                "console_log_level": "ERROR",
                "serializer": DBOSPortableJSONSerializer(),
            }
        )
        logging.getLogger("dbos").setLevel(logging.ERROR)
        self._working: set[asyncio.Task[Any]] = set()

        # The database work stands in steps, whose results DBOS keeps; workflows are started from the body,
        # because DBOS refuses to start one inside a step.
        # A locked database or a full disk passes: a step that gave up for good would block its conversation.
        step = partial(DBOS.step, retries_allowed=True, interval_seconds=1.0, backoff_rate=2.0, max_attempts=8)

        @step(name="take_turn")
        async def turn_step(row: str) -> str | None:
            return await take_turn(row)

        @step(name="execute")
        async def execute_step(mandate: str) -> str:
            return await execute(mandate)

        @DBOS.workflow(name="turn")
        async def turn(row: str) -> None:
            self._at_work()
            mandate = await turn_step(row)
            if mandate is not None:
                await self.start_execution(mandate)

        @DBOS.workflow(name="execution")
        async def execution(mandate: str) -> None:
            self._at_work()
            await self.start_turn(await execute_step(mandate))

        self._turn = turn
        self._execution = execution

    def launch(self) -> None:
        """Start, and run again what was unfinished. Call on the event loop that the workflows shall run on."""
        DBOS.launch()

    async def start_turn(self, row: str) -> None:
        """See `Engine`."""
        await self._start(f"turn:{row}", self._turn, row)

    async def start_execution(self, mandate: str) -> None:
        """See `Engine`."""
        await self._start(f"mandate:{mandate}", self._execution, mandate)

    async def _start(self, name: str, workflow: Callable[[str], Coroutine[Any, Any, None]], key: str) -> None:
        """Start under the first id that has not failed: DBOS never runs an id again that ended with an error."""
        for attempt in count():
            workflow_id = name if attempt == 0 else f"{name}:{attempt}"
            known = await DBOS.get_workflow_status_async(workflow_id)
            if known is None or known.status not in FAILED:
                break
        with SetWorkflowID(workflow_id):
            await DBOS.start_workflow_async(workflow, key)

    def _at_work(self) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    async def close(self) -> None:
        """Stop; what is unfinished is cut off as a crash would, and goes on at the next launch."""
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        # DBOS takes the loop's default executor down with it: to_thread and name lookups would fail from here on.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="default"))
