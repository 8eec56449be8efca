"""What models, sites, files and their names say is shown and never runs: every payload by every way in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.async_api import Page

from agents.orchestrator import papers
from agents.types import Receipt
from app.channels.base import Message, TaskLine
from memory.proposals import WAITING, propose
from memory.status import FileStatus, Status
from tests.app.web.payloads import payloads, replies_saying

EACH = 40  # payloads on a page of the chat, which shows 200 messages

FOREIGN = """([origin, html]) => {
  const page = html === null ? document : new DOMParser().parseFromString(html, 'text/html');
  const here = value => new URL(value, origin).origin === origin;
  const bad = e => [...e.attributes].some(a => /^on|^(data-)?hx-on|^style$|^srcdoc$|^http-equiv$/i.test(a.name)
    || (/^(src|href|action|formaction|data|xlink:href|(data-)?hx-(get|post)|sse-connect)$/i.test(a.name)
      && !here(a.value) && !(e.tagName === 'A' && /^https?:/.test(a.value))));
  return [...page.querySelectorAll('*')].filter(bad).map(e => e.outerHTML.slice(0, 200));
}"""
"""The elements that could run something, or reach out; a link to another site is one that a person presses."""


class Look:
    """A tab that watches what its pages do."""

    def __init__(self, tab: Page, url: str) -> None:
        self.tab, self.url = tab, url
        self.outside: list[str] = []
        tab.on("request", lambda request: self.outside.append(request.url))

    async def at(self, path: str) -> str:
        """The page's text; fails where anything of it ran, could run, or asked another host."""
        answer = await self.tab.goto(self.url + path)
        assert answer is not None
        assert answer.status < 500, path
        assert await self.tab.evaluate("window.ran ?? 0") == 0, path
        assert await self.tab.evaluate(FOREIGN, [self.url, None]) == [], path
        assert [url for url in self.outside if not url.startswith(self.url)] == [], path
        return await self.tab.inner_text("body")

    async def part(self, path: str, **form: str) -> list[str]:
        """What could run in the part of a page that a form gets."""
        async with httpx.AsyncClient(headers={"HX-Request": "true"}) as client:
            answer = await client.post(self.url + path, data=form)
        assert answer.status_code == 200, answer.text
        found: list[str] = await self.tab.evaluate(FOREIGN, [self.url, answer.text])
        return found


@pytest.fixture
def look(watched: Page, url: str) -> Look:
    return Look(watched, url)


def parts(of: tuple[str, ...], size: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(of), size):
        yield of[start : start + size]


@pytest.fixture(params=[pytest.param(11, id="some"), pytest.param(1, id="all", marks=pytest.mark.long)])
def hostile(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return payloads()[:: request.param]


async def test_there_are_enough_and_as_markup_they_would_do_harm(look: Look) -> None:
    assert len(set(payloads())) >= 250
    found = [await look.tab.evaluate(FOREIGN, ["http://127.0.0.1", text]) for text in payloads()[:38]]
    assert sum(map(bool, found)) >= 25  # the others are markdown, or scripts within the page


async def test_what_models_and_sites_say_in_the_chat(
    look: Look, memory_assistant: Any, hostile: tuple[str, ...]
) -> None:
    for number, part in enumerate(parts(hostile, EACH)):
        for text in part:
            for reply in replies_saying(text):
                lines = memory_assistant.lines.setdefault(f"x{number}", [])
                at = memory_assistant.clock()
                lines.append(Message(id=f"re:{len(lines)}", at=at, author="assistant", text=text, reply=reply))
        said = await look.at(f"/chat/x{number}")
        assert "onerror" in said or "javascript" in said or "evil.localhost" in said


async def test_what_files_say(look: Look, memory_assistant: Any, hostile: tuple[str, ...]) -> None:
    text = "# Notes\n\n" + "".join(f"- {' '.join(payload.split())}\n" for payload in hostile)
    memory_assistant.home.write("memory/hostile.md", text, None)
    for path in (
        "/files/memory/hostile.md",
        "/memory/memory/hostile.md",
        "/memory/history",
        "/memory/delete?path=memory/hostile.md",
    ):
        assert "hostile" in await look.at(path)
    assert await look.part("/memory/preview", text=text) == []


async def test_what_is_searched_and_proposed(look: Look, memory_assistant: Any, hostile: tuple[str, ...]) -> None:
    for payload in hostile[:WAITING]:
        propose(memory_assistant.home, payload, ("memory/a.md", payload), why=payload, evidence=(payload,))
    assert "Accept" in await look.at("/memory")
    for payload in hostile[::5]:
        await look.at(f"/memory/search?q={quote(payload)}")
        await look.at(f"/memory/new?name={quote(payload)}&folder={quote(payload)}")
        await look.at(f"/new-workflow?name={quote(payload)}")


async def test_what_workflows_say(look: Look, memory_assistant: Any, hostile: tuple[str, ...]) -> None:
    text = "# Hostile\n\n" + "".join(f"## {' '.join(payload.split())}\n\n{payload}\n\n" for payload in hostile)
    memory_assistant.home.write("workflows/hostile.md", text, None)
    for path in ("/workflows", "/workflows/hostile", "/workflows/hostile/edit", "/workflows/hostile/delete"):
        assert "hostile" in await look.at(path)
    assert await look.part("/workflows/hostile/check", text=text) == []


async def test_what_runs_say(look: Look, memory_assistant: Any, hostile: tuple[str, ...]) -> None:
    for number, payload in enumerate(hostile):
        task, at = f"2026-11-21-{number:08x}", memory_assistant.clock()
        papers.write_plan(memory_assistant.home.root, task, payload, f"**{payload}**", "ab" * 32)
        papers.add_step(memory_assistant.home.root, task, payload, None, at)
        receipt = Receipt(state="done", reference=payload, terms={payload: payload}, at=at.isoformat(), note=payload)
        papers.write_receipt(memory_assistant.home.root, task, receipt)
    await look.at("/runs?limit=300")
    for number in range(0, len(hostile), 5):
        assert "What was done" in await look.at(f"/runs/2026-11-21-{number:08x}")


async def test_what_stands_in_the_index_and_the_tasks(
    look: Look, memory_assistant: Any, hostile: tuple[str, ...]
) -> None:
    files = tuple(FileStatus(path=f"documents/{payload}", state="skipped", why=payload) for payload in hostile)
    memory_assistant.status = Status(chunks=0, pending=1, rebuilding=hostile[0], files=files)
    memory_assistant.tasks = [TaskLine(id="t", state="done", request=payload) for payload in hostile]
    await look.at("/today")
    await look.at("/welcome?" + "&".join(f"file={quote(f'documents/{payload}')}" for payload in hostile[:40]))


async def test_what_files_are_called(look: Look, memory_assistant: Any, hostile: tuple[str, ...]) -> None:
    names = {payload.replace("/", "∕").replace("\n", " ").replace("\t", " ")[:60] for payload in hostile}
    for name in sorted(names):
        memory_assistant.home.write(f"documents/{name}.md", "# A file\n", None)
    for name in sorted(names)[::5]:
        assert "A file" in await look.at(f"/files/documents/{quote(name)}.md")
