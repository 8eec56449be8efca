from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import httpx
import pytest

from agents.types import Reply
from app.channels.store import Row
from app.channels.whatsapp import trouble
from tests.app.conftest import served
from tests.app.twilio_server import OWNER, PUBLIC, TwilioServer, twilio
from tests.app.whatsapp.conftest import House, app_of, settings_for

LONG = " ".join(f"This is sentence number {n}, and it says something." for n in range(80))


def bodies(server: TwilioServer) -> list[str]:
    return [sent.body for sent in server.delivered()]


def test_long_replies_are_split_at_sentences_and_arrive_in_order(house: House) -> None:
    house.answer = lambda row: Reply(kind="answer", text=LONG)
    house.server.post(house.server.message("tell me everything"))
    parts = [sent.body for sent in house.server.wait(3)]
    assert " ".join(parts) == LONG
    assert all(len(part) <= 1600 and part.endswith(".") for part in parts)


@pytest.mark.parametrize("fault", ["429", "503", "broken off", "stored, then 500", "stored, then silence", "63018"])
def test_whatever_fails_each_message_arrives_once_and_in_order(house: House, fault: str) -> None:
    house.server.faults.extend(["", fault, "", fault])
    for number in range(5):
        house.server.post(house.server.message(f"number {number}"))
    house.server.wait(5)
    assert bodies(house.server) == [f"You said: number {number}" for number in range(5)]
    wasted = [sent for sent in house.server.sent if sent.status != "delivered"]
    assert len(wasted) == (2 if fault == "63018" else 0), "nothing that was taken is sent a second time"


def test_a_phone_that_stopped_us_is_told_about_in_words(house: House) -> None:
    house.server.faults.append("21610")
    house.server.post(house.server.message("hello"))
    house.server.post(house.server.message("still there?"))
    house.server.wait(1)
    parked = house.rows("SELECT error FROM deliveries WHERE state = 'parked'")
    assert parked == [("21610",)]
    assert "send START from it" in trouble.words("21610")


def test_a_picture_that_cannot_be_fetched_is_left_out(house: House) -> None:
    house.server.faults.append("63019")
    house.answer = _receipt
    house.server.post(house.server.message("go"))
    sent = house.server.wait(1)
    assert "TV-1" in sent[0].body
    assert [len(s.media) for s in house.server.sent] == [1, 0]


def _receipt(row: Row) -> Reply:
    receipt = {"state": "done", "at": "2026-11-21T12:00", "reference": "TV-1", "screenshot": "runs/t1/01.png"}
    return Reply.model_validate({"kind": "receipt", "text": "**Done.**\n\nReference: **TV-1**", "receipt": receipt})


def test_a_picture_has_an_address_that_cannot_be_guessed_and_ends(house: House) -> None:
    folder = house.settings.home / "runs" / "t1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "01.png").write_bytes(b"\x89PNG the picture")
    assert house.channel is not None
    url = house.channel.pictures.url("runs/t1/01.png", time.time()).replace(PUBLIC, house.settings.url)
    host = {"host": PUBLIC.removeprefix("https://")}
    assert httpx.get(url, headers=host).content == b"\x89PNG the picture"
    assert httpx.get(url.replace("01.png", "02.png"), headers=host).status_code == 404
    late = house.channel.pictures.url("runs/t1/01.png", time.time() - 3601).replace(PUBLIC, house.settings.url)
    assert httpx.get(late, headers=host).status_code == 404
    other = house.channel.pictures.url("memory/about.md", time.time()).replace(PUBLIC, house.settings.url)
    assert httpx.get(other, headers=host).status_code == 422


@pytest.mark.parametrize("template", ["", "HX" + "1" * 32], ids=["without a template", "with a template"])
def test_outside_of_24_hours_a_template_goes_out_or_it_waits(tmp_path: Path, template: str) -> None:
    with twilio() as server:
        house = House(settings_for(tmp_path / "home", server, whatsapp_template=template), server)
        server.faults.append("63016")
        with served(app_of(house), house.settings.port) as url:
            server.service = url
            server.post(server.message("hello"))
            if template:
                assert server.wait(1)[0].template == template
                assert house.settings.url in server.delivered()[0].body, "it links to the person's own page"
                return
            _until(house, "SELECT 1 FROM deliveries WHERE state = 'parked' AND error = 'window'")
            server.post(server.message("I am back"))
            server.wait(2)
            assert bodies(server) == ["You said: hello", "You said: I am back"], "what waited comes first"


def _until(house: House, query: str, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not house.rows(query):
        assert time.monotonic() < until, query
        time.sleep(0.02)


def test_what_was_being_sent_when_the_process_died_is_looked_up(tmp_path: Path) -> None:
    with twilio() as server:
        house = House(settings_for(tmp_path / "home", server), server)
        with served(app_of(house), house.settings.port) as url:
            server.service = url
            server.post(server.message("one"))
            server.wait(1)
            _until(house, "SELECT 1 FROM deliveries WHERE state = 'delivered'")
        _as_if_killed(house)
        with served(app_of(house), house.settings.port):
            server.post(server.message("two"))
            server.wait(2)
        assert [s.body for s in server.sent] == ["You said: one", "You said: two"]


def _as_if_killed(house: House) -> None:
    house.change(f"UPDATE deliveries SET state='sending', sid=NULL, body='You said: one', since={time.time()}")


def test_a_day_later_free_text_is_not_even_tried(tmp_path: Path) -> None:
    with twilio() as server:
        house = House(settings_for(tmp_path / "home", server), server)
        with served(app_of(house), house.settings.port) as url:
            server.service = url
            server.faults.extend(["429"] * 3)
            assert house.line is not None
            house.line.outbox.backoff = 3600.0
            server.post(server.message("hello"))
            _until(house, "SELECT 1 FROM deliveries WHERE attempts = 1 AND state = 'queued'")
        later = settings_for(tmp_path / "home", server, clock=dt.datetime(2026, 11, 22, 13, tzinfo=dt.UTC))
        house.change("UPDATE deliveries SET at=0")
        house = House(later, server)
        with served(app_of(house), house.settings.port) as url:
            server.service = url
            _until(house, "SELECT 1 FROM deliveries WHERE state = 'parked' AND error = 'window'")
        assert server.sent == []
        assert OWNER not in str(house.rows("SELECT error FROM deliveries"))
