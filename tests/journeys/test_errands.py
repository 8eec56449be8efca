"""The shop, a present, an evening out and a room: from the first message to a receipt that the site's log bears out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.seed import seed
from demo.shared.log import read_log
from tests.journeys.support import Chat, Service, Town, free_port, point_at, sign_in

KEYS = ("mercato", "biglietto", "albergo")


@pytest.fixture(scope="module")
def errands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Town]]:
    folder = tmp_path_factory.mktemp("errands")
    town = Town.start(folder / "town")
    home = folder / "home"
    seed(home)
    point_at(home, town.site)
    sign_in(home, *(town.at(key) for key in KEYS))
    service = Service(home, free_port())
    try:
        yield service.start(), town
    finally:
        service.stop()
        town.stop()


def done(data: Path, key: str) -> list[dict[str, object]]:
    """What was really ordered or booked, as the site's log has it."""
    return [line.what for line in read_log(data, key) if line.outcome in ("ordered", "booked")]


def answering(chat: Chat, reply: dict[str, Any], answers: dict[str, str]) -> dict[str, Any]:
    """The reply once nothing more is asked."""
    while reply["kind"] == "question":
        asked = reply["question"]
        reply = chat.send("yes" if asked["proposed"] else answers[asked["detail"]])
    return reply


@pytest.mark.parametrize(
    ("key", "opening", "answers", "ordered"),
    [
        pytest.param(
            "mercato",
            "order me a tuning fork from the shop",
            {"quantity": "1", "delivery": "Pick up at the Market Hall"},
            {"delivery": "Pick up at the Market Hall", "wrapped": False, "total": "19.00"},
            marks=pytest.mark.long,
        ),
        pytest.param(
            "mercato",
            "order me an Inspector's Beanie from the shop",
            {"thing": "beanie", "quantity": "1", "delivery": "Parcel post", "size": "medium", "colour": "2"},
            {"delivery": "Parcel post", "total": "35.90"},
            marks=pytest.mark.long,
        ),
        pytest.param(
            "mercato",
            "a birthday present for Tomás, up to 60 EUR",
            {"delivery": "Bicycle courier"},
            {"delivery": "Bicycle courier", "wrapped": True},
            marks=pytest.mark.long,
        ),
        pytest.param(
            "biglietto",
            "two tickets for chamber music on Friday 18 December",
            {"seats": "Middle"},
            {"event": "Winter Journey by Lamplight", "date": "2026-12-18", "seats": {"Middle": 2}, "total": "47.00"},
            marks=pytest.mark.long,
        ),
        pytest.param(
            "albergo",
            "book a double room in a guesthouse on Saltholm, arriving 11 December",
            {"check_out": "13 December", "guests": "2", "rate": "Free cancellation"},
            {"room": "Double", "rate": "Free cancellation", "check_in": "2026-12-11", "check_out": "2026-12-13"},
            marks=pytest.mark.long,
        ),
    ],
    ids=["item", "options", "gift", "event", "hotel"],
)
def test_an_errand_ends_with_a_receipt_from_the_site(
    errands: tuple[Service, Town],
    request: pytest.FixtureRequest,
    key: str,
    opening: str,
    answers: dict[str, str],
    ordered: dict[str, object],
) -> None:
    service, town = errands
    before = done(town.data, key)
    chat = Chat(service, request.node.callspec.id)
    reply = answering(chat, chat.send(opening), answers)
    assert reply["kind"] == "decision", reply["text"]
    reply = answering(chat, chat.send("top"), answers)
    assert reply["kind"] == "plan", reply["text"]
    assert done(town.data, key) == before, "nothing is ordered before Go"
    code = reply["plan"].get("code")
    assert chat.send(f"go {code}" if code else "go")["kind"] == "progress"
    task = chat.settled(reply["task"])
    assert task["state"] == "done", task
    [made] = done(town.data, key)[len(before) :]
    assert made["number"] == task["receipt"]["reference"]
    assert {name: made[name] for name in ordered} == ordered
