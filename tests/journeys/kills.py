"""The story under kill -9: the service dies at a named place, is started again, and the story goes on."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.journeys.support import NOW, OPENING, PLAIN, Service, Town, free_port

PLACES = (
    "turn.taken:1", "node.understand:1", "node.consult:1", "node.refine:1", "turn.advanced:1", "turn.replied:1",
    "turn.resuming:1", "node.understand:2", "node.search:1", "node.rank:1", "node.propose:1", "turn.resuming:3",
    "node.plan:1", "turn.advanced:4", "turn.replied:4", "go.granted:1", "turn.resuming:4", "turn.advanced:5",
    "turn.replied:5", "claimed:1", "browser-open:1", "step-1:1", "step-3:1", "step-5:1", "before-start:1", "started:1",
    "clicked:1", "received:1", "before-finish:1", "finished:1", "outcome.stored:1", "node.report:1", "node.learn:1",
    "turn.advanced:6", "turn.replied:6",
    "checkpoint.put:2", "checkpoint.put:4", "checkpoint.put:6", "checkpoint.put:8", "checkpoint.put:9",
    "checkpoint.put:11", "checkpoint.put:13", "checkpoint.put:15", "checkpoint.put:17",
)  # fmt: skip
"""Every step boundary of the story, in its order; then the moments between what a node found and its checkpoint."""


@dataclass
class Ending:
    """What came of one story."""

    places: tuple[str, ...]
    died: int = 0
    state: str = ""
    bookings: int = 0
    restarted: list[float] = field(default_factory=list)  # seconds to ready
    stage: str = "start"  # what the person last saw or did
    died_in: list[str] = field(default_factory=list)  # the stage at each death


@dataclass(frozen=True)
class Moment:
    """Some time after a message of the story was begun to be sent.

    Attributes:
        message: the how-manieth; 0 is the start of the service.
    """

    message: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds:.3f} s after message {self.message}"


class Survivor:
    """Tells the story to a service that may die; starts it again and says the same message once more."""

    def __init__(self, service: Service, ending: Ending, moment: Moment | None = None) -> None:
        self.service = service
        self.ending = ending
        self.moment = moment
        self.killer = threading.Timer(moment.seconds if moment else 0, service.kill)
        self._left = list(ending.places)
        self._count = 0

    def start(self) -> None:
        """Start the service, to die at the next place."""
        began = time.monotonic()
        self.service.start(**({"FP": self._left.pop(0)} if self._left else {}))
        self.ending.restarted.append(time.monotonic() - began)

    def say(self, text: str) -> dict[str, Any]:
        """One message, until it has its reply."""
        self._count += 1
        message = f"m{self._count}"
        self._perhaps_kill()
        self.ending.stage = f"said {text[:12]!r}"
        reply = self._insist(lambda: self.service.send(text, message=message))
        self.ending.stage = f"got a {reply['kind']}"
        return reply

    def begin(self) -> None:
        """Start the service for the first time."""
        self._perhaps_kill()
        self.start_until_ready()

    def _perhaps_kill(self) -> None:
        if self.moment is not None and self.moment.message == self._count:
            self.killer.start()

    def settled(self, task: str) -> dict[str, Any]:
        """The task, once the executor has reported and the turn that tells it has ended."""
        return self._insist(lambda: self.service.settled(task))

    def _insist(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        for _ in range(len(self.ending.places) + 2):
            try:
                return ask()
            except (httpx.TransportError, AssertionError):
                self.revive()
        return ask()

    def revive(self) -> None:
        """Start it again where it is dead."""
        process = self.service.process
        with contextlib.suppress(Exception):
            assert process is not None
            process.wait(5)
        if process is not None and process.poll() is not None:
            self._count_death()
            self.start_until_ready()

    def start_until_ready(self) -> None:
        """Start it; that itself may run into the next place, and recovery too: then it dies while starting."""
        while True:
            try:
                return self.start()
            except AssertionError:
                if self.service.process is None or self.service.process.poll() is None:
                    raise
                self._count_death()

    def _count_death(self) -> None:
        self.ending.died += 1
        self.ending.died_in.append(self.ending.stage)


def live_through(home: Path, town: Town, *places: str, moment: Moment | None = None) -> Ending:
    """The main story with a kill at each of `places`, in turn; what the site's own log says of it.

    Args:
        moment: of one more kill, wherever the story then is.
    """
    town.mode("double_ok")  # a second press would be accepted, and would show
    before = len(town.booked())
    # An evening of its own: a look after a crash must not find another story's table and take it for ours.
    evening = dt.date.fromisoformat(NOW[:10]) + dt.timedelta(days=1 + len(town.log()) % 100)
    ending = Ending(places)
    survivor = Survivor(Service(home, free_port()), ending, moment)
    try:
        survivor.begin()
        reply = survivor.say(OPENING.replace("tonight", f"on {evening}"))
        asked = 0
        while reply["kind"] == "question":
            asked += 1
            assert asked < 9, f"it asks for ever: {reply['text']}"
            reply = survivor.say("yes" if reply["question"]["proposed"] else "2")
        assert reply["kind"] == "decision", reply["text"]
        reply = survivor.say("top")
        assert reply["kind"] == "plan", reply["text"]
        going = survivor.say("Go")
        assert going["kind"] == "progress", going["text"]
        task = survivor.settled(going["task"])
        _until_told(survivor, task)
        ending.state = survivor.settled(going["task"])["state"]
    finally:
        survivor.killer.cancel()
        survivor.service.stop()
        town.mode("normal")
    ending.bookings = len(town.booked()) - before
    return ending


def _until_told(survivor: Survivor, task: dict[str, Any], seconds: float = 60) -> None:
    """Until the receipt stands in the conversation, whatever dies meanwhile."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            url = f"{survivor.service.url}/api/v1/conversations/web/messages"
            lines = httpx.get(url, timeout=30, verify=PLAIN).json()
        except httpx.TransportError:
            survivor.revive()
            continue
        if any((line.get("reply") or {}).get("kind") == "receipt" for line in lines):
            time.sleep(0.3)  # the last failpoints come right after the receipt is told
            survivor.revive()
            return
        time.sleep(0.1)
    raise AssertionError(f"no receipt for {task['id']} in {seconds} s")


def verdict(ending: Ending) -> str:
    """Empty where every invariant held, else what was broken."""
    if ending.bookings > 1:
        return f"{ending.places}: booked {ending.bookings} times"
    if ending.state == "done" and ending.bookings != 1:
        return f"{ending.places}: said done, booked {ending.bookings} times"
    if ending.state == "refused" and ending.bookings:
        return f"{ending.places}: said refused, but it is booked"
    if ending.state not in ("done", "unknown", "refused", "deciding"):
        return f"{ending.places}: the Go was lost, the task is {ending.state}"
    if ending.state == "deciding" and ending.bookings:
        return f"{ending.places}: said it was not done, but it is booked"
    return ""
