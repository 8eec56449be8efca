"""What models, sites, files and their names say is shown and never runs: every payload by every way in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Page

from app.channels.base import Message
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
    assert "- " in await look.at("/files/memory/hostile.md")


async def test_what_files_are_called(look: Look, memory_assistant: Any, hostile: tuple[str, ...]) -> None:
    names = {payload.replace("/", "∕").replace("\n", " ").replace("\t", " ")[:60] for payload in hostile}
    for name in sorted(names):
        memory_assistant.home.write(f"documents/{name}.md", "# A file\n", None)
    for name in sorted(names)[::5]:
        assert "A file" in await look.at(f"/files/documents/{quote(name)}.md")
