"""Twilio's REST API: the one room of its library."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import httpx
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from app.settings import Settings
from memory.errors import BadInput, Unavailable

SECONDS = 15.0
"""How long a request may take before its outcome is unknown."""

SKEW = dt.timedelta(minutes=2)
"""How far Twilio's clock and ours may be apart."""

FAILURES = (TwilioException, aiohttp.ClientError, TimeoutError, ValueError, KeyError)
"""What asking Twilio raises where the answer is missing or is not one."""

LOST = {"failed", "undelivered", "canceled", "Status.FAILED", "Status.UNDELIVERED", "Status.CANCELED"}

MEDIA_BYTES = 16 * 1024 * 1024
"""WhatsApp's own limit for what a message carries."""

MEDIA_HOSTS = (".twilio.com", ".twiliocdn.com")
HOPS = 3


class Refusal(Exception):
    """Twilio answered, and did not take it: its HTTP status and its own error code."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"{status}, {code}")
        self.status = status
        self.code = code


class NotSent(Exception):
    """The request never left: it may be repeated."""


class Unsure(Exception):
    """Nobody knows whether Twilio took it: it is looked up before it is repeated."""


class Twilio:
    """What we ask of Twilio. Made by `Twilio.open`."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._client = client
        self._from = address(settings.whatsapp_from)
        self._template = settings.whatsapp_template
        self._base = settings.twilio_api
        token = settings.twilio_auth_token
        self._auth = (settings.twilio_account_sid, token.get_secret_value() if token else "")

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Twilio]:
        """A client for the account in the settings, its connections closed at the end."""
        token = settings.twilio_auth_token
        logging.getLogger("twilio").setLevel(logging.WARNING)  # it logs bodies
        http = AsyncTwilioHttpClient()
        client = Client(settings.twilio_account_sid, token.get_secret_value() if token else "", http_client=http)
        if settings.twilio_api:
            for domain in (client.api, client.messaging, client.monitor):
                domain.base_url = settings.twilio_api
        try:
            yield cls(settings, client)
        finally:
            await http.close()

    async def send(self, to: str, body: str, callback: str, picture: str | None = None) -> str:
        """Send free text, with the picture at a URL; Twilio's id of it.

        Raises:
            Refusal, NotSent, Unsure: see there.
        """
        media = {"media_url": [picture]} if picture else {}
        return await self._create(to=to, from_=self._from, body=body, status_callback=callback, **media)

    async def send_template(self, to: str, link: str, callback: str) -> str | None:
        """Send the approved template, {{1}} being a link; None where there is no template."""
        if not self._template:
            return None
        variables = f'{{"1": "{link}"}}'
        return await self._create(
            to=to,
            from_=self._from,
            content_sid=self._template,
            content_variables=variables,
            status_callback=callback,
        )

    async def _create(self, **given: Any) -> str:
        try:
            async with asyncio.timeout(SECONDS):
                made = await self._client.messages.create_async(**given)
        except TwilioRestException as refused:
            if refused.status >= 500:
                raise Unsure from refused
            raise Refusal(refused.status, int(refused.code or 0)) from refused
        except aiohttp.ClientConnectorError as never:
            raise NotSent from never
        except FAILURES as unknown:
            raise Unsure from unknown
        return str(made.sid)

    async def find(self, to: str, body: str, since: dt.datetime, known: set[str]) -> str | None:
        """The id of a message to a phone with that very text, begun since then, that we do not know yet.

        Raises:
            Unsure: Twilio did not answer.
        """
        try:
            async with asyncio.timeout(SECONDS):
                # Not by the date of sending: what still waits at Twilio has none.
                listed = await self._client.messages.list_async(to=to, from_=self._from, limit=50)
        except FAILURES as unknown:
            raise Unsure from unknown
        new = [m for m in reversed(listed) if m.date_created >= since - SKEW and m.sid not in known]
        return next((str(m.sid) for m in new if m.body == body and str(m.status) not in LOST), None)

    async def typing(self, message: str) -> None:
        """Show the person that their message is being worked on; never mind where that fails."""
        try:
            async with asyncio.timeout(SECONDS):
                await self._client.messaging.v2.typing_indicator.create_async("whatsapp", message)
        except FAILURES:
            return

    async def account(self) -> str:
        """The account's status, "active" where all is well.

        Raises:
            Refusal, Unsure: the credentials are wrong; nothing was answered.
        """
        try:
            async with asyncio.timeout(SECONDS):
                found = await self._client.api.accounts(self._auth[0]).fetch_async()
        except TwilioRestException as refused:
            raise Refusal(refused.status, int(refused.code or 0)) from refused
        except FAILURES as unknown:
            raise Unsure from unknown
        return str(found.status).removeprefix("Status.").lower()

    async def alerts(self, url: str, since: dt.datetime) -> list[int]:
        """The error codes, newest first, that Twilio noted about our address."""
        async with asyncio.timeout(SECONDS):
            listed = await self._client.monitor.v1.alerts.list_async(log_level="error", start_date=since, limit=50)
        return [int(a.error_code) for a in listed if str(a.request_url or "").startswith(url)]

    async def heard_from(self, phone: str) -> bool:
        """Whether Twilio ever had a message from that phone to our number."""
        async with asyncio.timeout(SECONDS):
            return bool(await self._client.messages.list_async(to=self._from, from_=phone, limit=1))

    async def fetch(self, url: str, to: Path) -> str:
        """Stream what a message carried to a file; its media type.

        Raises:
            BadInput: it is not at Twilio's, or too large.
            Unavailable: it could not be fetched.
        """
        try:
            async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as http:
                return await self._follow(http, url, to)
        except (httpx.HTTPError, OSError) as error:
            raise Unavailable("What you sent could not be fetched.", "Send it again in a moment.") from error

    async def _follow(self, http: httpx.AsyncClient, url: str, to: Path) -> str:
        """The credentials go to the first host only; where it sends us on must be Twilio's too."""
        auth: tuple[str, str] | None = self._auth
        for _ in range(HOPS):
            self._check_host(url)
            async with http.stream("GET", url, auth=auth or httpx.USE_CLIENT_DEFAULT) as answer:
                if answer.is_redirect:
                    url, auth = urljoin(url, answer.headers["location"]), None
                    continue
                answer.raise_for_status()
                await _write(answer, to)
                return str(answer.headers.get("content-type", "")).partition(";")[0].strip().lower()
        raise Unavailable("What you sent could not be fetched.", "Send it again in a moment.")

    def _check_host(self, url: str) -> None:
        parts = urlsplit(url)
        ours = urlsplit(self._base)
        if self._base and (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc):
            return
        if parts.scheme != "https" or parts.port or not (parts.hostname or "").endswith(MEDIA_HOSTS):
            raise BadInput("What came with that message is not kept at Twilio's, so I left it alone.")


async def _write(answer: httpx.Response, to: Path) -> None:
    size = 0
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as file:
        async for chunk in answer.aiter_bytes():
            size += len(chunk)
            if size > MEDIA_BYTES:
                raise BadInput(f"It has more than {MEDIA_BYTES // 1024 // 1024} MB.", "Send something smaller.")
            file.write(chunk)


def address(number: str) -> str:
    """A number as Twilio's WhatsApp channel addresses it."""
    return f"whatsapp:{number}"
