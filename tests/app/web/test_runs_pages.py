from __future__ import annotations

import datetime as dt
import re
from typing import Any

import httpx
import pytest

from agents.executor.audit import Chain, Move
from agents.executor.tables import State
from agents.orchestrator import papers
from agents.reasoning.meter import Call, Spent, TaskCalls
from agents.types import Receipt
from memory.home import Home
from tests.app.web.payloads import EVIL

TASK = "2026-11-21-1a2b3c4d"
OLD = "2025-03-02-00ff00ff"
NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def move(to: State, before: State | None, seconds: float, detail: str = "") -> Move:
    at = NOON + dt.timedelta(seconds=seconds)
    return Move(mandate="m", before=before, to=to, cause="message-7", at=at, detail=detail)


MOVES = (
    move(State.OFFERED, None, -60),
    move(State.GRANTED, State.OFFERED, -2),
    move(State.CLAIMED, State.GRANTED, 0),
    move(State.STARTED, State.CLAIMED, 3),
    move(State.DONE, State.STARTED, 4),
)


def store(home: Home, task: str = OLD, asked: str = "a table for two", text: str = "Opened the page.") -> None:
    """A run as the executor leaves it."""
    papers.write_plan(home.root, task, asked, "**A table at Ortica**\n\n- What: **Ortica**", "ab" * 32)
    for number in (1, 2):
        (home.root / f"runs/{task}/{number:02d}.png").write_bytes(b"\x89PNG")
        at = NOON + dt.timedelta(seconds=1.5 * number)
        papers.add_step(home.root, task, text, f"runs/{task}/{number:02d}.png", at)
    receipt = Receipt(state="done", reference="TV-1", at=NOON.isoformat(), note=text)
    papers.write_receipt(home.root, task, receipt)


def talk(url: str, *said: str) -> None:
    for text in said:
        httpx.post(f"{url}/api/v1/messages", json={"conversation": "web", "text": text})


def test_no_run_yet_is_a_page_with_a_way_on(url: str) -> None:
    page = httpx.get(f"{url}/runs").text
    assert "Nothing was planned yet" in page
    assert '<a class="button primary" href="/">' in page


def test_the_gallery_has_the_latest_first(url: str, home: Home) -> None:
    store(home)
    store(home, "2026-01-05-11111111", "a haircut")
    page = httpx.get(f"{url}/runs").text
    assert page.index("a haircut") < page.index("a table for two")
    assert f'src="/runs/{OLD}/02.png"' in page
    assert "TV-1" in page
    lines = httpx.get(f"{url}/api/v1/runs", params={"limit": 1}).json()
    assert [(line["task"], line["state"], line["reference"]) for line in lines] == [
        ("2026-01-05-11111111", "done", "TV-1")
    ]


def test_more_runs_than_a_page_shows_can_be_reached(url: str, home: Home) -> None:
    for number in range(3):
        papers.write_plan(home.root, f"2026-01-0{number + 1}-aaaaaaaa", f"wish {number}", "**It**", "ab")
    page = httpx.get(f"{url}/runs", params={"limit": 2}).text
    assert "wish 0" not in page
    assert 'href="/runs?limit=62"' in page


def test_a_run_that_only_its_papers_tell_of(url: str, home: Home) -> None:
    store(home)
    page = httpx.get(f"{url}/runs/{OLD}").text
    assert "You asked: “a table for two”" in page
    assert "This machine's ledger has nothing of this run." in page
    assert "The Go is bound to exactly this" in page
    assert "sse-connect" not in page
    assert "STOP" not in page


def test_a_run_with_its_steps_receipt_and_audit(url: str, home: Home, memory_assistant: Any) -> None:
    talk(url, "find me a place")
    store(home, TASK)
    memory_assistant.receipt = Receipt(state="done", reference="TV-9", at=NOON.isoformat())
    memory_assistant.moves = MOVES
    call = Call(at="", purpose="understand", provider="gemini", model="g", tokens_in=900, tokens_out=100, ms=1500)
    memory_assistant.made = TaskCalls(calls=(call,), task=Spent(calls=1, tokens=1000, ms=1500, unpriced=1))
    page = httpx.get(f"{url}/runs/{TASK}").text
    assert re.search(r"<span>1\.5 s</span>", page)  # between the two steps, and from the claim to the first
    assert "4.0 s" in page  # from the claim to the end
    assert "Every one of the ledger's 5 links fits" in page
    assert "You gave the Go" in page
    assert "message-7" in page
    assert "TV-9" in page
    assert "data-print" in page
    assert "1,000" in page
    assert f'href="/api/v1/tasks/{TASK}/calls"' in page
    run = httpx.get(f"{url}/api/v1/runs/{TASK}").json()
    assert [step["seconds"] for step in run["steps"]] == [1.5, 1.5]
    assert run["seconds"] == 4.0


def test_a_broken_ledger_is_said_plainly(url: str, home: Home, memory_assistant: Any) -> None:
    store(home)
    memory_assistant.chain = Chain(fault="Link 3 of the ledger does not fit the one before it.")
    page = httpx.get(f"{url}/runs/{OLD}").text
    assert "Link 3 of the ledger does not fit" in page
    assert "Every one of" not in page


def test_while_it_goes_on_it_can_be_stopped_and_handed_back(url: str, home: Home, memory_assistant: Any) -> None:
    memory_assistant.work = 30.0
    talk(url, "find me a place", "go")
    memory_assistant.yours = True
    page = httpx.get(f"{url}/runs/{TASK}").text
    assert 'sse-connect="/api/v1/conversations/web/events"' in page
    assert '<button class="stop">STOP</button>' in page
    part = httpx.get(f"{url}/runs/{TASK}/steps")
    assert part.text.lstrip().startswith(f'<div id="steps-{TASK}"')
    assert "Done, go on" in part.text
    answer = httpx.post(f"{url}/runs/{TASK}/done", data={"id": "d1"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/runs/{TASK}")
    assert httpx.post(f"{url}/runs/{TASK}/done", data={"id": "d1"}, headers={"hx-request": "true"}).status_code == 204
    assert [line.text for line in memory_assistant.lines["web"] if line.author == "person"][-1] == "done"
    memory_assistant.yours = False
    assert httpx.post(f"{url}/runs/{TASK}/done", data={"id": "d2"}).status_code == 409
    assert "hx-trigger" not in part.headers
    memory_assistant.receipt = Receipt(state="done", at=NOON.isoformat())
    assert httpx.get(f"{url}/runs/{TASK}/steps").headers["hx-trigger"] == "run-ended"


@pytest.mark.parametrize("path", ["/runs/2020-01-01-00000000", "/runs/..%2f..%2fstate", "/runs/x/steps"])
def test_a_run_that_there_is_none_of(url: str, path: str) -> None:
    answer = httpx.get(f"{url}{path}", headers={"accept": "text/html"})
    assert answer.status_code in (404, 422)
    assert "Back to the chat" in answer.text


def test_hostile_words_of_requests_pages_and_notes_stay_words(url: str, home: Home, memory_assistant: Any) -> None:
    talk(url, "find me a place")
    for task in (TASK, OLD):
        store(home, task, EVIL, f"{EVIL} [x](javascript:alert(3))\n  ![]({EVIL}.png)")
    memory_assistant.receipt = Receipt(state="done", reference=EVIL, at=EVIL, note=EVIL, terms={EVIL: EVIL})
    memory_assistant.moves = (move(State.OFFERED, None, 0, EVIL),)
    memory_assistant.chain = Chain(fault=EVIL)
    call = Call(at="", purpose=EVIL, provider="p", model=EVIL, outcome=EVIL)
    memory_assistant.made = TaskCalls(calls=(call,))
    for path in ("/runs", f"/runs/{TASK}", f"/runs/{TASK}/steps", f"/runs/{OLD}"):
        page = httpx.get(f"{url}{path}").text
        assert "&lt;img src=x" in page
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page
