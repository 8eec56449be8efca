"""Taste: evidence in, statements about the person out, each resting on the evidence given and on nothing else."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

from agents.reasoning.offline.advice import seeks_advice
from agents.reasoning.offline.agreement import merged, outranked
from agents.reasoning.offline.domains import domains, elsewhere, headed
from agents.reasoning.offline.focus import asks, focused, unheard
from agents.reasoning.offline.habits import habit
from agents.reasoning.offline.lexis import fold
from agents.reasoning.offline.meaning import Meaning
from agents.reasoning.offline.polarity import Opinion, addressed, opinions, under_heading
from agents.reasoning.offline.statement import Statement
from agents.types import Preference, Preferences
from memory.evidence import Evidence

MOST = 60  # statements in one answer
_LONGEST = 240  # characters of a statement
_ARGUED = 0.35  # strength of a negated need
_ANOTHERS = 0.45  # what another person's taste counts beside the writer's
_SENTENCE = re.compile(r"(?<=[.!?])[\"”’)*_]*\s+(?=[\"“‘(*_]*[A-Z\d])")
_BULLET = re.compile(r"\n(?=\s*(?:[-*+]|\d+[.)])\s)|\n\s*\n")
_DATE = re.compile(r"\((\d{4}-\d\d-\d\d)\)")
_OWNER = re.compile(r"\b(?:[Mm]y name is|I am|I'm|I’m)\s+([A-Z][^\W\d_]+)(?:\s+([A-Z][^\W\d_]+))?")
_SOMEBODY = re.compile(
    r"(?P<name>[A-Z][^\W\d_]+)(?: [A-Z][^\W\d_]+)?, (?:my|our|\d+)\b|(?:My|Our) [a-z]+,? (?P<late>[A-Z][^\W\d_]+),"
)
_LISTED = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
_QUOTED = re.compile(r"“[^”]{4,}”|\"[^\"]{4,}\"")
_CLAUSE = re.compile(r"[,;]\s|\s(?:even if|as long as|because|though)\b", re.IGNORECASE)
_UNWANTED = re.compile(r"n[o']t\b|\b(?:no|never|skip|avoid|hate|without|unless|rather|thanks)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|did|can|will|would|may|might|counts?|it|see|so)\b", re.IGNORECASE
)


def preferences(question: str, evidence: tuple[Evidence, ...], meaning: Meaning) -> Preferences:
    """Statements on the question, most telling first; contradictions with the newer first; what is not known, named."""
    owner = _owner(evidence)
    asked = domains(question) or (headed(question) if asks(question) else frozenset())
    found = [s for e in evidence for s in statements_of(e, owner)]
    kept = [s for s in found if s.hard or not elsewhere(asked, s.heading, s.text)]
    single = merged(kept, meaning)
    single, pairs = outranked(single, meaning)
    # "Where should I stay?" does not name what it depends on; "does she like lifts?" does.
    named = asks(question) and not seeks_advice(question, meaning)
    if named:
        single, unknown = focused(question, owner, single, meaning)
    else:
        unknown = () if single else unheard(question)
    ordered = _ordered(question, named, single, meaning)[:MOST]
    shown = {s.id for s in ordered}
    used = {i for s in ordered for i in s.evidence}
    return Preferences(
        question=question,
        statements=tuple(_preference(s) for s in ordered),
        contradictions=tuple(p for p in pairs if shown >= set(p)),
        unknown=unknown,
        evidence=tuple(dict.fromkeys(e for e in evidence if e.id in used)),
    )


def contradictions(evidence: tuple[Evidence, ...], meaning: Meaning) -> tuple[tuple[Evidence, Evidence], ...]:
    """The quotations that contradict each other, the newer first."""
    owner, by_id = _owner(evidence), {e.id: e for e in evidence}
    single, pairs = outranked(merged([s for e in evidence for s in statements_of(e, owner)], meaning), meaning)
    rests_on = {s.id: by_id[s.evidence[0]] for s in single}
    found = ((rests_on[newer], rests_on[older]) for newer, older in pairs)
    return tuple(dict.fromkeys(pair for pair in found if pair[0] != pair[1]))


def statements_of(evidence: Evidence, owner: frozenset[str] = frozenset()) -> Iterator[Statement]:
    """What one quotation states, sentence by sentence; words addressed to an assistant state nothing."""
    if evidence.path.startswith(("journal/", "runs/")):
        return  # what this program wrote itself is no word of the person
    heading = evidence.section.rsplit(" > ", 1)[-1]
    for passage in _BULLET.split(evidence.quote):
        speaker = _speaker(passage, evidence, owner)
        dated = _date(passage) or evidence.date
        sentences = [s for s in _SENTENCE.split(" ".join(passage.split())) if s]
        for number, sentence in enumerate(sentences):
            if addressed(sentence):
                continue
            told = opinions(_own_words(sentence, evidence), owner=owner, about=speaker or heading, speaker=speaker)
            told = tuple(o for o in told if _meant(o, evidence))
            if not told and number == 0 and (evidence.path.startswith("memory/") or _LISTED.match(passage)):
                told = _bare(sentence, heading, speaker, len(sentences))
            if not told and number < 2:
                told = _wanted(sentence, heading, speaker, evidence)
            for opinion in told:
                yield _statement(opinion, sentence, evidence, dated)
            if not told and not speaker and habit(sentence, evidence.path.startswith("memory/")):
                plain = Opinion(sentence[:120], "likes", 0.4, sentence)
                yield replace(_statement(plain, sentence, evidence, dated), habit=True)


def _own_words(sentence: str, evidence: Evidence) -> str:
    """A document's sentence without what it quotes amid words of its own: “I like jazz” may be anybody's."""
    rest = _QUOTED.sub(" ", sentence)
    return rest if not evidence.path.startswith("memory/") and len(rest.split()) > 3 else sentence


def _meant(opinion: Opinion, evidence: Evidence) -> bool:
    """Whether an opinion is somebody's taste: an essay argues about what is needed and liked; a note does not."""
    if evidence.path.startswith("memory/") or opinion.kind == "allergy":
        return True
    if opinion.holder:
        return opinion.polarity in ("likes", "dislikes", "never")
    if not opinion.own or (opinion.polarity == "dislikes" and opinion.strength < _ARGUED):
        return False  # "we don't need a committee" argues; it dislikes nothing
    return opinion.polarity != "must" or re.search(r"\b(?:I|my|me)\b", opinion.text) is not None


def _bare(sentence: str, heading: str, speaker: str, sentences: int) -> tuple[Opinion, ...]:
    """A bullet without a verb under "Allergies" or "What I like"."""
    said = re.split(r"\b(?:where|because|as long as|if)\b", sentence, maxsplit=1)[0].strip(" ,")
    if _VERB.search(re.split(r"\b(?:that|which|who)\b", said, maxsplit=1)[0]):
        return ()
    told = under_heading(said, heading, speaker)
    return tuple(o for o in told if sentences == 1 or o.polarity in ("likes", "dislikes"))


def _wanted(sentence: str, heading: str, speaker: str, evidence: Evidence) -> tuple[Opinion, ...]:
    """A few words without a verb in memory, under a heading such as "Hotels": what is wanted there."""
    said, *more = _CLAUSE.split(sentence.strip(" -*+."), maxsplit=1)
    stands = evidence.path.startswith("memory/") and not speaker and headed(heading)
    if (
        not stands
        or _UNWANTED.search(" ".join(more))
        or len(said.split()) > 10
        or re.search(r"\d|:|\?|\b(?:no|i|i've|we|she|he)\b", fold(said))
        or _VERB.search(said)
    ):
        return ()
    return (Opinion(said, "likes", 0.5, said),)


def _speaker(passage: str, evidence: Evidence, owner: frozenset[str]) -> str:
    """Whom a passage is about where it is a page or a line about somebody else; empty for the writer."""
    line = passage.strip().lstrip("-*+> ")
    if match := _SOMEBODY.match(line):
        name = match["name"] or match["late"]
        return "" if fold(name) in owner else name
    heading = evidence.section.split(" > ")[0].strip()
    alone = len(heading.split()) <= 2 and heading[:1].isupper() and fold(heading) != "other people"
    if "/people/" in f"/{evidence.path}" and alone and not re.match(r"(?:I|We|My|Our)\b", line):
        return "" if fold(heading) in owner else heading
    return ""


def _statement(opinion: Opinion, sentence: str, evidence: Evidence, date: dt.date | None) -> Statement:
    memory = evidence.path.startswith("memory/")
    text = _around(opinion.subject, sentence.strip().lstrip("-*+> "))
    if opinion.holder and fold(opinion.holder.removeprefix("my ")) not in fold(text):
        text = f"{opinion.holder}: {text}"
    if not memory and opinion.polarity in ("never", "must") and not opinion.kind:
        # A turn of phrase in an essay is not a rule; only memory and words of health bind.
        opinion = replace(opinion, polarity="dislikes" if opinion.polarity == "never" else "likes", strength=0.85)
    whose = _ANOTHERS if opinion.holder else 1  # always below one half: no rule of the person's own
    strength = opinion.strength * (1 if memory else 0.9) * whose * (1 if evidence.stated else 0.8)
    heading = f"{evidence.path} > {evidence.section}"
    # Whose a document is cannot be told from its text: only what stands in memory counts as stated by the person.
    stated = memory and evidence.stated
    return Statement(opinion, text, (evidence.id,), date, memory, stated, False, strength, heading, evidence.score)


def _around(subject: str, sentence: str) -> str:
    """A sentence; of a very long one the part that speaks of the subject, from a mark or a word on, verbatim."""
    if len(sentence) <= _LONGEST:
        return sentence
    at = max(0, fold(sentence).find(fold(subject)[:30]))
    starts = [m.end() for m in re.finditer(r"[,;:—–(]\s*", sentence) if m.end() <= max(0, at - 40)]
    rest = sentence[starts[-1] if starts and at > _LONGEST // 2 else 0 :]
    return rest if len(rest) <= _LONGEST else rest[:_LONGEST].rsplit(" ", 1)[0]


def _date(passage: str) -> dt.date | None:
    """The date in brackets at the end of a note."""
    match = _DATE.search(passage)
    try:
        return dt.date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _owner(evidence: tuple[Evidence, ...]) -> frozenset[str]:
    """The writer's own names, where a memory file says them."""
    told = (m for e in evidence if e.path.startswith("memory/") for m in _OWNER.finditer(e.quote))
    return frozenset(fold(n) for m in told for n in m.groups() if n)


def _ordered(question: str, named: bool, statements: list[Statement], meaning: Meaning) -> list[Statement]:
    near = meaning.near([question], [s.text for s in statements])
    fit = near[0] if len(statements) else ()
    near_counts = 2.5 if named else 1.0  # a question names its topic; a request does not
    keyed = [
        (near_counts * float(f) + 0.4 * s.score + 0.5 * s.strength + (0.5 / near_counts if s.hard else 0.0), s)
        for f, s in zip(fit, statements, strict=True)
    ]
    return [s for _, s in sorted(keyed, key=lambda k: -k[0])]


def _preference(statement: Statement) -> Preference:
    return Preference(
        id=statement.id,
        text=statement.text,
        subject=statement.opinion.subject,
        polarity=statement.opinion.polarity,
        strength=round(min(1.0, statement.strength), 2),
        evidence=statement.evidence,
        stated=statement.stated,
        date=statement.date,
    )
