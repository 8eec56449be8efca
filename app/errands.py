"""What is done in a browser, as commands: a workflow by its name, a login."""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit

import click
import typer

from agents.executor.chrome import BrowserSettings, shows_window
from agents.executor.login import log_in, until_closed
from agents.executor.record import record as recording
from agents.executor.recorded import pressed, with_mark, written
from agents.types import Reply
from app import terminal
from app.client import Client
from app.commands import (
    AsJson,
    faults_of,
    fresh_conversation,
    keep_conversation,
    progress,
    say,
    show,
    with_client,
    workflows_at_hand,
)
from app.settings import load_settings
from memory.errors import BadInput, Conflict, NotFound, Unavailable
from memory.home import Home, replace
from workflows.front import NAME

_HOW = (
    "Before you press what cannot be taken back, press “The next click cannot be taken back”. At the end open the page "
    "that lists what you did, and press “Finished”."
)


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
    async with progress(client, conversation):
        body = {"workflow": name, "details": given, "conversation": conversation, "id": uuid.uuid4().hex}
        said = Reply.model_validate(await client.post("/api/v1/do", body))
        if said.kind == "decision":
            terminal.console(stderr=True).print(terminal.reply(said))
            said = await client.say(conversation, "backup" if backup else "top", uuid.uuid4().hex)
        if said.kind == "plan" and rehearse:
            said = await client.say(conversation, "rehearse", uuid.uuid4().hex)
        return said


def record(
    name: Annotated[str, typer.Argument(help="What to call it: small letters and hyphens.")],
    url: Annotated[str, typer.Argument(help="Where it begins.")],
    as_json: AsJson = False,
) -> None:
    """Do a task once in a window; the workflow that does it again is written into your home."""
    home = Home.open(load_settings().home)
    file = home.root / "workflows" / f"{name}.md"
    if not NAME.fullmatch(name):
        raise BadInput(f"{name!r} cannot be a workflow's name.", "Write small letters, digits and hyphens: my-errand.")
    if file.exists():
        raise Conflict(f"{file} is there already.", "Choose another name, or move it away first.")
    browser = _window()
    terminal.aside(f"A window opens at {url}. Do the task there, with the bar at its bottom. {_HOW}")
    told = asyncio.run(recording(home.root, url, browser))
    if not any(event.kind == "mark" for event in told):
        told = with_mark(told, _irreversible(pressed(told)))
    file.parent.mkdir(parents=True, exist_ok=True)
    replace(file, written(name, url, told).encode())
    faults = [str(fault) for found in faults_of(file) for fault in found.faults]
    text = f"{file} is written." + "".join(f"\n- {fault}" for fault in faults)
    text += (
        "\nMend it before it can be used." if faults else f"\nRead it through; try it with: rflow do {name} --rehearse"
    )
    show({"path": str(file), "faults": faults}, text, as_json)


def _irreversible(names: Sequence[str]) -> int:
    if not names:
        raise BadInput("Nothing was pressed in the window.", "Record it again.")
    for number, text in enumerate(names, 1):
        terminal.aside(f"{number:>3}. {text}")
    return int(typer.prompt("Which of these cannot be taken back?", type=click.IntRange(1, len(names)))) - 1


def _window() -> BrowserSettings:
    browser = load_settings().browsing
    if not shows_window(browser.show, browser.environ):
        raise Unavailable("There is no screen here to show a browser's window on.", "Run this where there is one.")
    return browser


def login(site: str, as_json: AsJson = False) -> None:
    """Log in at SITE by hand, once, in the assistant's own browser; it reads back as whom."""
    origin, prefix = _account(site)
    browser = _window()
    home = Home.open(load_settings().home)
    terminal.aside(f"A window opens at {origin}. Log in there, then close it.")
    name = asyncio.run(log_in(home.root, origin, prefix, browser, until_closed))
    if name is None:
        raise Conflict(f"{origin} never said “{prefix} …”: nobody is logged in there.", "Try again.")
    show({"site": origin, "account": name}, f"Logged in at {origin} as {name}.", as_json)


def _account(site: str) -> tuple[str, str]:
    """The site's origin as a workflow lists it, and what stands before the account's name there."""
    listed = {s: w.account for w in workflows_at_hand().all() if w.account for s in w.sites}
    found = next(
        (s for s in listed if site.rstrip("/") in (s.rstrip("/"), urlsplit(s).hostname, urlsplit(s).netloc)), None
    )
    if found is None:
        raise NotFound(f"No workflow logs in at {site!r}.", f"Known: {', '.join(listed) or 'none'}.")
    return found, listed[found]
