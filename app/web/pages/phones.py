"""The page of phones: which ones are the owner's, and the code that pairs another."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from app.channels.whatsapp.channel import WhatsApp
from app.web.show import page

phones = APIRouter(include_in_schema=False)


def _channel(request: Request) -> WhatsApp:
    return cast(WhatsApp, request.state.whatsapp)


Channel = Annotated[WhatsApp, Depends(_channel)]


class Code(BaseModel):
    """A pairing code, and the number that it is sent to."""

    code: str
    to: str


@phones.get("/phones")
async def shown(request: Request, channel: Channel) -> HTMLResponse:
    """The owner's phones."""
    return await _page(request, channel)


@phones.post("/phones/code")
async def code(request: Request, channel: Channel) -> HTMLResponse:
    """A new code; the one before it counts no longer."""
    return await _page(request, channel, await channel.pairing_code())


@phones.post("/api/v1/phones/code")
async def code_for_programs(channel: Channel) -> Code:
    """The same for `rflow pair`."""
    return Code(code=await channel.pairing_code(), to=channel.settings.whatsapp_from)


@phones.post("/phones/remove")
async def removed(channel: Channel, phone: Annotated[str, Form(max_length=40)]) -> Response:
    """A phone that is the owner's no longer."""
    await channel.unpair(phone)
    return RedirectResponse("/phones", 303)


async def _page(request: Request, channel: Channel, code: str = "") -> HTMLResponse:
    return page(
        request,
        "phones.html",
        phones=await channel.phones(),
        code=code,
        owner=channel.settings.whatsapp_owner,
        ours=channel.settings.whatsapp_from,
    )
