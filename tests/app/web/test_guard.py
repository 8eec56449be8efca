from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

from app.settings import Settings
from app.web.guard import BODY_CAP, OPEN_PATHS, UPLOAD_PATHS
from memory.home import Home

ME = "http://127.0.0.1:8000"
FORM = {"text": "hello"}


@asynccontextmanager
async def browser(app: FastAPI, client: str = "127.0.0.1", base: str = ME) -> AsyncIterator[httpx.AsyncClient]:
    async with app.router.lifespan_context(app) as state:

        async def stateful(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(stateful, client=(client, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=base) as http:
            yield http


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost:9999", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8000", 421),
        ("localhost.evil.example", 421),
        ("evil.example@127.0.0.1:8000@x", 421),
        ("0.0.0.0:8000", 421),
        ("", 421),
    ],
)
async def test_only_our_own_names_are_answered_to(app: FastAPI, host: str, status: int) -> None:
    async with browser(app) as http:
        assert (await http.get("/", headers={"host": host})).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": ME, "sec-fetch-site": "same-origin"}, 303),
        ({"origin": ME}, 303),
        ({}, 303),  # a program on this machine
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 403),
        ({"origin": "http://127.0.0.1:8800"}, 403),  # another port is another origin
        ({"origin": "https://127.0.0.1:8000"}, 403),
        ({"origin": "http://tavola.localhost:8800", "sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),  # no form is ever sent from nowhere
        ({"origin": ME, "sec-fetch-site": "cross-site"}, 403),
    ],
)
async def test_only_our_own_pages_may_post(
    app: FastAPI, memory_assistant: Any, headers: dict[str, str], status: int
) -> None:
    async with browser(app) as http:
        response = await http.post("/chat/web/messages", data=FORM, headers=headers)
    assert response.status_code == status
    assert bool(memory_assistant.lines) == (status == 303)


@pytest.mark.parametrize(
    "path", ["/api/v1/messages", "/api/v1/tasks/t/go", "/chat/web/stop", "/api/v1/files/memory/a.md"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_no_door_and_no_method_is_open_to_another_page(app: FastAPI, path: str, method: str) -> None:
    async with browser(app) as http:
        headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        response = await http.request(method, path, headers=headers, content=b"{}")
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


async def test_streams_and_subresources_are_closed_to_other_pages(app: FastAPI) -> None:
    cross = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    async with browser(app) as http:
        assert (await http.get("/api/v1/conversations/web/events", headers=cross)).status_code == 403
        assert (await http.get("/api/v1/conversations/web/messages", headers=cross)).status_code == 403
        link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
        assert (await http.get("/", headers=link)).status_code == 200


async def test_a_program_on_another_machine_is_refused_without_origin(app: FastAPI) -> None:
    async with browser(app, client="192.168.1.7") as http:
        assert (await http.post("/chat/web/messages", data=FORM)).status_code == 403
        same = {"origin": ME, "sec-fetch-site": "same-origin"}
        assert (await http.post("/chat/web/messages", data=FORM, headers=same)).status_code == 303


async def test_a_body_is_capped_with_and_without_its_length(app: FastAPI, memory_assistant: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * (BODY_CAP // 4)

    async with browser(app) as http:
        assert (await http.post("/api/v1/messages", json={"text": "a" * BODY_CAP})).status_code == 413
        assert (await http.post("/api/v1/messages", content=chunks())).status_code == 413
        fits = await http.post("/api/v1/messages", json={"conversation": "web", "text": "a" * 20_000})
    assert fits.status_code == 200
    assert len(memory_assistant.lines["web"]) == 2


@pytest.mark.parametrize("path", sorted(UPLOAD_PATHS))
async def test_documents_may_be_large_up_to_their_own_cap(app: FastAPI, home: Home, path: str) -> None:
    async def chunks(count: int) -> AsyncIterator[bytes]:
        yield b'--b\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        for _ in range(count):
            yield b"a line of it\n" * 5000
        yield b"\r\n--b--\r\n"

    form = {"content-type": "multipart/form-data; boundary=b"}
    async with browser(app) as http:
        assert (await http.post(path, content=chunks(8), headers=form)).status_code in (201, 303)
        assert (await http.post(path, content=chunks(900), headers=form)).status_code == 413
        foreign = {**form, "origin": "https://evil.example"}
        assert (await http.post(path, content=chunks(1), headers=foreign)).status_code == 403
        assert (await http.put(path, content=b"x" * (BODY_CAP + 1))).status_code == 413
    assert [file.name for file in (home.root / "documents").iterdir()] == ["a.txt"]


async def test_every_answer_carries_a_strict_policy(app: FastAPI) -> None:
    async with browser(app) as http:
        for path in ("/", "/static/style.css", "/nowhere", "/api/v1/tasks/nope", "/healthz"):
            headers = (await http.get(path)).headers
            policy = headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
        page = (await http.get("/")).text
    assert "<script>" not in page
    assert "style=" not in page
    assert "http://" not in page.replace("http://127.0.0.1", "")


async def test_a_fault_of_ours_shows_nothing_of_it(
    app: FastAPI, memory_assistant: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(conversation: str, limit: int = 200) -> list[Any]:
        raise ValueError("canary-73")

    monkeypatch.setattr(memory_assistant, "history", broken)
    async with browser(app) as http:
        response = await http.get("/api/v1/conversations/web/messages")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "canary-73" not in response.text + caplog.text


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    password = SecretStr("lantern") if "password" in request.node.name else None
    return settings.model_copy(update={"password": password})


async def test_a_password_closes_every_page_until_it_is_given(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.pages.login.WRONG_PASSWORD_SECONDS", 0.0)
    html = {"accept": "text/html"}
    async with browser(app) as http:
        assert (await http.get("/", headers=html)).headers["location"] == "/login"
        assert (await http.get("/api/v1/conversations/web/messages")).status_code == 401
        assert (await http.post("/api/v1/messages", json={"text": "hi"})).status_code == 401
        assert (await http.get("/metrics")).status_code == 401
        assert (await http.post("/api/v1/documents", files={"files": ("a.txt", b"hello")})).status_code == 401
        assert (await http.get("/readyz")).json()["parts"] == {}
        assert (await http.post("/login", data={"password": "wrong"})).status_code == 403
        forged = {"cookie": "rflow_session=9999999999." + "0" * 64}
        assert (await http.get("/api/v1/conversations/web/messages", headers=forged)).status_code == 401
        cookie = (await http.post("/login", data={"password": "lantern"})).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert (await http.get("/", headers=html)).status_code == 200


async def test_a_program_sends_the_password_as_a_bearer_token(app: FastAPI) -> None:
    async with browser(app) as http:
        path = "/api/v1/conversations/web/messages"
        assert (await http.get(path, headers={"authorization": "Bearer wrong"})).status_code == 401
        assert (await http.get(path, headers={"authorization": "Bearer lantern"})).status_code == 200


def doors(app: FastAPI) -> list[tuple[str, str]]:
    """Every way in, with something for what its path leaves open."""
    found = [
        (method, re.sub(r"{[^}]+}", "abc", route.path or ""))
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
    ]
    assert len(found) > 60
    return found


FOREIGN = (
    {"host": "rebound.example:8000"},
    {"origin": "https://evil.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"},
    {"origin": "http://127.0.0.1:8800", "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"},
    {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
)


@pytest.mark.parametrize("headers", FOREIGN)
async def test_no_way_in_is_open_to_another_page_or_another_name(app: FastAPI, headers: dict[str, str]) -> None:
    async with browser(app) as http:
        for method, path in doors(app):
            answer = await http.request(method, path, headers=headers)
            assert answer.status_code in (403, 421), f"{method} {path}"


async def test_without_the_password_no_way_in_is_open(app: FastAPI) -> None:
    async with browser(app) as http:
        for method, path in doors(app):
            if path not in OPEN_PATHS:
                answer = await http.request(method, path, headers={"accept": "text/html"})
                shut = (303, "/login") if method == "GET" else (401, None)
                assert (answer.status_code, answer.headers.get("location")) == shut, f"{method} {path}"
