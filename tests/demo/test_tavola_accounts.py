import datetime as dt
import sqlite3
from typing import Any

import pytest


async def test_the_cookie_outlives_the_browser_and_the_server(visitor: Any, time: Any) -> None:
    page = await visitor.client.post(
        "/login", data={"email": "Marta@portaurel.example ", "password": "lanternlight"}, follow_redirects=False
    )
    cookie = page.headers["set-cookie"]
    assert f"Max-Age={180 * 24 * 3600}" in cookie
    assert "HttpOnly" in cookie
    time.now += dt.timedelta(days=179)
    assert "Signed in as" in (await visitor.get("/restaurants")).text
    time.now += dt.timedelta(days=2)
    assert "Signed in as" not in (await visitor.get("/restaurants")).text


async def test_a_wrong_password_is_told_and_logged_without_itself(visitor: Any) -> None:
    page = await visitor.post("/login", email="marta@portaurel.example", password="candlelight")
    assert page.status_code == 401
    assert "do not belong together" in page.text
    assert visitor.log()[-1].outcome == "refused: wrong password"
    assert "candlelight" not in (visitor.data / "tavola.log.jsonl").read_text()


async def test_passwords_and_tokens_are_kept_as_hashes(visitor: Any) -> None:
    await visitor.sign_in()
    token = visitor.client.cookies["tavola_session"]
    with sqlite3.connect(visitor.data / "tavola.sqlite3") as db:
        dump = "\n".join(db.iterdump())
    db.close()
    assert "marta@portaurel.example" in dump
    assert "lanternlight" not in dump
    assert b"lanternlight".hex().upper() not in dump
    assert token not in dump
    assert token.encode().hex().upper() not in dump


async def test_log_out_ends_the_session_itself(visitor: Any) -> None:
    await visitor.sign_in()
    token = visitor.client.cookies["tavola_session"]
    await visitor.post("/logout")
    visitor.client.cookies.set("tavola_session", token, domain="tavola.localhost")
    assert (await visitor.get("/my/reservations")).url.path == "/login"


@pytest.mark.parametrize(
    ("email", "name", "password"),
    [("no address", "Ann", "long enough"), ("a@b.c", " ", "long enough"), ("a@b.c", "Ann", "short")],
)
async def test_registering_needs_an_address_a_name_and_a_password(
    visitor: Any, email: str, name: str, password: str
) -> None:
    page = await visitor.post("/register", email=email, name=name, password=password)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert "tavola_session" not in visitor.client.cookies


async def test_an_account_cannot_be_taken_over_by_registering(visitor: Any) -> None:
    page = await visitor.post("/register", email="marta@portaurel.example", name="Mallory", password="long enough")
    assert page.status_code == 422
    await visitor.sign_in()
    assert "Marta Oliveira" in (await visitor.get("/restaurants")).text


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
async def test_signing_in_never_leads_elsewhere(visitor: Any, onward: str) -> None:
    page = await visitor.client.post(
        "/login",
        data={"email": "marta@portaurel.example", "password": "lanternlight", "next": onward},
        follow_redirects=False,
    )
    assert page.headers["location"] == "/restaurants"
