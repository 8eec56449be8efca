"""Bookings: what was done before, told from the ledger, and where it can be undone."""

from __future__ import annotations

from urllib.parse import urljoin

from rapidfuzz import fuzz

from agents.crew import Crew
from agents.executor import ledger
from agents.executor.ledger import Entry
from agents.executor.mandate import Plan
from agents.executor.tables import State
from agents.orchestrator import say
from agents.reasoning.offline.lexis import fold
from memory.errors import RflowError
from workflows.model import Verb

MOST = 10
"""Bookings that are told at once."""

_MEANT = 75  # rapidfuzz score of 100 from which a booking was meant


def terms(plan: Plan) -> list[str]:
    """When and for how many, as it was approved."""
    days = [say.day(day) for day in (plan.date, plan.end_date) if day]
    count = plan.party or plan.quantity
    return [*days, *([plan.time] if plan.time else []), *([f"for {count}"] if count else [])]


def reference(entry: Entry) -> str:
    """The site's reference in brackets, to stand behind what was done; empty where there is none."""
    return f" ({say.quoted(entry.receipt.reference)})" if entry.receipt and entry.receipt.reference else ""


async def told(undone: str, crew: Crew) -> str:
    """What was done and still lies ahead, soonest first; then what lies behind.

    Args:
        undone: of which one the person wants to be rid, in their words: they are told where; empty where they only ask.
    """
    async with crew.database.connect() as conn:
        entries = await ledger.done(conn)
    if not entries:
        return "I have booked nothing for you yet."
    if undone:
        return _to_undo(_meant(undone, entries), crew)
    today = crew.clock().date().isoformat()
    ahead = sorted((e for e in entries if (e.mandate.plan.date or "") >= today), key=_when)
    behind = [e for e in reversed(entries) if e not in ahead]
    parts = []
    for heading, some in (("Ahead of you", ahead), ("Done before", behind)):
        if some:
            rest = f"\n- and {len(some) - MOST} more, in your journal" if len(some) > MOST else ""
            parts.append(f"{heading}:\n" + "\n".join(_line(e) for e in some[:MOST]) + rest)
    return "\n\n".join(parts)


async def nothing_on_offer(conversation: str, crew: Crew) -> str:
    """What a Go is answered that finds no offer: what became of the last one, where there was one."""
    async with crew.database.connect() as conn:
        last = await ledger.latest(conn, conversation)
    if last is None or last.state not in (State.DONE, State.UNKNOWN):
        return "Nothing is on offer yet, so a Go does nothing."
    done = "is done already" if last.state is State.DONE else "was tried, and I could not tell whether it was done"
    return f"Nothing new is on offer, so this Go does nothing. Your last one {done}:\n{_line(last)}"


def _when(entry: Entry) -> tuple[str, str]:
    return entry.mandate.plan.date or "", entry.mandate.plan.time or ""


def _line(entry: Entry) -> str:
    return f"- {', '.join([say.quoted(entry.mandate.plan.item), *terms(entry.mandate.plan)])}{reference(entry)}"


def _meant(words: str, entries: tuple[Entry, ...]) -> list[Entry]:
    """The bookings that the words name, by what or by when; the latest where they name none."""
    scored = [(fuzz.partial_token_set_ratio(fold(_line(e)), fold(words)), e) for e in entries]
    named = [e for score, e in scored if score >= _MEANT]
    return named if named and len(named) < len(entries) else [entries[-1]]


def _to_undo(entries: list[Entry], crew: Crew) -> str:
    opening = "I have no workflow that cancels or changes a booking, so I did nothing. You can do it there:"
    return "\n".join([opening, *(f"{_line(e)}: {_place(e, crew)}" for e in entries)])


def _place(entry: Entry, crew: Crew) -> str:
    """The page that the workflow's Check looks at, else the site."""
    try:
        check = crew.registry.get(entry.bound.workflow).check
    except RflowError:  # the file is gone or broken since
        check = ()
    page = next((s.target for s in check if s.verb is Verb.OPEN and "{" not in s.target), "")
    return urljoin(entry.mandate.plan.origin, page)
