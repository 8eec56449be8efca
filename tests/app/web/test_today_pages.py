from __future__ import annotations

from typing import Any

import httpx
import pytest

from agents.reasoning.meter import ModelDay, Spending, TaskSpent
from app.channels.base import TaskLine
from app.web.charts import HEIGHT, TOP, stacked
from memory.status import FileStatus, Status
from tests.app.web.payloads import EVIL


def test_how_everything_is(url: str, memory_assistant: Any) -> None:
    memory_assistant.tasks = [TaskLine(id="2026-11-21-1a2b3c4d", state="done", request="find me a place")]
    page = httpx.get(f"{url}/today").text
    assert "Something wants your attention" in page
    assert "is behind by 2 files" in page
    assert 'href="/runs/2026-11-21-1a2b3c4d"' in page
    assert "docs/whatsapp.md" in page
    assert "No model was asked in the last 30 days." in page
    assert "of 1,000,000 tokens" in page
    assert "style=" not in page


def test_files_that_wait_are_shown_with_their_progress(url: str, memory_assistant: Any) -> None:
    waits = FileStatus(path="documents/long.pdf", state="waiting", chunks=40, of=160)
    scan = FileStatus(path="documents/scan.pdf", state="skipped", why="There is no text in it.")
    memory_assistant.status = Status(chunks=2, pending=1, files=(scan, waits))
    part = httpx.get(f"{url}/today/index").text
    assert "40 of 160 passages" in part
    assert 'hx-trigger="every 1s"' in part
    assert "There is no text in it." in part
    assert part.index("long.pdf") < part.index("scan.pdf")
    memory_assistant.status = Status(chunks=2, pending=0, files=(scan,))
    assert "hx-trigger" not in httpx.get(f"{url}/today/index").text


def test_another_model_is_chosen_with_and_without_a_script(url: str, memory_assistant: Any) -> None:
    answer = httpx.post(f"{url}/today/model", data={"name": "offline"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/today#models")
    assert memory_assistant.in_use == "offline"
    part = httpx.post(f"{url}/today/model", data={"name": "gemini"}, headers={"hx-request": "true"}).text
    assert "From now on" in part
    assert 'value="gemini" aria-current="true"' in part
    wrong = httpx.post(f"{url}/api/v1/models", json={"name": "llama"})
    assert (wrong.status_code, "gemini, offline" in wrong.json()["message"]) == (422, True)
    assert httpx.post(f"{url}/api/v1/models", json={"name": "offline"}).json()["in_use"] == "offline"


def test_the_model_is_tried(url: str) -> None:
    assert "no model is asked" in httpx.post(f"{url}/today/model/check", headers={"hx-request": "true"}).text
    assert "Back to today" in httpx.post(f"{url}/today/model/check").text


def test_spending_is_drawn_and_told(url: str, memory_assistant: Any) -> None:
    days = (
        ModelDay(day="2026-11-20", model="g", calls=3, tokens=900, cost=1_500_000, ms=4000),
        ModelDay(day="2026-11-21", model="local", calls=1, tokens=100, cost=0, ms=900),
    )
    tasks = (TaskSpent(task="2026-11-20-aaaaaaaa", calls=3, tokens=900, cost=1_500_000, ms=4000),)
    memory_assistant.spent = Spending(since="2026-10-23", today="2026-11-21", days=days, tasks=tasks)
    page = httpx.get(f"{url}/today").text
    assert "<title>20 Nov: 1.5 USD, g</title>" in page
    assert "<title>21 Nov: 1 call, local</title>" in page
    assert page.count('class="cap"') == 1
    assert 'href="/runs/2026-11-20-aaaaaaaa"' in page
    assert httpx.get(f"{url}/api/v1/spend", params={"days": 30}).json()["days"][0]["cost"] == 1_500_000
    assert httpx.get(f"{url}/api/v1/spend", params={"days": 0}).status_code == 422


def test_parts_of_a_bar_stand_on_each_other_and_fill_the_scale() -> None:
    chart = stacked(["a", "b"], {"m": {"a": 30, "b": 10}, "n": {"a": 20}}, str, cap=40)
    first, second, alone = chart.bars
    assert second.y + second.height == pytest.approx(first.y)
    assert second.y == TOP  # 50 is the top of the scale
    assert alone.x > first.x
    assert alone.height == pytest.approx(first.height / 3, abs=0.1)
    assert chart.cap is not None
    assert second.y < chart.cap < first.y + first.height
    assert stacked(["a"], {}, str).bars == ()
    assert stacked(["a"], {"m": {"a": 3}}, str, cap=900).cap is None
    assert all(0 <= bar.y <= HEIGHT for bar in chart.bars)


def test_hostile_names_stay_names(url: str, memory_assistant: Any) -> None:
    memory_assistant.tasks = [TaskLine(id="t", state="done", request=EVIL)]
    files = (FileStatus(path=f"documents/{EVIL}", state="skipped", why=EVIL),)
    memory_assistant.status = Status(chunks=0, pending=1, rebuilding=EVIL, files=files)
    days = (ModelDay(day="2026-11-20", model=EVIL, calls=1), ModelDay(day="2026-11-20", model="m", calls=1))
    tasks = (TaskSpent(task=EVIL, calls=1),)
    memory_assistant.spent = Spending(since="2026-10-23", today="2026-11-21", days=days, tasks=tasks)
    page = httpx.get(f"{url}/today").text
    assert page.count("&lt;script&gt;") > 6
    assert "<script>" not in page
    assert "<img src=x" not in page
