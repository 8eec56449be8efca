"""The web guard: who may talk to the local service, and what browsers may do with its answers."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Refused, to_response
from app.settings import Settings, is_loopback
from app.web.session import Sessions
from memory.dropped import MOST

BODY_CAP = 64 * 1024  # bytes
FILE_CAP = 1024 * 1024
"""Bytes of a request that carries a file of the person's."""
FILE_PATHS = ("/memory/", "/workflows/", "/api/v1/files/", "/api/v1/workflows/")
VOICE_CAP = 4 * FILE_CAP
"""Bytes of a request that carries a recording: two minutes as browsers make them."""

BODY_SECONDS = 5.0
UPLOAD_PATHS = {"/api/v1/documents", "/welcome/documents"}
"""Where documents are sent to: their bodies are larger, and are not kept in memory."""

UPLOAD_CAP = MOST + BODY_CAP  # bytes
UPLOAD_SECONDS = 600.0
SAFE_METHODS = {"GET", "HEAD"}
OPEN_PATHS = {"/login", "/healthz", "/readyz"}
PUBLIC_PATHS = ("/webhooks/", "/media/")
"""What may be reached from outside, under the public name: each proves its caller by a signature of its own."""

SIGNED = "x-twilio-signature"
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # not no-referrer: with it, browsers send "Origin: null" on our own forms
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), payment=()",
}


class Guard:
    """ASGI middleware: Host, Origin, session, body size; a header set on every answer; no exception gets past it."""

    def __init__(self, app: ASGIApp, settings: Settings, sessions: Sessions) -> None:
        self.app = app
        self.settings = settings
        self.sessions = sessions
        self.hosts = {"localhost", "127.0.0.1", "::1", settings.host.lower(), *settings.allowed_hosts}
        self.hosts -= {"0.0.0.0", "::"}  # noqa: S104  every address is no name
        self.public = {_hostname(urlsplit(settings.public_url).netloc)} if settings.whatsapp else set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request through, or answers it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # no door is a WebSocket
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # what is static may be kept, but is asked for again: an update must not wait for a cache
        cache = "no-cache" if scope["path"].startswith("/static/") else "no-store"
        await self._http(scope, receive, _Hardened(send, cache))

    async def _http(self, scope: Scope, receive: Receive, send: _Hardened) -> None:
        try:
            refusal = self._refusal(scope, Headers(scope=scope))
            if refusal is not None:
                await refusal(scope, receive, send)
                return
            await self.app(scope, await _capped(scope, receive), send)
        except Exception as error:  # noqa: BLE001  the last boundary: the server's own log would print bodies
            if send.started:
                raise ConnectionError("the answer broke off") from None
            await to_response(error)(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if self.public and scope["path"].startswith(PUBLIC_PATHS):
            self._check_host(headers, self.hosts | self.public)
            if scope["method"] not in SAFE_METHODS and SIGNED not in headers:
                raise Refused(403, "The request is not signed.", "Only Twilio knocks here.")
            return None
        self._check_host(headers, self.hosts)
        self._check_origin(scope, headers)
        return self._check_session(scope, headers)

    def _check_host(self, headers: Headers, known: set[str]) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _hostname(hosts[0]) not in known:
            raise Refused(
                421,
                f"This service does not answer to the name {', '.join(hosts) or '(none)'!r}.",
                "Open it as http://127.0.0.1, or add the name to RFLOW_ALLOWED_HOSTS.",
            )

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        guarded = scope["method"] not in SAFE_METHODS or scope["path"].endswith("/events")
        if not guarded:
            if site in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate":
                raise _foreign("another page asked for this")
            return
        if site is None and origin is None:
            if not _from_loopback(scope):
                raise _foreign("neither Origin nor Sec-Fetch-Site was sent from another machine")
            return
        if origin is not None and not _same_origin(origin, scope, headers):
            raise _foreign(f"it came from {origin!r}")
        if site is not None and site != "same-origin" and not (site == "none" and scope["method"] in SAFE_METHODS):
            raise _foreign(f"the browser says {site!r}")

    def _check_session(self, scope: Scope, headers: Headers) -> Response | None:
        path = scope["path"]
        if not self.sessions.needed or path in OPEN_PATHS or path.startswith("/static/"):
            return None
        if self.sessions.valid(headers):
            return None
        if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
            return RedirectResponse("/login", 303)
        raise Refused(401, "This service has a password, and the request has no session.", "Log in at /login.")


class _Hardened:
    """A `send` that adds the security headers and remembers whether the answer has begun."""

    def __init__(self, send: Send, cache: str) -> None:
        self.send = send
        self.cache = cache
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", self.cache)
        await self.send(message)


def _foreign(why: str) -> Refused:
    return Refused(403, f"Refused: {why}.", "Open the chat itself and try there.")


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _same_origin(origin: str, scope: Scope, headers: Headers) -> bool:
    return origin.lower() == f"{scope['scheme']}://{headers['host']}".lower()


def _from_loopback(scope: Scope) -> bool:
    client = scope.get("client")
    return client is not None and is_loopback(client[0])


async def _capped(scope: Scope, receive: Receive) -> Receive:
    """Reads the body up to the cap and gives a `receive` that replays it."""
    if scope["method"] in SAFE_METHODS:
        return receive
    if scope["method"] == "POST" and scope["path"] in UPLOAD_PATHS:
        return _counted(receive)
    try:
        body = await asyncio.wait_for(_body(receive, _cap(scope["path"])), BODY_SECONDS)
    except TimeoutError:
        raise Refused(408, f"The body did not arrive within {BODY_SECONDS:.0f} s.", "Send it again.") from None
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _cap(path: str) -> int:
    if path.startswith("/chat/") and path.endswith("/voice"):
        return VOICE_CAP
    return FILE_CAP if path.startswith(FILE_PATHS) else BODY_CAP


def _counted(receive: Receive) -> Receive:
    """Lets a body through as it comes, up to the cap of documents."""
    until, size, more = time.monotonic() + UPLOAD_SECONDS, 0, True

    async def counted() -> Message:
        nonlocal size, more
        if not more:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), max(0.0, until - time.monotonic()))
        except TimeoutError:
            raise Refused(408, "The documents did not arrive in time.", "Send fewer at once.") from None
        if message["type"] == "http.disconnect":
            raise Refused(400, "The request broke off in the middle.", "Send it again.")
        size += len(message.get("body", b""))
        if size > UPLOAD_CAP:
            raise Refused(413, f"That is more than {MOST >> 20} MB at once.", "Send one document at a time.")
        more = bool(message.get("more_body", False))
        return message

    return counted


async def _body(receive: Receive, cap: int) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":  # half a body is no body: half a sentence may mean the opposite
            raise Refused(400, "The request broke off in the middle.", "Send it again.")
        part = message.get("body", b"")
        size += len(part)
        if size > cap:
            raise Refused(413, f"The body is larger than {cap} bytes.", "Send less at once.")
        parts.append(part)
        more = bool(message.get("more_body", False))
    return b"".join(parts)
