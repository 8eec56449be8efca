"""A Twilio of this machine's: its REST API for the real library, its signed webhooks, and phones to write from.

`TwilioServer.faults` is what goes wrong with the next sends, in order: see `FAULTS`.
"""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from twilio.request_validator import RequestValidator

from tests.serving import serving

ACCOUNT, TOKEN = "AC" + "0" * 32, "a-token-for-tests"
OURS, OWNER = "+14155238886", "+351912345678"
PUBLIC = "https://phone.example.test"
FAULTS = {
    "429": "refused: too many requests",
    "503": "refused before anything was stored, without JSON",
    "stored, then 500": "taken, but the answer says that it failed",
    "stored, then silence": "taken, but the connection breaks off",
    "broken off": "the connection breaks off before anything is stored",
    "63018": "taken, and later reported as over WhatsApp's limit",
    "63016": "taken, and later reported as outside the 24 hours",
    "63019": "taken, and later reported as a picture that could not be fetched",
    "21610": "refused: the phone said STOP to Twilio itself",
}


class BrokenOff(Response):
    """An answer that begins and does not end: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"999")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


@dataclass
class Sent:
    """One message that Twilio took."""

    sid: str
    to: str
    body: str
    media: list[bytes]
    callback: str
    template: str = ""
    status: str = "queued"
    created: float = field(default_factory=time.time)

    def json(self) -> dict[str, Any]:
        date = formatdate(self.created, usegmt=True)
        return {
            "sid": self.sid,
            "to": self.to,
            "from": f"whatsapp:{OURS}",
            "body": self.body,
            "status": self.status,
            "account_sid": ACCOUNT,
            "date_created": date,
            "date_updated": date,
            "date_sent": None,
        }


@dataclass
class TwilioServer:
    """Its state: what it took, what it is asked to break, and what it keeps for phones.

    Attributes:
        service: where the assistant really is; it is called by the name in `PUBLIC`.
    """

    url: str
    service: str = ""
    token: str = TOKEN
    faults: deque[str] = field(default_factory=deque)
    sent: list[Sent] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    _came: threading.Condition = field(default_factory=threading.Condition)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def settings(self) -> dict[str, str]:
        """The environment of a service that uses this Twilio."""
        return {
            "RFLOW_TWILIO_ACCOUNT_SID": ACCOUNT,
            "RFLOW_TWILIO_AUTH_TOKEN": TOKEN,
            "RFLOW_PUBLIC_URL": PUBLIC,
            "RFLOW_WHATSAPP_OWNER": OWNER,
            "RFLOW_TWILIO_API": self.url,
        }

    # -- the webhooks that Twilio sends --

    def message(self, text: str = "", sender: str = f"whatsapp:{OWNER}", **more: str) -> dict[str, str]:
        """The form of a message from a phone, as Twilio fills it: blank fields included."""
        sid = f"SM{uuid.uuid4().hex}"
        form = {"SmsMessageSid": sid, "NumMedia": "0", "ProfileName": "Marta ", "MessageType": "text", "SmsSid": sid}
        form |= {"WaId": sender.partition("+")[2], "SmsStatus": "received", "Body": text, "To": f"whatsapp:{OURS}"}
        form |= {"MessageSid": sid, "AccountSid": ACCOUNT, "From": sender, "ApiVersion": "2010-04-01", "ButtonText": ""}
        return form | more

    def post(self, form: dict[str, str], path: str = "/webhooks/twilio/whatsapp", **headers: str) -> httpx.Response:
        """Deliver a signed webhook once."""
        signature = RequestValidator(self.token).compute_signature(PUBLIC + path, form)
        sent = {"x-twilio-signature": signature, "host": PUBLIC.removeprefix("https://"), **headers}
        return httpx.post(self.service + path, data=form, headers=sent, timeout=30, verify=False)

    def keep(self, data: bytes, type_: str) -> dict[str, str]:
        """Fields of a message that carries this."""
        name = f"ME{uuid.uuid4().hex}"
        self.kept[name] = (type_, data)
        url = f"{self.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{uuid.uuid4().hex}/Media/{name}"
        return {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": type_}

    def wait(self, count: int, seconds: float = 60) -> list[Sent]:
        """Until that many messages were delivered."""

        def there() -> bool:
            return len(self.delivered()) >= count

        with self._came:
            assert self._came.wait_for(there, seconds), f"{len(self.delivered())} of {count}: {self.sent}"
        return self.delivered()

    def delivered(self) -> list[Sent]:
        """What reached phones, in order."""
        return [s for s in self.sent if s.status == "delivered"]

    # -- the API that the library calls --

    async def create(self, request: Request) -> Response:
        """Messages.create."""
        form = await request.form()
        fault = self.faults.popleft() if self.faults else ""
        if fault == "broken off":
            return BrokenOff()
        if fault == "503":
            return Response("<html>Service Unavailable</html>", 503)
        if fault in ("429", "21610"):
            code, status = (20429, 429) if fault == "429" else (21610, 400)
            return JSONResponse({"code": code, "message": "no", "status": status}, status)
        sent = Sent(
            f"SM{uuid.uuid4().hex}",
            str(form["To"]),
            str(form.get("Body", form.get("ContentVariables", ""))),
            [self._fetched(str(url)) for url in form.getlist("MediaUrl")] if not self._asleep() else [],
            str(form.get("StatusCallback", "")),
            str(form.get("ContentSid", "")),
        )
        self.sent.append(sent)
        threading.Thread(target=self._fare, args=(sent, fault), daemon=True).start()
        if fault == "stored, then silence":
            return BrokenOff()
        if fault == "stored, then 500":
            return Response("oops", 500)
        return JSONResponse(sent.json(), 201)

    def _asleep(self) -> bool:
        return not self.service

    def _fetched(self, url: str) -> bytes:
        host = PUBLIC.removeprefix("https://")
        return httpx.get(url.replace(PUBLIC, self.service), headers={"host": host}, verify=False).read()

    def _fare(self, sent: Sent, fault: str) -> None:
        """The callbacks of one message; `sent` and `delivered`, or what went wrong."""
        path = sent.callback.removeprefix(PUBLIC)
        told = {"MessageSid": sent.sid, "AccountSid": ACCOUNT, "From": f"whatsapp:{OURS}", "To": sent.to}
        states = ("failed",) if fault.startswith("63") else ("sent", "delivered")
        for state in states:
            if self.service and path:
                code = {"ErrorCode": fault} if state == "failed" else {}
                with suppress(httpx.TransportError):  # the assistant is down, or was killed
                    self.post(told | {"MessageStatus": state, "SmsStatus": state} | code, path)
        with self._came:  # only now: nobody reads and answers faster than Twilio tells us that it arrived
            sent.status = states[-1]
            self._came.notify_all()

    async def listed(self, request: Request) -> Response:
        """Messages.list, newest first."""
        to, sender = request.query_params.get("To"), request.query_params.get("From")
        if to == f"whatsapp:{OURS}":
            found = [s for s in self.heard if s == sender]
            messages = [Sent("SM" + "0" * 32, str(to), "", [], "").json() for _ in found]
        else:
            messages = [s.json() for s in reversed(self.sent) if s.to == to]
        return JSONResponse({"messages": messages, "page": 0, "page_size": 50, "next_page_uri": None})

    async def account(self, request: Request) -> Response:
        """Accounts.fetch, which looks at the credentials."""
        expected = httpx.BasicAuth(ACCOUNT, self.token)._auth_header
        if request.headers.get("authorization") != expected:
            return JSONResponse({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        return JSONResponse({"sid": ACCOUNT, "status": "active", "friendly_name": "test"})

    async def type(self, request: Request) -> Response:
        """The typing indicator."""
        self.typing.append(str((await request.form())["messageId"]))
        return JSONResponse({"success": True})

    async def noted(self, request: Request) -> Response:
        """Monitor's alerts."""
        return JSONResponse({"alerts": self.alerts, "meta": {"key": "alerts", "next_page_url": None}})

    async def media(self, request: Request) -> Response:
        """Media, for whoever logs in: kept elsewhere, as Twilio does."""
        if "authorization" not in request.headers:
            return Response(status_code=401)
        return RedirectResponse(f"/cdn/{request.path_params['name']}", 307)

    async def cdn(self, request: Request) -> Response:
        """Where the redirect leads; the credentials must not."""
        type_, data = self.kept[request.path_params["name"]]
        return Response(data if "authorization" not in request.headers else b"leaked", media_type=type_)

    def app(self) -> Starlette:
        account = "/2010-04-01/Accounts/{account}"
        return Starlette(
            routes=[
                Route(f"{account}/Messages.json", self.create, methods=["POST"]),
                Route(f"{account}/Messages.json", self.listed),
                Route(f"{account}/Messages/{{message}}/Media/{{name}}", self.media),
                Route(f"{account}.json", self.account),
                Route("/v2/Indicators/Typing.json", self.type, methods=["POST"]),
                Route("/v1/Alerts", self.noted),
                Route("/cdn/{name}", self.cdn),
            ]
        )


@contextmanager
def twilio() -> Iterator[TwilioServer]:
    """A Twilio at work, on a free port."""
    server = TwilioServer("")
    with serving(server.app()) as port:
        server.url = f"http://127.0.0.1:{port}"
        yield server
