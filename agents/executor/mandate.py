"""The mandate: the authority to carry out one plan, as data with a hash, and its rendering for the person."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
import unicodedata
import uuid
from typing import Any, Literal

import rfc8785
from pydantic import Field, model_validator

from agents.executor.words import CODE_DIGITS, CODE_LETTERS
from agents.types import Frozen, PlanView
from memory.errors import BadInput

LONGEST = dt.timedelta(minutes=30)
_UNSEEN = {"Cf", "Cc", "Zl", "Zp", "Co", "Cn", "Cs"}  # Unicode categories that show nothing, or turn what is shown


class Plan(Frozen):
    """The terms of one action. A term that does not apply is None, and the workflow said so.

    Amounts are in normal form ({"amount": "45.00", "currency": "EUR"} split over `price_*` and `currency`).
    """

    origin: str
    action: str  # the workflow's name
    item: str
    options: dict[str, str] | None = None
    quantity: int | None = None
    date: str | None = None
    end_date: str | None = None
    time: str | None = None
    tz: str
    party: int | None = None
    payee: str | None = None
    currency: str | None = None
    price_shown: str | None = None
    price_cap: str | None = None
    account_label: str | None = None
    workflow_hash: str
    steps_hash: str


class Mandate(Frozen):
    """The authority to carry out `plan` once, until `expires`."""

    v: Literal[1] = 1
    id: str
    owner: str
    message_id: str
    created: dt.datetime
    expires: dt.datetime
    plan: Plan
    uses: Literal[1] = Field(default=1)

    @model_validator(mode="after")
    def _bounded(self) -> Mandate:
        if not dt.timedelta(0) < self.expires - self.created <= LONGEST:
            raise ValueError(f"a mandate lasts up to {LONGEST}, not {self.expires - self.created}")
        return self

    def canonical(self) -> bytes:
        """RFC 8785 bytes: what is hashed, stored and rendered.

        Raises:
            BadInput: a text holds a character that cannot be seen or that turns the writing direction.
        """
        return canonical(self.model_dump(mode="json"))

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical bytes, hex."""
        return hashlib.sha256(self.canonical()).hexdigest()


def canonical(value: Any) -> bytes:
    """RFC 8785 canonical JSON after NFC.

    Raises:
        BadInput: a text holds a character that cannot be seen or that turns the writing direction.
    """
    return rfc8785.dumps(_clean(value))


def new_mandate(
    plan: Plan, *, owner: str, message_id: str, now: dt.datetime, seconds: int, mandate_id: str | None = None
) -> Mandate:
    """A mandate for `plan` as it is offered: `seconds` long, at most 30 minutes."""
    lasts = min(dt.timedelta(seconds=seconds), LONGEST)
    now = now.replace(microsecond=0)
    name = mandate_id or uuid.uuid4().hex
    return Mandate(id=name, owner=owner, message_id=message_id, created=now, expires=now + lasts, plan=plan)


def code(server_key: bytes, plan_hash: str) -> str:
    """Four characters of HMAC-SHA256, at least one a digit, none that is easily misread."""
    for round_ in range(256):
        digest = hmac.new(server_key, f"{plan_hash}:{round_}".encode(), hashlib.sha256).digest()
        letters = CODE_DIGITS + CODE_LETTERS
        text = "".join(letters[byte % len(letters)] for byte in digest[:4])
        if any(c in CODE_DIGITS for c in text):
            return text
    raise AssertionError("256 rounds of HMAC without a digit")  # one in 10^35


def render(mandate: Mandate, title: str, steps: tuple[str, ...], shown_code: str | None = None) -> PlanView:
    """What the person approves, read from the very bytes that are hashed, untruncated."""
    data = json.loads(mandate.canonical())
    hidden = {"workflow_hash", "steps_hash", "action"}
    terms = {name: _shown(value) for name, value in data["plan"].items() if name not in hidden}
    return PlanView(
        hash=mandate.hash, code=shown_code, title=title, terms=terms, steps=steps, expires=str(data["expires"])
    )


WORDS = {
    "item": "What",
    "date": "Date",
    "end_date": "Until",
    "time": "Time",
    "party": "For",
    "quantity": "How many",
    "options": "With",
    "price_shown": "Price",
    "price_cap": "At most",
    "currency": "Currency",
    "payee": "Paid to",
    "account_label": "As",
    "origin": "Site",
    "tz": "Time zone",
}
"""A mandate's terms as a person calls them, the weightiest first."""


def plan_text(view: PlanView) -> str:
    """The plan as markdown, whole: its terms, its steps, and what Go will do."""
    terms = {name: value for name, value in view.terms.items() if value is not None}
    if currency := terms.pop("currency", None):
        terms |= {k: f"{terms[k]} {currency}" for k in ("price_shown", "price_cap") if k in terms}
    lines = [f"**{plain(view.title)}**", ""]
    lines += [f"- {word}: **{plain(_said(name, terms[name]))}**" for name, word in WORDS.items() if name in terms]
    if "price_shown" not in terms and "price_cap" not in terms:
        lines.append("- Price: **nothing to pay**")
    lines += ["", "What I will do:", ""]
    lines += [f"{number}. {plain(step)}" for number, step in enumerate(view.steps, 1)]
    until = dt.datetime.fromisoformat(view.expires).strftime("%H:%M")
    word = f"GO {view.code}" if view.code else "Go"
    return "\n".join([*lines, "", f"**{word}** does this once, until {until}. Anything else does nothing."])


def _said(name: str, value: str) -> str:
    if name in {"date", "end_date"}:
        day = dt.date.fromisoformat(value)
        return f"{day:%A} {day.day} {day:%B %Y}"
    if name == "party":
        return f"{value} {'person' if value == '1' else 'people'}"
    return value


def _shown(value: Any) -> str | None:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {text}" for name, text in value.items()) or None
    return None if value is None else str(value)


def plain(text: str) -> str:
    """Text whose characters mean nothing to markdown."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {_clean(name): _clean(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return _seen(value) if isinstance(value, str) else value


def _seen(text: str) -> str:
    bad = next((c for c in text if unicodedata.category(c) in _UNSEEN), None)
    if bad is not None:
        raise BadInput(
            f"The text {text.encode('unicode_escape').decode()!r} holds U+{ord(bad):04X}, which one cannot see "
            "or which turns the writing.",
            "Give it without that character.",
        )
    return unicodedata.normalize("NFC", text)
