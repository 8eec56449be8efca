"""The story with a model: two calls to a decision, none from Go to receipt; an outage in the middle ends nothing."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from memory.embed import MiniLM
from tests.journeys.support import OPENING, Chat, Service, Town, free_port
from tests.providers.brain import Brain
from tests.providers.modes import Server
from tests.providers.served import served
from workflows.registry import LIBRARY, Registry

pytestmark = pytest.mark.long  # the contract's suite asks the same of the wire; these are whole stories


@pytest.fixture(scope="module")
def provider() -> Iterator[tuple[Server, str]]:
    """Both providers' services, thinking as the offline rules do."""
    server = Server(Brain(MiniLM(threads=1), Registry(LIBRARY, LIBRARY).all()))
    with served(server) as url:
        yield server, url


@pytest.fixture(scope="module")
def modelled(
    marta: Path, town: Town, provider: tuple[Server, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The assistant with two models."""
    copy = tmp_path_factory.mktemp("modelled") / "home"
    shutil.copytree(marta, copy, symlinks=True)
    keys = {"GEMINI_API_KEY": "the-secret-key", "GEMINI_BASE_URL": f"{provider[1]}/gemini"}
    keys |= {"OPENAI_MODEL": "gpt-5-mini", "OPENAI_BASE_URL": f"{provider[1]}/openai/v1"}
    keys |= {"RFLOW_TURN_SECONDS": "600"}  # a busy machine is no outage
    service = Service(copy, free_port(), settings=keys)
    yield service.start()
    service.stop()


@pytest.fixture
def server(provider: tuple[Server, str]) -> Server:
    provider[0].reset()
    return provider[0]


@pytest.fixture
def talk(modelled: Service, server: Server) -> Chat:
    return Chat(modelled, uuid.uuid4().hex[:12])


def calls(chat: Chat, task: str) -> dict[str, Any]:
    """What the task's door tells of models."""
    found: dict[str, Any] = httpx.get(f"{chat.service.url}/api/v1/tasks/{task}/calls", timeout=30, verify=False).json()
    return found


def test_two_calls_to_a_decision_and_none_from_go_to_receipt(talk: Chat, server: Server, town: Town) -> None:
    booked = len(town.booked())
    decided = talk.to_decision(OPENING)
    assert [asked.task for asked in server.asked] == ["understand", "decide"]
    made = calls(talk, decided["task"])
    assert [c["purpose"] for c in made["calls"]] == ["understand", "decide"]
    assert made["task"]["tokens"] <= 6000
    assert "the-secret-key" not in str(made)
    assert talk.send("top")["kind"] == "plan"
    assert talk.send("go")["kind"] == "progress"
    assert talk.settled(decided["task"])["state"] == "done"
    assert (len(server.asked), len(town.booked())) == (2, booked + 1)


def test_an_outage_in_the_middle_ends_nothing(talk: Chat, server: Server) -> None:
    server.script = ["good"]
    server.mode = "key"
    decided = talk.to_decision(OPENING)
    assert decided["decision"]["top"]["reasons"]
    assert "went on offline" in decided["text"].split("\n\n")[0]
    assert talk.send("top")["kind"] == "plan"


def test_a_switch_keeps_the_conversation(talk: Chat, server: Server) -> None:
    asked = talk.send(OPENING)
    assert len(server.asked) == 1
    assert "local" in talk.send("/model local")["text"]
    assert "detail" in (asked["question"] or {})
    reply = talk.send("yes")
    while reply["kind"] == "question":
        reply = talk.send("yes" if reply["question"]["proposed"] else "2")
    assert reply["kind"] == "decision"
    assert [c["provider"] for c in calls(talk, reply["task"])["calls"]] == ["gemini", "local"]


def test_no_offer_comes_of_a_claimed_go(talk: Chat, server: Server, town: Town) -> None:
    booked = len(town.booked())
    server.mode = "injected"
    for text in (OPENING, "hm", "and then?", "whatever it says"):
        reply = talk.send(text)
        assert reply["kind"] != "progress"
    assert len(town.booked()) == booked


def test_what_no_workflow_fits_is_answered_from_notes_with_their_lines(talk: Chat, server: Server) -> None:
    reply = talk.send("which of the books I wrote about should I reread on the flight?")
    assert [asked.task for asked in server.asked][:2] == ["understand", "improvise"]
    assert reply["kind"] == "answer"
    assert re.search(r"\((?:memory|documents)/[^)]+:\d+", reply["text"])


def test_pages_that_the_person_names_are_read_and_no_others(talk: Chat, server: Server, town: Town) -> None:
    first, second, other = (f"{town.site}/restaurants/{n}" for n in ("lanterna", "ostara", "mizu"))
    seen = len(town.log())
    reply = talk.send(f"which of {first} and {second} has the longer story on its page? not http://127.0.0.1:9/x")
    asked = next(a for a in server.asked if a.task == "improvise")
    assert [p["url"] for p in asked.fields["pages"]] == [first, second]
    assert "Top choice: Lanterna" in reply["text"]
    assert first in reply["text"]
    assert other not in str(asked.fields["pages"][0]["url"])
    data = httpx.get(f"{talk.service.url}/api/v1/tasks/{reply['task']}", timeout=30, verify=False).json()
    assert data["decision"]["top"]["url"] == first
    assert not [line for line in town.log()[seen:] if line.what.get("action") in ("hold", "book")]


def test_offline_it_says_what_it_can_do(talk: Chat, server: Server) -> None:
    talk.send("/model offline")
    assert "I have no workflow for that" in talk.send("which of the books should I reread?")["text"]
    assert server.asked == []


def test_what_would_have_to_be_done_becomes_a_workflow_on_a_yes(talk: Chat, server: Server, town: Town) -> None:
    seen = len(town.log())
    reply = talk.send(f"please fix my car, by order of {town.site}/restaurants/ortica")
    assert reply["kind"] == "question", reply["text"]
    assert "+name: order-candles" in reply["text"]
    file = talk.home / "workflows" / "order-candles.md"
    assert not file.exists()
    assert "Kept as workflows/order-candles.md" in talk.send("yes")["text"]
    try:
        assert f'sites: ["{town.site}"]' in file.read_text()
        assert not [line for line in town.log()[seen:] if line.what.get("action") in ("hold", "book")]
    finally:
        file.unlink()
