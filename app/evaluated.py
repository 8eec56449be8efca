"""The command `rflow eval`: the person's own cases beside what came of what was proposed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agents.evals.cases import Case
from agents.evals.outcome import Outcome, Verdict
from agents.reasoning.chosen import OFFLINE
from app import terminal
from app.client import Client
from app.commands import AsJson, show, with_client
from app.usage import Used, summed
from memory.errors import NotFound
from workflows.faults import did_you_mean, short

_MARKS: dict[Verdict, tuple[str, str]] = {"held": ("✓", "green"), "broken": ("✗", "red"), "not judged": ("–", "yellow")}
_SHARES = {
    "top": "top",
    "backup": "backup",
    "neither": "neither",
    "open": "open",
    "amended": "amended",
    "different": "other pair",
    "why": "why?",
    "undone": "undone",
}
"""The figures that are shown as shares of what was proposed, and how they are called."""

_USED = TypeAdapter(tuple[Used, ...])
_NONE = """You have no cases yet. Say “that was wrong” after an answer, or write one, say evals/dinner.md in your home:

# Dinner on a Friday

> find me a place for dinner on Friday at 20:00 for two

- must use reserve-table
- must not propose Sete Mares"""


def evaluate(
    names: Annotated[
        list[str] | None, typer.Argument(help="Only cases or files with these words in their name.")
    ] = None,
    usage: Annotated[bool, typer.Option("--usage", help="Only the figures from real use, month by month.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no model.")] = False,
    model: Annotated[str, typer.Option(help="Who answers: gemini, local or offline.")] = "",
    as_json: AsJson = False,
) -> None:
    """Run your own cases (evals/*.md) and show them beside figures from real use; exit code 1 where one fails."""
    used = _USED.validate_python(with_client(lambda client: client.get("/api/v1/usage")))
    if usage:
        show([line.model_dump() for line in used], _by_month(used), as_json)
        return
    reasoner = OFFLINE if offline else model
    files, outcomes = with_client(lambda client: _run(client, names or [], reasoner, quiet=as_json))
    faults = [(file["path"], fault) for file in files for fault in file["faults"]]
    body = {
        "outcomes": [{**o.model_dump(), "verdict": o.verdict} for o in outcomes],
        "faults": [{"path": path, "fault": fault} for path, fault in faults],
        "usage": [line.model_dump() for line in summed(used)],
    }
    show(body, Group(*_report(outcomes, faults, used)), as_json)
    if faults or any(outcome.verdict == "broken" for outcome in outcomes):
        raise typer.Exit(1)


async def _run(
    client: Client, names: Sequence[str], reasoner: str, quiet: bool
) -> tuple[list[dict[str, Any]], list[Outcome]]:
    """Runs what is asked for, telling each as it is done."""
    files = await client.get("/api/v1/evals")
    cases = [Case.model_validate(case) for file in files for case in file["cases"]]
    wanted = [case for case in cases if not names or any(_named(name, case) for name in names)]
    if names and not wanted:
        known = did_you_mean(names[0], [case.name for case in cases]) if cases else "You have no cases yet."
        raise NotFound(f"No case is called {' or '.join(map(repr, names))}.", known)
    outcomes = []
    for case in wanted:
        body = {"path": case.path, "line": case.line, "reasoner": reasoner}
        outcomes.append(Outcome.model_validate(await client.post("/api/v1/evals", body)))
        if not quiet:
            terminal.console().print(_outcome(outcomes[-1]))
    return files, outcomes


def _named(name: str, case: Case) -> bool:
    return name.casefold() in f"{case.path} {case.name}".casefold()


def _outcome(outcome: Outcome) -> RenderableType:
    """A case in a line; what does not hold below it."""
    mark, style = _MARKS[outcome.verdict]
    place = f"  {outcome.case.path}:{outcome.case.line}, {outcome.ms / 1000:.1f} s"
    lines = [Text.assemble((f"{mark} ", style), (outcome.case.name, "bold"), (place, "dim"))]
    for judged in outcome.judged:
        if judged.verdict != "held":
            lines.append(
                Text.assemble(
                    f"    line {judged.must.line}: {judged.must.text}\n", (f"      {short(judged.seen)}", style)
                )
            )
    return Group(*lines)


def _report(
    outcomes: Sequence[Outcome], faults: Sequence[tuple[str, str]], used: Iterable[Used]
) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(f"! {path}, {fault}", style="red") for path, fault in faults]
    parts.append(_counted(outcomes) if outcomes or faults else Text(_NONE))
    if away := next((j.seen for o in outcomes for j in o.judged if j.verdict == "not judged"), ""):
        parts.append(Text(f"Not judged, as a site was away: {away}", style="yellow"))
    return [*parts, "", _beside(outcomes, summed(used))]


def _counted(outcomes: Sequence[Outcome]) -> Text:
    found = [outcome.verdict for outcome in outcomes]
    who = f" ({outcomes[0].reasoner} answered)" if outcomes else ""
    unjudged = f"; {found.count('not judged')} not judged" if "not judged" in found else ""
    return Text(f"{found.count('held')} of {len(found)} hold{unjudged}{who}.")


def _beside(outcomes: Sequence[Outcome], used: Sequence[Used]) -> RenderableType:
    """Each workflow's cases beside what came of its proposals: the one can be right and the other still wrong."""
    lines = {line.workflow: line for line in used}
    names = sorted({*lines, *(o.workflow for o in outcomes if o.workflow)})
    if not names:
        return Text("No figures from real use yet: they begin with your first request.", style="dim")
    table = _table("workflow", "cases")
    for name in names:
        found = [o.verdict for o in outcomes if o.workflow == name]
        held = f"{found.count('held')} of {len(found)}" if found else "-"
        table.add_row(name, held, *_shares(lines.get(name) or Used(workflow=name, month="all")))
    return table


def _by_month(used: Sequence[Used]) -> RenderableType:
    if not used:
        return Text("No figures yet: they begin with your first request.", style="dim")
    table = _table("workflow", "month")
    for total in summed(used):
        months = [line for line in used if line.workflow == total.workflow]
        for line in (total, *months) if len(months) > 1 else months:
            table.add_row(line.workflow if line in (total, months[0]) else "", line.month, *_shares(line))
    return table


def _table(*first: str) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    for heading in first:
        table.add_column(heading, no_wrap=True)
    for heading in ("pairs", *_SHARES.values()):
        table.add_column(heading, justify="right", min_width=max(map(len, heading.split())))
    return table


def _shares(line: Used) -> list[str]:
    """How many pairs were proposed, and each figure as a share of them."""
    counts = (int(getattr(line, name)) for name in _SHARES)
    return [str(line.proposed), *(f"{n / line.proposed:.0%}" if n and line.proposed else "-" for n in counts)]
