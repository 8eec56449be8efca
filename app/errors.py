"""The one place that turns an error into an HTTP answer, a chat reply or a terminal line."""

from __future__ import annotations

import logging
import traceback
import uuid
from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from agents.types import Reply
from memory.errors import BadInput, RflowError

log = logging.getLogger(__name__)


class Problem(BaseModel):
    """An error as it leaves over HTTP (`application/problem+json`, RFC 9457, with our two sentences)."""

    title: str
    status: int
    message: str
    next_step: str = ""


class Unexpected(RflowError):
    """A fault of ours: the person gets an id, the log gets the place."""


class Refused(RflowError):
    """A request that the web guard or a door does not let in."""

    def __init__(self, status: int, message: str, next_step: str = "") -> None:
        super().__init__(message, next_step)
        self.status = status


def unexpected(error: BaseException) -> Unexpected:
    """Logs where it happened, never what it said (an exception's text may quote the person), and gives it an id."""
    number = uuid.uuid4().hex[:8]
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    where = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    log.error("unexpected %s, id %s, at %s", type(error).__name__, number, where)
    return Unexpected(
        f"Something went wrong on our side (id {number}).",
        f"Try again; if it comes back, look for {number} in the log.",
    )


def known(error: BaseException) -> RflowError:
    """The error itself where it was made for a person, otherwise a generic one with an id."""
    if isinstance(error, RflowError):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return Refused(error.status_code, _status_sentence(error.status_code))
    return unexpected(error)


def to_problem(error: BaseException) -> Problem:
    """The error as HTTP shows it."""
    e = known(error)
    return Problem(title=HTTPStatus(e.status).phrase, status=e.status, message=e.message, next_step=e.next_step)


def to_response(error: BaseException) -> JSONResponse:
    """The error as an HTTP answer for programs."""
    problem = to_problem(error)
    return JSONResponse(problem.model_dump(), problem.status, media_type="application/problem+json")


def to_reply(error: BaseException, task: str | None = None) -> Reply:
    """The error as the chat shows it."""
    return Reply(kind="error", text=str(known(error)), task=task)


def to_terminal(error: BaseException) -> tuple[str, int]:
    """The error as a terminal line, and the exit code: 2 where the input is to be changed (4xx), 1 otherwise."""
    e = known(error)
    return str(e), 2 if e.status < 500 else 1


def install(app: FastAPI, page: Callable[[Request, Problem], HTMLResponse]) -> None:
    """Answers every error of the app: problem JSON for programs, `page` for people."""

    async def handle(request: Request, error: Exception) -> Response:
        if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/"):
            return page(request, to_problem(error))
        return to_response(error)

    for kind in (RflowError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)


def _invalid(error: RequestValidationError) -> BadInput:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the body"
    return BadInput(f"{where}: {first['msg']}.", "See /openapi.json for what this door expects.")


def _status_sentence(status: int) -> str:
    sentences = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    return sentences.get(status, f"The request was answered with {status} {HTTPStatus(status).phrase}.")
