"""Asking models: repair, patience, caps, the record; over the real SDKs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agents.reasoning import turn
from agents.reasoning.checked import Unfounded
from agents.reasoning.chosen import Chosen
from agents.reasoning.meter import Caps, Meter, OverCap, dollars
from agents.reasoning.models.compatible import Compatible
from agents.reasoning.models.hello import ASK
from agents.reasoning.models.metered import Metered
from agents.reasoning.models.patience import FAILURES, REST, Patient
from agents.reasoning.models.prices import price
from agents.reasoning.models.provider import Ask, ModelFailed, Said, Why
from agents.reasoning.port import Heard, Reasoner, Waiting
from tests.agents.reasoning.contract import BOOKING, CASE, MATTER, NOW
from tests.providers.modes import Mode, Server, fields_of
from workflows.model import Workflow

PROVIDERS = pytest.mark.parametrize("name", ["gemini", "local"])
HEARD = Heard(text=BOOKING, now=NOW)
Of = Callable[[str], Reasoner]


@PROVIDERS
@pytest.mark.parametrize("bad", ["bad json", "wrong schema", "wrong ids", "made up"])
async def test_a_bad_answer_is_repaired_once(
    name: str, bad: Mode, of: Of, service: Server, workflows: tuple[Workflow, ...]
) -> None:
    service.script = [bad]
    read = await of(name).understand(HEARD, workflows)
    assert (read.intent, read.details["party_size"], len(service.asked)) == ("request", 2, 2)
    service.script = [bad, bad]
    with pytest.raises(Unfounded, match="twice"):
        await of(name).understand(HEARD, workflows)


async def test_the_repair_says_what_was_wrong(of: Of, service: Server, workflows: tuple[Workflow, ...]) -> None:
    service.script = ["wrong ids"]
    await of("local").understand(HEARD, workflows)
    said = service.asked[1].body["messages"]
    assert [m["role"] for m in said] == ["system", "user", "assistant", "user"]
    assert "rob-bank" in said[3]["content"]
    assert "reserve-table" in said[3]["content"]


@PROVIDERS
@pytest.mark.parametrize("passing", ["429", "500", "cut", "empty"])
async def test_what_passes_is_tried_again(
    name: str, passing: Mode, models: dict[str, Metered], service: Server
) -> None:
    service.script = [passing, passing]
    assert json.loads((await models[name].say(ASK)).text) == {"ready": True}
    assert len(service.asked) == 3


@PROVIDERS
@pytest.mark.parametrize(
    ("mode", "why", "asked"),
    [
        ("429", Why.BUSY, 3),
        ("500", Why.DOWN, 3),
        ("key", Why.KEY, 1),
        ("safety", Why.SAFETY, 1),
        ("flood", Why.FLOOD, 1),
        ("empty", Why.EMPTY, 3),
    ],
)
async def test_why_there_is_no_answer(
    name: str, mode: Mode, why: Why, asked: int, models: dict[str, Metered], service: Server
) -> None:
    service.mode = mode
    with pytest.raises(ModelFailed) as failed:
        await models[name].say(ASK)
    assert (failed.value.why, len(service.asked)) == (why, asked)


@PROVIDERS
async def test_a_wait_longer_than_the_time_left_is_not_waited(
    name: str, models: dict[str, Metered], service: Server
) -> None:
    service.mode, service.retry_after = "429", "3600"
    with pytest.raises(ModelFailed) as failed:
        await models[name].say(ASK)
    assert (failed.value.why, failed.value.wait, len(service.asked)) == (Why.BUSY, 3600, 1)
    service.retry_after = "0"


@PROVIDERS
async def test_one_that_hangs_is_left_in_time(name: str, models: dict[str, Metered], service: Server) -> None:
    service.mode = "hanging"
    with pytest.raises(ModelFailed, match="in time"):
        await replace(models[name], seconds=0.2).say(ASK)


async def test_a_turn_without_time_asks_nobody(models: dict[str, Metered], service: Server) -> None:
    with turn.turn("web") as at:
        at.ends = 0
        with pytest.raises(ModelFailed, match="no time left"):
            await models["gemini"].say(ASK)
    assert service.asked == []


async def test_nothing_there_at_all(meter: Meter) -> None:
    patient = Patient(Compatible("", "m", "http://127.0.0.1:9/v1"), pause=0.001)
    with pytest.raises(ModelFailed, match="does not answer"):
        await patient.say(ASK, 5)
    await patient.aclose()


class Broken:
    """A provider that fails until it is mended."""

    name, model, mended, asked = "broken", "m", False, 0

    async def say(self, ask: Ask) -> Said:
        self.asked += 1
        if not self.mended:
            raise ModelFailed(Why.KEY, self.name)
        return Said(text="{}")

    async def aclose(self) -> None:
        """Nothing is open."""


async def test_one_that_is_down_is_left_alone_and_tried_again_after_a_rest() -> None:
    now, provider = [100.0], Broken()
    patient = Patient(provider, clock=lambda: now[0])
    for _ in range(FAILURES + 2):
        with pytest.raises(ModelFailed):
            await patient.say(ASK, 5)
    assert provider.asked == FAILURES
    now[0] += REST + 1
    with pytest.raises(ModelFailed):
        await patient.say(ASK, 5)
    assert (provider.asked, patient.resting) == (FAILURES + 1, REST)
    now[0] += REST + 1
    provider.mended = True
    assert (await patient.say(ASK, 5)).text == "{}"
    assert patient.resting == 0


@PROVIDERS
async def test_every_byte_is_on_record_and_no_key(
    name: str, of: Of, meter: Meter, service: Server, workflows: tuple[Workflow, ...]
) -> None:
    service.script = ["500"]
    heard = Heard(
        text=f"{BOOKING}, my password is hunter2! and the key AIzaSyA-0123456789abcdefghijklmnopqrstu", now=NOW
    )
    with turn.turn("web") as at:
        at.task = "t1"
        await of(name).understand(heard, workflows)
    kept = await meter.task("t1")
    (call,) = kept.calls
    sent = [json.loads(one.split("\n", 1)[1]) for one in call.sent]
    assert sent == [asked.body for asked in service.asked]
    assert (call.purpose, call.provider, call.outcome, call.conversation) == ("understand", name, "ok", "web")
    assert "hunter2" not in call.model_dump_json()
    assert "AIza" not in call.model_dump_json()
    assert "the-secret-key" not in call.model_dump_json()
    assert kept.task.tokens == call.tokens_in + call.tokens_out > 0
    assert kept.task.cost == kept.day.cost > 0


async def test_a_failed_call_is_on_record(models: dict[str, Metered], meter: Meter, service: Server) -> None:
    service.mode = "hanging"
    with turn.turn("web") as at:
        at.task = "t2"
        with pytest.raises(ModelFailed):
            await replace(models["local"], seconds=0.2).say(ASK)
    (call,) = (await meter.task("t2")).calls
    assert (call.outcome, call.tokens_in, len(call.sent)) == ("did not answer in time", 0, 1)


@pytest.mark.parametrize(
    ("caps", "told"),
    [
        (Caps(task_tokens=10), "RFLOW_TASK_TOKENS"),
        (Caps(task_usd=0.000001), "RFLOW_TASK_USD"),
        (Caps(day_tokens=10), "RFLOW_DAY_TOKENS"),
        (Caps(day_usd=0.000001), "RFLOW_DAY_USD"),
    ],
)
async def test_at_a_cap_it_says_so_and_goes_on_offline(
    caps: Caps, told: str, of: Of, meter: Meter, offline: Reasoner, service: Server, workflows: tuple[Workflow, ...]
) -> None:
    chosen = Chosen(offline, {"gemini": of("gemini")}, "gemini")
    meter.caps = caps
    with turn.turn("web") as at:
        at.task = "t3"
        first = await chosen.understand(HEARD, workflows)
        assert at.notes == []
        assert await chosen.understand(HEARD, workflows) == first
        assert told in at.notes[0]
    assert len(service.asked) == 1


async def test_caps_of_nothing_ask_nobody(meter: Meter) -> None:
    meter.caps = Caps(day_tokens=0)
    with pytest.raises(OverCap):
        await meter.allow("")


async def test_what_answers_a_question_asks_no_model(of: Of, service: Server, workflows: tuple[Workflow, ...]) -> None:
    asked = Waiting(kind="question", detail="time", proposed="20:00")
    for text in ("yes", "at nine", "never mind", "make it half past seven"):
        await of("gemini").understand(Heard(text=text, now=NOW, workflow="reserve-table", waiting=asked), workflows)
    for text in ("hello", "undo", "I'm allergic to nuts"):
        await of("gemini").understand(Heard(text=text, now=NOW), workflows)
    assert service.asked == []


async def test_a_conversation_keeps_its_own_reasoner(of: Of, offline: Reasoner, service: Server) -> None:
    chosen = Chosen(offline, {"gemini": of("gemini"), "local": of("local")}, "gemini")

    async def talk(conversation: str, name: str) -> str:
        with turn.turn(conversation, name):
            await asyncio.sleep(0)  # the others talk meanwhile
            await chosen.decide(CASE)
            return chosen.name

    assert await asyncio.gather(talk("a", "offline"), talk("b", "local"), talk("c", "")) == [
        "offline",
        "local",
        "gemini",
    ]
    assert len(service.asked) == 2


async def test_a_model_is_told_how_the_person_likes_to_be_talked_to(of: Of, service: Server) -> None:
    tone = ("Keep it short, and no jokes.", "My door code is 4711, pin code 4711.")
    await of("local").decide(CASE.model_copy(update={"tone": tone}))
    await of("local").improvise(MATTER.model_copy(update={"tone": tone}))
    told = [fields_of(asked.body["messages"][-1]["content"])["tone"] for asked in service.asked]
    assert told == [["Keep it short, and no jokes."]] * 2


async def test_what_a_model_finds_in_the_notes_can_bind(of: Of, service: Server) -> None:
    judged = await of("gemini").decide(CASE)
    assert {s.evidence[0] for s in judged.statements} <= {"n1", "n2", "n3"}
    assert any("noisy" in s.text for s in judged.statements)


def test_prices_change_with_the_day() -> None:
    said = Said(text="", tokens_in=1000, tokens_cached=200, tokens_out=100)
    before, after = (price("gemini-3.8-flash", NOW.date().replace(year=y)) for y in (2026, 2027))
    assert before
    assert after
    assert dollars(before.of(said)) == "0.0010 USD"  # 800 * 0.75 + 200 * 0.075 + 100 * 3.75 = 990 millionths
    assert after.of(said) == 2 * before.of(said)
    assert price("llama-9", NOW.date()) is None
    assert price("gpt-5-mini-2026-01-01", NOW.date()) != price("gpt-5", NOW.date())


async def test_what_somebody_else_may_have_said_is_not_written_down(
    of: Of, service: Server, workflows: tuple[Workflow, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that calls a pasted text something to remember gets it proposed at most."""
    brain = service.brain

    def remembers(task: str, fields: dict[str, Any]) -> dict[str, Any]:
        return brain(task, fields) | {"intent": "remember", "subject": fields["message"]}

    monkeypatch.setattr(service, "brain", remembers)
    for text, passed_on in (
        ("what is this?\n> book the Gull Tower when I say yes", True),
        ("sea air agrees with Ana", False),
    ):
        read = await of("gemini").understand(Heard(text=text, now=NOW), workflows)
        assert (read.intent, read.passed_on) == ("remember", passed_on), text
