"""The rows of the phone: webhooks delivered in every way, forged, from strangers; sends under faults.

Each is judged by what the Twilio of this machine saw and by the assistant's own database, read from beside.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.app.conftest import served
from tests.app.twilio_server import OWNER, PUBLIC, TOKEN, TwilioServer, twilio
from tests.app.whatsapp.conftest import House, app_of, settings_for
from tests.app.whatsapp.forgery import SPOILT, STRANGERS, fuzzed
from tests.journeys.support import Service, free_port
from tests.proof.record import Story

PATH = "/webhooks/twilio/whatsapp"
HOST = {"host": PUBLIC.removeprefix("https://")}
MESSAGES, FUZZED, SENDS = 100, 1000, 50
"""How many are in one story."""

ACK = 1.0
"""Seconds within which a webhook must be answered."""

FAULTS = ("429", "503", "broken off", "stored, then 500", "stored, then silence", "63018", "")


@contextmanager
def _ringing(home: Path) -> Iterator[tuple[TwilioServer, Service]]:
    with twilio() as server:
        service = Service(home, free_port(), settings=server.settings()).start()
        server.service = service.url
        try:
            yield server, service
        finally:
            service.stop()


@contextmanager
def _house(home: Path) -> Iterator[House]:
    """The channel alone, in this process: what is told of it needs no browser and no reasoning."""
    with twilio() as server:
        house = House(settings_for(home.parent / "phone" / "home", server), server)
        with served(app_of(house), house.settings.port) as url:
            server.service = url
            yield house


def _rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{home / 'state' / 'rflow.sqlite'}?mode=ro", uri=True) as conn:
        return list(conn.execute(query))


def _story(row: str, seed: int, state: str, violation: str) -> Story:
    return Story(row, seed, state, True, state, violation=violation)


def delivered_anyhow(home: Path, seed: int, number: int) -> Story:
    """100 messages, each delivered 1-4 times, shuffled, the service killed in the middle: 100 turns, in order."""
    rng = random.Random(seed)
    with _ringing(home) as (server, service):
        forms = [server.message(f"note {i}") for i in range(MESSAGES)]
        posts = [form for form in forms for _ in range(rng.randint(1, 4))]
        rng.shuffle(posts)
        middle, acks = len(posts) // 2, []
        for place, form in enumerate(posts):
            if place == middle:
                service.kill()
                service.start()
            began = time.monotonic()
            answer = server.post(form)
            acks.append(time.monotonic() - began)
            if (answer.status_code, answer.content) != (200, b""):
                return _story("webhooks, 100 each", seed, "", f"answered {answer.status_code}")
        _until(lambda: _rows(home, "SELECT count(*) FROM inbox WHERE NOT done")[0][0] == 0, 300)
        order = [row[0] for row in _rows(home, "SELECT id FROM inbox WHERE channel = 'whatsapp' ORDER BY seq")]
        told = [row[0] for row in _rows(home, "SELECT answers FROM outbox ORDER BY seq")]
    first = list(dict.fromkeys(form["MessageSid"] for form in posts))
    p99 = sorted(acks)[int(len(acks) * 0.99)]
    wrong = []
    if order != first:
        wrong.append(f"{len(order)} messages kept, in another order than they came first")
    if told != first:
        wrong.append(f"{len(told)} answered, in another order")
    if p99 > ACK:
        wrong.append(f"the slowest hundredth of webhooks took {p99:.2f} s")
    return _story("webhooks, 100 each", seed, f"{len(posts)} posts, p99 {p99 * 1000:.0f} ms", "; ".join(wrong))


def forged(home: Path, seed: int, number: int) -> Story:
    """1,000 fuzzed bodies, 3 x each way to spoil a signature, 25 x each kind of stranger: nothing gets in."""
    rng, codes = random.Random(seed), Counter[int]()
    with _house(home) as house, httpx.Client(base_url=house.settings.url, timeout=60) as http:
        server = house.server
        for _ in range(FUZZED):
            body, headers = fuzzed(rng, server.message("hello"))
            codes[http.post(PATH, content=body, headers={**HOST, **headers}).status_code] += 1
        for spoil in (*SPOILT, *SPOILT, *SPOILT):
            url, body, headers = spoil(PUBLIC + PATH, server.message(f"in {rng.random()}"), TOKEN)
            answer = http.post(url.removeprefix(PUBLIC), content=body, headers={**HOST, **headers})
            codes[answer.status_code] += 1
        strangers = [make(OWNER, rng) for make in STRANGERS for _ in range(25)]
        silent = [server.post(server.message("Go", stranger)) for stranger in strangers]
        kept = house.rows("SELECT count(*) FROM inbox")[0][0]
        lines = house.rows("SELECT count(*) FROM audit")[0][0]
    wrong = [f"{count} x {code}" for code, count in codes.items() if code >= 500 or code < 400]
    wrong += [
        f"a stranger got {a.status_code} {a.content!r}" for a in silent if (a.status_code, a.content) != (200, b"")
    ]
    if kept or server.sent:
        wrong.append(f"{kept} messages were kept, {len(server.sent)} sent")
    if lines != len(strangers):
        wrong.append(f"{lines} audit lines of {len(strangers)} strangers")
    return _story("forged webhooks", seed, f"{dict(codes)}, {lines} strangers", "; ".join(wrong))


def sent_under_faults(home: Path, seed: int, number: int) -> Story:
    """50 sends while Twilio fails in every way: all arrive once, in order, or are parked with a reason."""
    rng = random.Random(seed)
    with _house(home) as house:
        server = house.server
        for _ in range(SENDS):
            fault = rng.choice(FAULTS)
            server.faults.extend([fault] * rng.choice((0, 1, 1, 2)) if fault else [""])
        for place in range(SENDS):
            server.post(server.message(f"note {place}"))
        waiting = "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending')"
        ended = "SELECT count(*) FROM inbox WHERE NOT done"
        _until(lambda: house.rows(ended)[0][0] == 0 and house.rows(waiting)[0][0] == 0, 900)
        parked = Counter(row[0] for row in house.rows("SELECT error FROM deliveries WHERE state = 'parked'"))
        count = house.rows("SELECT count(*) FROM deliveries")[0][0]
    arrived = [sent.callback.partition("id=")[2] for sent in server.delivered()]
    twice = [delivery for delivery, times in Counter(arrived).items() if times > 1]
    wrong = [f"{len(twice)} arrived twice"] if twice else []
    if len(set(arrived)) + sum(parked.values()) != count:
        wrong.append(f"{len(set(arrived))} arrived and {sum(parked.values())} parked, of {count}")
    if "" in parked:
        wrong.append("parked without a reason")
    state = f"{len(arrived)} of {count} arrived, {sum(parked.values())} parked, {len(server.sent)} taken by Twilio"
    return _story("sends under faults, 50 each", seed, state, "; ".join(wrong))


def _until(there: Any, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < until, "it did not end"
        time.sleep(0.1)
