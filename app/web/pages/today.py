"""Today: how everything is, who answers, what models took, and what there is to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from agents.reasoning.meter import Caps, ModelDay, Spending
from app.channels.base import MAIN
from app.settings import Settings
from app.usage import summed
from app.web import ports
from app.web.api.doors import Assistant
from app.web.charts import stacked
from app.web.show import is_htmx, page
from memory.status import FileStatus

DAYS = 30

today = APIRouter(include_in_schema=False)


@today.get("/today")
async def shown(request: Request, assistant: Assistant) -> HTMLResponse:
    """How everything is."""
    settings, spending = ports.settings(request), await assistant.spending(DAYS)
    whatsapp = getattr(request.state, "whatsapp", None)
    since = (assistant.clock().date() - dt.timedelta(DAYS)).isoformat()
    return page(
        request,
        "today/page.html",
        **await _index(assistant),
        models=await assistant.models_view(MAIN),
        parts=await assistant.health(),
        tasks=await assistant.today(),
        used=summed(await assistant.usage.since(since)),
        spending=spending,
        charts=charts(spending, settings.day_usd),
        caps=Caps(settings.task_tokens, settings.day_tokens, settings.task_usd, settings.day_usd),
        whatsapp=whatsapp is not None,
        heard=await whatsapp.last() if whatsapp else "",
        missing=_missing(settings),
    )


@today.get("/today/index")
async def index(request: Request, assistant: Assistant) -> HTMLResponse:
    """How the index stands, asked for again while files wait."""
    return page(request, "today/index.html", **await _index(assistant))


@today.post("/today/model")
async def model(request: Request, assistant: Assistant, name: Annotated[str, Form(pattern=r"^\S{1,64}$")]) -> Response:
    """Chooses who answers in the owner's conversation."""
    said = await assistant.choose_model(MAIN, name)
    if not is_htmx(request):
        return RedirectResponse("/today#models", 303)
    return page(request, "today/models.html", models=await assistant.models_view(MAIN), said=said)


@today.post("/today/model/check")
async def check(request: Request, assistant: Assistant) -> HTMLResponse:
    """Asks the model in use one cheap question."""
    checkup, whole = await assistant.check_model(MAIN), not is_htmx(request)
    return page(request, "today/tried.html" if whole else "today/checkup.html", checkup=checkup)


async def _index(assistant: ports.Assistant) -> dict[str, Any]:
    status, zone = await assistant.index_status(), assistant.clock().tzinfo
    return {"index": status, "files": [_local(file, zone) for file in sorted(status.files, key=_urgency)]}


def _urgency(file: FileStatus) -> tuple[int, str]:
    """What wants attention comes first: files that wait, then those that could not be read."""
    return ("waiting", "skipped", "partly", "indexed").index(file.state), file.path


def _local(file: FileStatus, zone: dt.tzinfo | None) -> FileStatus:
    at = dt.datetime.fromisoformat(file.at).astimezone(zone).isoformat() if file.at else ""
    return file.model_copy(update={"at": at})


def charts(spending: Spending, cap: float) -> dict[str, Any]:
    """The charts of calls and of money, by day and model; empty where no model was asked."""
    if not spending.days:
        return {}
    first = dt.date.fromisoformat(spending.since)
    days = [(first + dt.timedelta(days=n)).isoformat() for n in range(DAYS)]
    called = {day: f"{(date := dt.date.fromisoformat(day)).day} {date:%b}" for day in days}
    names = list(called.values())
    calls = _parts(spending.days, called, lambda spent: spent.calls)
    money = _parts(spending.days, called, lambda spent: spent.cost / 1_000_000)
    return {
        "calls": stacked(names, calls, lambda value: f"{value:g} {'call' if value == 1 else 'calls'}"),
        "money": stacked(names, money, lambda value: f"{value:.4g} USD", cap),
    }


def _parts(
    days: tuple[ModelDay, ...], called: Mapping[str, str], value: Callable[[ModelDay], float]
) -> dict[str, dict[str, float]]:
    parts: dict[str, dict[str, float]] = {}
    for spent in days:
        if spent.day in called:  # a clock that was set back leaves days to come
            parts.setdefault(spent.model, {})[called[spent.day]] = value(spent)
    return parts


def _missing(settings: Settings) -> tuple[str, ...]:
    """What WhatsApp still needs, where somebody began to set it up."""
    return settings.twilio_missing if len(settings.twilio_missing) < 3 else ()
