"""Templates as answers: whole pages, the parts that htmx swaps in, and errors with a way out."""

from __future__ import annotations

import uuid
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.errors import Problem

ROOMS = (("Chat", "/"), ("Memory", "/memory"), ("Workflows", "/workflows"), ("Runs", "/runs"), ("Today", "/today"))
"""What the head of every page leads to."""


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A template as an answer."""
    return HTMLResponse(rendered(request, template, **values), status)


def error_page(request: Request, problem: Problem) -> HTMLResponse:
    """An error as a page with a way out."""
    return page(request, "error.html", status=problem.status, problem=problem)


def rendered(request: Request, template: str, **values: Any) -> str:
    """A template as text; every one knows `new_id()` for its forms, and whose home it shows."""
    found = request.app.state.templates.get_template(template)
    sample = getattr(request.state, "sample", "")
    return str(found.render({"new_id": lambda: uuid.uuid4().hex, "rooms": ROOMS, "sample": sample} | values))


def is_htmx(request: Request) -> bool:
    """Whether a part of a page is asked for, not the whole."""
    return request.headers.get("hx-request") == "true"
