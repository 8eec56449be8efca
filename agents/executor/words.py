"""The closed lists of words that grant or stop: no model reads them, and nothing else in the message counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"  # none that reads as a digit or as another letter
CODE_DIGITS = "23456789"

_END = r"[\s.!…]*"
_CODE = rf"(?=[A-Z]*[{CODE_DIGITS}])(?P<code>[{CODE_DIGITS}{CODE_LETTERS}]{{4}})"  # a digit, so that "go away" is none
_GO = re.compile(
    rf"\s*(?:go(?:\s+{_CODE})?|go\s+ahead|yes[,.!]?\s+go|(?:yes[,.!]?\s+)?book\s+it|buy\s+it|confirm|do\s+it){_END}",
    re.IGNORECASE | re.ASCII,
)
_REHEARSE = re.compile(
    rf"\s*(?:please\s+)?(?:rehearse(?:\s+(?:it|this|that|first))?|dry\s+run|try\s+it\s+without\s+booking){_END}",
    re.IGNORECASE,
)
_DONE = re.compile(
    rf"\s*(?:(?:(?:i[’']?m|i\s+am|all)\s+)?(?:done|finished)|(?:please\s+)?(?:continue|go\s+on)){_END}", re.IGNORECASE
)
_STOP = re.compile(
    r"[\s*\"'“”🛑✋]*(?:(?:please|wait|no)[,!.\s]+)*"
    r"(?:(?:stop|cancel|abort|halt)(?:[\s,!.]+(?:stop|cancel|abort|halt|it|this|that|now|everything|all|at\s+once"
    r"|immediately|right\s+now|(?:(?:the|my)\s+)?(?:booking|reservation|order|purchase|plan|run)))*"
    r"|(?:don['’]?t|do\s+not)(?:\s+(?:go|(?:do|book|buy)(?:\s+(?:it|that|this))?))?)"
    r"(?:[,\s]+please)?[\s.!?…\"'“”*]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Go:
    """A clear Go, with the code where one was given."""

    code: str | None = None


def parse_go(text: str) -> Go | None:
    """The Go that the whole message is, in any case, spacing and final punctuation; None for everything else."""
    match = _GO.fullmatch(text)
    if match is None:
        return None
    return Go(match["code"].upper() if match["code"] else None)


def parse_rehearse(text: str) -> bool:
    """Whether the whole message asks to rehearse the plan on offer."""
    return _REHEARSE.fullmatch(text) is not None


def parse_done(text: str) -> bool:
    """Whether the whole message says that the person has finished in the window."""
    return _DONE.fullmatch(text) is not None


def parse_stop(text: str) -> bool:
    """Whether the whole message is a word that stops. Wider than Go: a stop too many costs little."""
    return len(text) <= 100 and any(_STOP.fullmatch(line) for line in (text, text.replace("\n", " ")))
