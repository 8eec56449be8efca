"""A town whose pages are mutated on the way to the browser, by a seed; what it is asked for is noted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.benchmarks.mutations import ACTIVATES, SCRIPT, mutated, script

_DROPPED = (b"content-length", b"content-security-policy", b"etag", b"last-modified")


@dataclass
class Changing:
    """A town behind a hand that rewrites its pages, and notes what is asked for."""

    town: ASGIApp | None = None
    kinds: tuple[str, ...] = ()
    seed: int = 0
    asked: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.town is not None
        if scope["type"] != "http":
            await self.town(scope, receive, send)
            return
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        if scope["path"] == ACTIVATES:
            await _answer(send, 200, [(b"content-type", b"text/javascript")], SCRIPT.encode())
            return
        await self.town(scope, receive, keep)
        headers = {name.lower(): value for name, value in answer[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in answer[1:])
        kind = headers.get(b"content-type", b"").partition(b";")[0]
        if kind == b"text/html" or answer[0]["status"] == 303:
            self.asked.append(_address(scope))
        if self.kinds and kind == b"text/html":
            body = mutated(body.decode(), self.kinds, self.seed).encode()
        elif self.kinds and kind.endswith(b"javascript"):
            body = script(body.decode(), self.kinds, self.seed).encode()
        kept = [(k, v) for k, v in answer[0]["headers"] if k.lower() not in _DROPPED]
        await _answer(send, answer[0]["status"], kept, body)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


def _address(scope: Scope) -> str:
    """The method, path and values of a request, without what differs from run to run."""
    token = r"/[^/]*[A-Z_][^/]*|/(?=[^/]*\d)[^/-]{8,}"  # names are in small letters, and hyphenated
    path = re.sub(token, "/*", scope["path"])
    values = sorted(parse_qsl(scope["query_string"].decode()))
    return f"{scope['method']} {path} {dict(values) if values else ''}".strip()
