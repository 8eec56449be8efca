"""Outcomes: whether what came of a case is what must have come."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz

from agents.evals.cases import Case, Must
from agents.reasoning.offline.details import Found, parse_detail
from agents.reasoning.offline.lexis import fold
from agents.types import Decision, DetailValue, Frozen, Reply
from workflows.model import DetailType, Workflow

_NAMED = 90
"""rapidfuzz score of 100 from which a name was meant."""

_DETAIL = re.compile(r"(?:the )?(?P<name>\w[\w ]*?)\s*(?:[=:]|\b(?:as|is|to be)\b)\s*(?P<value>.+)", re.IGNORECASE)
Verdict = Literal["held", "broken", "not judged"]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a case's messages.

    Attributes:
        away: why the workflow's site could not be searched; empty where it was, or need not be.
        decision: the last that was proposed.
    """

    replies: tuple[Reply, ...]
    now: dt.datetime
    workflow: Workflow | None = None
    details: Mapping[str, DetailValue] = field(default_factory=dict)
    decision: Decision | None = None
    away: str = ""

    @property
    def told(self) -> str:
        """All that was said."""
        return "\n\n".join(reply.text for reply in self.replies)


class Judged(Frozen):
    """One thing that must or must not come out, and what was seen instead."""

    must: Must
    verdict: Verdict
    seen: str = ""


class Outcome(Frozen):
    """What came of one case."""

    case: Case
    judged: tuple[Judged, ...]
    workflow: str = ""
    reasoner: str = ""
    ms: int = 0

    @property
    def verdict(self) -> Verdict:
        """Broken where one thing is; else not judged where one thing is not."""
        found = {one.verdict for one in self.judged}
        return "broken" if "broken" in found else "not judged" if "not judged" in found else "held"


def judge(must: Must, came: Came) -> Judged:
    """Whether it holds; what rests on a search is not judged where the site was away."""
    if came.away and must.verb in ("propose", "top", "leave out"):
        return Judged(must=must, verdict="not judged", seen=came.away)
    seen = _SEEN[must.verb](came)
    found = _found(must, seen, came)
    if found != must.no:
        return Judged(must=must, verdict="held")
    return Judged(must=must, verdict="broken", seen=_told(must, seen))


def _found(must: Must, seen: tuple[str, ...], came: Came) -> bool:
    if must.verb == "read":
        return any(_reads(what, came) for what in must.what)
    return any(_said(what, one) for what in must.what for one in seen) if must.what else bool(seen)


def _said(what: str, seen: str) -> bool:
    """Whether the words stand there, whole, in any case; in a name, with a slip of the finger forgiven."""
    wanted, there = _plain(what), _plain(seen)
    return bool(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", there)) or fuzz.ratio(wanted, there) >= _NAMED


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*_`“”\"\\]", "", fold(text)).split())


def _reads(what: str, came: Came) -> bool:
    """Whether a detail has the value that is written: "party_size = 4", "date: tomorrow", "time as 19:30"."""
    said, details = _DETAIL.fullmatch(what), came.workflow.details if came.workflow else ()
    name = said["name"].lower().replace("_", " ") if said else ""
    detail = next((d for d in details if d.name.lower().replace("_", " ") == name), None)
    if said is None or detail is None or detail.name not in came.details:
        return False
    given = came.details[detail.name]
    if detail.type in (DetailType.TEXT, DetailType.CHOICE):
        return _said(said["value"], str(given))
    read = parse_detail(detail, said["value"], came.now, asked=True)
    return isinstance(read, Found) and read.value == given


def _options(came: Came) -> tuple[str, ...]:
    decision = came.decision
    return tuple(option.name for option in (decision.top, decision.backup) if option) if decision else ()


def _asked(came: Came) -> tuple[str, ...]:
    """Every question, under the detail's name and in its words."""
    asked = [reply.question.detail for reply in came.replies if reply.question]
    words = {d.name: d.ask for d in came.workflow.details} if came.workflow else {}
    return tuple(text for name in asked for text in (name.replace("_", " "), name, words.get(name, "")) if text)


def _cited(came: Came) -> tuple[str, ...]:
    evidence = came.decision.evidence if came.decision else ()
    return (*(f"{e.path} {e.quote}" for e in evidence), came.told)


def _read_as(came: Came) -> tuple[str, ...]:
    return tuple(f"{name} = {value}" for name, value in came.details.items())


_SEEN: dict[str, Callable[[Came], tuple[str, ...]]] = {
    "propose": _options,
    "top": lambda came: _options(came)[:1],
    "leave out": lambda came: tuple(e.name for e in came.decision.excluded) if came.decision else (),
    "ask": _asked,
    "read": _read_as,
    "use": lambda came: (came.workflow.name, came.workflow.title) if came.workflow else (),
    "cite": _cited,
    "say": lambda came: (came.told,),
    "refuse": lambda came: tuple(reply.text for reply in came.replies if reply.kind == "refusal"),
}

_LABEL = {
    "propose": "proposed",
    "top": "put first",
    "leave out": "left out",
    "ask": "asked for",
    "read": "read",
    "use": "used",
    "refuse": "refused",
}


def _told(must: Must, seen: Iterable[str]) -> str:
    """What came out instead, in a few words."""
    if must.verb in ("say", "cite"):
        return "it is said" if must.no else "nothing of the kind is said"
    told = list(dict.fromkeys(seen))
    return f"{_LABEL[must.verb]}: {', '.join(told[:6])}" if told else f"nothing was {_LABEL[must.verb]}"
