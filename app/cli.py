"""The `rflow` command."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from playwright.async_api import async_playwright
from rich.console import Group

from agents.executor.chrome import BrowserMissing, find_browser
from agents.reasoning.meter import TaskCalls
from agents.types import Preferences, Reply
from app import errands, evaluated, indexing, remembered, terminal
from app.channels.base import TaskView
from app.client import Client
from app.commands import AsJson, faults_of, own_conversation, say, show, with_client, workflows_at_hand
from app.errors import to_terminal
from app.settings import Settings, load_settings
from memory.home import Home
from memory.status import FileStatus
from workflows.faults import WorkflowFault

app = typer.Typer(
    help="Recommend Flow: it recommends, you decide, then it does.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
workflow_commands = typer.Typer(help="The markdown files that say how things are done.", no_args_is_help=True)
app.add_typer(remembered.commands, name="memory")
app.add_typer(workflow_commands, name="workflow")

app.command()(errands.do)
app.command()(errands.record)
app.command()(errands.login)
app.command("eval")(evaluated.evaluate)


@app.command()
def init(as_json: AsJson = False) -> None:
    """Make a home of your own at RFLOW_HOME."""
    home = Home.open(load_settings().home)
    files = sorted(p.relative_to(home.root).as_posix() for p in (home.root / "memory").rglob("*.md"))
    text = f"Your home is {home.root}.\nWrite about yourself in memory/: {', '.join(files)}.\n"
    text += "Drop documents into documents/. Then: rflow serve"
    show({"home": str(home.root), "memory": files}, text, as_json)


@app.command()
def serve(as_json: AsJson = False) -> None:
    """Run the assistant and its web chat until interrupted."""
    from app.main import serve as run  # heavy: only the service needs all of it

    settings = load_settings()

    def ready() -> None:
        show({"url": settings.url, "home": str(settings.home)}, f"The chat is at {settings.url}", as_json)
        sys.stdout.flush()

    run(settings, ready)


@app.command()
def ask(
    text: str,
    new: Annotated[bool, typer.Option("--new", help="Start a fresh conversation.")] = False,
    conversation: Annotated[str, typer.Option(help="Talk in the conversation of this name.")] = "",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="After a Go, wait for the receipt.")] = True,
    as_json: AsJson = False,
) -> None:
    """Say something to the assistant; starts it in the background where it does not run."""
    name = conversation or own_conversation(load_settings().home, new)
    said = with_client(lambda client: say(client, name, text, wait), start=True)
    show(said.model_dump(mode="json"), terminal.reply(said), as_json)
    if said.kind == "error":
        raise typer.Exit(1)


@app.command()
def stop(conversation: str = "", as_json: AsJson = False) -> None:
    """Stop what is being done, before its next browser action."""
    name = conversation or own_conversation(load_settings().home, new=False)
    body = with_client(lambda client: client.post(f"/api/v1/conversations/{name}/stop", {}))
    said = Reply.model_validate(body)
    show(body, terminal.reply(said), as_json)


@app.command()
def recall(
    query: str, k: Annotated[int, typer.Option("-k", "--k", min=1, max=50)] = 8, as_json: AsJson = False
) -> None:
    """Find the passages of your files nearest to a query."""
    found = with_client(lambda client: client.recall(query, k))
    if as_json and found.index.caution:
        terminal.aside(found.index.caution)
    show([e.model_dump(mode="json") for e in found.evidence], terminal.recalled(found), as_json)


@app.command()
def prefer(question: str, as_json: AsJson = False) -> None:
    """Ask what is known of your taste, and what it rests on."""
    body = with_client(lambda client: client.post("/api/v1/preferences", {"question": question}))
    show(body, terminal.preferences(Preferences.model_validate(body)), as_json)


@app.command()
def undo(commit: str = typer.Argument(""), as_json: AsJson = False) -> None:
    """Take back the last thing that was learned, or the commit named (see rflow memory log)."""
    remembered.undo(commit, as_json)


@app.command()
def forget(
    text: str,
    purge: Annotated[bool, typer.Option("--purge", help="From git's past too, which is rewritten for it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing back; refuse where it is in doubt.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a note from your files, the index, proposals and the record of conversations."""
    remembered.forget(text, purge, yes, as_json)


@app.command()
def index(
    status: Annotated[bool, typer.Option("--status", help="Only tell how each file stands.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on following changes until interrupted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the index of your files up to date, and tell what was read."""
    settings = load_settings()
    if status:
        found = indexing.status(settings)
        show(found.model_dump(mode="json"), terminal.index(found, each=True), as_json)
        return
    found = indexing.run(settings, _file_as_json if as_json and watch else _file, watch)
    show(found.model_dump(mode="json"), terminal.index(found), as_json)


@app.command()
def mcp() -> None:
    """Serve recall, preferences and proposals to other agents, over the Model Context Protocol on stdin and stdout."""
    from app.mcp_server import server  # the SDK is heavy

    asyncio.run(server(load_settings()).run_stdio_async())


@app.command()
def trace(
    task: str,
    sent: Annotated[bool, typer.Option("--sent", help="Show every byte that was sent to a model.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell step by step what a task did, what models were asked for it, and what that cost."""

    async def read(client: Client) -> tuple[Any, Any]:
        return await client.get(f"/api/v1/tasks/{task}"), await client.get(f"/api/v1/tasks/{task}/calls")

    body, calls = with_client(read)
    told = Group(
        terminal.task(TaskView.model_validate(body)), "", terminal.calls(TaskCalls.model_validate(calls), sent)
    )
    show({**body, "models": calls}, told, as_json)


@app.command()
def model(name: str = typer.Argument(""), conversation: str = "", as_json: AsJson = False) -> None:
    """Choose who reasons in this conversation (gemini, local, offline); without a NAME, tell who does."""
    who = conversation or own_conversation(load_settings().home, new=False)
    said = with_client(lambda client: say(client, who, f"/model {name}".strip(), wait=False), start=True)
    show(said.model_dump(mode="json"), terminal.reply(said), as_json)


@app.command()
def pair(as_json: AsJson = False) -> None:
    """Make a code that adds a phone of yours: sent to the assistant on WhatsApp, from that phone."""
    made = with_client(lambda client: client.post("/api/v1/phones/code", {}))
    text = f"From the phone to add, send on WhatsApp to {made['to']}, within ten minutes:\n\n    pair {made['code']}"
    show(made, text, as_json)


@app.command()
def doctor(
    part: Annotated[Literal["all", "whatsapp"], typer.Argument(help="Everything, or one part closely.")] = "all",
    as_json: AsJson = False,
) -> None:
    """Look at every part and tell how it is; exit code 1 where one is not well."""
    settings = load_settings()
    if part == "whatsapp":
        _well(asyncio.run(_whatsapp(settings)), as_json)
        return
    faults = [f.path for f in workflows_at_hand().faults()]
    checked = with_client(lambda client: client.post("/api/v1/models/check", {}))
    parts = {
        "home": f"{settings.home}",
        "model": checked["said"],
        "workflows": f"not used: {', '.join(faults)}; see rflow workflow check" if faults else "ok",
        "browser": asyncio.run(_browser(settings.browser_path)),
        **with_client(lambda client: client.get("/readyz"))["parts"],
    }
    _well(parts, as_json, checked["well"])


def _well(parts: dict[str, str], as_json: bool, model: bool = True) -> None:
    well = model and all(state.startswith("ok") for part, state in parts.items() if part not in ("home", "model"))
    show({"status": "ready" if well else "degraded", "parts": parts}, terminal.parts(parts), as_json)
    if not well:
        raise typer.Exit(1)


async def _whatsapp(settings: Settings) -> dict[str, str]:
    from app.channels.whatsapp.doctor import look  # Twilio's library is heavy

    return await look(settings)


@workflow_commands.command("list")
def workflow_list(as_json: AsJson = False) -> None:
    """The workflows at hand."""
    workflows = workflows_at_hand()
    rows = [{"name": w.name, "description": w.description, "path": w.path} for w in workflows.all()]
    broken = [{"name": f.name, "path": f.path, "faults": [str(x) for x in f.faults]} for f in workflows.faults()]
    text = "\n".join(f"{row['name']}  {row['description']}\n    {row['path']}" for row in rows)
    text += "".join(f"\n{row['name']}  not used: see rflow workflow check {row['name']}" for row in broken)
    show({"workflows": rows, "faults": broken}, text, as_json)


@workflow_commands.command("check")
def workflow_check(name: str = typer.Argument(""), as_json: AsJson = False) -> None:
    """Check one workflow by its name or file, or all; exit code 1 where one has a fault."""
    if Path(name).suffix == ".md" and Path(name).is_file():
        _faults(faults_of(Path(name)), name, as_json)
        return
    workflows = workflows_at_hand()
    known = {w.name for w in workflows.all()}
    faults = [f for f in workflows.faults() if name in ("", f.name)]
    if name and name not in known and not faults:
        workflows.get(name)  # raises NotFound with the nearest name
    _faults(faults, name or (f"{len(known)} workflows" if len(known) > 1 else "1 workflow"), as_json)


def _faults(faults: Sequence[WorkflowFault], what: str, as_json: bool) -> None:
    text = "\n".join(str(f) for f in faults) or f"{what}: no fault."
    show({"faults": {f.path: [str(x) for x in f.faults] for f in faults}}, text, as_json)
    if faults:
        raise typer.Exit(1)


@workflow_commands.command("eject")
def workflow_eject(name: str, as_json: AsJson = False) -> None:
    """Copy a shipped workflow into your home, to be edited there."""
    copy = workflows_at_hand().eject(name)
    show({"path": str(copy)}, f"{copy} is yours now; it stands in for the shipped one.", as_json)


def main() -> None:
    """Runs the command; an error is one line and exit code 1, or 2 where the input is to be changed."""
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:  # noqa: BLE001  the terminal's last boundary; errors.py decides what is said
        line, code = to_terminal(error)
        terminal.console(stderr=True).print(line, style="red", markup=False, soft_wrap=True)
        raise SystemExit(code) from None


async def _browser(setting: Path | None) -> str:
    async with async_playwright() as play:
        try:
            find_browser(setting, play.chromium.executable_path, os.environ)
        except BrowserMissing as missing:
            return str(missing)
    return "ok"


def _file(file: FileStatus) -> None:
    terminal.aside(f"  {terminal.file(file)}")


def _file_as_json(file: FileStatus) -> None:
    print(file.model_dump_json(), flush=True)


if __name__ == "__main__":
    main()
