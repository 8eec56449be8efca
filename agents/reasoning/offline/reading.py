"""Reading: a message in its situation, the details it gives, and an understanding made of both."""

from __future__ import annotations

from dataclasses import dataclass

from agents.reasoning.offline.chat import plain
from agents.reasoning.offline.details import Details, Setting, find_details
from agents.reasoning.offline.routing import Embed
from agents.reasoning.offline.spans import LONGEST, fold
from agents.reasoning.offline.wishes import find_wishes, wants_new
from agents.reasoning.port import Heard, Intent, Understanding
from workflows.model import Workflow


@dataclass(frozen=True, slots=True)
class Turn:
    """A message in its situation."""

    heard: Heard
    original: str  # as it was meant to be typed, at most LONGEST characters
    text: str  # folded
    workflow: Workflow | None  # of the task at hand
    workflows: tuple[Workflow, ...]
    embed: Embed


def means(turn: Turn, intent: Intent, **more: object) -> Understanding:
    """An understanding with this intent."""
    return Understanding.model_validate({"intent": intent, "workflow": turn.heard.workflow, **more})


def read(turn: Turn, workflow: Workflow, asked: str | None = None, known: bool = True) -> Details:
    """The details that the message gives of a workflow."""
    return read_details(turn.heard, workflow, asked, known)


def read_details(heard: Heard, workflow: Workflow, asked: str | None = None, known: bool = True) -> Details:
    """The details that a message gives of a workflow.

    Args:
        asked: the detail whose question waits: bare numbers and names count for it.
        known: what the task knows already settles what the message leaves open.
    """
    words = " ".join((workflow.description, *workflow.examples, *(d.ask for d in workflow.details)))
    money = workflow.limits.total or workflow.limits.code_above
    setting = Setting(fold(words), money.currency if money else "", heard.details if known else {})
    return find_details(workflow.details, plain(heard.text[:LONGEST])[:LONGEST], heard.now, asked, setting)


def carries(turn: Turn, intent: Intent, workflow: Workflow, found: Details, **more: object) -> Understanding:
    """An understanding that carries the details found and the wishes left over."""
    given = {
        "workflow": workflow.name,
        "details": found.values,
        "declined": found.declined,
        "problems": found.problems,
        "wishes": find_wishes(found.leftovers, workflow),
        "new_only": wants_new(turn.text),
    }
    return means(turn, intent, **{**given, **more})
