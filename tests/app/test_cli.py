from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from agents.types import Question, Reply
from app import cli, terminal
from app.client import owned
from app.settings import Settings
from memory.home import Home

Rflow = Callable[..., tuple[int, str, str]]


@pytest.fixture
def rflow(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Rflow:
    """Runs the command and gives its exit code, what it printed and what it told aside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rflow", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def running(url: str, home: Home) -> Iterator[str]:
    """The service as the home's owner."""
    with home.lock(url):
        yield url


def test_the_story_in_the_terminal(rflow: Rflow, running: str, memory_assistant: Any) -> None:
    memory_assistant.work = 0.4
    code, out, _ = rflow("ask", "find me a place")
    assert code == 0
    assert "2  (proposed)" in out
    assert "2) " not in out  # a number as an answer would mean two things
    assert 'rflow ask "2"' in out
    assert "number" not in out
    out = rflow("ask", "2")[1]
    assert "Top choice: Lanterna" in out
    assert "Backup: Ortica" in out
    assert "(memory/evenings.md:3-4)" in out
    assert "Sete Mares: shellfish" in out
    out = rflow("ask", "top")[1]
    assert "1. Open Lanterna's page." in out
    assert "Saturday 21 November 2026" in out
    assert list(memory_assistant.lines) == ["cli"]


def test_after_a_go_it_waits_for_the_receipt(rflow: Rflow, running: str, memory_assistant: Any) -> None:
    memory_assistant.work = 0.6
    rflow("ask", "top")
    code, out, err = rflow("ask", "go")
    assert code == 0
    assert "TV-48213" in out
    assert "Opening Lanterna's page." in err
    out = rflow("ask", "go", "--no-wait", "--json")[1]
    assert json.loads(out)["kind"] == "progress"


def test_a_conversation_is_kept_until_a_new_one_is_begun(rflow: Rflow, running: str, memory_assistant: Any) -> None:
    rflow("ask", "one")
    rflow("ask", "--new", "two")
    rflow("ask", "three")
    rflow("ask", "--conversation", "other", "four")
    said = {name: [m.text for m in lines if m.author == "person"] for name, lines in memory_assistant.lines.items()}
    fresh = next(name for name in said if name.startswith("cli-"))
    assert said == {"cli": ["one"], fresh: ["two", "three"], "other": ["four"]}


def test_every_command_speaks_json(rflow: Rflow, running: str, home: Home) -> None:
    for words in (["ask", "hi"], ["stop"], ["recall", "quiet"], ["prefer", "noise?"], ["memory", "log"], ["index"],
                  ["workflow", "list"], ["workflow", "check"], ["init"], ["trace", "2026-11-21-1a2b3c4d"]):  # fmt: skip
        code, out, _ = rflow(*words, "--json")
        assert code == 0, words
        json.loads(out)


def test_doctor_fails_where_a_part_is_not_well(rflow: Rflow, running: str) -> None:
    code, out, _ = rflow("doctor")
    assert code == 1
    assert "is behind by 2 files" in out


def test_taste_and_passages_come_with_their_lines(rflow: Rflow, running: str) -> None:
    assert "memory/evenings.md:3-4" in rflow("recall", "quiet")[1]
    out = rflow("prefer", "noise?")[1]
    assert "Likes small, quiet rooms" in out
    assert "memory/evenings.md:3-4" in out
    assert "Not in your notes: parking." in out


def test_an_error_is_a_sentence_and_an_exit_code(rflow: Rflow, running: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = rflow("trace", "nope")
    assert (code, out) == (2, "")
    assert "There is no task 'nope'" in err
    monkeypatch.setenv("RFLOW_PORT", "eighty")
    code, _, err = rflow("ask", "hi")
    assert code == 2
    assert "RFLOW_PORT is 'eighty'" in err
    assert "Traceback" not in err


def test_answers_that_are_words_can_be_given_by_number() -> None:
    screen = terminal.console()
    question = Question(detail="area", type="text", options=("Old Town", "Harbour"), proposed="Harbour")
    with screen.capture() as shown:
        screen.print(terminal.reply(Reply(kind="question", text="Where?", question=question)))
    assert "1) Old Town" in shown.get()
    assert "2) Harbour  (proposed)" in shown.get()
    assert "(or its number)" in shown.get()


def test_init_makes_a_home_and_keeps_what_is_there(
    rflow: Rflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RFLOW_HOME", str(tmp_path / "mine"))
    assert str(tmp_path / "mine") in rflow("init")[1]
    first = next((tmp_path / "mine" / "memory").glob("*.md"))
    first.write_text("my own words\n")
    assert rflow("init")[0] == 0
    assert first.read_text() == "my own words\n"


def test_a_workflow_is_ejected_edited_and_its_fault_told(rflow: Rflow, home: Home) -> None:
    assert "reserve-table" in rflow("workflow", "list")[1]
    assert rflow("workflow", "eject", "reserve-table")[0] == 0
    assert rflow("workflow", "eject", "reserve-table")[0] == 2
    mine = home.root / "workflows" / "reserve-table.md"
    mine.write_text(mine.read_text().replace('Press "Find times"', 'Prod "Find times"'))
    code, out, _ = rflow("workflow", "check")
    assert code == 1
    assert re.search(r"line \d+: .*Prod", out)
    code, _, err = rflow("workflow", "check", "reserve-tabel")
    assert code == 2
    assert "reserve-table" in err


def test_owned_is_true_only_while_the_lock_is_held(home: Home) -> None:
    assert not owned(home.root)
    with home.lock("http://127.0.0.1:1"):
        assert owned(home.root)
    assert not owned(home.root)


@pytest.fixture
def background(home: Home, settings: Settings) -> Iterator[dict[str, str]]:
    """The environment of a command that may start a service; the service is ended afterwards."""
    yield {**os.environ, "RFLOW_HOME": str(home.root), "RFLOW_PORT": str(settings.port), "RFLOW_BROWSER": "headless"}
    pid = home.owner().get("pid")
    if isinstance(pid, int):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        for _ in range(100):
            if not owned(home.root):
                return
            time.sleep(0.1)


def test_ask_starts_the_service_and_leaves_it_running(background: dict[str, str], settings: Settings) -> None:
    command = [sys.executable, "-m", "app.cli", "ask", "hello", "--json"]
    first = subprocess.run(command, env=background, capture_output=True, text=True, timeout=150, check=False)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["text"]
    assert "Starting the assistant" in first.stderr
    assert httpx.get(f"{settings.url}/healthz").status_code == 200
    second = subprocess.run(command, env=background, capture_output=True, text=True, timeout=60, check=True)
    assert "Starting" not in second.stderr
    lines = httpx.get(f"{settings.url}/api/v1/conversations/cli/messages").json()
    assert [line["text"] for line in lines if line["author"] == "person"] == ["hello", "hello"]


@pytest.mark.long
def test_a_service_that_cannot_start_says_why(background: dict[str, str], settings: Settings, url: str) -> None:
    command = [sys.executable, "-m", "app.cli", "ask", "hello"]  # the port is taken by another service
    asked = subprocess.run(command, env=background, capture_output=True, text=True, timeout=150, check=False)
    assert asked.returncode == 1
    assert "cannot be used" in " ".join(asked.stderr.split())
