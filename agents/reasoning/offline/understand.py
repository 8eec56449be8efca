"""What a message means in its situation, without a model: details by type, intents by words, requests by nearness."""

from __future__ import annotations

import re

from agents.reasoning.offline import dealings, intents
from agents.reasoning.offline.asides import aside, request
from agents.reasoning.offline.chat import plain
from agents.reasoning.offline.choosing import deciding, planned
from agents.reasoning.offline.details import Details
from agents.reasoning.offline.memory_turns import memory_turn
from agents.reasoning.offline.reading import Turn, carries, means, read
from agents.reasoning.offline.remarks import is_told, remarks_beside
from agents.reasoning.offline.routing import Embed
from agents.reasoning.offline.shifts import find_shifts
from agents.reasoning.offline.spans import LONGEST, fold
from agents.reasoning.offline.wishes import find_wishes, wants_new
from agents.reasoning.port import Heard, Understanding, Waiting
from agents.types import DetailValue
from workflows.model import DetailType, Workflow

_UNREADABLE = 0.3  # share of characters that are neither letters, digits, blanks nor common signs
_SIGN = re.compile(r"[^\w\s.,;:!?'\"()€$£%&/+@#*=<>‘’“”–—…°-]|[\x00-\x08\x0e-\x1f\ufffd]")


def understand(heard: Heard, workflows: tuple[Workflow, ...], embed: Embed) -> Understanding:
    """What a message means, given what the conversation waits for.

    A turned-down proposal ("no" to a question with `proposed`) is an `answer` without details.

    Args:
        heard: the message; its first 2,000 characters are read.
        workflows: those that a request can be for.
        embed: texts to vectors of length 1, one row each; called once or not at all, on few short texts.
    """
    original = plain(heard.text[:LONGEST])[:LONGEST]
    workflow = next((w for w in workflows if w.name == heard.workflow), None)
    turn = Turn(heard, original, fold(original), workflow, workflows, embed)
    if not re.search(r"[^\W_]", original) or len(_SIGN.findall(original)) > _UNREADABLE * len(original):
        return Understanding(intent="unclear", workflow=heard.workflow)
    if (memory := _memory(turn)) is not None:
        return memory
    if (parked := intents.resumes(turn.text)) is not None:
        return means(turn, "resume", subject=parked)
    return _in_place(turn, workflow).model_copy(update={"noted": remarks_beside(heard.text[:LONGEST])})


def _in_place(turn: Turn, workflow: Workflow | None) -> Understanding:
    heard = turn.heard
    if heard.waiting is None or workflow is None:
        return _fresh(turn)
    if heard.waiting.kind == "question":
        return _asked(turn, workflow, heard.waiting)
    if heard.waiting.kind == "decision":
        return deciding(turn, workflow, heard.waiting)
    return planned(turn, workflow, heard.waiting)


def _memory(turn: Turn) -> Understanding | None:
    """What is said about oneself or to the memory, unless it answers the question that waits or names an option."""
    waiting, workflow = turn.heard.waiting, turn.workflow
    found = memory_turn(turn.heard.text[:LONGEST], waiting is not None and workflow is not None)
    if found is None or found.intent != "remember" or not waiting or not workflow:
        return means(turn, found.intent, subject=found.subject) if found else None
    asked = workflow.detail(waiting.detail) if waiting.detail else None
    # Any words answer a question for free text: what lasts is the note then.
    closed = asked is not None and asked.type is not DetailType.TEXT
    found_in = read(turn, workflow, waiting.detail)
    answers = bool(found_in.declined) or (closed and asked is not None and asked.name in found_in.values)
    named = any(fold(name) in turn.text for name in waiting.names)
    told = is_told(turn.heard.text)
    return means(turn, "remember", subject=found.subject) if told or not (answers or named) else None


def _fresh(turn: Turn) -> Understanding:
    """Nothing waits: a courtesy, a question about taste or about what was done, or a request."""
    if courtesy := intents.courtesy(turn.text):
        return means(turn, courtesy)
    if (undone := dealings.to_undo(turn.text)) is not None:
        return means(turn, "bookings", subject=undone or "it")
    if dealings.asks_what_was_done(turn.text):
        return means(turn, "bookings")
    if intents.is_refusal(turn.text) or intents.is_no(turn.text):
        return means(turn, "refuse")
    if (subject := intents.taste(turn.text, turn.original)) is not None:
        return means(turn, "question", subject=subject)
    return request(turn)


def _asked(turn: Turn, workflow: Workflow, waiting: Waiting) -> Understanding:
    """A question waits: what answers it is never a new request."""
    proposed = {waiting.detail: waiting.proposed} if waiting.detail and waiting.proposed is not None else {}
    if intents.is_refusal(turn.text):
        return means(turn, "refuse")
    if proposed and (intents.is_yes(turn.text) or intents.takes_it(turn.text)):
        return means(turn, "answer", details=proposed)
    if proposed and intents.is_no(turn.text):
        return means(turn, "answer")
    found = read(turn, workflow, waiting.detail)
    answered = bool(waiting.detail) and waiting.detail in {
        *found.values,
        *found.declined,
        *(p.detail for p in found.problems),
    }
    other = None if answered else aside(turn, workflow, found)
    if other:
        return other
    if proposed and not answered and intents.begins_yes(turn.text):
        return carries(turn, "answer", workflow, found, details={**found.values, **proposed})
    return _answer(turn, workflow, found, answered)


def _answer(turn: Turn, workflow: Workflow, found: Details, answered: bool) -> Understanding:
    """An answer, or an amendment where it only changes what was known."""
    if not found:
        values, problems = find_shifts(turn.text, workflow.details, turn.heard.details)
        if values or problems:
            return means(turn, "amend", details=values, problems=problems)
    known: dict[str, DetailValue] = turn.heard.details
    changed = {name for name, value in found.values.items() if known.get(name) != value}
    touched = {*changed, *(p.detail for p in found.problems)}
    if touched and not answered and all(name in known for name in touched):
        return carries(turn, "amend", workflow, found)
    if found:
        return carries(turn, "answer", workflow, found)
    wishes = find_wishes(found.leftovers, workflow)
    if wants_new(turn.text) or (
        wishes and (intents.compared(turn.text) or intents.changes(turn.text) or intents.negates(turn.text))
    ):
        return carries(turn, "amend", workflow, found)
    return means(turn, "unclear")
