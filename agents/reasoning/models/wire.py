"""The wire: the one HTTP client under every model, which keeps what was sent and bounds what comes back."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import httpx2

LARGEST = 400_000
"""Bytes of an answer that are read: far more than any answer to our questions needs."""

_sent: ContextVar[list[str] | None] = ContextVar("sent", default=None)


class Flooded(Exception):
    """An answer is longer than `LARGEST`."""


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._stream:
            read += len(chunk)
            if read > LARGEST:
                raise Flooded
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Watched(httpx2.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        kept = _sent.get()
        if kept is not None:
            kept.append(f"{request.method} {request.url}\n{(await request.aread()).decode('utf-8', 'replace')}")
        response = await super().handle_async_request(request)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream)
        return response


@cache
def certificates() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes a tenth of a second, so it is done once."""
    return httpx2.create_ssl_context()


def client() -> httpx2.AsyncClient:
    """An HTTP client that goes straight to the address it is given: no proxy, no redirect, no retry of its own."""
    return httpx2.AsyncClient(transport=_Watched(verify=certificates()), follow_redirects=False, timeout=None)


@contextmanager
def kept() -> Iterator[list[str]]:
    """Every request that is sent within, in order: method, address and body; headers (they hold the key) are not."""
    sent: list[str] = []
    token = _sent.set(sent)
    try:
        yield sent
    finally:
        _sent.reset(token)


def retry_after(header: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3): a number, or a date; None where there is none to read."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
