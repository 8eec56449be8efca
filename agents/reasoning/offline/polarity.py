"""Polarity: what an English sentence says that somebody likes, dislikes, must have or will never have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from agents.reasoning.offline.lexis import content, fold, stems
from agents.reasoning.offline.subjects import absent, cut, lead, listed, names, subject
from agents.reasoning.offline.tables import table
from agents.reasoning.offline.whose import mine, whose, words
from agents.types import Polarity

_OPPOSITE: dict[Polarity, Polarity] = {"likes": "dislikes", "dislikes": "likes", "never": "likes", "must": "dislikes"}
_SOFTENED: dict[Polarity, Polarity] = {"likes": "likes", "dislikes": "dislikes", "never": "dislikes", "must": "likes"}
_CLAUSE = re.compile(
    r"\s*;\s*|\s+[—–-]+\s+|\s*—\s*|(?<=\w)\.\s+|!\s+|\s*:\s+"
    r"|,?\s+(?:but|however|yet|although|though|whereas|while|so)\b,?\s*(?!when\b|if\b|only\b)"
    r"|,\s*(?:and\s+)?(?=(?:i|we|my|never|not|no|she|he|they|there|it|that)\b(?! ?less))"
    r"|\s+and\s+(?=(?:i|we|she|he|they|my|never|no|there(?:'s)?|it)\b)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"^(?:it|them|that|this|these|those|the place|the room|there)$", re.IGNORECASE)
_ONE_WORD = re.compile(r"[\w'-]+")


@dataclass(frozen=True, slots=True)
class Opinion:
    """One thing that a clause says about somebody's taste, as it holds now.

    Attributes:
        subject: what it is about, in the words of the sentence.
        strength: 0 to 1.
        text: the clause it was read from.
        holder: whose taste it is; empty for the writer.
        past: it tells of a change: the polarity given is the one that is left.
        condition: the words that limit it ("unless …", "only if …").
        kind: "allergy" or "diet" where the words say so.
        own: the words themselves say that it is the writer's: "I", "my", "me".
    """

    subject: str
    polarity: Polarity
    strength: float
    text: str
    holder: str = ""
    past: bool = False
    condition: str = ""
    kind: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class _Cue:
    pattern: re.Pattern[str]
    polarity: Polarity
    strength: float
    side: str = "after"
    who: str = ""
    kind: str = ""
    fixed: bool = False  # a "not" near it is already part of it
    bare: str = ""  # without a grammatical subject only in the form that ends so
    first: bool = False  # the subject must be said
    noun: bool = False
    named: bool = False  # a noun that somebody has: "a weakness for"
    short: int = 0  # the clause may have so many words


@dataclass(frozen=True, slots=True)
class _Hit:
    cue: _Cue
    match: re.Match[str]
    before: str
    after: str


_TOLERANCE = _Cue(re.compile(""), "likes", 0.25)


@cache
def _cues() -> tuple[_Cue, ...]:
    return tuple(
        _Cue(re.compile(_bounded(str(row["say"])), re.IGNORECASE), **{k: v for k, v in row.items() if k != "say"})
        for row in table("polarity")["cues"]
    )


def _bounded(pattern: str) -> str:
    return pattern if pattern.startswith("^") else rf"(?<![\w'-])(?:{pattern})(?![\w'-])"


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(str(table("polarity")[name]), re.IGNORECASE)


@cache
def _listed_pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(table("polarity")[name]), re.IGNORECASE)


@cache
def _negator() -> re.Pattern[str]:
    words = "|".join(w.replace(" ", r"\s") for w in table("polarity")["negators"] if w != "n't")
    return re.compile(rf"\b(?:{words})\b|n't\b|\bcannot\b", re.IGNORECASE)


def plain(sentence: str) -> str:
    """A sentence without markdown, list marks, a bracketed date at its end, and curly apostrophes."""
    text = re.sub(r"^\s*(?:[-*+>#]+|\d+[.)])\s+", "", sentence.strip().replace("’", "'"))
    text = re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", text)
    text = re.sub(r"\s*\(\d{4}(?:-\d\d){0,2}\)\s*$", "", text)
    for short, full in (("'d rather", " would rather"), ("I'm ", "I am "), ("'ve ", " have "), ("we're ", "we are ")):
        text = text.replace(short, full)
    return " ".join(text.split())


def addressed(sentence: str) -> bool:
    """Whether a sentence speaks to an assistant instead of telling something about the person."""
    return _listed_pattern("to_assistant").search(plain(sentence)) is not None


def opinions(
    sentence: str, *, owner: frozenset[str] = frozenset(), about: str = "", speaker: str = ""
) -> tuple[Opinion, ...]:
    """What a sentence says about taste; nothing where it is a question, a fact, or speaks to an assistant.

    Args:
        sentence: one sentence or bullet.
        owner: folded names of the writer.
        about: whom "she" or "he" stands for: usually the heading above.
        speaker: whose taste words without a subject tell; empty for the writer.
    """
    text = plain(sentence)
    if not text or text.endswith("?") or addressed(text):
        return ()
    found: list[Opinion] = []
    opens = True  # "no X" states a taste at the start or after another taste, not after a tale
    for clause in (c.strip(" ,.") for c in _CLAUSE.split(text)):
        if clause and (opens or not re.match(r"no\b", clause, re.IGNORECASE)):
            told = _clause(clause, found[-1] if found else None, owner, about, speaker)
            opens = bool(told)
            found += told
    return tuple(found)


def _clause(clause: str, last: Opinion | None, owner: frozenset[str], about: str, speaker: str) -> list[Opinion]:
    body, condition = _conditioned(clause)
    if tolerated := _pattern("tolerates").search(body):
        said = subject(body[tolerated.end() :].strip())
        holder = whose(body[: tolerated.start()], last.holder if last else speaker, owner, about, "", _TOLERANCE)
        ok = content(said) and holder is not None
        return [Opinion(said, "likes", 0.25, clause, holder or "", condition=condition)] if ok else []
    hits = list(_hits(body))
    if not hits:
        return _elliptic(body, last)
    found: list[Opinion] = []
    open_ended: Opinion | None = None  # a liking whose thing the next cue names: "my preference for | avoiding …"
    for number, hit in enumerate(hits):
        before = found[-1] if found else last
        inherited = open_ended.holder if open_ended else before.holder if before else speaker
        holder = inherited if open_ended else _holder(hit, inherited, owner, "" if number else about)
        if holder is None:
            continue
        own = not holder and (open_ended.own if open_ended else mine(hit.before, hit.match[0], hit.cue, before))
        ends = not hit.after.strip() and hit.cue.side == "after"
        open_ended = Opinion("", "likes", 0.0, body, holder, own=own) if ends else None
        if not _unfit(hit, body):
            found += [replace(o, own=own) for o in _read(hit, holder, before, body, condition)]
    return found


def _holder(hit: _Hit, inherited: str, owner: frozenset[str], about: str) -> str | None:
    if hit.cue.who == "me":
        return ""
    return whose(hit.before, inherited, owner, about, hit.match[0], hit.cue)


def _conditioned(clause: str) -> tuple[str, str]:
    """The clause without the words that limit it, and these."""
    if match := re.match(
        r"(?:(?:if|when|whenever|unless|with|in|on|at|for)\b[^,]*,\s*|(?:if|when|whenever|unless)\b.{4,}?\s(?=(?:there|i|we)\s))",
        clause,
        re.IGNORECASE,
    ):
        return clause[match.end() :], match[0].strip(" ,")
    if re.search(r"\bhapp(?:y|iest) when\b|\ba reason\b", clause, re.IGNORECASE):
        return clause, ""
    match = _pattern("condition").search(clause)
    if match and match.start() > 0:
        return clause[: match.start()].rstrip(" ,"), clause[match.start() :]
    return clause, ""


def _hits(body: str) -> Iterator[_Hit]:
    """The cues of a clause from left to right; where two overlap, the earlier, then the longer one."""
    matches = [(c, m) for c in _cues() for m in c.pattern.finditer(body)]
    matches.sort(key=lambda cm: (cm[1].start(), -cm[1].end()))
    kept: list[tuple[_Cue, re.Match[str]]] = []
    for cue, match in matches:
        if not kept or match.start() >= kept[-1][1].end():
            kept.append((cue, match))
    for n, (cue, match) in enumerate(kept):
        start = kept[n - 1][1].end() if n else 0
        end = kept[n + 1][1].start() if n + 1 < len(kept) else len(body)
        yield _Hit(cue, match, body[start : match.start()], _without_subject(body[match.end() : end]))


def _without_subject(after: str) -> str:
    """What follows a cue, without the "and I" that opens the next one."""
    return re.sub(r"(?:,?\s*\b(?:and|or|but|i|we|also|really|always|never|do|don't)\b)*\s*$", "", after)


def _unfit(hit: _Hit, body: str) -> bool:
    if hit.cue.short and len(body.split()) > hit.cue.short:
        return True
    if hit.cue.side == "after" and hit.after[:1] in (",", ".", ";", ":", ")"):
        return True
    said = hit.match[0].lower()
    if re.match(r"\s*(?:by|and|or)\b" if hit.cue.side == "after" else r"\s*by\b", hit.after):
        return True  # "is loved by everyone" is nobody's taste; "the film I liked and sent on" names it before
    if re.search(r"\b(?:more|less|better) than (?:i|we)\s*$", hit.before, re.IGNORECASE):
        return True  # the measure of a comparison
    verb = hit.cue.side == "after" and not (hit.cue.named or hit.cue.kind or hit.cue.who or " " in said.strip())
    if verb and re.search(r"(?:^to|\b(?:the|an?|its|whose))\s*$", hit.before, re.IGNORECASE):
        return True  # "to appreciate it, one must …", "the value of"
    if re.search(r"(?:would|'d)\s*$", hit.before, re.IGNORECASE) and re.match(r"(?:like|love|enjoy|fancy)", said):
        return True  # "I would like to book" asks, it does not tell
    return hit.cue.noun and said.endswith("be") and bool(words("self") & set(stems(hit.before)[-1:]))


def _read(hit: _Hit, holder: str, last: Opinion | None, body: str, condition: str) -> list[Opinion]:
    polarity, strength, past = _signed(hit, body)
    if polarity is None:
        return []
    if condition and polarity in ("never", "must") and not hit.cue.kind:
        polarity, strength = ("dislikes" if polarity == "never" else "likes"), 0.85
    base = Opinion("", polarity, strength, body, holder, past, condition, hit.cue.kind)
    if hit.cue.side == "after" and names(gone := subject(absent(hit.after))):
        return [replace(base, subject=gone, polarity=_SOFTENED[_OPPOSITE[polarity]], kind="")]
    found = [replace(base, subject=s) for s in _subjects(hit, last, condition)]
    for one, other in _compared(hit):
        liked, flipped = (one, other) if polarity in ("likes", "must") else (other, one)
        found = [replace(base, subject=liked, polarity="likes", strength=max(strength, 0.6))]
        found += [replace(base, subject=flipped, polarity="dislikes", strength=0.5)] if flipped else []
    return found + _excepted(base, condition)


def _signed(hit: _Hit, body: str) -> tuple[Polarity | None, float, bool]:
    """Polarity and strength after negation and past; None where nothing is left."""
    polarity, strength = hit.cue.polarity, hit.cue.strength
    if hit.cue.named and _pattern("lacks").search(hit.before):
        return _OPPOSITE[polarity], 0.7 if polarity == "likes" else 0.3, False
    near = " ".join(hit.before.split()[-5:])
    past = _pattern("past").search(f"{near} {hit.after}") is not None
    turned = re.match(r"\s*(?:to )?not\b", hit.after) is not None  # "I prefer not to fly"
    if (not hit.cue.fixed and len(_negator().findall(near)) % 2 == 1) != turned:
        if hit.cue.kind:
            return None, 0.0, past  # "not allergic to nuts" is no love of nuts
        strength = {"likes": 0.7, "must": 0.3}.get(polarity, 0.3)
        return _OPPOSITE[polarity], strength, past
    if re.search(r"\bused to\b|\bonce\s*$|\bformerly\b", near, re.IGNORECASE):
        return _OPPOSITE[polarity], 0.45, True
    return polarity, strength, past


def _subjects(hit: _Hit, last: Opinion | None, condition: str) -> list[str]:
    if hit.cue.side == "within":
        said = hit.match["s"] or ""
        kept = list(_ONE_WORD.findall(said))
        while kept and not content(kept[0]):
            kept.pop(0)
        return [" ".join(kept)] if kept and content(kept[-1]) else []
    said = hit.before if hit.cue.side == "before" else hit.after
    if hit.cue.noun and not _PRONOUN.match(hit.before.strip()):
        said = f"{hit.after} {lead().sub('', hit.before.strip())}"
    said = _negations_off(said)
    if hit.cue.named or hit.cue.kind == "allergy" or (hit.match.start() and not hit.before.strip()):
        said = _pattern("verbs").sub("", cut().sub("", f"{said} "))
    if _PRONOUN.match(said.strip(" ,.")) or (hit.cue.side == "after" and re.match(r"\s*(?:it|them)\b", said)):
        clause = re.match(r"(?:when|if|where|that)\s+(.+)", condition, re.IGNORECASE)
        stands = subject(clause[1]) if clause else last.subject if last else ""
        return [stands] if names(stands) else []
    return [s for s in map(subject, listed(said)) if names(s)]


def _negations_off(said: str) -> str:
    return re.sub(r"^\s*(?:not\b|to not\b)\s*", "", said, flags=re.IGNORECASE)


def _compared(hit: _Hit) -> Iterator[tuple[str, str]]:
    """(what is preferred, what it is preferred to) of "prefer X to Y", "rather X than Y", "X more than Y"."""
    told = cut().sub("", f"{_negations_off(hit.after)} ").strip()
    told = re.sub(r"^to\s+", "", told)
    said = hit.match[0].lower()
    mark = r"\s+(?:rather than|instead of|more than|better than"
    mark += r"|over|than|to)\s+" if "prefer" in said else r"|than)\s+" if "rather" in said else r")\s+"
    parts = re.split(mark, told, maxsplit=1)
    if len(parts) == 2 and names(subject(parts[0])):
        other = "" if re.match(r"(?:i|we|he|she|it|they|you|ever)\b", parts[1], re.IGNORECASE) else subject(parts[1])
        yield subject(parts[0]), other if names(other) else ""


def _excepted(base: Opinion, condition: str) -> list[Opinion]:
    """The other side of "everything except X", "never X unless Y"."""
    if match := _pattern("exception").match(condition):
        flipped: Polarity = "dislikes" if base.polarity in ("likes", "must") else "likes"
        rest = listed(condition[match.end() :])
        return [replace(base, subject=subject(p), polarity=flipped, strength=0.5, kind="") for p in rest if content(p)]
    return []


def _elliptic(body: str, last: Opinion | None) -> list[Opinion]:
    """ "…, not loud bars": the clause before, turned round."""
    match = re.match(r"not (?!any ?more|only|just|even|to\b|for\b|that\b|so\b|yet\b)(?P<rest>.+)", body, re.IGNORECASE)
    if last is None or match is None or not content(match["rest"]) or len(body.split()) > 7:
        return []
    turned: Polarity = "dislikes" if last.polarity in ("likes", "must") else "likes"
    return [replace(last, subject=subject(match["rest"]), polarity=turned, strength=0.6, text=body, kind="")]


def under_heading(bullet: str, heading: str, holder: str = "") -> tuple[Opinion, ...]:
    """What a bare bullet means under a heading that says it: "Allergies" over "shellfish"."""
    words = set(re.findall(r"[a-z'-]+", fold(heading)))
    text = plain(bullet)
    if len(text.split()) > 12 or text.endswith("?") or addressed(text):
        return ()
    for polarity, titles in table("polarity")["headings"].items():
        if words & set(titles) or any(" " in t and t in fold(heading) for t in titles):
            kind = "allergy" if words & {"allergy", "allergies", "intolerances", "intolerance"} else ""
            strength = 1.0 if polarity == "never" else 0.8
            parts = [subject(p) for p in listed(text)]
            return tuple(Opinion(p, polarity, strength, text, holder, kind=kind) for p in parts if content(p))
    return ()
