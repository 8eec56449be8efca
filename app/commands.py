"""What the commands share: reaching the house, talking to it, and showing what it said."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import RenderableType

from agents.types import Reply
from app import client as reaching
from app import terminal
from app.client import Client
from app.settings import load_settings
from memory.errors import RflowError
from memory.home import Home
from workflows import registry
from workflows.faults import WorkflowFault
from workflows.parse import read_workflow
from workflows.registry import Registry

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def show(data: Any, text: RenderableType, as_json: bool) -> None:
    """Print the one for programs, or the one for people."""
    if as_json:
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        terminal.console().print(text, markup=False, soft_wrap=isinstance(text, str))


def with_client(work: Callable[[Client], Awaitable[T]], start: bool = False) -> T:
    """What the work gives with a client to the house; `start` starts a service where none runs."""

    async def run() -> T:
        async with reaching.reach(load_settings(), terminal.aside, start) as client:
            return await work(client)

    return asyncio.run(run())


def own_conversation(home: Path, new: bool) -> str:
    """The terminal's own conversation, the same between calls until `new`."""
    kept = home / "state" / "cli-conversation"
    if new:
        keep_conversation(home, fresh_conversation())
    return kept.read_text("utf-8").strip() if kept.exists() else "cli"


def fresh_conversation() -> str:
    """A name that no conversation of the terminal has."""
    return f"cli-{uuid.uuid4().hex[:8]}"


def keep_conversation(home: Path, name: str) -> None:
    """Go on in the conversation of that name with the next command."""
    (Home.open(home).root / "state" / "cli-conversation").write_text(name, "utf-8")


def workflows_at_hand() -> Registry:
    """The workflows of the home, over the shipped ones."""
    return Registry(registry.LIBRARY, load_settings().home / "workflows")


def faults_of(file: Path) -> tuple[WorkflowFault, ...]:
    """What is wrong with one workflow file: at most one error, which tells all its faults."""
    try:
        read_workflow(file)
    except WorkflowFault as fault:
        return (fault,)
    return ()


async def say(client: Client, conversation: str, text: str, wait: bool) -> Reply:
    """Sends the words, shows progress meanwhile, and after a Go waits for what came of it."""
    message = uuid.uuid4().hex
    async with progress(client, conversation):
        said = await client.say(conversation, text, message)
        return await _outcome(client, conversation, message, said) if wait and said.kind == "progress" else said


@asynccontextmanager
async def progress(client: Client, conversation: str) -> AsyncIterator[None]:
    """Each step of the conversation is told as it happens."""
    lines = asyncio.create_task(_tell_steps(client, conversation))
    try:
        yield
    finally:
        lines.cancel()
        with suppress(asyncio.CancelledError, RflowError):
            await lines


async def _tell_steps(client: Client, conversation: str) -> None:
    async for event in client.events(conversation):
        if event.kind == "progress":
            terminal.aside(f"  … {event.text}")


async def _outcome(client: Client, conversation: str, message: str, going: Reply) -> Reply:
    terminal.console(stderr=True).print(terminal.reply(going))
    async for event in client.events(conversation, after=message):
        said = event.message.reply if event.message else None
        if said is not None and said.task == going.task and said.kind != "progress":
            return said
    return going
