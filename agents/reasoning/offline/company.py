"""Company: whose taste a statement tells, and whether that person comes along."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from agents.reasoning.offline.lexis import fold, stems
from agents.reasoning.offline.polarity import opinions
from agents.reasoning.offline.whose import relations
from agents.types import Preference
from memory.evidence import Evidence

_PREFIX = re.compile(r"(my [a-z]+|[A-Z][^\W\d_]+): ")


def holder(preference: Preference) -> str:
    """Whose taste it is: empty for the person, else a name or "my wife"."""
    return _holder(preference.text, preference.subject)


@lru_cache(maxsize=4096)
def _holder(text: str, subject: str) -> str:
    if match := _PREFIX.match(text):
        return match[1]
    return next((o.holder for o in opinions(text) if o.subject == subject and o.holder), "")


def comes_along(who: str, wishes: Iterable[str], evidence: Iterable[Evidence]) -> bool:
    """Whether the request names that person, by name or by relation ("my wife" where the notes say who that is)."""
    said = {s for w in wishes for s in stems(w)}
    name = fold(who.removeprefix("my "))
    if name in said:
        return True
    return any(r in said for r in _related(name, evidence))


def _related(name: str, evidence: Iterable[Evidence]) -> set[str]:
    """What the notes call somebody: "my wife Inês", "Inês Carvalho, my wife"."""
    found: set[str] = set()
    words = "|".join(relations())
    either = re.compile(
        rf"\bmy (?P<a>{words}),? {re.escape(name)}\b"
        rf"|\b{re.escape(name)}\b[^.]{{0,30}}?\bmy (?:[a-z]+ )?(?P<b>{words})\b"
    )
    for one in evidence:
        found |= {m["a"] or m["b"] for m in either.finditer(fold(one.quote))}
    return found
