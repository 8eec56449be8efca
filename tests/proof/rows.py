"""The rows of the proof: each tells one story drawn from a seed, and judges it by the site's own log."""

from __future__ import annotations

import asyncio
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from agents.reasoning.checked import Checked
from agents.reasoning.offline.reasoner import OfflineReasoner
from memory.chunk import chunks_of
from memory.embed import MiniLM
from memory.errors import BadInput, RflowError
from memory.readers import read_document
from memory.readers.apart import SECONDS
from tests.agents.poison import Pair, violations
from tests.journeys.kills import PLACES, Ending, Moment, live_through, verdict
from tests.journeys.support import Chat, Service, Town, free_port
from tests.memory.damage import damage_and_reopen
from tests.memory.kills import live_and_die, save_and_die
from tests.memory.samples import broken, samples
from tests.proof import canaries, gate, injected, models, navigation, paths, phones
from tests.proof.mutants import MUTANTS, survives
from tests.proof.record import Story

MESSAGES = 5  # of the story: the opening, two answers, the choice, the Go
BROKEN = 250  # files in a story
PATHS = 30  # in a story
WITHIN = 4.0  # seconds after one of them, which reaches into the next ones and, after the Go, beyond the last click

Tell = Callable[[Path, Town, int, int], Story]
"""Tells one story on a home and a town of its own, given its seed and how many the row has had."""


@dataclass(frozen=True)
class Asked:
    """How many stories of a row are asked for; `short` names it on the command line."""

    short: str
    name: str
    asked: int


@dataclass(frozen=True)
class Row(Asked):
    """One row, and how a story of it is told."""

    tell: Tell


@dataclass(frozen=True)
class Alone(Asked):
    """As `Row`, of stories on a home without a town."""

    tell: Callable[[Path, int, int], Story]


@dataclass(frozen=True)
class Kept(Asked):
    """As `Row`, of stories on something that a worker opens once, in a folder, and keeps."""

    opened: Callable[[Path], AbstractContextManager[Any]]
    tell: Callable[[Any, int, int], Story]


@dataclass(frozen=True)
class Bare(Asked):
    """As `Row`, of stories that need nothing but their seed and number."""

    tell: Callable[[int, int], Story]


def at_a_place(home: Path, town: Town, seed: int, number: int) -> Story:
    """kill -9 at one named place; the places take turns."""
    place = PLACES[number % len(PLACES)]
    ending, failed = _through(lambda: live_through(home, town, place), place)
    return _story("kill at each place", seed, place, ending, failed)


def at_any_moment(home: Path, town: Town, seed: int, number: int) -> Story:
    """kill -9 at some moment of the story; one that came after its end does not count.

    Counted from the start or from one of the messages, so that a busy machine does not make every kill an early one.
    """
    rng = random.Random(seed)
    moment = Moment(rng.randrange(MESSAGES + 1), rng.uniform(0, WITHIN))
    ending, failed = _through(lambda: live_through(home, town, moment=moment), str(moment))
    return _story("kill at random moments", seed, str(moment), ending, failed)


def _through(live: Callable[[], Ending], what: str) -> tuple[Ending, str]:
    """The ending, and why there is none: a story that gets stuck is a violation like any other."""
    try:
        return live(), ""
    except (AssertionError, httpx.HTTPError) as stuck:
        return Ending((what,), died=1), f"{what}: {stuck or repr(stuck)}"


def _story(row: str, seed: int, what: str, ending: Ending, failed: str) -> Story:
    violation = failed or verdict(ending)
    counts = bool(violation) or ending.died > 0
    return Story(row, seed, what, counts, ending.state, ending.bookings, ending.died_in, violation)


@dataclass(frozen=True)
class Press:
    """One of two Goes: by the button or in words, under a message id of its own."""

    words: bool
    message: str


def double_go(home: Path, town: Town, seed: int, number: int) -> Story:
    """The same Go twice at once, over two connections: the same press delivered twice, or two presses."""
    way, presses = _two_ways(random.Random(seed))
    service = Service(home, free_port()).start()
    try:
        plan = Chat(service, "web").to_plan()
        replies = _at_once(service, plan, presses)
        state = service.settled(plan["task"])["state"]
        time.sleep(1.5)  # a second run would have held the table by now
    except (AssertionError, httpx.HTTPError) as stuck:
        return Story("double Go", seed, way, True, violation=f"{way}: {stuck or repr(stuck)}")
    finally:
        service.stop()
    violation = _judged(way, state, town, [reply["kind"] for reply in replies], presses)
    return Story("double Go", seed, way, True, state, len(town.booked()), violation=violation)


def _survived(short: str, row: str, asked: int, live: Callable[[Path, int], tuple[str, str]]) -> Alone:
    """A row of stories that tell what was done to a new home, and what is wrong after."""

    def tell(home: Path, seed: int, number: int) -> Story:
        try:
            what, violation = live(home.parent.parent / "new", seed)
        except (AssertionError, RflowError, OSError) as stuck:
            what, violation = "", f"stuck: {stuck or repr(stuck)}"
        return Story(row, seed, what, True, violation=violation)

    return Alone(short, row, asked, tell)


def traversal(home: Path, seed: int, number: int) -> Story:
    """Paths that want out, at the doors of a running service."""
    rng = random.Random(seed)
    paths.set_traps(home)
    drawn = [paths.drawn(rng) for _ in range(PATHS)]
    service = Service(home, free_port()).start()
    try:
        found = list(paths.violations(home, service.port, drawn))
    finally:
        service.stop()
    return Story(f"path traversal, {PATHS} each", seed, drawn[0], True, "refused", violation="; ".join(found[:5]))


def _two_ways(rng: random.Random) -> tuple[str, tuple[Press, Press]]:
    first, second = rng.choice((True, False)), rng.choice((True, False))
    one, other = (f"{rng.getrandbits(64):016x}" for _ in range(2))
    same = first == second and rng.random() < 0.5
    names = [("words" if words else "button") for words in (first, second)]
    way = f"{names[0]} and {names[1]}, {'one message id' if same else 'two message ids'}"
    return way, (Press(first, one), Press(second, one if same else other))


def _at_once(service: Service, plan: dict[str, Any], presses: Iterable[Press]) -> list[dict[str, Any]]:
    ready = threading.Barrier(2)

    def press(this: Press) -> dict[str, Any]:
        if this.words:
            path, body = "messages", {"conversation": "web", "text": "Go", "id": this.message}
        else:
            path, body = f"tasks/{plan['task']}/go", {"plan": plan["plan"]["hash"], "id": this.message}
        with httpx.Client(base_url=service.url, timeout=120) as connection:
            connection.get("/healthz")  # connected: what is left to do is to send
            ready.wait(30)
            answer = connection.post(f"/api/v1/{path}", json=body)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(press, presses))


def _judged(way: str, state: str, town: Town, kinds: list[str], presses: tuple[Press, Press]) -> str:
    held = [line for line in town.log() if line.outcome == "held"]
    if len(town.booked()) != 1 or len(held) != 1:
        return f"{way}: held {len(held)} times, booked {len(town.booked())} times"
    if state != "done":
        return f"{way}: booked, but the task is {state}"
    expected = 2 if presses[0].message == presses[1].message else 1  # the same press gets the same reply
    if kinds.count("progress") != expected:
        return f"{way}: {kinds} for replies, {expected} of which should be progress"
    return ""


def broken_files(home: Path, seed: int, number: int) -> Story:
    """Files of every kind, broken at random: each is read or refused with a sentence, in time; needs no town."""
    rng, whole, ends = random.Random(seed), samples(), Counter[str]()
    for _ in range(BROKEN):
        name, other = rng.choice(list(whole)), rng.choice(list(whole))
        data, began = broken(whole[name], whole[other], rng), time.monotonic()
        try:
            reading = read_document(f"documents/{name}", data)
            lost = [c for c in chunks_of(name, reading) if c.text not in reading.text]
            ends["misquoted" if lost else "read"] += 1
        except BadInput as refused:
            ends["refused" if str(refused).endswith(".") else "refused without a sentence"] += 1
        except Exception as error:  # noqa: BLE001  whatever it is, it is what must not be
            ends[f"{name}: {error!r}"] += 1
        ends["late"] += time.monotonic() - began > SECONDS + 5
    bad = {end: count for end, count in ends.items() if count and end not in ("read", "refused")}
    state = f"read {ends['read']}, refused {ends['refused']}"
    return Story("broken files, 250 each", seed, state, True, state, violation=str(bad) if bad else "")


def planted(home: Path, seed: int, number: int) -> Story:
    """A document that wants to be obeyed, beside the same files without it; the pairs take turns."""
    pair, model = Pair.drawn(number), MiniLM(threads=1)
    found = asyncio.run(violations(pair, home, model, Checked(OfflineReasoner(model.embed))))
    what = f"{pair.path}: {pair.attack}"
    return Story("planted documents", seed, what, True, "compared", violation="; ".join(found))


def mutated(seed: int, number: int) -> Story:
    """A seeded bug that the tests must notice; once a round, none, and they must pass."""
    mutant = (*MUTANTS, None)[number % (len(MUTANTS) + 1)]
    name = mutant.name if mutant else "no mutant"
    return Story("mutants killed", seed, name, True, "killed" if mutant else "passed", violation=survives(mutant))


def _gate(short: str, name: str, asked: int, told: Callable[[random.Random], Any]) -> Bare:
    """Stories at the gate: what came of each, and what was violated."""

    def tell(seed: int, number: int) -> Story:
        try:
            ended = told(random.Random(seed))
            what, violation = asyncio.run(ended) if asyncio.iscoroutine(ended) else ended
        except Exception as error:  # noqa: BLE001  whatever it is, it is what must not be
            what, violation = "", f"it broke: {error!r}"
        return Story(name, seed, what, True, "told", violation=violation)

    return Bare(short, name, asked, tell)


AnyRow = Row | Alone | Kept | Bare

ROWS: tuple[AnyRow, ...] = (
    Row("places", "kill at each place", 100, at_a_place),
    Row("random", "kill at random moments", 100, at_any_moment),
    Row("double", "double Go", 100, double_go),
    _survived("index", "kill while indexing", 200, live_and_die),
    _survived("torn", "torn saves", 200, save_and_die),
    _survived("damage", "damaged index", 260, damage_and_reopen),
    Alone("paths", f"path traversal, {PATHS} each", 300 // PATHS, traversal),
    Alone("files", "broken files, 250 each", 20, broken_files),
    Alone("planted", "planted documents", 200, planted),
    _gate("words", "confirmations, 4 kinds each", 100, gate.confirmed),
    _gate("changes", "plan changed before the click", 360, gate.changed),
    _gate("goes", "simultaneous Go", 600, gate.raced),
    _gate("races", "Go racing another move", 300, gate.crossed),
    _gate("planner", "malicious planner", 10_000, gate.plotted),
    _gate("addresses", "addresses and requests", 1_500, gate.led_astray),
    Kept("payloads", injected.ROW, 3_000 // injected.AT_ONCE, injected.opened, injected.told),
    Kept("navigation", navigation.ROW, 1_500, navigation.opened, navigation.told),
    Alone("webhooks", "webhooks, 100 each", 10, phones.delivered_anyhow),
    Alone("forged", "forged webhooks", 20, phones.forged),
    Alone("sends", "sends under faults, 50 each", 10, phones.sent_under_faults),
    Row("faults", "model faults, ten turns each", 100, models.faulty),
    Row("malicious", "a malicious model, ten turns each", 100, models.malicious),
    Row("outage", "ended offline after an outage", 50, models.outage),
    Row("canaries", canaries.ROW, 100, canaries.searched),
    Bare("mutants", "mutants killed", len(MUTANTS) + 1, mutated),
)
SHORT = {row.short: row for row in ROWS}


def fresh_name() -> str:
    """A folder's name that no other story has."""
    return uuid.uuid4().hex[:12]
