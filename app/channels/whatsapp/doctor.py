"""`rflow doctor whatsapp`: the four settings, looked at one by one, and what is wrong said with its cure."""

from __future__ import annotations

import datetime as dt

import httpx
from twilio.request_validator import RequestValidator

from app.channels.whatsapp.trouble import words
from app.channels.whatsapp.twilio import FAILURES, Refusal, Twilio, Unsure, address
from app.settings import SANDBOX, Settings

CHECK, HOOK = "/webhooks/twilio/check", "/webhooks/twilio/whatsapp"
PROBE = {"Body": " a probe ", "ButtonText": ""}
"""A form with what breaks signatures on the way: a blank field, and spaces at the ends."""

RECENT = dt.timedelta(hours=1)
"""How far back Twilio's own notes about our address are read."""


NOTHING_BEHIND = "The tunnel is up, and nothing is behind it. Is rflow serve running, at {local}?"
ANSWERS = {
    404: "The service runs without WhatsApp, or something else answers there. Start rflow serve with these settings.",
    421: "The service goes by another public name. Start rflow serve again with this RFLOW_PUBLIC_URL.",
    502: NOTHING_BEHIND,
    503: NOTHING_BEHIND,
    504: NOTHING_BEHIND,
    530: NOTHING_BEHIND,
}
"""What the public address answers where it leads elsewhere, and what to do."""


async def look(settings: Settings) -> dict[str, str]:
    """Each part and how it is: "ok", with what to know, or a sentence with what to do."""
    if settings.twilio_missing:
        return {"settings": f"Not set: {', '.join(settings.twilio_missing)}. See docs/whatsapp.md."}
    async with Twilio.open(settings) as twilio:
        parts = {"credentials": await _credentials(settings, twilio)}
        parts["public URL"] = await _public(settings)
        parts["signature"] = await _signature(settings) if parts["public URL"] == "ok" else "not looked at"
        if parts["credentials"] == "ok":
            parts["Twilio's view"] = await _seen_by_twilio(settings, twilio)
            parts["owner number"] = await _owner(settings, twilio)
    return parts


async def _credentials(settings: Settings, twilio: Twilio) -> str:
    if not settings.twilio_account_sid.startswith("AC"):
        return f"RFLOW_TWILIO_ACCOUNT_SID is {settings.twilio_account_sid!r}; an Account SID begins with AC."
    try:
        status = await twilio.account()
    except Refusal as refused:
        known = refused.code if refused.status in (401, 403) else 0
        return f"Twilio answered {refused.status}: {words(str(known or refused.code))}."
    except Unsure:
        return "Twilio's API does not answer. Look at the connection of this machine, then status.twilio.com."
    return "ok" if status == "active" else f"The account is {status}. Look at it in Twilio's console."


async def _public(settings: Settings) -> str:
    """Whether the way from outside leads to this very service."""
    try:
        answer = await _post(settings.public_url + CHECK, "unsigned")
    except httpx.HTTPError as error:
        fault = type(error).__name__
        return f"{settings.public_url} does not answer ({fault}). Is the tunnel up, and is this its address of today?"
    if answer.status_code == 403:
        return "ok"  # as it must: nothing was signed
    if answer.status_code in ANSWERS:
        return ANSWERS[answer.status_code].format(local=settings.url)
    return f"{settings.public_url} answers {answer.status_code}. Does the tunnel lead to {settings.url}?"


async def _signature(settings: Settings) -> str:
    """A round trip: signed here as Twilio signs, over the address from outside, and checked by the service."""
    token = settings.twilio_auth_token
    url = settings.public_url + CHECK
    signature = RequestValidator(token.get_secret_value() if token else "").compute_signature(url, PROBE)
    answer = await _post(url, signature)
    if answer.status_code == 204:
        return "ok"
    return (
        "The service does not accept a signature made with these settings: it was started with another "
        "RFLOW_TWILIO_AUTH_TOKEN or RFLOW_PUBLIC_URL. Start it again."
    )


async def _post(url: str, signature: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=10) as http:
        return await http.post(url, data=PROBE, headers={"x-twilio-signature": signature})


async def _seen_by_twilio(settings: Settings, twilio: Twilio) -> str:
    """What Twilio noted when it called us."""
    try:
        codes = await twilio.alerts(settings.public_url, dt.datetime.now(dt.UTC) - RECENT)
    except FAILURES:
        return "ok (its error log could not be read)"
    if codes:
        more = f"error {codes[0]}, see twilio.com/docs/errors/{codes[0]}"
        return f"Twilio could not use {settings.public_url} in the last hour: {more}."
    where = "Sandbox settings" if settings.whatsapp_from == SANDBOX else "the sender's settings"
    return f"ok (“When a message comes in”, in {where}, must be {settings.public_url}{HOOK})"


async def _owner(settings: Settings, twilio: Twilio) -> str:
    if not settings.whatsapp_owner:
        return "RFLOW_WHATSAPP_OWNER is not set: only phones that were paired on the page are listened to."
    if settings.whatsapp_owner == settings.whatsapp_from:
        return "RFLOW_WHATSAPP_OWNER is the number that we write from; it must be your own phone's."
    try:
        if await twilio.heard_from(address(settings.whatsapp_owner)):
            return "ok"
    except FAILURES:
        return "ok (Twilio did not say whether it ever wrote)"
    joining = "“join …” (the words are in the Sandbox settings)" if settings.whatsapp_from == SANDBOX else "a message"
    return (
        f"Nothing ever came from {settings.whatsapp_owner}. Send {joining} to {settings.whatsapp_from} from that phone."
    )
