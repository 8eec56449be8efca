"""Hello: the cheapest question that shows whether a model answers as it must."""

from __future__ import annotations

from agents.reasoning.models.fills import Filled
from agents.reasoning.models.prompts import schema
from agents.reasoning.models.provider import Ask


class HelloSaid(Filled):
    """That it can answer."""

    ready: bool


ASK = Ask(
    task="hello",
    system="Answer with JSON of the given schema.",
    turns=(("user", "Are you ready?"),),
    schema_=schema(HelloSaid),
    thinking="none",
    most=50,
)
