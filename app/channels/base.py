"""What every channel hands in and gets back."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import field_validator

from agents.types import Frozen, PlanView, Receipt, Reply, TaskStatus

MAIN = "web"
"""The owner's conversation: the page and every phone of theirs share its tasks."""

AttachmentKind = Literal["voice", "document", "photo", "video", "contact", "location", "other"]


class Attachment(Frozen):
    """What came with a message, or in its place; not fetched yet.

    Attributes:
        url: where the provider keeps it; empty for a location.
        type: its media type as the provider names it.
        name: a document's file name, or a location's name and address, as the sender's app gave them.
    """

    kind: AttachmentKind
    url: str = ""
    type: str = ""
    name: str = ""


class Inbound(Frozen):
    """One message from the owner, as a channel received it.

    Attributes:
        id: the provider's message id; a second delivery with the same id acts once.
        conversation: whose turn order it belongs to ("web", "cli", a phone's number …).
        go_plan: the hash of the plan whose Go button was pressed; None for words.
        voice: it was spoken; a Go is never taken from it.
        sender: the phone that it came from, as its channel addresses it; None where the reply is fetched or streamed.
        attached: what came with it.
    """

    id: str
    conversation: str
    channel: str
    text: str
    at: dt.datetime
    go_plan: str | None = None
    voice: bool = False
    sender: str | None = None
    attached: Attachment | None = None

    @field_validator("text")
    @classmethod
    def _storable(cls, text: str) -> str:
        """Half a character (a lone surrogate) cannot be stored; it becomes a question mark."""
        return text.encode("utf-8", "replace").decode("utf-8")


class Message(Frozen):
    """One line of a conversation as it is shown: the person's words, or our reply."""

    id: str
    at: dt.datetime
    author: Literal["person", "assistant"]
    text: str
    reply: Reply | None = None


class Event(Frozen):
    """Something that happened in a conversation while one looks on."""

    kind: Literal["message", "progress"]
    message: Message | None = None
    text: str = ""  # progress: one plain sentence


class TaskLine(Frozen):
    """One task in a list."""

    id: str
    state: TaskStatus
    request: str


class Talk(Frozen):
    """One conversation in a list: when it was last spoken in, and its tasks, the latest first.

    Attributes:
        title: the words it began with.
    """

    id: str
    title: str
    at: dt.datetime
    tasks: tuple[TaskLine, ...] = ()


class TaskView(Frozen):
    """One task as a program sees it."""

    id: str
    state: TaskStatus
    request: str
    decision: dict[str, object] | None = None
    plan: PlanView | None = None
    receipt: Receipt | None = None
    trace: tuple[str, ...] = ()
