"""The commands about what was learned: `rflow memory log` and `proposals`, and what `rflow undo` and `forget` do."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated, Any
from urllib.parse import urlencode

import typer
from rich.console import RenderableType
from rich.syntax import Syntax
from rich.text import Text

from agents.orchestrator.dialogue import picked
from app import client as reaching
from app import terminal
from app.settings import load_settings
from memory.errors import BadInput, Conflict, NotFound
from memory.forget import Said

commands = typer.Typer(help="What the assistant wrote down, and what it proposes to.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DOOR = "/api/v1/memory"


@commands.command("log")
def log(limit: Annotated[int, typer.Option(min=1, max=1000)] = 20, as_json: AsJson = False) -> None:
    """What was learned, newest first: when, its commit, the file, the lines."""
    found = _get(f"{DOOR}/log?limit={limit}")
    if as_json or not found:
        _show(found, "Nothing was learned yet.", as_json)
    for entry in () if as_json else found:
        terminal.console().print(_entry(entry))


@commands.command("proposals")
def proposals(
    accept: Annotated[str, typer.Option(help="Remember the one of this number or id.")] = "",
    refuse: Annotated[str, typer.Option(help="Put the one of this number or id away for good.")] = "",
    edit: Annotated[str, typer.Option(help="Remember the one of this number or id in your words: --text.")] = "",
    text: Annotated[str, typer.Option(help="Your words, with --edit.")] = "",
    as_json: AsJson = False,
) -> None:
    """What was inferred and waits: list it, or accept, edit or refuse one."""
    waiting = _get(f"{DOOR}/proposals")
    given = [(do, name) for do, name in (("accept", accept), ("refuse", refuse), ("edit", edit)) if name]
    if not given:
        _list(waiting, as_json)
        return
    if len(given) > 1:
        raise BadInput("Two answers were given at once.", "Give one of --accept, --refuse and --edit.")
    do, name = given[0]
    body = _post(f"{DOOR}/proposals/{_id(name, waiting)}", {"do": do, "text": text})
    note = body["note"]
    where = f"Noted in {note['path']}:{note['lines'][0]}. Take it back with: rflow undo" if note else "Refused."
    _show(body, f"{where}\n  {body['text']}", as_json)


def undo(commit: str, as_json: bool) -> None:
    """Takes back the last thing that was learned, or one commit."""
    body = _post(f"{DOOR}/undo", {"commit": commit})
    lines = [*(f"- {line}" for line in body["added"]), *(f"+ {line}" for line in body["removed"])]
    _show(body, "\n".join([f"Taken back in {', '.join(body['paths'])}:", *lines]), as_json)


def forget(text: str, purge: bool, yes: bool, as_json: bool) -> None:
    """Removes what is meant from everything that is kept; with `purge` from git's past too."""
    found = _get(f"{DOOR}/forget?{urlencode({'text': text, 'past': purge})}")
    notes, past = _chosen(found, yes)
    if not notes and not past:
        raise NotFound(f"Nothing about {text!r} is left to be forgotten.", "Say it in the words of the note.")
    if past and not yes:
        what = "\n".join(f"  {line}" for line in past)
        terminal.aside(f"These lines go from every commit of your home's repository, which cannot be undone:\n{what}")
        typer.confirm("Rewrite its past?", abort=True)
    body = {"text": text, "notes": [note["id"] for note in notes], "past": past}
    done = _post(f"{DOOR}/forget", body)
    _show(done, done["said"], as_json)


def _chosen(found: dict[str, Any], yes: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """The notes and the lines of the past that are meant: what is plain at once, else by number."""
    notes, past = found["notes"] if found["sure"] or not found["past"] else [], found["past"]
    if (len(notes) <= 1 and found["sure"]) or not notes:
        return notes, past
    shown = "\n".join(f"{n}. {note['quote']} ({note['path']}:{note['lines'][0]})" for n, note in enumerate(notes, 1))
    if yes:
        raise Conflict(f"More than one note can be meant:\n{shown}", "Say all the words of one.")
    terminal.aside(shown)
    numbers = picked(typer.prompt("Which of these? Numbers, all, or none"), len(notes))
    chosen = [notes[n - 1] for n in numbers]
    said = Said(note["quote"] for note in chosen)
    return chosen, [line for line in past if said.inside(line)]


def _list(waiting: list[dict[str, Any]], as_json: bool) -> None:
    if as_json or not waiting:
        _show(waiting, "Nothing waits: nothing is proposed.", as_json)
        return
    for number, given in enumerate(waiting, 1):
        head = Text.assemble((f"{number}. ", "bold"), given["text"], (f"  {given['id']}, {given['source']}", "dim"))
        terminal.console().print(head)
        for line in filter(None, (given["why"], *given["evidence"])):
            terminal.console().print(Text(f"   {line}", style="dim"))
        terminal.console().print(Syntax(given["diff"], "diff", background_color="default", word_wrap=True))
    _show(None, "rflow memory proposals --accept 1 | --refuse 1 | --edit 1 --text “…”", as_json=False)


def _entry(entry: dict[str, Any]) -> RenderableType:
    mark = " (undone)" if entry["undone"] else ""
    head = (f"{entry['at'][:16].replace('T', ' ')}  {entry['commit'][:8]}  ", "dim")
    what = "Undo" if entry["undoes"] else ", ".join(entry["paths"])
    lines = [*(f"\n    + {line}" for line in entry["added"]), *(f"\n    - {line}" for line in entry["removed"])]
    return Text.assemble(head, (what + mark, "bold"), *lines)


def _id(name: str, waiting: list[dict[str, Any]]) -> str:
    if name.isdecimal() and 1 <= int(name) <= len(waiting):
        return str(waiting[int(name) - 1]["id"])
    if any(p["id"] == name for p in waiting):
        return name
    raise BadInput(f"{name!r} is no proposal that waits; there are {len(waiting)}.", "See: rflow memory proposals.")


def _get(path: str) -> Any:
    async def run() -> Any:
        async with reaching.reach(load_settings(), terminal.aside) as client:
            return await client.get(path)

    return asyncio.run(run())


def _post(path: str, body: dict[str, Any]) -> Any:
    async def run() -> Any:
        async with reaching.reach(load_settings(), terminal.aside) as client:
            return await client.post(path, body)

    return asyncio.run(run())


def _show(data: Any, text: str, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    else:
        terminal.console().print(text, markup=False, soft_wrap=True)
