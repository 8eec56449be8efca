"""What is called wrong becomes a case; cases run against the flow as it is, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.support import Chat, Service, Town


@pytest.fixture
def chat(service: Service) -> Chat:
    return Chat(service, "cli-evals")


def _files(home: Path) -> dict[str, bytes]:
    """All that a turn may write: the person's folders, their git's commits, and what runs leave."""
    kept = [p for p in home.rglob("*") if p.is_file() and "state" not in p.parts and p.name != "index"]
    return {p.relative_to(home).as_posix(): p.read_bytes() for p in kept}


def _cases(service: Service) -> dict[str, dict[str, Any]]:
    files = httpx.get(f"{service.url}/api/v1/evals", timeout=30).json()
    assert [file["faults"] for file in files] == [[]] * len(files)
    return {case["name"]: case for file in files for case in file["cases"]}


def _run(service: Service, case: dict[str, Any]) -> dict[str, Any]:
    answer = service.post("evals", {"path": case["path"], "line": case["line"], "reasoner": "offline"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.long
def test_what_is_called_wrong_is_a_case_and_a_case_leaves_nothing_behind(
    service: Service, chat: Chat, home: Path
) -> None:
    chat.send("do I like spicy food?")
    before = _files(home)
    told = chat.send("That's wrong: it forgets the chillies of last summer")
    path = "evals/2026-11-21-do-i-like-spicy-food.md"
    assert path in told["text"]
    written = (home / path).read_text()
    assert written.startswith("# do I like spicy food\n\n> do I like spicy food?\n")
    assert "it forgets the chillies of last summer" in written
    case = _cases(service)["do I like spicy food"]
    assert [must["no"] for must in case["musts"]] == [True]
    assert [j["verdict"] for j in _run(service, case)["judged"]] == ["broken"]
    assert f"{path} is gone" in chat.send("undo")["text"]
    assert {p for p in _files(home) if ".git" not in p} == {p for p in before if ".git" not in p}

    chat.send("thanks")
    assert chat.send("wrong")["text"].startswith("I wrote that down as a case")

    # What a case says is done over copies: nothing of it stays.
    (home / "evals/mine.md").write_text(
        "# Notes\n\n> remember that I hate being rushed by waiters\n> what do you know about my taste in waiters?\n\n"
        "- must say noted\n- must not refuse\n"
    )
    before = _files(home)
    outcome = _run(service, _cases(service)["Notes"])
    assert [j["verdict"] for j in outcome["judged"]] == ["held", "held"], outcome
    assert _files(home) == before
    assert service.post("evals", {"path": "evals/mine.md", "line": 7}).status_code == 404


@pytest.mark.long
def test_a_choice_called_wrong_and_what_came_of_it(service: Service, chat: Chat, home: Path, town: Town) -> None:
    top = chat.to_decision()["decision"]["top"]["name"]
    assert chat.send("why?")["decision"]
    chat.send("make it 4 people")
    again = chat.send("that was wrong")
    assert (again["kind"], again["again"]) == ("decision", True), "what waits goes on waiting"
    assert chat.send("backup")["kind"] == "plan"
    chat.settled(chat.send("go")["task"])

    before, seen = _files(home), len(town.log())
    shown = {name: _run(service, case) for name, case in _cases(service).items()}
    called = next(o for o in shown.values() if o["case"]["path"] != "evals/evenings.md")
    assert called["workflow"] == "reserve-table"
    assert called["judged"][0]["verdict"] in ("broken", "held")
    assert all(j["verdict"] == "held" for o in shown.values() if o is not called for j in o["judged"]), shown
    assert _files(home) == before
    assert not [line for line in town.log()[seen:] if line.method != "GET"], f"{top}: nothing is held or booked"

    used = httpx.get(f"{service.url}/api/v1/usage", timeout=30).json()
    counts = {name: n for name, n in used[0].items() if n and name not in ("workflow", "month")}
    assert counts == {"asked": 1, "proposed": 1, "backup": 1, "amended": 1, "why": 1}
