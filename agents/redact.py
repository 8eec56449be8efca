"""The one redactor: what looks like a secret, or is one that we hold, leaves neither the machine nor into a record."""

from __future__ import annotations

import re
from collections.abc import Iterable

GONE = "[redacted]"

_SHAPES = re.compile(
    r"""
      -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----.*?(?:-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|\Z)
    | \b(?:AIza[\w-]{30,}|AQ\.[\w-]{20,}|sk-[\w-]{16,}|ghp_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}
        |xox[abpr]-[\w-]{10,}|AKIA[A-Z0-9]{16}|ya29\.[\w-]{20,}|hf_\w{20,})
    | \beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}                       # a JSON web token
    | (?<=://)[^\s/:@]{1,64}:[^\s/@]{1,128}(?=@)                    # a user and password inside an address
    """,
    re.VERBOSE | re.DOTALL,
)
_NAMED = re.compile(
    r"(?P<name>\b(?:password|passwd|passphrase|passcode|api[ _-]?key|secret[ _-]?key|client[ _-]?secret"
    r"|access[ _-]?token|auth[ _-]?token|bearer|cvv|cvc|pin(?: code)?)\b\W{0,3}(?:is |= ?|: ?| )\W{0,2})"
    r"(?P<value>[^\s\"'<>,;]*[\d_!@#$%^&*][^\s\"'<>,;]*)",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w])")


class Redactor:
    """Takes secrets out of text.

    Args:
        known: secrets that we hold ourselves (keys, the password); shorter than 6 characters is no secret.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        held = sorted((re.escape(k) for k in known if len(k) >= 6), key=len, reverse=True)
        self._known = re.compile("|".join(held)) if held else None

    def __call__(self, text: str) -> str:
        """The text with `[redacted]` where a secret stood."""
        if self._known:
            text = self._known.sub(GONE, text)
        text = _SHAPES.sub(GONE, text)
        text = _NAMED.sub(rf"\g<name>{GONE}", text)
        return _CARD.sub(lambda m: GONE if _luhn(m[0]) else m[0], text)


def _luhn(number: str) -> bool:
    """Whether the digits are a payment card's: its last one is a check (ISO/IEC 7812-1)."""
    digits = [int(c) for c in number if c.isdigit()]
    doubled = [d if n % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for n, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
