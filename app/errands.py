"""What is done in a browser, as commands: a workflow by its name, a login."""

from __future__ import annotations

import asyncio
import sys
import uuid
from contextlib import suppress
from typing import Annotated
from urllib.parse import urlsplit

import typer

from agents.executor.chrome import BrowserSettings, shows_window
from agents.executor.login import log_in, until_closed
from agents.types import Reply
from app import terminal
from app.client import Client
from app.commands import AsJson, fresh_conversation, keep_conversation, progress, say, show, with_client
from app.settings import load_settings
from memory.errors import BadInput, Conflict, NotFound, RflowError, Unavailable
from memory.home import Home
from workflows import registry
from workflows.registry import Registry


def do(
    name: str,
    values: Annotated[list[str], typer.Option("--set", help="A detail, as name=value; once for each.")] = [],  # noqa: B006
    backup: Annotated[bool, typer.Option("--backup", help="Plan the second choice instead of the first.")] = False,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Stop one click before the last one.")] = False,
    as_json: AsJson = False,
) -> None:
    """Do a workflow by its name, without a conversation: its plan is shown, and nothing is booked without your Go."""
    given = dict(_pair(value) for value in values)
    conversation = fresh_conversation()
    said = with_client(lambda client: _do(client, conversation, name, given, backup, rehearse), start=True)
    keep_conversation(load_settings().home, conversation)  # "go" and "stop" are meant for this one from here on
    show(said.model_dump(mode="json"), terminal.reply(said), as_json)
    if said.plan and not rehearse and not as_json and sys.stdin.isatty():
        word = f"GO {said.plan.code}" if said.plan.code else "go"
        answer = typer.prompt(f"Type {word} to do it once; anything else leaves it", default="no", show_default=False)
        said = with_client(lambda client: say(client, conversation, answer, True), start=True)
        show(said.model_dump(mode="json"), terminal.reply(said), as_json)
    if said.kind in ("error", "refusal"):
        raise typer.Exit(1)


def _pair(value: str) -> tuple[str, str]:
    name, sign, text = value.partition("=")
    if not sign or not name.strip():
        raise BadInput(f"--set {value!r} names no value.", "Write for example --set date=tomorrow.")
    return name.strip(), text


async def _do(
    client: Client, conversation: str, name: str, given: dict[str, str], backup: bool, rehearse: bool
) -> Reply:
    """Up to the plan, or to what stands in its way; then perhaps its rehearsal."""
    lines = asyncio.create_task(progress(client, conversation))
    try:
        body = {"workflow": name, "details": given, "conversation": conversation, "id": uuid.uuid4().hex}
        said = Reply.model_validate(await client.post("/api/v1/do", body))
        if said.kind == "decision":
            terminal.console(stderr=True).print(terminal.reply(said))
            said = await client.say(conversation, "backup" if backup else "top", uuid.uuid4().hex)
        if said.kind == "plan" and rehearse:
            said = await client.say(conversation, "rehearse", uuid.uuid4().hex)
        return said
    finally:
        lines.cancel()
        with suppress(asyncio.CancelledError, RflowError):
            await lines


def login(site: str, as_json: AsJson = False) -> None:
    """Log in at SITE by hand, once, in the assistant's own browser; it reads back as whom."""
    settings = load_settings()
    origin, prefix = _account(site)
    browser = BrowserSettings(path=settings.browser_path, show=settings.browser)
    if not shows_window(browser.show, browser.environ):
        raise Unavailable("There is no screen here to show a browser's window on.", "Run this where there is one.")
    home = Home.open(settings.home)
    terminal.aside(f"A window opens at {origin}. Log in there, then close it.")
    name = asyncio.run(log_in(home.root, origin, prefix, browser, until_closed))
    if name is None:
        raise Conflict(f"{origin} never said “{prefix} …”: nobody is logged in there.", "Try again.")
    show({"site": origin, "account": name}, f"Logged in at {origin} as {name}.", as_json)


def _account(site: str) -> tuple[str, str]:
    """The site's origin as a workflow lists it, and what stands before the account's name there."""
    listed = {
        s: w.account
        for w in Registry(registry.LIBRARY, load_settings().home / "workflows").all()
        if w.account
        for s in w.sites
    }
    found = next(
        (s for s in listed if site.rstrip("/") in (s.rstrip("/"), urlsplit(s).hostname, urlsplit(s).netloc)), None
    )
    if found is None:
        raise NotFound(f"No workflow logs in at {site!r}.", f"Known: {', '.join(listed) or 'none'}.")
    return found, listed[found]
