from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

from app.settings import Settings
from app.web.pages.welcome import is_empty
from memory.embed import MiniLM
from memory.home import Home
from memory.index import Index
from memory.status import FileStatus, Status
from memory.watch import kept
from tests.app.conftest import TASK, MemoryAssistant, make_app
from tests.app.web.test_guard import browser

EVIL = "<img src=x onerror=alert(1)>'<script>alert(2)<script>.md"
NOTES = b"# Gardens\n\n- The one behind the old mill is best in May.\n\n- Never on a Monday.\n"


def files(*given: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", one) for one in given]


async def test_whose_home_it_is_and_how_to_begin_ones_own(
    app: FastAPI, home: Home, memory_assistant: MemoryAssistant, settings: Settings
) -> None:
    async with browser(app) as http:
        page = (await http.get("/welcome")).text
    assert str(home.root) in page
    assert "rflow init" not in page
    assert 'value="ask me five questions about food"' in page
    async with browser(make_app(memory_assistant, settings, "Ada <b>")) as http:
        page = (await http.get("/welcome")).text
    assert "rflow init" in page
    assert "look around as Ada &lt;b&gt; first" in page


def test_a_home_is_empty_until_something_of_the_persons_is_in_it(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "new")
    assert is_empty(home)  # the starter files have headings and guidance only
    home.write("documents/a/walks.txt", "By the river.", None)
    assert not is_empty(home)
    other = Home.open(tmp_path / "other")
    other.write("memory/notes.md", "# Notes\n\n- I like rivers.\n", None)
    assert not is_empty(other)


def test_documents_come_in_without_a_script(url: str, home: Home, memory_assistant: Any) -> None:
    sent = files(("walks.md", NOTES), ("../../x y.txt", b"By the river."))
    answer = httpx.post(f"{url}/welcome/documents", files=sent)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/welcome?file=documents%2Fwalks.md&file=documents%2Fx+y.txt#documents"
    assert (home.root / "documents/walks.md").read_bytes() == NOTES
    page = httpx.get(f"{url}{answer.headers['location']}").text
    assert "is being read" in page
    read = FileStatus(path="documents/walks.md", state="indexed", chunks=2)
    part = FileStatus(path="documents/x y.txt", state="waiting", chunks=1, of=3)
    memory_assistant.status = Status(chunks=2, pending=1, files=(read, part))
    page = httpx.get(f"{url}{answer.headers['location']}").text
    assert "2 passages from walks.md" in page
    assert "1 of 3 passages so far" in page


def test_a_picture_is_refused_with_a_sentence_and_the_rest_is_kept(url: str, home: Home) -> None:
    png = ("view.png", b"\x89PNG\r\n")
    answer = httpx.post(f"{url}/welcome/documents", files=files(("walks.md", NOTES), png))
    assert (answer.status_code, "view.png: It is a picture" in answer.text) == (422, True)
    assert "documents/walks.md is there" in answer.text
    problem = httpx.post(f"{url}/api/v1/documents", files=files(png))
    assert (problem.status_code, problem.headers["content-type"]) == (422, "application/problem+json")
    assert "view.png: It is a picture" in problem.json()["message"]
    assert httpx.post(f"{url}/api/v1/documents", data={"x": "y"}).status_code == 422
    assert [file.name for file in (home.root / "documents").iterdir()] == ["walks.md"]


def test_a_program_is_told_where_each_went(url: str) -> None:
    first = httpx.post(f"{url}/api/v1/documents", files=files(("walks.md", NOTES)))
    assert (first.status_code, first.json()[0]["path"]) == (201, "documents/walks.md")
    other = httpx.post(f"{url}/api/v1/documents", files=files(("walks.md", b"# Other\n")))
    assert other.json()[0]["path"] == "documents/walks (2).md"
    body = httpx.get(f"{url}/openapi.json").json()["paths"]["/api/v1/documents"]["post"]["requestBody"]
    assert list(body["content"]) == ["multipart/form-data"]


def test_hostile_names_stay_names(url: str, memory_assistant: Any) -> None:
    memory_assistant.status = Status(
        chunks=0, pending=0, files=(FileStatus(path=f"documents/{EVIL}", state="skipped", why=EVIL),)
    )
    refused = httpx.post(f"{url}/welcome/documents", files=files((EVIL, b"\x89PNG"), ("a.md", NOTES)))
    shown = httpx.get(f"{url}/welcome", params={"file": f"documents/{EVIL}"})
    for page in (refused.text, shown.text, httpx.get(f"{url}/welcome/indexing", params={"file": EVIL}).text):
        assert "<script>" not in page
        assert "<img src=x" not in page


@pytest.fixture
def indexed(home: Home, memory_assistant: MemoryAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """The real index over the home, kept equal to its files."""
    index = Index(home, MiniLM(threads=1))

    async def status() -> Status:
        return await asyncio.to_thread(index.status)

    monkeypatch.setattr(memory_assistant, "index_status", status)
    with kept(index):
        yield index
    index.close()


@pytest.fixture
def page(indexed: Index, watched: Page) -> Page:
    """A tab of a site whose home is read while one looks on."""
    return watched


async def test_documents_are_dropped_and_a_run_is_watched(
    page: Page, url: str, home: Home, memory_assistant: MemoryAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    await page.goto(f"{url}/welcome")
    notes = {"name": "gardens.md", "mimeType": "text/markdown", "buffer": NOTES}
    evil = {"name": EVIL.replace("/", "-"), "mimeType": "text/markdown", "buffer": b"# Rain\n\nA day indoors.\n"}
    await page.set_input_files("#files", [notes, evil])  # type: ignore[list-item]
    await expect(page.locator("#indexing")).to_contain_text("2 passages from gardens.md", timeout=20_000)
    await expect(page.locator("#indexing")).to_contain_text("1 passage from -img src=x", timeout=20_000)
    assert (home.root / "documents/gardens.md").read_bytes() == NOTES

    gate = threading.Semaphore(0)
    monkeypatch.setattr(memory_assistant, "pause", lambda: asyncio.to_thread(gate.acquire, timeout=30))
    picture = home.root / f"runs/{TASK}/receipt.png"
    picture.parent.mkdir()
    picture.write_bytes(b"\x89PNG")
    async with httpx.AsyncClient(base_url=url) as http:
        for text in ("find me a place", "go"):
            await http.post("/api/v1/messages", json={"conversation": "web", "text": text})
        await page.goto(f"{url}/runs/{TASK}")
        await expect(page.locator("button.stop")).to_be_visible()
        for number in (1, 2):
            gate.release()
            await expect(page.locator("#run .taken .steps li")).to_have_count(number)
        await expect(page.locator(".reference strong")).to_have_text("TV-48213")  # without a click
        await expect(page.locator("button.stop")).to_have_count(0)
        await expect(page.locator("[data-print]")).to_be_visible()
    assert errors == []
