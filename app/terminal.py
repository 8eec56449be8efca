"""Replies, evidence and tasks as a person reads them in a terminal."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agents.reasoning.meter import Call, Spent, TaskCalls, dollars
from agents.types import Decision, Option, PlanView, Preferences, Question, Receipt, Reply
from app.channels.base import TaskView
from app.web.render import moment, place, preface, said, terms
from memory.evidence import Evidence
from memory.recalled import Recalled
from memory.status import FileStatus, Status

LEFT_OUT = 5  # how many exclusions are told without being asked
STATEMENTS = 12  # how many statements about taste are told
QUOTED = 160  # characters of a quotation beside a statement
WIDEST = 100  # columns that are still pleasant to read


def console(stderr: bool = False) -> Console:
    """A console no wider than is pleasant."""
    made = Console(stderr=stderr, highlight=False, soft_wrap=False)
    made.width = min(made.width, WIDEST)
    return made


def aside(line: str) -> None:
    """Tells how it goes on, beside the answer."""
    console(stderr=True).print(line, style="dim", markup=False, soft_wrap=True)


def reply(given: Reply) -> RenderableType:
    """A reply with its question, decision, plan or receipt, and how to go on."""
    parts: list[RenderableType] = [Markdown(preface(given))] if preface(given).strip() else []
    if given.question:
        parts.append(_question(given.question))
    if given.decision and not given.again:
        parts.append(_decision(given.decision))
    if given.plan:
        parts.append(_plan(given.plan))
    if given.receipt:
        parts.append(_receipt(given.receipt))
    parts.append(Text(_next(given), style="dim"))
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def preferences(known: Preferences) -> RenderableType:
    """Statements about taste, each with what it rests on, and what is not known."""
    by_id = {e.id: e for e in known.evidence}
    parts: list[RenderableType] = []
    for statement in known.statements[:STATEMENTS]:
        source = "stated" if statement.stated else "inferred"
        parts.append(Text.assemble((statement.text, "bold"), (f"  {statement.polarity}, {source}", "dim")))
        parts += [Padding(_quoted(by_id[i], QUOTED), (0, 0, 0, 2)) for i in statement.evidence if i in by_id]
    if len(known.statements) > STATEMENTS:
        parts.append(Text(f"and {len(known.statements) - STATEMENTS} more: --json tells all.", style="dim"))
    texts = {s.id: s.text for s in known.statements}
    parts += [
        Text(f"Contradiction: “{texts.get(newer, newer)}” is newer than “{texts.get(older, older)}”.")
        for newer, older in known.contradictions
    ]
    if known.unknown:
        parts.append(Text(f"Not in your notes: {', '.join(known.unknown)}.", style="dim"))
    parts = parts or [Text("Nothing in your notes.")]
    return Group(*parts, *([Text(known.index.caution, style="yellow")] if known.index.caution else []))


def task(view: TaskView) -> RenderableType:
    """What a task did, step by step."""
    head = Text.assemble((view.id, "bold"), f"  {view.state}\n“{view.request}”")
    return Group(head, *(Text(f"{number:>3}. {step}") for number, step in enumerate(view.trace, 1)))


def calls(made: TaskCalls, sent: bool = False) -> RenderableType:
    """Each call to a model with what it took, then the task's and the day's sums; with `sent`, every byte that left."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("asked", "model", "came of it"):
        table.add_column(heading, no_wrap=heading == "model")
    for heading in ("tokens in", "out", "USD", "ms"):
        table.add_column(heading, justify="right")
    for call in made.calls:
        cost = "unknown" if call.cost is None else dollars(call.cost).removesuffix(" USD")
        numbers = (f"{call.tokens_in:,}", f"{call.tokens_out:,}", cost, f"{call.ms:,}")
        table.add_row(call.purpose, call.model, call.outcome, *numbers)
    sums = [
        Text(f"{whose}: {_spent(spent)}", style="dim")
        for whose, spent in (("This task", made.task), ("Today", made.day))
    ]
    texts = [Text(_wire(call)) for call in made.calls] if sent else []
    parts: list[RenderableType] = [table, ""] if made.calls else []
    return Group(*parts, *sums, *texts)


def _spent(spent: Spent) -> str:
    if not spent.calls:
        return "no call to a model"
    unpriced = f", and {_count(spent.unpriced, 'call')} of unknown price" if spent.unpriced else ""
    return f"{_count(spent.calls, 'call')}, {spent.tokens:,} tokens, {dollars(spent.cost)}{unpriced}, {spent.ms:,} ms"


def _wire(call: Call) -> str:
    asked = "\n\n".join(call.sent) or "(no longer kept)"
    return f"\n── {call.purpose}, {call.at} ──\n{asked}\n\n── answered ──\n{call.received}"


def recalled(found: Recalled) -> RenderableType:
    """Quotations, each with its place, or why there are none."""
    parts: list[RenderableType] = [Padding(_quoted(e), (0, 0, 1, 0)) for e in found.evidence]
    if found.index.kind == "nothing" or (not parts and found.index.kind == "not indexed"):
        parts.append(Text("Nothing in your notes."))
    return Group(*parts, *([Text(found.index.caution, style="yellow")] if found.index.caution else []))


def index(status: Status, each: bool = False) -> RenderableType:
    """How the index stands; every file (`each`), or only those that are not in it."""
    lines = [file(f) for f in status.files if each or f.why]
    total = f"{_count(status.chunks, 'passage')} of {_count(len(status.files) - status.pending, 'file')}"
    waiting = f"; {_count(status.pending, 'file')} waiting to be read" if status.pending else ""
    lines += ["", f"{total}{waiting}."] if lines else [f"{total}{waiting}."]
    return Text("\n".join([*lines, *([status.rebuilding] if status.rebuilding else [])]))


def file(status: FileStatus) -> str:
    """One file of the index in a line."""
    when = f", {moment(dt.datetime.fromisoformat(status.at).astimezone())}" if status.at else ""
    match status.state:
        case "waiting":
            said = f"waiting, {_count(status.chunks, 'passage')} so far" if status.chunks else "waiting"
        case "indexed":
            said = _count(status.chunks, "passage") + when
        case "partly":
            said = f"{_count(status.chunks, 'passage')}{when}; not all of it: {status.why}"
        case _:
            said = f"not indexed: {status.why}"
    return f"{status.path}: {said}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def parts(states: dict[str, str]) -> RenderableType:
    """Each part with its state."""
    table = _grid()
    for name, state in sorted(states.items()):
        table.add_row(name, Text(state, style="green" if state.startswith("ok") else "yellow"))
    return table


def _quoted(e: Evidence, most: int = 600) -> Text:
    date = f", {e.date.isoformat()}" if e.date else ""
    quote = textwrap.shorten(e.quote, most, placeholder=" …")
    return Text.assemble(f"“{quote}” ", (f"{place(e)}{date}", "cyan"))


def _question(question: Question) -> RenderableType:
    shown = [f"{o}  (proposed)" if o == question.proposed else o for o in question.options]
    if not _numbered(question):
        return _bullets("·", shown)
    return Text("\n".join(f"  {number}) {option}" for number, option in enumerate(shown, 1)))


def _numbered(question: Question) -> bool:
    """Whether an answer can be given by its number: not where the answers are numbers themselves."""
    return not any(option.strip().isdigit() for option in question.options)


def _decision(decision: Decision) -> RenderableType:
    by_id = {e.id: e for e in decision.evidence}
    shown: list[RenderableType] = [_option("Top choice", decision.top, by_id)]
    if decision.backup:
        shown += ["", _option("Backup", decision.backup, by_id)]
    if decision.excluded:
        shown += ["", Text(f"Left out ({len(decision.excluded)}):", style="bold")]
        told = [f"{e.name}: {e.reason}{_cites(e.evidence, by_id)}" for e in decision.excluded[:LEFT_OUT]]
        more = len(decision.excluded) - LEFT_OUT
        shown.append(_bullets("·", [*told, *([f"and {more} more"] if more > 0 else [])]))
    return Group(*shown)


def _option(title: str, option: Option, by_id: dict[str, Evidence]) -> RenderableType:
    facts = " · ".join([option.price or "price not shown", f"seen {moment(option.seen_at)}", f"fit {option.fit:.0%}"])
    head = Text.assemble((f"{title}: {option.name}", "bold green"), f"\n  {facts}", (f"\n  {option.url}", "dim"))
    why = [f"{r.text}{_cites(r.evidence, by_id)}" for r in option.reasons]
    return Group(head, _bullets("+", why), _bullets("-", option.tradeoffs, "yellow"))


def _bullets(mark: str, lines: Iterable[str], style: str = "") -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for line in lines:
        table.add_row(f"  {mark}", Text(line, style=style))
    return table


def _cites(ids: tuple[str, ...], by_id: dict[str, Evidence]) -> str:
    places = [place(by_id[i]) for i in ids if i in by_id]
    return f" ({', '.join(places)})" if places else ""


def _plan(plan: PlanView) -> RenderableType:
    steps = [Text(f"  {number}. {step}") for number, step in enumerate(plan.steps, 1)]
    until = Text(f"Holds until {moment(plan.expires)}. Anything but a clear Go does nothing.", style="dim")
    return Group(Text(plan.title, style="bold green"), _terms(plan.terms), "", *steps, "", until)


def _receipt(receipt: Receipt) -> RenderableType:
    table = _terms(said(receipt))
    if receipt.reference:
        table.add_row("Reference", Text(receipt.reference, style="bold green"))
    if receipt.screenshot:
        table.add_row("Screenshot", receipt.screenshot)
    table.add_row("Seen", moment(receipt.at))
    return table


def _terms(given: dict[str, str | None]) -> Table:
    table = _grid()
    for heading, value in terms(given):
        table.add_row(heading, Text(value))
    return table


def _grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    return table


def _next(given: Reply) -> str:
    if given.question and given.question.options:
        by_number = "  (or its number)" if _numbered(given.question) else ""
        return f'Answer with: rflow ask "{given.question.proposed or given.question.options[0]}"{by_number}'
    if given.question:
        return 'Answer with: rflow ask "…"'
    if given.decision:
        return 'Go on with: rflow ask top | rflow ask backup | rflow ask "why not …?"'
    if given.plan:
        go = f"GO {given.plan.code}" if given.plan.code else "go"
        return f'Do it with: rflow ask "{go}"    Leave it with: rflow ask "no thanks"'
    if given.kind == "progress":
        return "Stop it with: rflow stop"
    return f"How it came about: rflow trace {given.task}" if given.task else ""
