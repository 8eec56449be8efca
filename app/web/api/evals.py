"""The doors to how well it does for this person: their own cases, and what came of what was proposed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from agents.evals.cases import Case
from agents.evals.outcome import Outcome
from app.usage import Used
from app.web.api.doors import PROBLEMS, Assistant

evals = APIRouter(prefix="/api/v1", responses=PROBLEMS)


class FileOfCases(BaseModel):
    """A file of cases; `faults` are sentences with the line and how to mend it."""

    path: str
    cases: tuple[Case, ...]
    faults: tuple[str, ...]


class RunIn(BaseModel):
    """A case by its place, and who answers; empty: whoever answers the person."""

    path: str
    line: int = Field(ge=1)
    reasoner: str = Field(default="", pattern=r"^\S{0,64}$")


@evals.get("/evals")
async def get_evals(assistant: Assistant) -> list[FileOfCases]:
    """The person's own cases, by file."""
    found = await assistant.evals.files()
    return [FileOfCases(path=f.path, cases=f.cases, faults=tuple(map(str, f.faults))) for f in found]


@evals.post("/evals")
async def post_evals(body: RunIn, assistant: Assistant) -> Outcome:
    """Says a case's messages over copies of what may be written, and judges what came; nothing is kept."""
    return await assistant.evals.run(body.path, body.line, body.reasoner)


@evals.get("/usage")
async def get_usage(
    assistant: Assistant, since: Annotated[str, Query(pattern=r"^(\d{4}-\d\d-\d\d)?$")] = ""
) -> tuple[Used, ...]:
    """How often top, backup or neither was taken, per workflow and month; with `since` from that day on."""
    return await assistant.usage.since(since)
