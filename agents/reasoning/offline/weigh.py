"""Weigh: how well candidates fit what the person likes and asked for, each point with its reason."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

import numpy as np

from agents.reasoning.offline.company import comes_along, holder
from agents.reasoning.offline.facts import Phrase, area, phrases, price, rating, shown_price
from agents.reasoning.offline.foods import need, touches
from agents.reasoning.offline.kinds import another, kinds_named
from agents.reasoning.offline.lexis import content, denied, fold, opposed
from agents.reasoning.offline.meaning import Meaning, Vectors
from agents.reasoning.offline.polarity import opinions
from agents.reasoning.offline.tables import table
from agents.reasoning.port import Score
from agents.types import Candidate, DetailValue, Preference, Reason

_FLOOR, _SPAN = 0.40, 0.30  # cosines of MiniLM between short phrases: below is chance, above is the same thing
_ASKED = 1.8  # what a wish of the request counts beside a taste of full strength
_ELSE = 0.15  # what is left of a match where the page is of another kind than the one named
_WRONG_KIND = -1.2  # what it counts that the kind asked for is not this one
_QUOTE = 90  # characters of a page that one reason quotes
_TELLING = 0.22  # a contribution from which it is worth a sentence
_LEANING = 0.6
_MOST_REASONS = 4
_HABITS = "h"  # ids of statements that tell a habit, not a taste


@dataclass(frozen=True, slots=True)
class Point:
    """Something to look for in a candidate: +1 wanted, -1 not wanted."""

    subject: str
    sign: int
    strength: float
    says: str  # "you like"
    what: str  # "small rooms"
    evidence: tuple[str, ...] = ()
    asked: bool = False  # by this request


@dataclass(frozen=True, slots=True)
class _Finding:
    point: Point
    value: float
    shown: tuple[str, ...]
    instead: str = ""  # the kind that the page is of, where another was named


def weigh(
    candidates: tuple[Candidate, ...],
    preferences: tuple[Preference, ...],
    wishes: tuple[str, ...],
    details: dict[str, DetailValue],
    meaning: Meaning,
) -> tuple[Score, ...]:
    """Fits with reasons and tradeoffs, best first; wishes count for this task, ratings only a little."""
    points = [*_wished(wishes, details), *_tastes(preferences, wishes, details)]
    told = [(*phrases(c), *_place(c), *p) for c, p in zip(candidates, _prices(candidates, points), strict=True)]
    named = [kinds_named(p.subject, p.asked, candidates) for p in points]
    texts = tuple(dict.fromkeys(p.meant for some in told for p in some))
    column = {text: n for n, text in enumerate(texts)}
    columns = [[column[p.meant] for p in some] for some in told]
    matches, cosines = _matches(points, texts, meaning)
    leanings = _leanings(points, cosines, columns)
    scores = []
    for candidate, some, own, leaning in zip(candidates, told, columns, leanings, strict=True):
        rows = zip(points, named, matches[:, own].tolist(), strict=True)
        found = [_in_kind(point, _find(point, some, row), kinds, candidate) for point, kinds, row in rows]
        scores.append(_score(candidate, [f for f in found if f], leaning))
    return tuple(sorted(scores, key=lambda s: (-s.fit, s.candidate)))


def _place(candidate: Candidate) -> tuple[Phrase, ...]:
    where = area(candidate)
    return (Phrase(f"In {where}", where),) if where else ()


def _prices(candidates: tuple[Candidate, ...], points: list[Point]) -> list[tuple[Phrase, ...]]:
    """Cheap or expensive beside the others, where the request says that it matters."""
    costs = [known[0] if (known := price(c)) else None for c in candidates]
    seen = sorted(c for c in costs if c is not None)
    if len(seen) < 3 or not any(p.asked and opposed(p.subject, "expensive") for p in points):
        return [() for _ in candidates]
    third = (len(seen) - 1) // 3
    low, high = seen[third], seen[-1 - third]
    return [_priced(candidate, cost, low, high) for candidate, cost in zip(candidates, costs, strict=True)]


def _priced(candidate: Candidate, cost: Decimal | None, low: Decimal, high: Decimal) -> tuple[Phrase, ...]:
    if cost is None or low >= high or low < cost < high:
        return ()
    return (Phrase(shown_price(candidate) or f"{cost:f}", "inexpensive" if cost <= low else "expensive"),)


def _in_kind(
    point: Point, finding: _Finding | None, kinds: tuple[frozenset[str], ...], candidate: Candidate
) -> _Finding | None:
    """A finding as it counts where the subject names a kitchen, kind or part of town that this one is not of."""
    instead = another(kinds, candidate)
    if not instead:
        return finding
    if point.asked and point.sign > 0:
        return _Finding(point, _WRONG_KIND * point.strength, (), instead)
    return replace(finding, value=finding.value * _ELSE, shown=()) if finding else None


def _wished(wishes: tuple[str, ...], details: dict[str, DetailValue]) -> list[Point]:
    said = [w for w in wishes if content(w) - set(table("words")["meta"].split())]
    said += [v for v in details.values() if isinstance(v, str) and re.search(r"[^\W\d_]{3}", v)]
    points = []
    for wish in dict.fromkeys(said):
        told = opinions(wish)
        if told:
            points += [
                Point(o.subject, _sign(o.polarity), _ASKED, "you asked for", f"“{wish}”", asked=True) for o in told
            ]
        else:
            points.append(Point(wish, 1, _ASKED, "you asked for", f"“{wish}”", asked=True))
    return points


def _tastes(
    preferences: tuple[Preference, ...], wishes: tuple[str, ...], details: dict[str, DetailValue]
) -> list[Point]:
    """The person's tastes, and those of whoever comes along: named in the request, or usual company of several."""
    several = any(isinstance(v, int) and v > 1 for v in details.values())
    usual = " ".join(p.text for p in preferences if p.id.startswith(_HABITS)) if several else ""
    found = []
    for preference in preferences:
        who = holder(preference)
        named = bool(who) and comes_along(who, wishes, ())
        if preference.id.startswith(_HABITS) or not content(preference.subject):
            continue
        if not who or named or who in usual:
            found.append(_taste(preference, who, named))
    return found


def _taste(preference: Preference, who: str, named: bool) -> Point:
    strength = min(1.0, preference.strength * 2) if named else preference.strength
    verb = {"likes": "like", "must": "need", "dislikes": "dislike", "never": "never want"}[preference.polarity]
    if who:
        verb = {"like": "likes", "need": "needs", "dislike": "dislikes", "never want": "cannot have"}[verb]
    wanted = need(preference.subject, preference.polarity == "must")
    subject = f"{wanted.diet} food" if wanted and wanted.diet else f"“{_lowered(preference.subject)}”"
    return Point(
        preference.subject, _sign(preference.polarity), strength, f"{who or 'you'} {verb}", subject, preference.evidence
    )


def _sign(polarity: str) -> int:
    return 1 if polarity in ("likes", "must") else -1


def _lowered(subject: str) -> str:
    first, _, rest = subject.partition(" ")
    return subject if not rest or not first.istitle() else f"{first.lower()} {rest}"


def _find(point: Point, some: tuple[Phrase, ...], matches: list[float]) -> _Finding | None:
    """The phrases that speak for or against a point, and how strongly."""
    speaks = [(p.shown, m) for p, m in zip(some, matches, strict=True) if m]
    if not speaks:
        return None
    for_it = sorted((s for s in speaks if s[1] > 0), key=lambda s: -s[1])
    against = sorted((s for s in speaks if s[1] < 0), key=lambda s: s[1])
    total = _together([m for _, m in for_it]) - _together([-m for _, m in against])
    shown = tuple(text for text, m in (for_it if total > 0 else against) if abs(m) >= 0.45)[:2]
    return _Finding(point, total * point.sign * point.strength, shown) if abs(total) >= 0.05 else None


def _together(matches: list[float]) -> float:
    return min(1.0, max(matches) + 0.12 * (sum(m >= 0.5 for m in matches) - 1)) if matches else 0.0


def _leanings(points: list[Point], cosines: Vectors, columns: list[list[int]]) -> list[float]:
    """What the mere nearness of words adds beside the other candidates: little, and never a reason."""
    if not points or not columns:
        return [0.0] * len(columns)
    nearest = np.stack([cosines[:, own].max(axis=1) if own else np.zeros(len(points)) for own in columns])
    signed = np.array([p.sign * p.strength for p in points])
    return [float(x) for x in _LEANING * ((nearest - nearest.mean(axis=0)) @ signed)]


def _matches(points: list[Point], texts: tuple[str, ...], meaning: Meaning) -> tuple[Vectors, Vectors]:
    """-1 to 1 per subject (rows) and phrase (columns), negative where it says the opposite; and the cosines."""
    if not points or not texts:
        return (np.zeros((len(points), len(texts)), np.float32),) * 2
    subjects = [_core(p) for p in points]
    cosine = meaning.near(subjects, texts)
    lexical = [_lexical(subject, p.sign > 0, texts) for subject, p in zip(subjects, points, strict=True)]
    overlap, side = np.stack([o for o, _ in lexical]), np.stack([s for _, s in lexical])
    near = np.clip((cosine - _FLOOR) / _SPAN, 0, 1)
    about = np.maximum(np.where(overlap >= 0.75, overlap, near * (1 + overlap / 2)), near).clip(0, 1)
    about = np.where((side > 0) & (cosine > 0.2), np.maximum(about, 0.55), about)
    against = np.where((cosine > 0.15) | (overlap >= 1), np.maximum(about, 0.5), 0)
    matches = np.where(side < 0, -against, np.where(about >= 0.3, about, 0))
    return np.asarray(matches, np.float32), np.where(side < 0, 0, cosine)


def _core(point: Point) -> str:
    """What to look for: of a "proper vegetarian main course", not any course that is a main one."""
    eaten = need(point.subject, point.sign > 0)
    return f"{eaten.diet} food" if eaten and eaten.diet else point.subject


@lru_cache(maxsize=512)
def _lexical(subject: str, wanted: bool, texts: tuple[str, ...]) -> tuple[Vectors, Vectors]:
    """Per phrase: the share of the subject's words in it, and +1 or -1 where it names the same or the opposite pole."""
    words, eaten = content(subject), need(subject, wanted)
    overlap, side = np.zeros(len(texts), np.float32), np.zeros(len(texts), np.float32)
    for n, text in enumerate(texts):
        shared = words & content(text)
        overlap[n] = len(shared) / len(words) if words else 0
        side[n] = -1 if denied(words, text) else opposed(subject, text)
        if eaten and (touched := touches(text, eaten)):
            overlap[n], side[n] = 1, 1 if (touched == "has") != bool(eaten.diet) else -1
    return overlap, side


def _score(candidate: Candidate, found: list[_Finding], leaning: float) -> Score:
    total = leaning + sum(f.value for f in found)
    rated = rating(candidate)
    if rated:
        value, count = rated
        total += 0.5 * ((value * count + 3.8 * 20) / (count + 20) - 3.8)
    ordered = sorted(found, key=lambda f: -abs(f.value))
    telling = [f for f in ordered if f.value >= _TELLING and f.shown]
    reasons = _reasons(sorted(telling, key=lambda f: not f.point.asked))
    if not reasons and rated:
        reasons = (Reason(text=f"Rated {rated[0]:g} of 5 by {rated[1]} guests"),)
    tradeoffs = tuple(_against(f) for f in ordered if f.value <= -_TELLING and (f.shown or f.instead))
    fit = 1 / (1 + math.exp(-total / 2))
    return Score(candidate=candidate.id, fit=round(fit, 4), reasons=reasons, tradeoffs=tradeoffs[:3])


def _against(finding: _Finding) -> str:
    if finding.instead:
        return f"{finding.instead}: {finding.point.says} {finding.point.what}"
    link = ", though" if finding.point.sign > 0 else ":"
    return f"{_joined(finding.shown)}{link} {finding.point.says} {finding.point.what}"


def _reasons(found: list[_Finding]) -> tuple[Reason, ...]:
    """One sentence per thing on the page, with everything that it answers."""
    by_shown: dict[tuple[str, ...], list[Point]] = {}
    for finding in found:
        by_shown.setdefault(finding.shown, []).append(finding.point)
    reasons = []
    for shown, points in list(by_shown.items())[:_MOST_REASONS]:
        says = _saying(points[:2])
        cited = dict.fromkeys(e for p in points[:2] for e in p.evidence)
        reasons.append(Reason(text=f"{_joined(shown)}: {says}", evidence=tuple(cited)))
    return tuple(reasons)


def _saying(points: list[Point]) -> str:
    one, *more = points
    if more and more[0].says == one.says:
        return f"{one.says} {one.what} and {more[0].what}"
    return ", ".join(dict.fromkeys(f"{p.says} {p.what}" for p in points))


def _joined(shown: tuple[str, ...]) -> str:
    kept = [_short(s) for n, s in enumerate(shown) if not any(fold(s) in fold(t) for t in shown[:n])]
    kept = kept[:1] if sum(map(len, kept)) > _QUOTE else kept
    text = " and ".join(s if n == 0 or re.match(r"\S+ [A-Z]", s) else s[:1].lower() + s[1:] for n, s in enumerate(kept))
    return text[:1].upper() + text[1:]


def _short(text: str) -> str:
    """The opening of a long phrase, up to where it could end, with "…" for the rest."""
    said = text.strip(" ,;.:")
    if len(said) <= _QUOTE:
        return said
    cut = said[: _QUOTE - 2].rsplit(" ", 1)[0]
    ends = [m.start() for m in re.finditer(r" (?:and|with|which|that|where|while|from|until|but) ", cut)]
    return (cut[: ends[-1]] if ends and ends[-1] > _QUOTE // 3 else cut).rstrip(" ,;:") + " …"
