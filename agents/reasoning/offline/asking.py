"""Asking: yes/no questions about a topic, each chosen for what its answer would tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agents.reasoning.offline.domains import domains, headed
from agents.reasoning.offline.facts import cuisines, phrases
from agents.reasoning.offline.lexis import content, poles, says
from agents.reasoning.offline.meaning import Meaning
from agents.reasoning.offline.tables import table
from agents.types import Candidate, Preference

_FACET = 5  # words of a candidate's own description that can be asked about
_KIND, _POLE = 0.9, 0.8  # what a thing of the topic, and a pair of opposites, count beside what is to be chosen from


@dataclass(frozen=True, slots=True)
class Ask:
    """A yes/no question and the notes that its answers make, in the first person.

    Attributes:
        about: what it is about; the same for the same question.
        chance: of a yes, as far as is known before asking, 0 to 1.
        fits: how much it belongs to the topic, 0 to 1.
    """

    about: str
    text: str
    yes: str
    no: str
    chance: float = 0.5
    fits: float = 1.0

    @property
    def gain(self) -> float:
        """What the answer tells, in bits, weighed by how much it belongs to the topic."""
        return self.fits * -sum(p * math.log2(p) for p in (self.chance, 1 - self.chance) if p > 0)


def next_question(
    topic: str,
    asked: Sequence[str],
    known: Sequence[Preference],
    candidates: Sequence[Candidate],
    meaning: Meaning,
) -> Ask | None:
    """The question that would tell most; None where nothing is left to ask.

    Args:
        topic: in the person's words ("music").
        asked: `about` of the questions asked before: what is near to them tells less.
        known: what is known on any topic: a taste that holds elsewhere is likely to hold here too, and tells less.
        candidates: of the task at hand, if any: what half of them have tells most.
    """
    pool = [
        a for a in (*_opposites(topic, known, meaning), *_kinds(topic), *_facets(candidates)) if a.about not in asked
    ]
    pool = [a for a in pool if not any(says(s.text, a.about) and content(a.about) for s in known if _on(topic, s))]
    if not pool:
        return None
    abouts = [a.about for a in pool]
    spent = meaning.near(abouts, list(asked)).max(axis=1) if asked else [0.0] * len(pool)
    best = max(zip(pool, spent, strict=True), key=lambda p: (p[0].gain * (1 - max(0.0, float(p[1]))), p[0].about))
    return best[0]


def _on(topic: str, statement: Preference) -> bool:
    return bool(content(topic) & content(statement.text)) or bool(domains(topic) & domains(statement.text))


def _opposites(topic: str, known: Sequence[Preference], meaning: Meaning) -> list[Ask]:
    pairs = [(str(one[0]), str(other[0])) for one, other in table("opposites")]
    words = [f"{one} or {other} {topic}" for one, other in pairs]
    near = meaning.near([topic], words)[0] if words else []
    made, about, special = [], headed(topic) | domains(topic), table("asking")["special"]
    for number, ((one, other), fits) in enumerate(zip(pairs, near, strict=True)):
        if one in special and not about & set(special[one]):
            continue
        told = [poles(s.text).get(number, 0) * (1 if s.polarity in ("likes", "must") else -1) for s in known]
        chance = (1 + sum(t > 0 for t in told)) / (2 + sum(t != 0 for t in told))
        text = f"{topic[:1].upper() + topic[1:]}: {one} rather than {other}? (No means the other way round.)"
        yes, no = (f"In {topic} I prefer {a} to {b}." for a, b in ((one, other), (other, one)))
        made.append(Ask(f"{one} or {other}", text, yes, no, chance, _POLE * max(0.0, float(fits))))
    return made


def _kinds(topic: str) -> list[Ask]:
    about = headed(topic) | domains(topic)
    return [
        _liked(str(kind), fits=_KIND)
        for domain, kinds in table("asking")["kinds"].items()
        if domain in about
        for kind in kinds
    ]


def _facets(candidates: Sequence[Candidate]) -> list[Ask]:
    """What some of the candidates say of themselves and others do not."""
    told: dict[str, set[str]] = {}
    for candidate in candidates:
        for facet in (*cuisines(candidate), *(p.shown for p in phrases(candidate))):
            if len(facet.split()) <= _FACET and facet.replace(" ", "").isalpha():
                told.setdefault(facet.strip().casefold(), set()).add(candidate.id)
    shares = {facet: len(ids) / len(candidates) for facet, ids in told.items() if len(ids) > 1}
    return [_liked(facet, share) for facet, share in shares.items() if share < 1]


def _liked(thing: str, chance: float = 0.5, fits: float = 1.0) -> Ask:
    return Ask(thing, f"Do you like {thing}?", f"I like {thing}.", f"I don't like {thing}.", chance, fits)
