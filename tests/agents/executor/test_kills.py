"""The process really ends, by `FP`; another one goes on."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.executor.failpoint import KILLED, failpoint_from, no_failpoint
from tests.agents.executor.rig import WORKFLOW
from workflows.parse import read_workflow


@pytest.mark.parametrize(
    ("where", "state", "booked"), [("step-5", "done", 1), ("started", "refused", 0), ("clicked", "done", 1)]
)
async def test_a_killed_process_is_taken_over(rig: Any, tmp_path: Path, where: str, state: str, booked: int) -> None:
    file = tmp_path / "reserve-room.md"
    file.write_text(WORKFLOW.format(origin=rig.shop.origin), "utf-8")
    rig.workflow = read_workflow(file)
    mandate = await rig.granted()
    script = Path(__file__).with_name("killed.py")
    home, database = rig.home.root, tmp_path / "ledger.sqlite"
    arguments = [str(a) for a in (script, home, database, file, mandate, rig.clock().isoformat())]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, env={**os.environ, "FP": f"{where}:1"})
    assert await process.wait() == KILLED
    rig.browser = replace(rig.browser, timeout=10)
    receipt = await rig.execute(mandate)
    assert receipt.state == state, receipt
    assert len(rig.shop.booked) == booked
    assert [path for _, _, path in rig.shop.writes()].count("/reservations") == booked


def test_without_fp_nothing_can_end() -> None:
    assert failpoint_from({}) is no_failpoint
    failpoint_from({"FP": "elsewhere:1"})("here")
