"""The doors to what was learned: the log, undo, and the proposals that wait."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from app.web.api.doors import PROBLEMS, Assistant
from memory.errors import BadInput, Conflict
from memory.evidence import Evidence

memory = APIRouter(prefix="/api/v1/memory", responses=PROBLEMS)
Name = Annotated[str, Path(pattern=r"^[0-9a-f]{8}$")]


class LearnedOut(BaseModel):
    """One thing that was learned: its commit, and the lines that it added and removed."""

    commit: str
    at: dt.datetime
    message: str
    paths: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    undone: bool
    undoes: str


class UndoIn(BaseModel):
    """What to take back: a commit of the log, or the last where none is named. The same `id` again acts once."""

    commit: str = Field(default="", max_length=40)
    id: str = Field(default="", pattern=r"^[A-Za-z0-9_.:-]{0,128}$")


class ProposalOut(BaseModel):
    """What waits to be remembered: where it would go, what it rests on, and the change as a diff."""

    id: str
    text: str
    source: str
    why: str
    evidence: tuple[str, ...]
    path: str
    heading: str
    diff: str


class MeantOut(BaseModel):
    """What could be forgotten: `sure` where the notes say all the words; `past`: lines of git's past that do."""

    sure: bool
    notes: tuple[Evidence, ...]
    past: tuple[str, ...] = ()


class ForgetIn(BaseModel):
    """What to forget, out of what `GET forget` gave for the same words: notes by id, lines of git's past as given."""

    text: str = Field(max_length=2000)
    notes: tuple[str, ...] = ()
    past: tuple[str, ...] = ()


class Forgotten(BaseModel):
    """From where it was removed, and what still has it."""

    said: str


class AnswerIn(BaseModel):
    """The person's answer; `edit` takes their own words in `text`."""

    do: Literal["accept", "edit", "refuse"]
    text: str = ""


class Answered(BaseModel):
    """What became of a proposal; `note` where it was written down."""

    do: str
    text: str
    note: Evidence | None = None


class ProposalIn(BaseModel):
    """What another program would have remembered."""

    text: str = Field(max_length=10_000)
    why: str = Field(default="", max_length=10_000)


class ProposalMade(BaseModel):
    """A proposal as it stands: it waits, or the person has answered it before."""

    id: str
    text: str
    state: str


@memory.get("/log")
async def get_log(assistant: Assistant, limit: Annotated[int, Query(ge=1, le=1000)] = 20) -> list[LearnedOut]:
    """What was learned, newest first."""
    found = await asyncio.to_thread(assistant.keeper.log, limit)
    return [LearnedOut.model_validate(entry, from_attributes=True) for entry in found]


@memory.post("/undo")
async def post_undo(body: UndoIn, assistant: Assistant) -> LearnedOut:
    """Takes one thing back and tells what it was."""
    back = await asyncio.to_thread(assistant.keeper.undo, body.commit, body.id)
    return LearnedOut.model_validate(back, from_attributes=True)


@memory.get("/forget")
async def get_forget(text: str, assistant: Assistant, past: bool = False) -> MeantOut:
    """What is meant by these words; with `past` also in git's past, which only a repository of home's own allows."""
    sure, near = await asyncio.to_thread(assistant.keeper.meant, text)
    lines = await asyncio.to_thread(assistant.keeper.past, text) if past else ()
    return MeantOut(sure=bool(sure), notes=sure or near, past=lines)


@memory.post("/forget")
async def post_forget(body: ForgetIn, assistant: Assistant) -> Forgotten:
    """Forgets them everywhere but in git's past; lines of `past` there too, for good."""
    meant = await get_forget(body.text, assistant, bool(body.past))
    notes = [note for note in meant.notes if note.id in body.notes]
    if len(notes) != len(body.notes) or not set(body.past) <= set(meant.past) or not (notes or body.past):
        raise Conflict("That is not what these words mean now.", "Ask again what is meant: GET /api/v1/memory/forget.")
    return Forgotten(said=await assistant.forget(notes, body.past))


@memory.get("/proposals")
async def get_proposals(assistant: Assistant) -> list[ProposalOut]:
    """What waits for the person, oldest first."""
    shown = await asyncio.to_thread(assistant.keeper.proposals)
    return [
        ProposalOut(
            id=s.proposal.id,
            text=s.proposal.text,
            source=s.proposal.source,
            why=s.proposal.why,
            evidence=s.proposal.evidence,
            path=s.place[0],
            heading=s.place[1],
            diff=s.diff,
        )
        for s in shown
    ]


@memory.post("/proposals/{name}")
async def post_answer(name: Name, body: AnswerIn, assistant: Assistant) -> Answered:
    """Accepts, edits or refuses a proposal."""
    if body.do == "refuse":
        refused = await asyncio.to_thread(assistant.keeper.refuse, name)
        return Answered(do=body.do, text=refused.text)
    if body.do == "edit" and not body.text.strip():
        raise BadInput("An edit without words was given.", "Say in `text` what to write.")
    text = body.text if body.do == "edit" else ""
    note = await asyncio.to_thread(assistant.keeper.accept, name, text, "api")
    return Answered(do=body.do, text=note.quote, note=note)


@memory.post("/proposals")
async def post_proposal(body: ProposalIn, assistant: Assistant) -> ProposalMade:
    """Puts a statement before the person; nothing is remembered until they accept it."""
    made = await assistant.propose(body.text, body.why)
    return ProposalMade(id=made.id, text=made.text, state=made.state)
