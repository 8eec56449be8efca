"""Rank: hard rules in code, then fit, then one top choice and a backup that still works where the top fails."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from rapidfuzz import fuzz

from agents.orchestrator.been import visited
from agents.orchestrator.hard import Bounds, Standing, bounds, stand
from agents.orchestrator.named import Word, word_on
from agents.reasoning.offline import facts
from agents.reasoning.offline.lexis import fold
from agents.reasoning.port import Case, Judgement, Reasoner, Score
from agents.types import Candidate, Decision, DetailValue, Exclusion, Frozen, Option, Preference, Preferences
from memory.evidence import Evidence
from workflows.model import DetailType, RuleKind, Verb, Workflow

_UNSURE = 0.12  # fit that is taken off where something that binds could not be seen
_ALIKE = 0.08  # fit that a backup may lose for being different from the top
_EQUAL = 0.005  # fits that differ by no more are the same; then guests' ratings decide
_NAMED = 78  # rapidfuzz score from which a name was meant


Said = Mapping[str, tuple[Evidence, ...]]


class Mentions(Protocol):
    """What ranking needs of `memory.retrieve.Retriever`."""

    def mentions(self, name: str) -> Iterable[Evidence]:
        """Every passage in which the name stands."""
        ...


class Ranked(Frozen):
    """What came of it.

    Attributes:
        decision: None where nothing is left.
        nearest: times ("19:30") nearest to the wanted one at which something that fits is free.
        excluded: what was left out, and why.
        scores: how well each that was left fits, best first.
        evidence: every quotation that anything here cites.
    """

    decision: Decision | None = None
    nearest: tuple[str, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    scores: tuple[Score, ...] = ()
    evidence: tuple[Evidence, ...] = ()


async def rank(
    candidates: tuple[Candidate, ...],
    workflow: Workflow,
    details: dict[str, DetailValue],
    understanding_wishes: tuple[str, ...],
    new_only: bool,
    preferences: Preferences,
    retriever: Mentions,
    reasoner: Reasoner,
    exclude: frozenset[str] = frozenset(),
    request: str = "",
    tone: tuple[str, ...] = (),
) -> Ranked:
    """Filter by what binds, judge the rest, filter by what was found to bind meanwhile, and choose two.

    Args:
        new_only: the person asked for somewhere new; a rule may leave out visited places always.
        exclude: ids or names that were shown before and are not to be proposed again.
        request: the person's first words.
        tone: how they like to be talked to, in their own words.
    """
    bound = bounds(workflow, details, understanding_wishes, preferences)
    standing = [stand(c, bound) for c in candidates]
    known = {e.id: e for e in (*preferences.evidence, *preferences.further)}
    said = await _said_of(standing, retriever)
    standing = _spoken_of(_not_been(standing, workflow, new_only, said, known), said, known)
    standing, nearest = _open_at(standing, workflow, details)
    left = [s for s in standing if s.exclusion is None]
    case = Case(
        candidates=tuple(s.candidate for s in left),
        preferences=preferences,
        wishes=understanding_wishes,
        details=details,
        rules=tuple(r.text for r in workflow.rules if r.kind is RuleKind.FOR_MODEL),
        request=request,
        tone=tone,
    )
    judged = await reasoner.decide(case) if left else Judgement()
    standing = _bound_too(standing, judged, bound)
    left = [s for s in standing if s.exclusion is None]
    scores = _lowered(judged.scores, left)
    excluded = tuple(s.exclusion for s in standing if s.exclusion)
    fresh = [s for s in left if s.candidate.id not in exclude and s.candidate.name not in exclude]
    decision = _decided(fresh, scores, excluded, known)
    cited = {i for e in excluded for i in e.evidence} | {i for s in scores for r in s.reasons for i in r.evidence}
    cited |= {i for s in left for i in s.evidence}
    evidence = tuple(e for i, e in known.items() if i in cited)
    return Ranked(
        decision=decision, nearest=() if decision else nearest, excluded=excluded, scores=scores, evidence=evidence
    )


async def shortlist(
    candidates: tuple[Candidate, ...],
    workflow: Workflow,
    details: dict[str, DetailValue],
    understanding_wishes: tuple[str, ...] = (),
    new_only: bool = False,
    preferences: Preferences | None = None,
    retriever: Mentions | None = None,
    reasoner: Reasoner | None = None,
) -> tuple[Candidate, ...]:
    """What is worth a closer look, best first: what is not out already, by fit where taste is given, else by rating."""
    taste = preferences or Preferences(question="")
    standing = [stand(c, bounds(workflow, details, understanding_wishes, taste)) for c in candidates]
    if retriever:
        said = await _said_of(standing, retriever)
        standing = _spoken_of(_not_been(standing, workflow, new_only, said, {}), said, {})
    standing, _ = _open_at(standing, workflow, details)
    left = [s for s in standing if s.exclusion is None]
    most = next((s.count for s in workflow.search if s.verb is Verb.LOOK_CLOSER and s.count), len(left))
    if reasoner is None:
        return tuple(s.candidate for s in sorted(left, key=lambda s: -_rating(s.candidate))[:most])
    fits = {s.candidate: s.fit for s in await _weighed(left, taste, understanding_wishes, details, reasoner)}
    return tuple(s.candidate for s in sorted(left, key=lambda s: -fits.get(s.candidate.id, 0.0))[:most])


def _rating(candidate: Candidate) -> float:
    return (facts.rating(candidate) or (0.0, 0))[0]


async def _said_of(standing: list[Standing], retriever: Mentions) -> Said:
    """What the person's notes say of each that is not out already, by name."""
    names = [s.candidate.name for s in standing if s.exclusion is None]
    return await asyncio.to_thread(lambda: {name: tuple(retriever.mentions(name)) for name in names})


def _not_been(
    standing: list[Standing], workflow: Workflow, new_only: bool, said: Said, known: dict[str, Evidence]
) -> list[Standing]:
    """Leave out visited places, where a rule says so; the quotation joins `known`."""
    if not any(r.kind is RuleKind.BEEN and (new_only or not r.when) for r in workflow.rules):
        return standing
    names = [s.candidate.name for s in standing]
    told = {name: visited(name, mentions, names) for name, mentions in said.items()}
    known.update({e.id: e for e in told.values() if e})
    return [
        Standing(s.candidate, Exclusion(name=s.candidate.name, reason="you have been there", evidence=(been.id,)))
        if s.exclusion is None and (been := told.get(s.candidate.name))
        else s
        for s in standing
    ]


def _spoken_of(standing: list[Standing], said: Said, known: dict[str, Evidence]) -> list[Standing]:
    """Leave out what the person's notes rule out by name; say what else they say against it."""
    names = [s.candidate.name for s in standing]
    left = [s.candidate.name for s in standing if s.exclusion is None]
    told = {name: word_on(name, said[name], names) for name in left}
    against = {name: word for name, word in told.items() if word and word.against}
    known.update({w.evidence.id: w.evidence for w in against.values()})
    return [
        _objected(s, against[s.candidate.name]) if s.exclusion is None and s.candidate.name in against else s
        for s in standing
    ]


def _objected(standing: Standing, word: Word) -> Standing:
    said, cited = f"your notes say “{word.text}”", word.evidence.id
    if word.whole:
        out = Exclusion(name=standing.candidate.name, reason=said, evidence=(cited,))
        return replace(standing, exclusion=out)
    return replace(standing, tradeoffs=(said, *standing.tradeoffs), evidence=(*standing.evidence, cited))


def _open_at(
    standing: list[Standing], workflow: Workflow, details: dict[str, DetailValue]
) -> tuple[list[Standing], tuple[str, ...]]:
    """Leave out what is not free at the wanted time; the nearest times of the others."""
    rule = next((r for r in workflow.rules if r.kind is RuleKind.OPEN_AT), None)
    wanted = _wanted(workflow, details) if rule else None
    published = any(s.candidate.slots for s in standing)
    if wanted is None:
        return standing, ()
    if not published:
        unknown = "whether it is free then is not shown"
        return [Standing(s.candidate, s.exclusion, (*s.tradeoffs, unknown), s.evidence, True) for s in standing], ()
    kept, times = [], []
    for one in standing:
        free = sorted((dt.datetime.fromisoformat(t) for t in one.candidate.slots), key=lambda t: (abs(t - wanted), t))
        if one.exclusion or wanted in free:
            kept.append(one)
            continue
        times += free[:3]
        near = ", ".join(f"{t:%H:%M}" for t in sorted(free[:3]))
        reason = f"not free at {wanted:%H:%M}" + (f"; nearest: {near}" if near else ", nor at another time that day")
        kept.append(Standing(one.candidate, Exclusion(name=one.candidate.name, reason=reason)))
    nearest = sorted(set(times), key=lambda t: (abs(t - wanted), t))[:5]
    return kept, tuple(f"{t:%H:%M}" for t in nearest)


def _wanted(workflow: Workflow, details: dict[str, DetailValue]) -> dt.datetime | None:
    values = {d.type: details.get(d.name) for d in reversed(workflow.details)}
    date, time = values.get(DetailType.DATE), values.get(DetailType.TIME)
    return dt.datetime.fromisoformat(f"{date}T{time}") if date and time else None


def _bound_too(standing: list[Standing], judged: Judgement, bound: Bounds) -> list[Standing]:
    """Leave out what breaks a rule that was found in the notes only while judging; nothing comes back in by it."""
    hard = tuple(s for s in judged.statements if s.polarity in ("never", "must") and s.stated)
    more = replace(bound, hard=hard)
    found = [stand(s.candidate, more) if hard and s.exclusion is None else None for s in standing]
    return [replace(s, exclusion=f.exclusion) if f else s for s, f in zip(standing, found, strict=True)]


def _lowered(scores: tuple[Score, ...], left: list[Standing]) -> tuple[Score, ...]:
    """The scores of what is left, best first, lower where something that binds could not be seen."""
    unsure = {s.candidate.id: s.unsure for s in left}
    lowered = (
        s.model_copy(update={"fit": round(max(0.0, s.fit - _UNSURE), 4)}) if unsure[s.candidate] else s
        for s in scores
        if s.candidate in unsure
    )
    return tuple(sorted(lowered, key=lambda s: (-s.fit, s.candidate)))


async def _weighed(
    left: list[Standing],
    preferences: Preferences,
    wishes: tuple[str, ...],
    details: dict[str, DetailValue],
    reasoner: Reasoner,
) -> tuple[Score, ...]:
    if not left:
        return ()
    soft: tuple[Preference, ...] = preferences.statements
    scores = await reasoner.weigh(tuple(s.candidate for s in left), soft, wishes, details)
    return _lowered(scores, left)


def _decided(
    fresh: list[Standing], scores: tuple[Score, ...], excluded: tuple[Exclusion, ...], known: dict[str, Evidence]
) -> Decision | None:
    by_id = {s.candidate.id: s for s in fresh}
    ordered = [s for s in scores if s.candidate in by_id]
    if not ordered:
        return None
    equal = [s for s in ordered if ordered[0].fit - s.fit <= _EQUAL]
    top = max(equal, key=lambda s: (_rating(by_id[s.candidate].candidate), s.fit))
    one = by_id[top.candidate]
    rest = [(s, _difference(one.candidate, by_id[s.candidate].candidate)) for s in ordered if s is not top]
    backup = max(rest, key=lambda sd: sd[0].fit + _ALIKE * min(sd[1], 2))[0] if rest else None
    other = by_id[backup.candidate] if backup else None
    options = [_option(one, top, other)] + ([_option(other, backup, one)] if other and backup else [])
    cited = {i for o in options for r in o.reasons for i in r.evidence} | {i for e in excluded for i in e.evidence}
    cited |= {i for s in (one, other) if s for i in s.evidence}
    return Decision(
        top=options[0],
        backup=options[1] if len(options) > 1 else None,
        excluded=excluded,
        evidence=tuple(e for i, e in known.items() if i in cited),
    )


def _difference(one: Candidate, other: Candidate) -> int:
    """In how many things that matter two differ: part of town, kind, price class."""
    here, there = facts.price(one), facts.price(other)
    apart = bool(here and there and abs(here[0] - there[0]) >= max(here[0], there[0]) / 4)
    kinds = {fold(c) for c in facts.cuisines(one)}, {fold(c) for c in facts.cuisines(other)}
    return (facts.area(one) != facts.area(other)) + (not kinds[0] & kinds[1]) + apart


def _option(standing: Standing, score: Score, other: Standing | None) -> Option:
    candidate = standing.candidate
    against = _against(candidate, other.candidate) if other else ()
    return Option(
        id=candidate.id,
        name=candidate.name,
        url=candidate.url,
        price=facts.shown_price(candidate),
        seen_at=candidate.seen_at,
        fit=score.fit,
        reasons=score.reasons,
        tradeoffs=tuple(dict.fromkeys((*standing.tradeoffs, *score.tradeoffs, *against))),
    )


def _against(one: Candidate, other: Candidate) -> tuple[str, ...]:
    """What is better at the other one."""
    said = []
    here, there = facts.price(one), facts.price(other)
    if here and there and here[0] > there[0]:
        said.append(f"dearer than {other.name}: {here[0]:f} against {there[0]:f} {there[1]}".rstrip())
    mine, theirs = facts.rating(one), facts.rating(other)
    if mine and theirs and theirs[0] - mine[0] >= 0.15:
        said.append(f"rated {mine[0]:g}, {other.name} {theirs[0]:g}")
    if facts.area(one) and facts.area(other) and facts.area(one) != facts.area(other):
        said.append(f"in {facts.area(one)}, {other.name} is in {facts.area(other)}")
    return tuple(said)


def why_not(name: str, ranked: Ranked, candidates: tuple[Candidate, ...]) -> tuple[str, tuple[Evidence, ...]]:
    """Why something was not proposed, from data: left out, outscored, shown, or never found."""
    names = {c.name: c for c in candidates}
    meant = max(names, key=lambda n: fuzz.WRatio(fold(n), fold(name)), default="")
    if not meant or fuzz.partial_ratio(fold(meant), fold(name)) < _NAMED:
        return f"“{name.strip()}” was not among the {len(candidates)} that the search found.", ()
    evidence = {e.id: e for e in ranked.evidence}
    out = next((e for e in ranked.excluded if e.name == meant), None)
    if out:
        return f"{meant} was left out: {out.reason}.", tuple(evidence[i] for i in out.evidence if i in evidence)
    return _outscored(meant, names[meant].id, ranked, evidence)


def _outscored(
    name: str, number: str, ranked: Ranked, evidence: dict[str, Evidence]
) -> tuple[str, tuple[Evidence, ...]]:
    place = next((n for n, s in enumerate(ranked.scores, 1) if s.candidate == number), 0)
    if not place or ranked.decision is None:
        return f"{name} was found, but nothing about it was weighed.", ()
    score = ranked.scores[place - 1]
    options = [o for o in (ranked.decision.top, ranked.decision.backup) if o]
    shown = [o.name for o in options]
    if name in shown:
        return f"{name} is proposed: it is {'the top choice' if name == shown[0] else 'the backup'}.", ()
    against = "; ".join(score.tradeoffs) or "it answers fewer of your notes and wishes"
    speaks = " For it: " + "; ".join(r.text for r in score.reasons) + "." if score.reasons else ""
    cited = tuple(evidence[i] for r in score.reasons for i in r.evidence if i in evidence)
    after = " and ".join(o.name for o in options if o.fit >= score.fit)
    other = f" {shown[-1]} is the backup for being more unlike {shown[0]}." if options[-1].fit < score.fit else ""
    text = f"{name} breaks no rule; it came {place} of {len(ranked.scores)}, after {after}: {against}.{other}"
    return text + speaks, cited


__all__ = ["Bounds", "Mentions", "Ranked", "rank", "shortlist", "why_not"]
