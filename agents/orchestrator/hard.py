"""Hard rules: the workflow's own and the person's; what breaks one is left out with its reason and its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from agents.orchestrator.limits import Limit, limits
from agents.reasoning.offline import facts
from agents.reasoning.offline.company import comes_along, holder
from agents.reasoning.offline.domains import domains
from agents.reasoning.offline.foods import Need, judge, named_in, need
from agents.reasoning.offline.lexis import content, denied, opposed, says
from agents.types import Candidate, DetailValue, Exclusion, Preference, Preferences
from workflows.model import Rule, RuleKind, Workflow

_STRONG = 0.9  # a dislike from which "a hard dislike" in a rule means it


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate after the hard rules: left out, or with what must be said about it."""

    candidate: Candidate
    exclusion: Exclusion | None = None
    tradeoffs: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    unsure: bool = False  # something that binds could not be seen


@dataclass(frozen=True, slots=True)
class Bounds:
    """Everything that binds for one request."""

    workflow: Workflow
    details: dict[str, DetailValue]
    hard: tuple[Preference, ...] = ()
    limits: tuple[Limit, ...] = ()
    eating: bool = False
    own_words: frozenset[str] = field(default_factory=frozenset)


def bounds(
    workflow: Workflow, details: dict[str, DetailValue], wishes: tuple[str, ...], preferences: Preferences
) -> Bounds:
    """The person's hard statements, those of named company, and the budgets that the notes give as a maximum."""
    task = domains(f"{workflow.title} {workflow.description}")  # a shop may have food among its examples
    strong = any(
        re.search(r"dislike|hate|can't stand|cannot stand", r.topic)
        for r in workflow.rules
        if r.kind is RuleKind.CONFLICT
    )
    hard = tuple(p for p in preferences.statements if _binds(p, strong) and _concerned(p, wishes, preferences))
    return Bounds(
        workflow,
        details,
        hard,
        limits(preferences, " ".join((*wishes, workflow.title)), details, task),
        "food" in task,
        content(f"{workflow.title} {workflow.description} {' '.join(workflow.examples)}"),
    )


def _binds(preference: Preference, strong: bool) -> bool:
    if preference.id.startswith("h"):
        return False
    return preference.polarity in ("never", "must") or (
        strong and preference.polarity == "dislikes" and preference.strength >= _STRONG
    )


def _concerned(preference: Preference, wishes: tuple[str, ...], preferences: Preferences) -> bool:
    who = holder(preference)
    return not who or comes_along(who, wishes, preferences.evidence)


def stand(candidate: Candidate, bound: Bounds) -> Standing:
    """Apply everything that binds, and is not about time or visits, to one candidate."""
    tradeoffs: list[str] = []
    evidence: list[str] = []
    unsure = False
    for preference in bound.hard:
        state, text = _conflict(candidate, preference, bound)
        cited = preference.evidence
        if state == "out":
            return Standing(candidate, Exclusion(name=candidate.name, reason=text, evidence=cited))
        if state == "warn":
            tradeoffs.append(text)
            evidence += cited
            unsure |= "was not seen" in text or "unknown" in text
    for exclusion, tradeoff in (*_ruled(candidate, bound), *_within_limits(candidate, bound)):
        if exclusion:
            return Standing(candidate, exclusion)
        tradeoffs += [tradeoff] if tradeoff else []
    return Standing(candidate, None, tuple(dict.fromkeys(tradeoffs)), tuple(dict.fromkeys(evidence)), unsure)


def _conflict(candidate: Candidate, preference: Preference, bound: Bounds) -> tuple[str, str]:
    must = preference.polarity == "must"
    wanted, whose = need(preference.subject, must), _whose(preference)
    if wanted:
        if not (bound.eating or facts.dishes(candidate) or candidate.facts.get("servesCuisine")):
            return _no_kitchen(candidate, wanted, bound, whose)
        verdict = judge(candidate, wanted)
        if verdict.kitchen:
            return "out", f"{verdict.kitchen}: {verdict.text}, which {_stance(preference)}; its menu was not read"
        return verdict.state, f"{whose}: {verdict.text}" if verdict.text else ""
    return _plainly(candidate, preference, bound, whose)


def _no_kitchen(candidate: Candidate, wanted: Need, bound: Bounds, whose: str) -> tuple[str, str]:
    """A thing or a room: it breaks a rule on food where its page names it, and the workflow asks for that."""
    asked = any(rule.kind is RuleKind.CONFLICT for rule in bound.workflow.rules)
    named = named_in(candidate, wanted) if asked else ""
    return ("out", f"{whose}: its page names {named}") if named else ("fine", "")


def _whose(preference: Preference) -> str:
    who = holder(preference)
    rule = need(preference.subject, preference.polarity == "must")
    name = f"{who}’s rule" if who else "your rule"
    kind = _kind(preference, rule)
    return f"{name} on {preference.subject}" if not kind else f"{name.removesuffix(' rule')} {kind}"


def _stance(preference: Preference) -> str:
    """ "you are allergic to", "Bento never has"."""
    who = holder(preference)
    if re.search(r"allerg", preference.text, re.IGNORECASE):
        return f"{who} is allergic to" if who else "you are allergic to"
    return f"{who} cannot have" if who else "you rule out"


def _kind(preference: Preference, rule: Need | None) -> str:
    if rule and rule.diet:
        return f"{rule.diet} diet"
    return f"{preference.subject} allergy" if rule and re.search(r"allerg", preference.text, re.IGNORECASE) else ""


def _plainly(candidate: Candidate, preference: Preference, bound: Bounds, whose: str) -> tuple[str, str]:
    """A hard rule that is not about eating: broken where the page says it in so many words."""
    subject = content(preference.subject)
    if not subject or subject <= bound.own_words or preference.evidence == ():
        return "fine", ""
    told = [p.meant for p in facts.phrases(candidate)] + [facts.area(candidate)]
    if preference.polarity == "must":
        against = [t for t in told if opposed(preference.subject, t) < 0 or denied(subject, t)]
        supports = [
            t for t in told if opposed(preference.subject, t) > 0 or (subject <= content(t) and t not in against)
        ]
        if against and not supports:
            return "out", f"{whose}: its page says “{against[0]}”"
        return ("fine", "") if supports else ("warn", f"{whose}: its page does not say; unknown")
    broken = next((t for t in told if subject <= content(t) and not denied(subject, t)), "")
    return ("out", f"{whose}: its page says “{broken}”") if broken else ("fine", "")


def _ruled(candidate: Candidate, bound: Bounds) -> Iterable[tuple[Exclusion | None, str]]:
    """`only …`, `at most …` and `at least …` of the workflow."""
    for rule in bound.workflow.rules:
        if rule.kind is RuleKind.ONLY:
            yield _only(candidate, rule)
        elif rule.kind in (RuleKind.AT_MOST, RuleKind.AT_LEAST):
            yield _bounded(candidate, rule, bound.details)


def _only(candidate: Candidate, rule: Rule) -> tuple[Exclusion | None, str]:
    told = [p.meant for p in facts.phrases(candidate)] + [facts.area(candidate)]
    wanted = content(rule.topic)
    if any(wanted <= content(t) and not denied(wanted, t) for t in told) or says(" ".join(told), rule.topic):
        return None, ""
    against = next((t for t in told if opposed(rule.topic, t) < 0 or denied(wanted, t)), "")
    if against:
        return Exclusion(name=candidate.name, reason=f"the workflow says “{rule.text}”; its page says “{against}”"), ""
    return None, f"the workflow says “{rule.text}”; its page does not say so"


def _bounded(candidate: Candidate, rule: Rule, details: dict[str, DetailValue]) -> tuple[Exclusion | None, str]:
    bound = _bound(rule, details)
    if bound is None:
        return None, ""
    stars = re.search(r"\b(?:stars?|rating|rated)\b", rule.topic, re.IGNORECASE)
    rated, cost = facts.rating(candidate), facts.price(candidate)
    value = Decimal(str(rated[0])) if stars and rated else None if stars else cost[0] if cost else None
    name = "rating" if stars else "price"
    if value is None:
        return None, f"its {name} is not shown"
    broken = value > bound if rule.kind is RuleKind.AT_MOST else value < bound
    most = "at most" if rule.kind is RuleKind.AT_MOST else "at least"
    reason = f"its {name} is {value:f} and should be {most} {bound:f}"
    return (Exclusion(name=candidate.name, reason=reason), "") if broken else (None, "")


def _bound(rule: Rule, details: dict[str, DetailValue]) -> Decimal | None:
    if named := re.fullmatch(r"\{(\w+)\}", rule.value):
        value = details.get(named[1])
        if isinstance(value, dict):
            return Decimal(value.get("amount", "0"))
        return Decimal(value) if isinstance(value, int) else None
    number = re.search(r"\d+(?:[.,]\d+)?", rule.value)
    return Decimal(number[0].replace(",", ".")) if number else None


def _within_limits(candidate: Candidate, bound: Bounds) -> Iterable[tuple[Exclusion | None, str]]:
    cost = facts.price(candidate)
    asked = any(isinstance(v, dict) and "amount" in v for v in bound.details.values())
    if cost is None or asked:
        return
    told = f"about {cost[0]:f} {cost[1]}{' a head' if bound.eating else ''}, above"
    for limit in bound.limits:
        if cost[0] <= limit.amount:
            continue
        if limit.hard:
            reason = f"{told} your maximum of {limit.amount:f}"
            yield Exclusion(name=candidate.name, reason=reason, evidence=(limit.evidence,)), ""
        else:
            yield None, f"{told} the {limit.amount:f} you usually spend"
