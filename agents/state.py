"""What one task knows: the state of its graph thread, in plain JSON types."""

from __future__ import annotations

from typing import Any, TypedDict

from agents.types import DetailValue, TaskStatus

Json = dict[str, Any]


class Errand(TypedDict):
    """A workflow to be done by its name, with its details in normal form."""

    workflow: str
    details: dict[str, DetailValue]


class Signal(TypedDict, total=False):
    """What code, not language, decided about a message before the graph saw it."""

    go: str  # the mandate that was granted
    stop: bool
    lapsed: str  # why the offer no longer stands: it is made anew
    errand: Errand  # asked for by name


class TaskState(TypedDict, total=False):
    """Models of `agents.types` and `agents.reasoning.port` stand here as their JSON."""

    task: str
    conversation: str
    owner: str
    request: str  # the first message
    message: str  # the latest
    message_id: str
    source: str  # where it was said: "web", "terminal" …
    plan_shown: bool  # a plan was before the person's eyes when they wrote
    spoken: bool  # it was heard, not typed
    signal: Signal
    busy: bool  # the executor is at work on another task of the conversation
    status: TaskStatus
    understood: Json  # Understanding of the latest message
    handoff: bool  # the latest message is another task's, not this one's
    resumed: bool  # this is the parked task that the latest message goes back to
    opened: bool  # what was understood has been said
    workflow: str
    details: dict[str, DetailValue]
    declined: list[str]
    wishes: list[str]
    new_only: bool
    preferences: Json
    waiting: Json | None  # Waiting
    noted: str  # what a memory turn has to say with the choice that is made anew
    forgotten: list[str]  # notes that were forgotten just now, until every record has lost their words
    memory: Json | None  # what was asked about memory itself: agents/orchestrator/dialogue.py
    candidates: list[Json]
    ranked: Json | None
    shown: list[str]  # names of options already proposed
    rejected: list[str]  # those of them that were turned down for something different
    choice: int
    options: Json  # what the page of the choice offers besides: its address, and by detail `Offered`
    mandate: str | None
    plan: Json | None  # PlanView
    receipt: Json | None
    reply: Json  # the answer to the latest message
    trace: list[str]
