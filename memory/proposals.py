"""Proposals: what was inferred, or told by another program, waits here until the person accepts or refuses it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from memory import change
from memory.errors import BadInput, Conflict, NotFound
from memory.evidence import Evidence
from memory.history import History
from memory.home import Home
from memory.notes import FALLBACK, MOST, TRIES, Place, one_line, preview, remember

FILE = "state/proposals.json"
WAITING = 50  # proposals that wait at once; more would be read by nobody


class Proposal(BaseModel):
    """Something that could become a note.

    Attributes:
        id: from its words, so that the same proposal made again is the same one.
        place: the file and heading it would go to; None: chosen when it is shown.
        source: who proposes it, one word ("inferred", "mcp").
        why: one sentence: what it was inferred from.
        evidence: what it rests on, in words that a person can check.
        state: a refused one is kept, so that it does not come back.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    text: str
    place: Place | None = None
    source: str = "inferred"
    why: str = ""
    evidence: tuple[str, ...] = ()
    made: dt.datetime
    state: Literal["waiting", "accepted", "refused"] = "waiting"


_LIST = TypeAdapter(tuple[Proposal, ...])


def propose(
    home: Home,
    text: str,
    place: Place | None = None,
    source: str = "inferred",
    why: str = "",
    evidence: Iterable[str] = (),
) -> Proposal:
    """Puts a statement before the person; nothing is remembered until they accept it.

    Args:
        text: one statement, as it would stand in the file; line breaks become spaces.
        place: file and heading; None: the nearest of the person's own when it is shown.

    Returns:
        The proposal; where the same was proposed before, that one, whatever became of it.

    Raises:
        BadInput: an empty or overlong text.
        Conflict: too many wait already.
    """
    text = one_line(text)
    if not text or len(text) > MOST:
        raise BadInput(f"A note has 1 to {MOST} characters; this one has {len(text)}.", "Say it shorter.")
    made = Proposal(
        id=_id(text),
        text=text,
        place=place,
        source="-".join(re.findall(r"[a-z]+", source.lower())) or "inferred",
        why=one_line(why)[:MOST],
        evidence=tuple(one_line(e)[:MOST] for e in evidence)[:20],
        made=dt.datetime.now(dt.UTC),
    )

    def add(known: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
        if any(p.id == made.id for p in known):
            return known
        if sum(p.state == "waiting" for p in known) >= WAITING:
            raise Conflict(f"{WAITING} proposals wait already.", "Accept or refuse some: rflow memory proposals.")
        return (*known, made)

    return next(p for p in _change(home, add) if p.id == made.id)


def waiting(home: Home) -> tuple[Proposal, ...]:
    """The proposals that wait for an answer, oldest first."""
    return tuple(p for p in _read(home)[0] if p.state == "waiting")


def accept(
    home: Home, history: History, name: str, day: dt.date, place: Place = FALLBACK, text: str = "", said: str = ""
) -> Evidence:
    """Writes a proposal down as a note, marked as inferred; with words of the person's own (`text`) as stated.

    Args:
        name: its id.
        place: where it goes, if the proposal does not say so itself.
        text: the person's wording in place of the proposed one.
        said: where they said it ("web").

    Raises:
        NotFound: nothing of that id waits.
    """
    proposal = _find(home, name)
    place = proposal.place or place
    note = remember(home, history, *place, text or proposal.text, day, said if text else "inferred")
    _settle(home, name, "accepted")
    return note


def refuse(home: Home, name: str) -> Proposal:
    """Puts a proposal away for good: the same is not proposed again."""
    proposal = _find(home, name)
    _settle(home, name, "refused")
    return proposal


def diff(home: Home, proposal: Proposal, day: dt.date, place: Place = FALLBACK) -> str:
    """What accepting would change, as a unified diff of the file."""
    path, heading = proposal.place or place
    before, after = preview(home, path, heading, proposal.text, day, "inferred")
    return change.diff(path, before, after)


def _id(text: str) -> str:
    return hashlib.sha256(" ".join(re.findall(r"\w+", text.casefold())).encode()).hexdigest()[:8]


def _find(home: Home, name: str) -> Proposal:
    found = next((p for p in waiting(home) if p.id == name), None)
    if found is None:
        raise NotFound(f"No proposal {name!r} waits.", "Look at: rflow memory proposals.")
    return found


def _settle(home: Home, name: str, state: Literal["accepted", "refused"]) -> None:
    _change(home, lambda all_: tuple(p.model_copy(update={"state": state}) if p.id == name else p for p in all_))


def _read(home: Home) -> tuple[tuple[Proposal, ...], str | None]:
    try:
        file = home.read(FILE)
    except NotFound:
        return (), None
    try:
        return _LIST.validate_json(file.text), file.etag
    except ValidationError as error:
        raise BadInput(f"{FILE} is broken: {error.errors()[0]['msg']}.", "Mend it, or delete it.") from error


def _change(home: Home, edit: Callable[[tuple[Proposal, ...]], tuple[Proposal, ...]]) -> tuple[Proposal, ...]:
    for _ in range(TRIES):
        known, etag = _read(home)
        changed = edit(known)
        if changed == known:
            return known
        try:
            home.write(FILE, _LIST.dump_json(changed, indent=1).decode(), etag)
        except Conflict:
            continue
        return changed
    raise Conflict(f"{FILE} keeps changing.", "Try again.")
