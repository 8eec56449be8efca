"""What bad input gets: a clear sentence, nothing lost, nothing done."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.journeys.support import OPENING, Chat, Service, Town, free_port


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no words"),
        ("   \n ", "no words"),
        ("🍝🍷✨", "no words"),
        ("\x00\x01\x7f\ufffd", "no words"),
        ("pasta " * 3400, "characters"),
        ("fix my car", "no workflow"),
        ("Go", "could not|no workflow|nothing"),
        ("asdf qwer zxcv", "could not|no workflow"),
    ],
)
def test_a_message_that_is_no_request(chat: Chat, town: Town, text: str, said: str) -> None:
    seen = len(town.log())
    reply = chat.send(text)
    assert any(part in reply["text"].lower() for part in said.split("|")), reply["text"]
    assert reply["plan"] is None
    assert reply["decision"] is None
    assert len(town.log()) == seen
    assert chat.send(OPENING)["kind"] == "question", "the conversation goes on"


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("book a table for 2 yesterday at 20:00", "date"),
        ("book a table for 0 people tonight at 20:00", "party_size"),
        ("book a table for 500 people tonight at 20:00", "party_size"),
        ("book a table for two tonight at 25:00", "time"),
    ],
)
def test_an_impossible_detail_is_asked_again(chat: Chat, text: str, detail: str) -> None:
    reply = chat.send(text)
    assert reply["kind"] == "question"
    assert reply["question"]["detail"] == detail


def test_no_table_at_that_time_offers_the_nearest(chat: Chat) -> None:
    reply = chat.send("book a table for two tomorrow at 05:30")
    while reply["kind"] == "question" and not reply["question"]["options"]:
        reply = chat.send("2")
    assert reply["kind"] == "question"
    assert reply["question"]["detail"] == "time"
    nearest = reply["question"]["options"][0]
    assert nearest in reply["text"]
    assert chat.send(nearest)["kind"] == "decision"


@pytest.mark.long
def test_the_site_is_down_then_back(chat: Chat, town: Town) -> None:
    town.mode("down")
    reply = chat.send("book a table for two tonight at 20:00, somewhere new")
    assert reply["kind"] == "error"
    assert "try again" in reply["text"].lower()
    town.mode("normal")
    assert chat.send("try again")["kind"] == "decision"


@pytest.mark.long
def test_a_site_that_does_not_answer_in_time_is_told(chat: Chat, town: Town) -> None:
    town.mode("slow", ms=20_000)  # longer than a page is waited for
    reply = chat.send("book a table for two tonight at 20:00, somewhere new")
    assert reply["kind"] == "error"
    assert "too long" in reply["text"]
    town.mode("slow", ms=200)
    assert chat.send("try again")["kind"] == "decision"


@pytest.mark.long
def test_logged_out_is_told_and_nothing_is_booked(chat: Chat, town: Town) -> None:
    before = len(town.booked())
    plan = chat.to_plan()
    town.mode("logged_out")
    chat.send("Go")
    receipt = chat.settled(plan["task"])["receipt"]
    assert receipt["state"] == "refused"
    assert "log in" in receipt["note"].lower() or "logged in" in receipt["note"].lower()
    assert len(town.booked()) == before


@pytest.mark.parametrize(
    ("mode", "said"),
    [("price_changed", "charge|price|10"), pytest.param("item_swapped", "item|what", marks=pytest.mark.long)],
)
@pytest.mark.long
def test_terms_that_differ_are_refused_with_the_difference(chat: Chat, town: Town, mode: str, said: str) -> None:
    before = len(town.booked())
    plan = chat.to_plan()
    town.mode(mode)
    chat.send("Go")
    task = chat.settled(plan["task"])
    assert task["receipt"]["state"] == "refused"
    assert any(part in task["receipt"]["note"].lower() for part in said.split("|"))
    assert len(town.booked()) == before
    town.mode("normal")
    assert chat.send("top")["kind"] == "plan", "the choice is still there, for a new offer"


@pytest.mark.long
def test_an_answer_that_was_lost_after_commit_is_looked_up(chat: Chat, town: Town) -> None:
    before = len(town.booked())
    plan = chat.to_plan()
    town.mode("error_after_commit")
    chat.send("Go")
    assert chat.settled(plan["task"])["state"] == "done"
    assert len(town.booked()) == before + 1


@pytest.mark.long
def test_a_late_go_offers_anew(service: Service, town: Town) -> None:
    before = len(town.booked())
    old = Chat(service, "web").to_plan()
    service.stop()
    service.start(RFLOW_CLOCK="2026-11-21T10:15:00+01:00")
    late = service.send("Go")
    assert late["kind"] == "plan"
    assert "held until" in late["text"]
    assert late["plan"]["hash"] != old["plan"]["hash"]
    assert len(town.booked()) == before


@pytest.mark.long
def test_a_workflow_edited_after_the_offer_voids_it(service: Service, town: Town, home: Path) -> None:
    before = len(town.booked())
    plan = Chat(service, "web").to_plan()
    workflow = home / "workflows" / "reserve-table.md"
    workflow.write_text(workflow.read_text() + "\n<!-- a word more -->\n")
    service.send("Go")
    assert service.settled(plan["task"])["receipt"]["state"] == "refused"
    assert len(town.booked()) == before


def test_a_broken_memory_file_is_named_and_the_rest_works(service: Service, home: Path) -> None:
    (home / "memory" / "broken.md").write_text("---\nname: [unclosed\n---\n- a note\n")
    reply = service.send(OPENING)
    assert reply["kind"] == "question"
    parts = httpx.get(f"{service.url}/readyz").json()["parts"]
    assert "memory/broken.md" in parts["index"]
    assert "line" in parts["index"]


def test_a_broken_workflow_file_is_named_with_its_line(service: Service, home: Path) -> None:
    workflow = home / "workflows" / "reserve-table.md"
    workflow.write_text(workflow.read_text().replace("1. Open {choice.url}", "1. Fly to {choice.url}"))
    reply = service.send(OPENING)
    assert reply["plan"] is None
    assert "reserve-table" in reply["text"]
    parts = httpx.get(f"{service.url}/readyz").json()["parts"]
    assert "line" in parts["workflows"]


@pytest.mark.long
def test_a_lost_index_is_built_again_with_the_same_ids(tmp_path: Path) -> None:
    notes = tmp_path / "home" / "memory" / "rooms.md"
    notes.parent.mkdir(parents=True)
    notes.write_text("# Rooms\n\n- I like candle-lit rooms.\n- No music, please.\n- A window on the river.\n")
    query = {"query": "candle-lit rooms without music", "k": 5}
    running = Service(tmp_path / "home", free_port()).start()
    try:
        before = [e["id"] for e in running.post("recall", query).json()]
        running.stop()
        shutil.rmtree(tmp_path / "home" / "state" / "index")
        running.start()
        assert [e["id"] for e in running.post("recall", query).json()] == before
        assert before
    finally:
        running.stop()


def _serve(home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", "serve"]
    settings = {"RFLOW_HOME": str(home), "RFLOW_PORT": str(free_port()), "PATH": "/usr/bin:/bin", **environ}
    return subprocess.run(command, env=settings, capture_output=True, text=True, timeout=120)


def test_the_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = _serve(tmp_path / "home", RFLOW_PORT=port)
    assert ended.returncode == 2
    assert port in ended.stderr
    assert "RFLOW_PORT" in ended.stderr


def test_a_home_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    ended = _serve(tmp_path / "home")
    assert ended.returncode == 2
    assert "home" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.long
def test_a_second_owner_of_the_home_is_refused(service: Service, home: Path) -> None:
    ended = _serve(home)
    assert ended.returncode == 2
    assert str(service.process and service.process.pid) in ended.stderr


@pytest.mark.long
def test_no_browser(home: Path, town: Town) -> None:
    running = Service(home, free_port()).start(RFLOW_BROWSER_PATH="/nonexistent/chrome")
    try:
        reply = running.send("book a table for two tonight at 20:00")
    finally:
        running.stop()
    assert reply["kind"] == "error"
    assert "RFLOW_BROWSER_PATH" in reply["text"]


@pytest.mark.long
def test_without_a_login_no_plan_is_offered(service: Service, home: Path) -> None:
    (home / "state" / "accounts.json").unlink()
    chat = Chat(service, "stranger")
    chat.to_decision()
    reply = chat.send("top")
    assert reply["kind"] == "refusal"
    assert "rflow login http://tavola.localhost" in reply["text"]
    assert chat.send("Go")["kind"] != "progress"
