"""Focus: of everything that was read, what a question asks about; and what it asks about that nothing was read on."""

from __future__ import annotations

import re

from agents.reasoning.offline.domains import domains, headed
from agents.reasoning.offline.foods import need
from agents.reasoning.offline.lexis import content, fold, opposed
from agents.reasoning.offline.meaning import Meaning
from agents.reasoning.offline.statement import Statement
from agents.reasoning.offline.tables import table

_NEAR = 0.5  # cosine from which a subject is the topic in other words
_ABOUT = 0.36  # cosine from which a statement without a strong word belongs to the part of life asked about
_ASKS = re.compile(
    r"\s*(?:what|which|who|how|where|when|why|does|do|did|is|are|am|was|has|have|would|tell (?:me|us)|describe)\b",
    re.IGNORECASE,
)
_AVERSE = re.compile(r"\b(?:dislikes?|hates?|avoids?|averse|refuses?|not like|n't (?:like|stand|want)|never)\b")


def asks(question: str) -> bool:
    """Whether words are one question; the words of a workflow with a request behind them are none."""
    said = question.strip()
    return not re.search(r"[.:!]\s", said) and (said.endswith("?") or _ASKS.match(said) is not None)


def focused(
    question: str, owner: frozenset[str], statements: list[Statement], meaning: Meaning
) -> tuple[list[Statement], tuple[str, ...]]:
    """The statements on the topics of a question with the hard rules of the same part of life, and what is unknown."""
    asked = domains(question)
    topics = _topics(" ".join(w for w in question.split() if fold(re.sub(r"'s?$|\W+$", "", w)) not in owner))
    if not topics:
        kept = _in_general(question, asked, statements, meaning)
        return kept, () if kept else tuple(sorted(asked)) or (_plain(question),)
    on = {t: _on(t, statements, meaning) for t in topics}
    kept = [s for n, s in enumerate(statements) if any(n in found for found in on.values()) or _binds(s, asked)]
    return kept, tuple(t for t in topics if not on[t])


def _in_general(question: str, asked: frozenset[str], some: list[Statement], meaning: Meaning) -> list[Statement]:
    """For "what are his dining preferences?" and "what does she hate?": a part of life, or one side of everything."""
    if asked:
        return [some[n] for n in _part(question, asked, some, meaning)]
    averse = _AVERSE.search(fold(question)) is not None
    return [s for s in some if not (averse and (s.positive or s.habit))]


def _on(topic: str, statements: list[Statement], meaning: Meaning) -> frozenset[int]:
    """Which statements speak of a topic: in its words, in others, or of its opposite."""
    asked = headed(topic)
    own = content(topic) - _broad()
    if not own and asked:
        return _part(topic, asked, statements, meaning)
    near = meaning.near([topic], [s.opinion.subject for s in statements])
    own = own or content(topic)
    return frozenset(
        n
        for n, s in enumerate(statements)
        if 2 * len(own & (content(s.text) | content(s.opinion.kind))) >= len(own)
        or (not s.habit and (near[0][n] >= _NEAR or opposed(topic, s.opinion.subject)))
    )


def _part(topic: str, asked: frozenset[str], statements: list[Statement], meaning: Meaning) -> frozenset[int]:
    near = meaning.near([topic], [s.opinion.subject for s in statements])
    return frozenset(n for n, s in enumerate(statements) if asked & _life(s) or (not _life(s) and near[0][n] >= _ABOUT))


def _life(statement: Statement) -> frozenset[str]:
    """Parts of life that a statement belongs to; what one cannot eat belongs to food, whatever else is said."""
    eaten = statement.opinion.kind and need(statement.opinion.subject, statement.opinion.polarity == "must")
    said = domains(statement.text) | headed(statement.heading)
    return said | {"food"} if eaten else said


def _binds(statement: Statement, asked: frozenset[str]) -> bool:
    return statement.hard and not statement.opinion.holder and bool(asked & _life(statement))


def _broad() -> frozenset[str]:
    """Words that name a whole part of life: "food", not "wine"."""
    rows = table("domains").values()
    named = {s for row in rows for w in row["headings"] if " " not in w for s in content(w)}
    return frozenset(named - content(table("words")["narrow"]))


def _topics(question: str) -> tuple[str, ...]:
    parts = re.split(r"[?,;]|\b(?:and|or)\b", question)
    return tuple(dict.fromkeys(t for t in map(_topic, parts) if t))


def _topic(part: str) -> str:
    asking = frozenset(table("words")["asking"].split())
    words = [w for w in re.findall(r"[^\W\d_][\w'’-]*", part) if content(w) - asking]
    return " ".join(words) if 0 < len(words) <= 5 else ""


def unheard(request: str) -> tuple[str, ...]:
    """What to call a request on which nothing at all was found."""
    return _topics(request) or (_plain(request),)


def _plain(question: str) -> str:
    return question.strip(" ?")
