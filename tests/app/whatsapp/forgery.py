"""Requests that Twilio never sent, and senders that are not the owner."""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

Spoil = Callable[[str, dict[str, str], str], tuple[str, bytes, dict[str, str]]]
FORM = {"content-type": "application/x-www-form-urlencoded"}


def _request(url: str, form: dict[str, str], signature: str) -> tuple[str, bytes, dict[str, str]]:
    return url, urlencode(form).encode(), {**FORM, "x-twilio-signature": signature}


def wrong_token(url: str, form: dict[str, str], token: str) -> tuple[str, bytes, dict[str, str]]:
    return _request(url, form, RequestValidator(token + "x").compute_signature(url, form))


def another_url(url: str, form: dict[str, str], token: str) -> tuple[str, bytes, dict[str, str]]:
    elsewhere = url.replace("phone.", "other.")
    return _request(url, form, RequestValidator(token).compute_signature(elsewhere, form))


def changed_field(url: str, form: dict[str, str], token: str) -> tuple[str, bytes, dict[str, str]]:
    return _request(url, form | {"Body": "Go"}, RequestValidator(token).compute_signature(url, form))


def blank_field_left_out(url: str, form: dict[str, str], token: str) -> tuple[str, bytes, dict[str, str]]:
    fewer = {name: value for name, value in form.items() if value}
    return _request(url, {**fewer, "ButtonText": "x"}, RequestValidator(token).compute_signature(url, form))


def moved_boundary(url: str, form: dict[str, str], token: str) -> tuple[str, bytes, dict[str, str]]:
    """Names and values that run together to the same signed string."""
    signature = RequestValidator(token).compute_signature(url, form)
    moved = {**form, "Bod": "y" + form["Body"]}
    del moved["Body"]
    moved["MessageSi"] = "d" + moved.pop("MessageSid")
    return _request(url, moved, signature)


def no_signature(url: str, form: dict[str, str], token: str) -> tuple[str, bytes, dict[str, str]]:
    return url, urlencode(form).encode(), FORM


def as_json(url: str, form: dict[str, str], token: str) -> tuple[str, bytes, dict[str, str]]:
    signature = RequestValidator(token).compute_signature(url, form)
    return url, b"{}", {"content-type": "application/json", "x-twilio-signature": signature}


SPOILT: tuple[Spoil, ...] = (
    wrong_token,
    another_url,
    changed_field,
    blank_field_left_out,
    moved_boundary,
    no_signature,
    as_json,
)


def fuzzed(rng: random.Random, form: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """A body and headers that no one signed: bytes, cut forms, wrong charsets, too many fields, odd signatures."""
    body = urlencode(form).encode()
    kind = rng.randrange(6)
    if kind == 0:
        body = rng.randbytes(rng.randrange(2000))
    elif kind == 1:
        body = body[: rng.randrange(len(body))]
    elif kind == 2:
        body = bytearray(body)
        for _ in range(rng.randrange(1, 20)):
            body[rng.randrange(len(body))] = rng.randrange(256)
        body = bytes(body)
    elif kind == 3:
        body = b"&".join([body, *(b"x%d=%%%02x" % (i, rng.randrange(256)) for i in range(rng.randrange(400)))])
    elif kind == 4:
        body = body + b"&Body=again&From=" + rng.randbytes(8).hex().encode()
    signature = rng.choice(["", "=", "A" * 28, rng.randbytes(20).hex(), "x" * 4000])
    types = ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16", "text/plain", ""]
    return body, {"x-twilio-signature": signature, "content-type": rng.choice(types)}


def suffix(owner: str, rng: random.Random) -> str:
    return f"whatsapp:{owner}{rng.randrange(10)}"


def prefix(owner: str, rng: random.Random) -> str:
    return f"whatsapp:{owner[: -rng.randrange(1, 5)]}"


def look_alike(owner: str, rng: random.Random) -> str:
    """A digit of another script, a letter that looks like one, or a character that shows nothing."""
    place = rng.randrange(1, len(owner))
    digit = owner[place]
    other = rng.choice([chr(0xFF10 + int(digit)), chr(0x0660 + int(digit)), "O", "l", digit + "\u200b", " " + digit])
    return f"whatsapp:{owner[:place]}{other}{owner[place + 1 :]}"


def other_channel(owner: str, rng: random.Random) -> str:
    return rng.choice([owner, f"sms:{owner}", f"messenger:{owner}", f"WhatsApp:{owner}", f" whatsapp:{owner}"])


STRANGERS = (suffix, prefix, look_alike, other_channel)
