"""The doors to what was done and what it took: runs, the ledger's check, spending, and who answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from agents.executor.audit import Chain
from agents.reasoning.meter import Spending
from app.channels.base import MAIN
from app.models import ModelsView
from app.runs import Run, RunLine
from app.web.api.doors import PROBLEMS, Assistant, TaskId

day = APIRouter(prefix="/api/v1", responses=PROBLEMS)


class ChoiceIn(BaseModel):
    """Who shall answer in a conversation, by the name that `GET models` gives."""

    name: str = Field(pattern=r"^\S{1,64}$")
    conversation: str = Field(default=MAIN, pattern=r"^[A-Za-z0-9_.+@:-]{1,64}$")


@day.get("/runs")
async def get_runs(assistant: Assistant, limit: Annotated[int, Query(ge=1, le=1000)] = 60) -> list[RunLine]:
    """The runs, the latest first: what was asked, how it stands, and when."""
    return await assistant.gallery(limit)


@day.get("/runs/{task}")
async def get_run(task: TaskId, assistant: Assistant) -> Run:
    """One run: its steps with their times, its plan and receipt, and every move of its mandates in the ledger."""
    return await assistant.run(task)


@day.get("/ledger")
async def get_ledger(assistant: Assistant) -> Chain:
    """Whether every link of the ledger fits the one before; looks at all of them."""
    return await assistant.check_ledger()


@day.get("/spend")
async def get_spend(assistant: Assistant, days: Annotated[int, Query(ge=1, le=366)] = 30) -> Spending:
    """What models took on the last days, by day and model, and by task."""
    return await assistant.spending(days)


@day.post("/models")
async def post_models(body: ChoiceIn, assistant: Assistant) -> ModelsView:
    """Chooses who answers in a conversation from now on."""
    await assistant.choose_model(body.conversation, body.name)
    return await assistant.models_view(body.conversation)
