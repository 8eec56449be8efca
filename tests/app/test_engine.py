"""The engine: the same id is one piece of work, and what was cut off is started again."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.engine import DbosEngine


async def until(condition: list[str], count: int) -> None:
    async with asyncio.timeout(20):  # the engine works on the loop, and tells nobody
        while len(condition) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_turn_that_grants_is_followed_by_its_execution_and_its_outcome(tmp_path: Path) -> None:
    seen: list[str] = []

    async def take_turn(row: str) -> str | None:
        seen.append(f"turn {row}")
        return "mandate" if row == "go" else None

    async def execute(mandate: str) -> str:
        seen.append(f"execute {mandate}")
        return "outcome"

    engine = DbosEngine(tmp_path / "dbos.sqlite", take_turn, execute)
    engine.launch()
    try:
        for _ in range(3):
            await engine.start_turn("go")
        await until(seen, 3)
        await engine.start_execution("mandate")
        await asyncio.sleep(0.3)
    finally:
        await engine.close()
    assert seen == ["turn go", "execute mandate", "turn outcome"]


async def test_what_was_cut_off_is_run_again_at_the_next_launch(tmp_path: Path) -> None:
    begun: list[str] = []
    ended: list[str] = []

    async def cut_off(row: str) -> str | None:
        begun.append(row)
        await asyncio.sleep(3600)
        return None

    async def to_the_end(row: str) -> str | None:
        ended.append(row)
        return None

    async def execute(mandate: str) -> str:
        raise AssertionError("nothing was granted")

    first = DbosEngine(tmp_path / "dbos.sqlite", cut_off, execute)
    first.launch()
    await first.start_turn("m1")
    await until(begun, 1)
    await first.close()
    second = DbosEngine(tmp_path / "dbos.sqlite", to_the_end, execute)
    second.launch()
    try:
        await until(ended, 1)
    finally:
        await second.close()
    assert ended == ["m1"]
