"""The story on the phone: one person, one set of tasks, whichever screen is at hand; a STOP is never late."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.twilio_server import TwilioServer, twilio
from tests.journeys.support import OPENING, Service, Town, free_port


@pytest.fixture
def phone(home: Path, town: Town) -> Iterator[tuple[TwilioServer, Service]]:
    """A phone, and the service that it talks to."""
    town.mode("normal")
    with twilio() as server:
        service = Service(home, free_port(), settings=server.settings()).start()
        server.service = service.url
        yield server, service
        service.stop()


def write(server: TwilioServer, text: str, until: str) -> str:
    """Send words; the message that came back with `until` in it."""
    before = len(server.delivered())
    assert server.post(server.message(text)).status_code == 200
    for count in range(before + 1, before + 8):
        body = server.wait(count, 120)[-1].body
        if until in body:
            return body
    raise AssertionError(f"{until!r} never came: {[s.body for s in server.delivered()[before:]]}")


def to_decision(server: TwilioServer) -> None:
    write(server, OPENING, "1. 20:00")
    write(server, "1", "For instance: 2")
    assert "*Top choice:" in write(server, "2", "Or “more” for the rest")


@pytest.mark.long
def test_begun_on_the_phone_finished_in_the_browser(phone: tuple[TwilioServer, Service], town: Town) -> None:
    server, service = phone
    booked = len(town.booked())
    to_decision(server)
    lines = service.send("why not Mizu?")  # said on the page, about what was found on the phone
    assert "Mizu" in lines["text"]
    plan = service.send("top")
    assert plan["kind"] == "plan"
    sent = len(server.sent)
    write(server, "Go", "That Go came before you could see this plan")
    assert len(town.booked()) == booked, "a plan that was shown on the page only is not granted from the phone"
    offer = server.wait(sent + 2)[-1].body
    assert "*Go* does this once" in offer
    write(server, "Go", "Going ahead")
    receipt = server.wait(sent + 4, 120)[-1]
    assert "Reference" in receipt.body
    assert receipt.media[0].startswith(b"\x89PNG")
    assert len(town.booked()) == booked + 1


@pytest.mark.long
def test_a_stop_on_the_phone_ends_what_was_offered(phone: tuple[TwilioServer, Service], town: Town) -> None:
    server, _ = phone
    booked = len(town.booked())
    to_decision(server)
    write(server, "1", "*Go* does this once")
    write(server, "STOP", "Nothing was booked")
    write(server, "Go", "")
    assert len(town.booked()) == booked
