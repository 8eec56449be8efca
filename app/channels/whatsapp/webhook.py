"""The doors that Twilio knocks at: messages, how our own fared, and the pictures that it fetches."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, cast
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask
from starlette.datastructures import ImmutableMultiDict

from app.channels.whatsapp.channel import WhatsApp
from app.errors import Refused
from app.web.api.files import allowed
from app.web.guard import SIGNED
from memory.errors import NotFound

FIELDS = 200
"""Fields of a form; Twilio sends some thirty."""

SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
ONCE = ("MessageSid", "From", "To", "AccountSid", "Body", "MessageStatus")
"""Fields that we act on: one that stands there twice is not Twilio's."""

doors = APIRouter(include_in_schema=False)


def _channel(request: Request) -> WhatsApp:
    return cast(WhatsApp, request.state.whatsapp)


Channel = Annotated[WhatsApp, Depends(_channel)]


async def _signed(request: Request, channel: Channel) -> dict[str, str]:
    """The form's fields, where Twilio signed them over our public address.

    Raises:
        Refused: it did not, or the form is none of Twilio's.
    """
    body = await request.body()
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refused(415, "Not a form.", "Twilio sends application/x-www-form-urlencoded.")
    try:
        # Blank values count in the signature, and so does every space.
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        raise Refused(400, "The form cannot be read.") from None
    path = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    if not channel.signed(path, ImmutableMultiDict(pairs), request.headers.get(SIGNED, "")):
        raise Refused(403, "The signature does not fit.", "Compare RFLOW_PUBLIC_URL with the address at Twilio.")
    counts = Counter(name for name, _ in pairs)
    if any(counts[name] > 1 for name in ONCE):
        raise Refused(400, "A field stands there twice.")
    return dict(pairs)


Form = Annotated[dict[str, str], Depends(_signed)]


@doors.post("/webhooks/twilio/whatsapp")
async def message(form: Form, channel: Channel) -> Response:
    """Takes a message: stored, committed, and answered with an empty 200; the work comes after."""
    if not SID.fullmatch(form.get("MessageSid", "")):
        raise Refused(400, "There is no MessageSid.")
    taken = await channel.take(form)
    return Response(background=BackgroundTask(channel.work, *taken) if taken else None)


@doors.post("/webhooks/twilio/status")
async def status(form: Form, channel: Channel, id: str = "") -> Response:  # noqa: A002  our own parameter
    """Hears how a message of ours fared."""
    await channel.fared(id, form)
    return Response()


@doors.post("/webhooks/twilio/check")
async def check(form: Form) -> Response:
    """Answers whoever signs as Twilio does: `rflow doctor whatsapp` looks from outside."""
    return Response(status_code=204)


@doors.api_route("/media/{expires}/{proof}/{path:path}", methods=["GET", "HEAD"])
async def picture(expires: int, proof: str, path: str, channel: Channel) -> FileResponse:
    """A screenshot, for as long as its address holds."""
    home = channel.assistant.home
    if not channel.pictures.valid(path, expires, proof, channel.now()):
        raise NotFound("There is nothing at this address.")
    return FileResponse(home.resolve(allowed(home, path, ("runs",), (".png",))), media_type="image/png")
