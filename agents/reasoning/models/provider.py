"""The Provider port: one question to a language model, in no vendor's words."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, Protocol

from agents.types import Frozen
from memory.errors import RflowError

Thinking = Literal["none", "low", "medium"]

THOUGHT = {"none": 512, "low": 2048, "medium": 8192}
"""Tokens that a model may think, by how much thinking a prompt asks for; they count as output."""


class Why(StrEnum):
    """Why a model gave no answer."""

    SLOW = "did not answer in time"
    BUSY = "is out of quota or too busy"
    DOWN = "does not answer"
    KEY = "does not take the key"
    REQUEST = "does not take the request"
    SAFETY = "stopped for safety reasons"
    REFUSAL = "refused to answer"
    CUT = "broke off in the middle"
    EMPTY = "answered with nothing"
    FLOOD = "answered with far too much"
    MISSING = "is not installed"


PASSING = {Why.BUSY, Why.DOWN, Why.CUT, Why.EMPTY}
"""What another attempt may mend."""

OUTAGE = {Why.SLOW, Why.BUSY, Why.DOWN, Why.KEY}
"""What says something about the provider, not about this one question."""


class ModelFailed(RflowError):
    """A model gave no answer that can be used.

    Args:
        why: the kind of failure.
        provider: who failed.
        detail: what the provider said, shortened; never the question.
        wait: seconds that the provider asked to wait (Retry-After), or None.
    """

    status = 503

    def __init__(self, why: Why, provider: str, detail: str = "", wait: float | None = None) -> None:
        said = f" ({' '.join(detail.split())[:200]})" if detail else ""
        super().__init__(f"{provider} {why.value}{said}.")
        self.why = why
        self.wait = wait


class Ask(Frozen):
    """What is asked of a model.

    Attributes:
        task: which prompt it is, for the record.
        system: the instructions; the same bytes at each call of a task, so that a provider can cache them.
        turns: what is said, oldest first: ours ("user") and the model's own ("model").
        schema_: JSON schema that the answer must have.
        thinking: how much thought it is worth.
        most: tokens that the answer may have, thinking not counted.
    """

    task: str
    system: str
    turns: tuple[tuple[Literal["user", "model"], str], ...]
    schema_: dict[str, Any]
    thinking: Thinking = "low"
    most: int = 1024


class Said(Frozen):
    """A model's answer, and what it cost.

    Attributes:
        tokens_in: all that was read, the cached ones too.
        tokens_cached: those of them that the provider had cached.
        tokens_out: all that was written, thinking too.
    """

    text: str
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0


class Provider(Protocol):
    """One model of one vendor. It asks once: patience, metering and repair stand above it."""

    name: str
    model: str

    async def say(self, ask: Ask) -> Said:
        """The model's answer.

        Raises:
            ModelFailed: there is none, and why.
        """
        ...

    async def aclose(self) -> None:
        """Close what is open."""
        ...
