"""What each prompt takes and what it fills: the only shapes in which data goes to a model and comes back.

The answers have no defaults, because servers that hold to a schema strictly want every field; an empty string or list
says that there is nothing.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.types import Frozen, Polarity

Intent = Literal[
    "request",
    "answer",
    "amend",
    "choose",
    "why_not",
    "why",
    "ask",
    "different",
    "question",
    "remember",
    "refuse",
    "greeting",
    "unfit",
    "unclear",
]
"""The port's intents, but those that take something from memory or talk about it: code alone reads these."""


class Filled(BaseModel):
    """An answer: further fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UnderstandAsk(Frozen):
    """A message in its situation."""

    workflows: list[dict[str, Any]]
    now: str
    known: dict[str, Any]
    waiting: dict[str, Any]
    message: str


class DetailSaid(Filled):
    """One detail as the message gives it."""

    name: str = Field(description="of a detail of that workflow")
    said: str = Field(description="the words of the message that give it, copied exactly")
    value: str = Field(description="the value in the form that the detail's type wants")


class UnderstandSaid(Filled):
    """What the message means."""

    intent: Intent
    workflow: str = Field(description="a name from workflows, or empty")
    details: list[DetailSaid]
    declined: list[str] = Field(description="names of details that the person does not care about")
    wishes: list[str] = Field(description="what else is wanted, each copied exactly from the message")
    new_only: bool = Field(description="only what they have not had, read or been to before")
    choice: Literal["", "top", "backup"] = Field(description="top is the first of waiting.names, backup the second")
    subject: str = Field(description="copied exactly from the message, or empty")


class PreferencesAsk(Frozen):
    """A question about the person, and quotations from their files."""

    question: str
    notes: list[dict[str, Any]]


class TasteSaid(Filled):
    """One statement about the person."""

    note: str = Field(description="the id of the note that it rests on")
    quote: str = Field(description="the words of that note that say it, copied exactly")
    subject: str = Field(description="the thing alone, in one to four words: shellfish, quiet rooms")
    polarity: Polarity
    strength: float = Field(description="0 to 1: how much it matters to the person")


class DatedTasteSaid(TasteSaid):
    """One statement, and an earlier one that it goes against."""

    outdates: str = Field(description="the id of an earlier note that this one goes against, or empty")


class PreferencesSaid(Filled):
    """Statements, most telling first, and what the notes do not tell."""

    statements: list[DatedTasteSaid]
    unknown: list[str] = Field(description="what the question names and no note tells, in its words; else empty")


class DecideAsk(Frozen):
    """A choice to be made."""

    notes: list[dict[str, Any]]
    rules: list[str]
    candidates: list[dict[str, Any]]
    details: dict[str, Any]
    wishes: list[str]
    request: str
    tone: list[str]


class PointSaid(Filled):
    """One point for a candidate."""

    text: str = Field(description="one short sentence to the person")
    notes: list[str] = Field(description="ids of the notes that it rests on")
    page: str = Field(description="words of that candidate's own page, copied exactly, or empty")


class WeighedSaid(Filled):
    """How one candidate fits."""

    candidate: str = Field(description="its id")
    fit: float = Field(description="0 to 1")
    reasons: list[PointSaid]
    tradeoffs: list[str] = Field(description="what speaks against it, one short sentence each")


class DecideSaid(Filled):
    """What binds or moves the choice, and each candidate's fit."""

    tastes: list[TasteSaid]
    weighed: list[WeighedSaid]


class ImproviseAsk(Frozen):
    """A request that no workflow fits."""

    now: str
    notes: list[dict[str, Any]]
    pages: list[dict[str, Any]]
    links: list[dict[str, Any]]
    request: str
    tone: list[str]


class ClaimSaid(Filled):
    """One part of an answer."""

    text: str = Field(description="one or two sentences to the person")
    sources: list[str] = Field(description="ids of the notes and pages that it rests on")
    quote: str = Field(description="words of one of these, copied exactly")


class ThingSaid(Filled):
    """Something that could be chosen."""

    name: str = Field(description="as a note or page spells it")
    fit: float = Field(description="0 to 1")
    reasons: list[ClaimSaid]
    tradeoffs: list[str] = Field(description="what speaks against it, one short sentence each")


class ImproviseSaid(Filled):
    """An answer, or what to read first."""

    read: list[str] = Field(description="ids of links to be read before answering, at most 3; else empty")
    paragraphs: list[ClaimSaid]
    things: list[ThingSaid]
    unknown: list[str] = Field(description="what was asked for and no note or page tells, in a few words; else empty")
    doing: str = Field(description="what would have to be done on a site, or empty")


class GroundAsk(Frozen):
    """A step, and the controls of the page as it is."""

    step: str
    controls: list[dict[str, Any]]


class GroundSaid(Filled):
    """Which control it means."""

    ref: str = Field(description="the ref of exactly one control, or empty")


class DraftAsk(Frozen):
    """Something to be done on a site, for which there is no workflow."""

    request: str
    doing: str
    sites: list[str]
    pages: list[dict[str, Any]]
    names: list[str]


class DraftSaid(Filled):
    """A workflow."""

    markdown: str = Field(description="the whole file, beginning with its front matter")


TASKS: dict[str, tuple[type[Frozen], type[Filled]]] = {
    "understand": (UnderstandAsk, UnderstandSaid),
    "preferences": (PreferencesAsk, PreferencesSaid),
    "decide": (DecideAsk, DecideSaid),
    "improvise": (ImproviseAsk, ImproviseSaid),
    "ground": (GroundAsk, GroundSaid),
    "draft": (DraftAsk, DraftSaid),
}
"""Every prompt by its name: `prompts/<name>.md`."""
