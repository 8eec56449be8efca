from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

from agents.types import Reply
from app.channels.base import Message, Talk, TaskLine
from app.web.guard import BODY_CAP, VOICE_CAP
from tests.app.conftest import DECISION, PLAN
from tests.app.web.payloads import EVIL, replies_saying


def store(assistant: Any, replies: list[Reply]) -> None:
    for number, reply in enumerate(replies):
        line = Message(id=f"re:{number}", at=assistant.clock(), author="assistant", text=reply.text, reply=reply)
        assistant.lines.setdefault("web", []).append(line)


def test_hostile_text_is_escaped_in_every_kind_of_reply(url: str, memory_assistant: Any) -> None:
    store(memory_assistant, replies_saying(EVIL))
    page = httpx.get(url).text
    assert "<script>" not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page
    assert page.count("&lt;script&gt;") > 20


def test_the_page_works_without_javascript(url: str) -> None:
    with httpx.Client(follow_redirects=True) as http:
        page = http.get(url).text
        assert page.count('<button name="text"') == 2  # the workflows' examples
        page = http.post(f"{url}/chat/web/messages", data={"text": "find me a place", "id": "m1"}).text
        assert 'value="2"' in page
        page = http.post(f"{url}/chat/web/messages", data={"text": "2"}).text
        assert "Choose Lanterna" in page
        page = http.post(f"{url}/chat/web/messages", data={"text": "top"}).text
        action = re.search(r'action="(/chat/web/tasks/[^"]+/go)"', page)
        digest = re.search(r'name="plan" value="(\w+)"', page)
        assert action
        assert digest
        page = http.post(f"{url}{action[1]}", data={"plan": digest[1], "id": "g1"}).text
        assert "Going ahead" in page


def test_go_needs_the_plans_hash(url: str, memory_assistant: Any) -> None:
    answer = httpx.post(f"{url}/chat/web/tasks/2026-11-21-1a2b3c4d/go", data={"id": "g1"})
    assert answer.status_code == 422
    assert memory_assistant.goes == []


def test_an_error_is_a_page_for_people_and_a_problem_for_programs(url: str) -> None:
    for_people = httpx.get(f"{url}/files/memory/nope.md", headers={"accept": "text/html"})
    assert (for_people.status_code, "There is no file memory/nope.md" in for_people.text) == (404, True)
    assert "Back to the chat" in for_people.text
    assert httpx.get(f"{url}/files/memory/nope.md").json()["status"] == 404


@pytest.fixture
async def page(watched: Page, url: str) -> Page:
    """The chat."""
    await watched.goto(url)
    return watched


async def test_the_story_in_a_browser(page: Page, url: str, memory_assistant: Any) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    memory_assistant.work = 2.0
    await page.fill("#say", "find me a place")
    await page.keyboard.press("Enter")
    await page.click("button.proposed")
    await page.click("text=Choose Lanterna")
    await page.click("button.go", click_count=2)
    await expect(page.locator("#bar-line")).to_have_text("Opening Lanterna's page.")
    await expect(page.locator("button.stop")).to_be_visible()
    await expect(page.locator("button.go")).to_be_disabled()
    await expect(page.locator(".receipt .reference strong")).to_have_text("TV-48213")
    await expect(page.locator("button.stop")).to_be_hidden()
    kinds = await page.eval_on_selector_all("article", "all => all.map(a => a.dataset.kind)")
    assert kinds == ["said", "question", "said", "decision", "said", "plan", "said", "progress", "receipt"]
    assert len(memory_assistant.goes) == 1
    assert all(request.startswith(url) for request in requests)


async def test_stop_is_one_press_away_while_something_is_done(page: Page, memory_assistant: Any) -> None:
    memory_assistant.work = 30.0
    for words in ("find me a place", "2", "top"):
        await page.fill("#say", words)
        await page.keyboard.press("Enter")
        await expect(page.locator("article.person").last).to_have_text(re.compile(words))
    await page.click("button.go")
    await page.click("button.stop")
    await expect(page.locator("article").last).to_contain_text("Stopped before the last click")
    assert len(memory_assistant.stopped) == 1


async def test_hostile_text_runs_nothing_in_a_browser(page: Page, url: str, memory_assistant: Any) -> None:
    errors: list[str] = []
    outside: list[str] = []
    store(memory_assistant, replies_saying(EVIL))
    page.on("console", lambda message: errors.append(message.text))
    page.on("request", lambda request: None if request.url.startswith(url) else outside.append(request.url))
    await page.goto(url)
    await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    await page.fill("#say", EVIL)
    await page.keyboard.press("Enter")
    await expect(page.locator("article").last).to_contain_text("You said:")
    assert outside == []
    assert not [text for text in errors if "Content Security Policy" in text]


async def test_words_are_kept_when_the_service_is_away(page: Page, app: FastAPI) -> None:
    await page.route("**/chat/web/messages", lambda route: route.abort())
    await page.fill("#say", "precious words")
    await page.keyboard.press("Enter")
    await expect(page.locator("#trouble")).to_be_visible()
    await expect(page.locator("#say")).to_have_value("precious words")


def test_conversations_stand_at_the_side_and_a_new_one_is_kept_from_its_first_message_on(url: str) -> None:
    with httpx.Client(base_url=url, follow_redirects=True) as http:
        began = http.get("/chat/new")
        address = began.url.path
        assert re.fullmatch(r"/chat/web-[0-9a-f]{8}", address)
        assert "New conversation" in began.text
        page = http.post(f"{address}/messages", data={"text": "find me a quiet place", "id": "n1"})
        assert page.url.path == address
        assert "party_size" not in page.text
        side = page.text.partition('id="conversations"')[2].partition("</nav>")[0]
        assert re.search(rf'href="{address}" aria-current="true">find me a quiet place', side)
        assert http.get("/api/v1/conversations").json()[0]["title"] == "find me a quiet place"


def test_a_task_leads_to_its_run_where_it_came_as_far_as_a_plan(
    url: str, memory_assistant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = (
        TaskLine(id="t1", state="done", request="a table for two"),
        TaskLine(id="t2", state="asking", request="a room by the sea"),
        TaskLine(id="t3", state="done", request="what have you booked?"),
    )
    (memory_assistant.home.root / "runs" / "t1").mkdir()

    async def talks(limit: int = 30) -> list[Talk]:
        return [Talk(id="web", title="dinner", at=memory_assistant.clock(), tasks=tasks)]

    monkeypatch.setattr(memory_assistant, "talks", talks)
    side = httpx.get(url).text.partition('id="conversations"')[2].partition("</nav>")[0]
    assert '<a href="/runs/t1">a table for two</a>' in side
    assert "a room by the sea" in side
    assert "/runs/t2" not in side
    assert "what have you booked" not in side, "an answer is no task to go back to"


def test_spoken_words_are_said_where_they_were_heard_clearly_else_put_into_the_box(url: str) -> None:
    def spoken(said: bytes, name: str) -> httpx.Response:
        files = {"recording": ("recording", said, "audio/webm")}
        return httpx.post(f"{url}/chat/web/voice", files=files, data={"id": name}, headers={"hx-request": "true"})

    assert "find me a place" in spoken(b"find me a place", "v1").text
    assert spoken(b"?" * BODY_CAP * 8, "v3").status_code == 204  # a recording is longer than words are
    assert spoken(b"?" * VOICE_CAP, "v4").status_code == 413
    unclear = spoken(b"?vind", "v2")
    assert unclear.status_code == 204
    assert json.loads(unclear.headers["hx-trigger"]) == {"unclear": {"heard": "?vind"}}
    said = httpx.get(f"{url}/api/v1/conversations/web/messages").json()
    assert [line["text"] for line in said if line["author"] == "person"] == ["find me a place"]


def test_an_option_without_a_picture_has_a_quiet_one(url: str) -> None:
    answer = httpx.get(f"{url}/pictures/t1/{'ab' * 16}")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<svg")
    assert httpx.get(f"{url}/pictures/t1/..%2f..%2fserver.key").status_code in (404, 422)


async def test_a_citation_opens_its_lines_beside_and_go_counts_only_after_a_moment(
    page: Page, memory_assistant: Any
) -> None:
    lines = memory_assistant.home.read("memory/evenings.md").text.splitlines()
    store(memory_assistant, [DECISION, PLAN])
    await page.reload()
    go = page.get_by_role("button", name="Go", exact=True)
    await expect(go).to_be_disabled()
    await page.locator("article[data-kind=decision] a.cite:visible").first.click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.locator(".marked").first).to_have_text(lines[2])
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await go.scroll_into_view_if_needed()
    await expect(go).to_be_enabled()
