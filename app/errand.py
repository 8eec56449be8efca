"""Errands: a workflow done by its name, with its details given as values and not in a sentence."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping

from agents.reasoning.offline.details import Found, Setting, parse_detail
from agents.reasoning.port import Problem
from agents.state import Errand
from agents.types import DetailValue
from app.channels.base import Inbound
from memory.errors import BadInput
from workflows.faults import did_you_mean
from workflows.model import Detail, DetailType, Workflow

CHANNEL = "do"
"""The channel of errands: only there is a message's text read as one."""

_LIKE = {
    DetailType.DATE: "2026-11-21, or a day such as tomorrow",
    DetailType.TIME: "19:30",
    DetailType.COUNT: "a whole number",
    DetailType.MONEY: "45 EUR",
    DetailType.TEXT: "a few words",
    DetailType.CHOICE: "one of those listed",
}


def command(workflow: Workflow, given: Mapping[str, str], now: dt.datetime) -> str:
    """The message that asks for the errand, as it is stored and shown.

    Raises:
        BadInput: a detail is not known, missing, or its value cannot be; all of them are told.
    """
    known = [detail.name for detail in workflow.details]
    told = [f"`{name}` is no detail of it. {did_you_mean(name, known)}" for name in given if name not in known]
    details, wrong = values(workflow, given, now)
    for name, why in wrong.items():
        told.append(f"`{name}={given[name]}`: {why}" if given.get(name, "").strip() else f"`{name}` is missing: {why}")
    if told:
        listed = "\n".join(f"- {fault}" for fault in told)
        raise BadInput(f"{workflow.name} cannot be done so:\n{listed}\n{_example(workflow)}")
    return f"do {workflow.name} {json.dumps(details, ensure_ascii=False)}"


def values(
    workflow: Workflow, given: Mapping[str, str], now: dt.datetime
) -> tuple[dict[str, DetailValue], dict[str, str]]:
    """The details as values; for each that is missing or cannot be so, a sentence of what was expected."""
    found: dict[str, DetailValue] = {}
    wrong: dict[str, str] = {}
    for detail in workflow.details:
        text = given.get(detail.name, "").strip()
        read = _value(detail, text, now, found) if text else None
        if isinstance(read, Problem):
            wrong[detail.name] = read.message
        elif read is not None:
            found[detail.name] = read
        elif not detail.optional:
            wrong[detail.name] = f"{detail.ask} ({_like(detail)})"
    return found, wrong


def inbound(
    workflow: Workflow, given: Mapping[str, str], conversation: str, message_id: str, now: dt.datetime
) -> Inbound:
    """The errand as a message to a conversation; raises as `command`."""
    text = command(workflow, given, now)
    return Inbound(id=message_id, conversation=conversation, channel=CHANNEL, text=text, at=now)


def read(text: str) -> Errand | None:
    """The errand of a message that `command` made."""
    match = re.fullmatch(r"do ([a-z0-9-]+) (\{.*\})", text, re.DOTALL)
    return {"workflow": match[1], "details": json.loads(match[2])} if match else None


def _value(detail: Detail, text: str, now: dt.datetime, known: Mapping[str, DetailValue]) -> DetailValue | Problem:
    if detail.type is DetailType.TEXT:
        return text
    if detail.type is DetailType.CHOICE:
        fits = [option for option in detail.options if option.casefold() == text.casefold()]
        return fits[0] if fits else _unread(detail, text)
    found = parse_detail(detail, text, now, asked=True, setting=Setting(known=known))
    return found.value if isinstance(found, Found) else found or _unread(detail, text)


def _unread(detail: Detail, text: str) -> Problem:
    return Problem(detail=detail.name, said=text, message=f"expected {_like(detail)}.")


def _like(detail: Detail) -> str:
    listed = ", ".join(detail.options) if detail.type is DetailType.CHOICE else ""
    return f"one of {listed}" if listed else _LIKE[detail.type]


def _example(workflow: Workflow) -> str:
    return f"Write for example: rflow do {workflow.name} " + " ".join(_sets(workflow))


def _sets(workflow: Workflow) -> Iterator[str]:
    examples = {"date": "tomorrow", "time": "19:30", "count": "2", "money": "40 EUR", "text": "…"}
    for detail in workflow.details:
        if not detail.optional:
            value = detail.options[0] if detail.options else examples.get(detail.type, "…")
            yield f"--set {detail.name}={value!r}" if " " in value else f"--set {detail.name}={value}"
