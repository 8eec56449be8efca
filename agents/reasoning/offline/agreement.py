"""Agreement: statements that say the same become one; of two that contradict each other the newer outranks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from agents.reasoning.offline.lexis import content, opposed
from agents.reasoning.offline.meaning import Meaning
from agents.reasoning.offline.statement import Statement

_FADED = 0.25  # what is left of an older statement's strength
_SAME = 0.82  # cosine from which two subjects count as one
_RELATED = 0.6
_RANK = {"never": 2, "must": 2}


def merged(statements: list[Statement], meaning: Meaning) -> list[Statement]:
    """Near-duplicates as one statement with the evidence of all; the strictest and strongest gives the words."""
    ordered = sorted(
        statements,
        key=lambda s: (-_RANK.get(s.opinion.polarity, 1), -s.strength, not s.text.startswith(("I ", "I'", "We "))),
    )
    subjects = [s.opinion.subject for s in ordered]
    near = meaning.near(subjects, subjects)
    kept: list[tuple[int, Statement]] = []
    for n, statement in enumerate(ordered):
        place = next((i for i, (m, k) in enumerate(kept) if _same(statement, k, float(near[n, m]))), None)
        if place is None:
            kept.append((n, statement))
        else:
            number, first = kept[place]
            kept[place] = (number, _joined(first, statement))
    return [s for _, s in kept]


def _joined(one: Statement, other: Statement) -> Statement:
    dates = [d for d in (one.date, other.date) if d]
    return replace(
        one,
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence))),
        date=max(dates) if dates else None,
        strength=min(0.49 if one.opinion.holder else 1.0, one.strength + 0.03),
        stated=one.stated or other.stated,
        memory=one.memory or other.memory,
        score=max(one.score, other.score),
    )


def _same(one: Statement, other: Statement, near: float) -> bool:
    if one.habit or other.habit:
        return one.text == other.text
    if one.opinion.holder != other.opinion.holder or one.positive != other.positive:
        return False
    a, b = content(one.opinion.subject), content(other.opinion.subject)
    if opposed(one.opinion.subject, other.opinion.subject) < 0:
        return False
    return a == b or (near >= _SAME and bool(a & b))


def outranked(statements: list[Statement], meaning: Meaning) -> tuple[list[Statement], list[tuple[str, str]]]:
    """The statements with the older ones of contradicting pairs faded, and the pairs' ids, newer first."""
    today = max((s.date for s in statements if s.date), default=dt.date.max)
    near = meaning.near([s.opinion.subject for s in statements], [s.opinion.subject for s in statements])
    faded: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for n, one in enumerate(statements):
        for m in range(n + 1, len(statements)):
            other = statements[m]
            if not _contradict(one, other, float(near[n, m])):
                continue
            newer, older = (n, m) if _when(one, today) >= _when(other, today) else (m, n)
            if _when(one, today) != _when(other, today):
                pairs.append((newer, older))
                faded |= {older} if not statements[older].opinion.kind else set()
            else:
                pairs.append((n, m) if one.strength >= other.strength else (m, n))
    left = [_fade(s) if n in faded else s for n, s in enumerate(statements)]
    return left, [(left[a].id, left[b].id) for a, b in pairs]


def _fade(statement: Statement) -> Statement:
    softer = {"never": "dislikes", "must": "likes"}.get(statement.opinion.polarity, statement.opinion.polarity)
    opinion = replace(statement.opinion, polarity=softer)  # type: ignore[arg-type]
    return replace(statement, strength=statement.strength * _FADED, opinion=opinion)


def _when(statement: Statement, today: dt.date) -> dt.date:
    """When it was said; an undated line of memory stands until a recent word contradicts it."""
    if statement.date:
        return statement.date
    return today - dt.timedelta(days=365) if statement.memory and today != dt.date.max else dt.date.min


def _contradict(one: Statement, other: Statement, near: float) -> bool:
    if one.habit or other.habit or one.opinion.holder != other.opinion.holder or one.text == other.text:
        return False
    sides = opposed(one.opinion.subject, other.opinion.subject)
    if one.positive == other.positive:
        return one.positive and sides < 0 and near >= _RELATED
    a, b = content(one.opinion.subject), content(other.opinion.subject)
    # A room over a bar and a room at the back are two kinds of room; jazz and loud jazz are not apart.
    within = bool(a and b) and (a <= b or b <= a)
    return sides >= 0 and (near >= 0.7 or (within and near >= 0.5) or (sides > 0 and near >= 0.45))
