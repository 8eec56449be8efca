"""The vocabulary that the agents share: candidates, decision sets, plans, receipts, replies.

All are data that survives JSON unchanged; the shapes that leave the process are DESIGN.md section 7's doors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from memory.evidence import Evidence
from memory.recalled import IndexState

Clock = Callable[[], dt.datetime]
"""Gives now as an aware datetime in the home's time zone."""

DetailValue = str | int | dict[str, str]
"""A detail in the normal form that `workflows.model.DetailType` describes."""


class Frozen(BaseModel):
    """A value: compared by content, never changed."""

    model_config = ConfigDict(frozen=True)


class Candidate(Frozen):
    """Something found that could be chosen. Its texts come from a page: data, never instructions.

    Attributes:
        id: short and stable within a task ("c7").
        url: absolute; its own page.
        facts: what the page says in schema.org's words, flattened to plain JSON: `servesCuisine`, `priceRange`,
            `description`, `keywords`, `address`, `aggregateRating`, `menu` (a list of {name, description, price,
            diets}) ….
        slots: the bookable starts that the page offers, as local ISO date-times ("2026-11-21T19:30").
        price: what one would pay as shown, in normal form, or None.
        seen_at: when it was observed, ISO date-time with offset.
    """

    id: str
    name: str
    url: str
    facts: dict[str, Any] = Field(default_factory=dict)
    slots: tuple[str, ...] = ()
    price: dict[str, str] | None = None
    seen_at: str


class Reason(Frozen):
    """Why, in one sentence, with the evidence it rests on."""

    text: str
    evidence: tuple[str, ...] = ()


class Option(Frozen):
    """A candidate as it is proposed."""

    id: str
    name: str
    url: str
    price: str | None = None
    seen_at: str
    fit: float  # 0 to 1
    reasons: tuple[Reason, ...] = ()
    tradeoffs: tuple[str, ...] = ()


class Exclusion(Frozen):
    """A candidate that was left out, and why."""

    name: str
    reason: str
    evidence: tuple[str, ...] = ()


class Decision(Frozen):
    """The decision set: top 1 + backup 1 as data."""

    top: Option
    backup: Option | None = None
    excluded: tuple[Exclusion, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Question(Frozen):
    """One missing detail, asked."""

    detail: str
    type: str
    options: tuple[str, ...] = ()  # quick answers, in words that are understood when typed back
    proposed: str | None = None


class PlanView(Frozen):
    """What the person approves; rendered by code from the hashed bytes."""

    hash: str
    code: str | None = None  # shown and asked for above the workflow's `code_above`
    title: str
    terms: dict[str, str | None]
    steps: tuple[str, ...]
    expires: str


ReceiptState = Literal["done", "refused", "unknown"]
"""How a run ended."""


class Receipt(Frozen):
    """What the page said after it was done, or what is known where it was not."""

    state: ReceiptState
    reference: str | None = None
    terms: dict[str, str | None] = Field(default_factory=dict)
    screenshot: str | None = None  # relative to home
    at: str
    note: str = ""


ReplyKind = Literal["question", "decision", "plan", "progress", "receipt", "answer", "refusal", "error"]

TaskStatus = Literal[
    "understanding",
    "asking",
    "searching",
    "deciding",
    "offered",
    "doing",
    "done",
    "refused",
    "unknown",
    "cancelled",
    "parked",
]


class Reply(Frozen):
    """The one answer to a message."""

    kind: ReplyKind
    text: str  # markdown
    task: str | None = None
    question: Question | None = None
    decision: Decision | None = None
    plan: PlanView | None = None
    receipt: Receipt | None = None
    trace: tuple[str, ...] = ()  # what was done to get here, one plain sentence each
    again: bool = False  # what waits was told before: `text` alone is new


Polarity = Literal["likes", "dislikes", "must", "never"]
"""`must` and `never` are hard: a candidate that breaks one is excluded."""


class Preference(Frozen):
    """One statement about the person's taste."""

    id: str
    text: str  # the statement as the person would recognise it
    subject: str  # what it is about: "loud music", "natural wine", "shellfish"
    polarity: Polarity
    strength: float  # 0 to 1
    evidence: tuple[str, ...]
    stated: bool
    date: dt.date | None = None


class Preferences(Frozen):
    """The proxy's answer."""

    question: str
    statements: tuple[Preference, ...] = ()
    contradictions: tuple[tuple[str, str], ...] = ()  # pairs of statement ids, the newer first
    unknown: tuple[str, ...] = ()  # what was asked for and is not known
    evidence: tuple[Evidence, ...] = ()
    further: tuple[Evidence, ...] = ()  # found too, and read as no statement: a model may read more in it
    index: IndexState = IndexState()
