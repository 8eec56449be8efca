"""Memory in chat: it learns at any moment, a waiting task goes on, and an offer stays exactly what it was."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pytest

from memory.home import Home
from memory.proposals import propose
from tests.journeys.support import Chat, Service, Town


def _memory(home: Path) -> str:
    return "\n".join(p.read_text() for p in sorted((home / "memory").rglob("*.md")))


def _holding(home: Path, *said: bytes) -> list[Path]:
    files = [p for p in home.rglob("*") if p.is_file() and ".git" not in p.parts]
    return [p for p in files if any(words in p.read_bytes() for words in said)]


def test_notes_undo_proposals_and_questions(service: Service, home: Path) -> None:
    chat = Chat(service, "cli-notes")
    before = _memory(home)
    noted = chat.send("by the way, I hate being rushed by waiters")
    assert noted["kind"] == "answer"
    assert "undo" in noted["text"]
    assert "- I hate being rushed by waiters (2026-11-21, terminal)" in _memory(home)
    for none in ("do I hate being rushed?", "if I hated jazz, what then?", "my friend says I love karaoke too much"):
        chat.send(none)
    assert _memory(home).count("2026-11-21, terminal") == 1
    assert "rushed" in chat.send("what do you know about my taste in waiters?")["text"]
    assert "rushed" in chat.send("undo")["text"]
    assert _memory(home) == before
    assert "nothing to undo" in chat.send("undo")["text"].lower()

    made = propose(Home(home), "I choose terraces over halls.", why="Three choices.")
    shown = chat.send("what do you propose to remember?")
    assert "+- I choose terraces over halls. (2026-11-21, inferred)" in shown["text"]
    assert _memory(home) == before
    assert "Noted in" in chat.send("accept 1")["text"]
    assert "I choose terraces over halls. (2026-11-21, inferred)" in _memory(home)
    chat.send("undo")
    assert propose(Home(home), made.text).state == "accepted"

    chat.send("note: the cellar key hangs behind the zibeline curtain")
    chat.send("note: the attic key hangs in the hall")
    which = chat.send("forget what I said about the key")
    assert "Which of these?" in which["text"]
    line = next(line for line in which["text"].splitlines() if "cellar" in line)
    forgotten = chat.send(line.split(".")[0])
    assert "removed from memory/" in forgotten["text"]
    assert _memory(home).count("key hangs") == 1
    until = time.monotonic() + 30
    while (kept := _holding(home, b"cellar key hangs", b"zibelin")) and time.monotonic() < until:
        time.sleep(0.05)  # the index settles in the background
    assert kept == [], "neither the index nor a record of the conversation says a word of it any more"
    assert "key hangs" in chat.send("undo")["text"]
    assert _memory(home).count("key hangs") == 2

    asked = chat.send("ask me five questions about perfume")
    assert (asked["kind"], asked["question"]["options"]) == ("question", ["Yes", "No", "Not sure"])
    assert "Noted in memory/perfume.md" in chat.send("yes")["text"]
    assert "Noted" not in chat.send("not sure")["text"]
    assert "Noted" in chat.send("2")["text"]
    assert len([line for line in (home / "memory/perfume.md").read_text().splitlines() if line.startswith("- ")]) == 2
    assert "I ask no more" in chat.send("stop")["text"]
    assert "ask me five questions" in chat.send("what do you know about my taste in falconry?")["text"]


@pytest.mark.long
def test_a_note_in_the_middle_of_a_task_disturbs_nothing(service: Service, home: Path, town: Town) -> None:
    seen = len(town.log())
    chat = Chat(service, "cli-task")
    asked = chat.send("I never eat olives; book me a table for two tonight")
    assert asked["text"].startswith("Noted in memory/")
    assert "never eat olives" in asked["text"].split("Your notes")[0].split("From your own files")[1], (
        "it counts at once"
    )
    again = chat.send("I can't bear scented candles")
    assert (again["task"], again["question"]["detail"]) == (asked["task"], asked["question"]["detail"])
    assert "Noted in" in again["text"]
    chat.send("tonight I want it quiet")  # a wish for this evening is no note
    assert _memory(home).count("2026-11-21, terminal") == 2

    decided = chat.to_decision("20:00") if asked["question"]["detail"] == "time" else chat.to_decision("today")
    anew = chat.send("I don't like places that play the radio")
    assert anew["kind"] == "decision"
    assert anew["task"] == decided["task"]
    assert "Noted in" in anew["text"]

    plan = chat.send("top")["plan"]
    noted = chat.send("I never eat dessert")
    assert noted["plan"] == plan, "the offer stands as it was, and is shown again in full"
    assert "Noted in" in noted["text"]
    assert plan["title"] in noted["text"]
    assert chat.send("undo")["plan"] == plan
    # An interview is our latest message now: a bare Go must not count for a plan that is out of sight.
    assert chat.send("ask me five questions about music")["kind"] == "question"
    refused = chat.send("go")
    assert refused["kind"] == "plan"
    assert not [line for line in town.log()[seen:] if line.what.get("action") in ("hold", "book")]
    assert chat.send("no thanks")["kind"] == "answer"


def test_the_log_and_undo_over_http(service: Service, home: Path) -> None:
    chat = Chat(service, "cli-http")
    chat.send("I collect old maps")
    log = httpx.get(f"{service.url}/api/v1/memory/log").json()
    assert log[0]["added"] == ["- I collect old maps (2026-11-21, terminal)"]
    back = service.post("memory/undo", {"commit": log[0]["commit"][:8]}).json()
    assert back["commit"] == log[0]["commit"]
    assert "old maps" not in _memory(home)
    made = propose(Home(home), "Likes maps.", source="mcp")
    shown = httpx.get(f"{service.url}/api/v1/memory/proposals").json()
    assert [p["id"] for p in shown] == [made.id]
    assert service.post(f"memory/proposals/{made.id}", {"do": "refuse"}).json()["do"] == "refuse"
    assert httpx.get(f"{service.url}/api/v1/memory/proposals").json() == []
    assert json.loads((home / "state/proposals.json").read_text())[0]["state"] == "refused"
