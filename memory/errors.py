"""The one error base: what was seen, what was expected, what to do next."""

from __future__ import annotations


class RflowError(Exception):
    """An error that a person can act on.

    `app/errors.py` is the one place that turns it into an HTTP status, a chat reply or a terminal line.

    Args:
        message: one sentence with the value seen and what was expected.
        next_step: what to do about it, as one sentence; empty where nothing can be done.
    """

    status = 500

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class BadInput(RflowError):
    """The person or the calling program gave something that cannot be used."""

    status = 422


class NotFound(RflowError):
    """What was named is not there."""

    status = 404


class Conflict(RflowError):
    """The thing changed since it was read, or somebody else owns it now."""

    status = 409


class Unavailable(RflowError):
    """Something outside us (a site, a browser, a disk) does not answer; trying again later may help."""

    status = 503


class Damaged(Unavailable):
    """The index cannot be trusted; it is rebuilt from the files."""
