"""The log-in, where a password is set."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.web.session import Sessions
from app.web.show import page

WRONG_PASSWORD_SECONDS = 1.0  # slows down guessing

login = APIRouter(include_in_schema=False)


@login.get("/login")
async def asks(request: Request) -> HTMLResponse:
    """Asks for the password."""
    return page(request, "login.html", wrong=False)


@login.post("/login")
async def begins(request: Request, password: Annotated[str, Form()] = "") -> Response:
    """Begins a session for whoever knows the password."""
    sessions: Sessions = request.app.state.sessions
    if not sessions.accepts(password):
        await asyncio.sleep(WRONG_PASSWORD_SECONDS)
        return page(request, "login.html", status=403, wrong=True)
    response = RedirectResponse("/", 303)
    sessions.begin(response, secure=request.url.scheme == "https")
    return response
