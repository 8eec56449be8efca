from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from agents.executor.mandate import plan_text
from agents.orchestrator import papers
from agents.types import PlanView, Receipt, ReceiptState

AT = dt.datetime(2026, 11, 21, 18, 3, 10, 412_000, tzinfo=dt.timezone(dt.timedelta(hours=1)))
PLAN = PlanView(hash="ab" * 32, title="Book *it* [now]", terms={"item": "Ortica"}, steps=("Open it.",), expires=str(AT))


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    papers.write_plan(tmp_path, "t", "a table\nfor “two”", plan_text(PLAN), PLAN.hash)
    papers.add_step(tmp_path, "t", "Opened\n  ![](../x.png)\n- its page.", "runs/t/01.png", AT)
    papers.add_step(tmp_path, "t", "Pressed it.", None, AT)
    papers.write_receipt(tmp_path, "t", Receipt(state="done", reference="R*1", at=AT.isoformat()))
    read = papers.read(tmp_path, "t")
    assert papers.tasks(tmp_path) == ["t"]
    assert (read.asked, read.title) == ("a table for “two”", "Book *it* [now]")
    assert read.steps[0] == papers.Step("Opened ![](../x.png) - its page.", AT, "01.png")
    assert read.steps[1] == papers.Step("Pressed it.", AT)
    assert (read.state, read.reference, read.picture) == ("done", "R*1", "01.png")


@pytest.mark.parametrize("state", ["done", "refused", "unknown"])
def test_how_it_ended_and_what_the_page_looked_like(tmp_path: Path, state: ReceiptState) -> None:
    receipt = Receipt(state=state, at=AT.isoformat(), screenshot="runs/t/07.png", note="As it is.")
    papers.write_plan(tmp_path, "t", "x", "**y**", "ab")
    papers.write_receipt(tmp_path, "t", receipt)
    read = papers.read(tmp_path, "t")
    assert (read.state, read.reference, read.picture) == (state, "", "07.png")


def test_papers_that_are_missing_or_of_before(tmp_path: Path) -> None:
    assert papers.read(tmp_path, "none") == papers.Papers()
    assert papers.tasks(tmp_path) == []
    steps = papers.steps_in("# What was done\n\n- 18:03:10 Opened it.\n  ![](01.png)\n")
    assert steps == (papers.Step("18:03:10 Opened it.", None, "01.png"),)
