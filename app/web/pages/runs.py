"""The runs: a gallery of them, and each with its steps, its receipt and its audit, live while it goes on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from agents.executor.tables import State
from agents.orchestrator import papers
from agents.reasoning.meter import TaskCalls
from app.web.api.doors import Assistant, TaskId
from app.web.pages.chat import MessageId, store_said
from app.web.show import is_htmx, page
from memory.errors import Conflict, NotFound

MOVES = {
    State.OFFERED: "The plan was offered",
    State.GRANTED: "You gave the Go",
    State.CLAIMED: "The run began",
    State.STARTED: "Written down before the last click",
    State.DONE: "Done, as the site says",
    State.REFUSED: "Ended without being done",
    State.UNKNOWN: "Ended; what came of it is not certain",
    State.EXPIRED: "Its time was over",
    State.CANCELLED: "Cancelled",
}
"""A mandate's moves as a person calls them."""

PAGE = 60  # runs that are shown at first

runs = APIRouter(include_in_schema=False)


@runs.get("/runs")
async def gallery(
    request: Request, assistant: Assistant, limit: Annotated[int, Query(ge=1, le=10_000)] = PAGE
) -> HTMLResponse:
    """All runs, the latest first."""
    found = await assistant.gallery(limit + 1)
    more = limit + PAGE if len(found) > limit else 0
    return page(request, "runs/gallery.html", runs=found[:limit], more=more)


@runs.get("/runs/{task}")
async def one(task: TaskId, request: Request, assistant: Assistant) -> HTMLResponse:
    """One run with everything that is known of it."""
    run, asked, trace = await assistant.run(task), TaskCalls(), tuple[str, ...]()
    with suppress(NotFound):  # a home from elsewhere brings papers that this machine's records know nothing of
        asked, trace = await assistant.calls(task), (await assistant.task(task)).trace
    return page(
        request,
        "runs/page.html",
        run=run,
        papers=await asyncio.to_thread(papers.read, assistant.home.root, task),
        asked=asked,
        trace=trace,
        chain=await assistant.check_ledger(),
        words=MOVES,
    )


@runs.get("/runs/{task}/steps")
async def steps(task: TaskId, request: Request, assistant: Assistant) -> HTMLResponse:
    """The steps so far, for a page that looks on; it is told when there will be no more."""
    run = await assistant.run(task)
    answer = page(request, "runs/steps.html", run=run)
    if not run.live:
        answer.headers["hx-trigger"] = "run-ended"
    return answer


@runs.post("/runs/{task}/done")
async def done(task: TaskId, request: Request, assistant: Assistant, id: MessageId) -> Response:  # noqa: A002
    """Says in the run's conversation that the person has finished in the window."""
    run = await assistant.run(task)
    if not run.yours:
        raise Conflict("Nothing waits for you in that run's window.", f"See how it stands: /runs/{task}.")
    await store_said(assistant, run.conversation, "done", id)
    return Response(status_code=204) if is_htmx(request) else RedirectResponse(f"/runs/{task}", 303)
