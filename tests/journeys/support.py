"""Whole stories: the real service and Demo Town as processes of their own, on free ports and a frozen morning."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from demo.seed import seed
from demo.tavola.log import LogLine, bookings, read_log
from tests.journeys.warm import Forked, nursery

ROOT = Path(__file__).parents[2]
NOW = "2026-11-21T10:00:00+01:00"  # a Saturday morning: every table of the evening is still ahead
ZONE = "Europe/Lisbon"
PLAIN = False  # no certificates are read for plain HTTP: that takes 20 ms of a core, at every look whether it is ready
OPENING = "Hey, find me a place for dinner tonight that I haven't been to but fits my usual vibe"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, process: subprocess.Popen[bytes] | Forked, seconds: float = 180) -> None:
    """Until the URL answers 200, or the process is dead."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"{url}: the process ended with {process.returncode}")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=2, verify=PLAIN).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"{url} did not answer in {seconds} s")


@dataclass
class Town:
    """Demo Town with its rig: its own log is the oracle."""

    port: int
    data: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, data: Path, port: int | None = None) -> Town:
        """Start it, its clock at `NOW`; on a free port where none is named."""
        port = port or free_port()
        command = [sys.executable, "-m", "demo.town", "--port", str(port), "--data", str(data), "--now", NOW, "--rig"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        wait_for(f"http://127.0.0.1:{port}/", process)
        return cls(port, data, process)

    @property
    def site(self) -> str:
        return self.at("tavola")

    def at(self, key: str) -> str:
        """The address of the site of that name."""
        return f"http://{key}.localhost:{self.port}"

    def mode(self, mode: str, ms: int = 0) -> None:
        """Switch the rig."""
        host = {"host": f"tavola.localhost:{self.port}"}
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/_rig", json={"mode": mode, "ms": ms}, headers=host, verify=PLAIN
        )
        assert answer.status_code < 300, answer.text

    def log(self) -> list[LogLine]:
        """Every change of state, and every attempt at one, as the site saw it."""
        return read_log(self.data)

    def booked(self) -> list[LogLine]:
        """The reservations that were really made."""
        return bookings(self.data)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@dataclass
class Service:
    """The assistant as a process: started, killed, started again."""

    home: Path
    port: int
    process: Forked | None = None
    settings: dict[str, str] = field(default_factory=dict)

    def start(self, **extra: str) -> Service:
        """Start it and wait until it is ready; `extra` are further environment variables."""
        self.launch(**extra)
        assert self.process is not None
        wait_for(f"{self.url}/readyz", self.process)
        return self

    def launch(self, **extra: str) -> None:
        """Start it without waiting."""
        environ = {k: v for k, v in os.environ.items() if not k.startswith("RFLOW_")}
        environ |= {
            "RFLOW_HOME": str(self.home),
            "RFLOW_PORT": str(self.port),
            "RFLOW_BROWSER": "headless",
            "RFLOW_CLOCK": NOW,
            "RFLOW_TIMEZONE": ZONE,
            "RFLOW_SETTLE_SECONDS": "1",
            **self.settings,
            **extra,
        }
        self.process = nursery().start(["serve"], environ, self.home.parent / "service.log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(
        self, text: str, conversation: str = "web", message: str | None = None, seconds: float = 120
    ) -> dict[str, Any]:
        """One message and its reply."""
        body = {"conversation": conversation, "text": text, "id": message or uuid.uuid4().hex}
        answer = httpx.post(f"{self.url}/api/v1/messages", json=body, timeout=seconds, verify=PLAIN)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    def post(self, path: str, body: dict[str, Any], seconds: float = 120) -> httpx.Response:
        return httpx.post(f"{self.url}/api/v1/{path}", json=body, timeout=seconds, verify=PLAIN)

    def task(self, task: str) -> dict[str, Any]:
        """One task as it stands."""
        found: dict[str, Any] = httpx.get(f"{self.url}/api/v1/tasks/{task}", timeout=30, verify=PLAIN).json()
        return found

    def settled(self, task: str, seconds: float = 120) -> dict[str, Any]:
        """The task, once the executor has reported."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.task(task)
            if found["state"] not in ("doing", "offered"):
                return found
            time.sleep(0.1)
        raise AssertionError(f"task {task} is still {found['state']} after {seconds} s")

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class Chat:
    """One conversation."""

    service: Service
    name: str

    @property
    def home(self) -> Path:
        return self.service.home

    def send(self, text: str) -> dict[str, Any]:
        """One message and its reply."""
        return self.service.send(text, self.name)

    def to_decision(self, opening: str = OPENING) -> dict[str, Any]:
        """The story up to the decision set, answering what is asked."""
        reply = self.send(opening)
        answers = {"time": "20:00", "party_size": "2", "date": "tonight"}
        for _ in range(6):
            if reply["kind"] != "question":
                break
            reply = self.send("yes" if reply["question"]["proposed"] else answers[reply["question"]["detail"]])
        assert reply["kind"] == "decision", reply["text"]
        return reply

    def to_plan(self, opening: str = OPENING) -> dict[str, Any]:
        """The story up to the offered plan."""
        self.to_decision(opening)
        reply = self.send("top")
        assert reply["kind"] == "plan", reply["text"]
        return reply

    def settled(self, task: str) -> dict[str, Any]:
        return self.service.settled(task)


def point_at(home: Path, site: str) -> None:
    """The shipped workflows for a Demo Town on another port, as the home's own files."""
    (home / "workflows").mkdir(parents=True, exist_ok=True)
    for shipped in (ROOT / "workflows" / "library").glob("*.md"):
        text = shipped.read_text().replace(":8800", f":{urlsplit(site).port}")
        (home / "workflows" / shipped.name).write_text(text)


def sign_in(home: Path, *sites: str) -> None:
    """Log the home's browser profile in, as `make run` does."""
    environ = {**os.environ, "RFLOW_BROWSER": "headless"}
    named = [word for site in sites for word in ("--site", site)]
    command = [sys.executable, "-m", "demo.sign_in", "--home", str(home), *named]
    subprocess.run(command, cwd=ROOT, check=True, env=environ, timeout=120, stdout=subprocess.DEVNULL)


def move_in(home: Path, site: str) -> Path:
    """Make the sample person's home at `home`: for that site, signed in to it, and indexed."""
    seed(home)
    point_at(home, site)
    sign_in(home, site)
    service = Service(home, free_port())
    try:
        service.start().post("recall", {"query": "quiet rooms"})
    finally:
        service.stop()
    return home
