"""Executes one mandate in a process that `FP` ends: `python killed.py HOME DATABASE WORKFLOW MANDATE NOW`."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sys
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine

from agents.executor.chrome import BrowserSettings
from agents.executor.execute import Executor
from agents.executor.failpoint import failpoint_from
from memory.home import Home
from workflows.parse import read_workflow


async def main(home: str, database: str, workflow: str, mandate: str, now: str) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{database}")
    executor = Executor(
        database=engine,
        home=Home.open(Path(home)),
        lookup=lambda name: read_workflow(Path(workflow)),
        browser=BrowserSettings(show="headless"),
        clock=lambda: dt.datetime.fromisoformat(now),
        failpoint=failpoint_from(os.environ),
    )
    await executor.execute(mandate)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
