"""Wishes in a request: what is left of it when details, courtesies and the task's own words are taken away."""

from __future__ import annotations

import re

from agents.reasoning.offline.spans import MASK, fold, words
from agents.reasoning.offline.times import PART_OF_DAY
from workflows.model import DetailType, Workflow

_THERE = (
    r"(?:(?: (?:to|at|in|there|before|yet|it|inside|ever))+\b|(?=\W*$|[^\w ]|"
    r" (?:and|but|or|for|with|that|which|on|please|tonight|tomorrow|so|-|yet)\b))"
)
_NEW = re.compile(
    r"\b(?:that |which |where |to which )?(?:i|we)(?:'ve| have)?(?: never|n't| not| haven't| didn't)(?: yet| ever)? "
    rf"(?:been{_THERE}"
    r"|(?:tried|visited|seen|used|explored)(?: (?:out|there|before|yet|it))*"
    r"|(?:eaten|gone|stayed|had|dined)(?: (?:to|at|in|there|before|it|out))+)\b"
    r"|\b(?:somewhere|someplace|something|anywhere|a place|place|one) (?:that(?:'s|"
    r" is) )?(?:completely |totally |entirely |brand |really )?(?:new|unfamiliar|unknown|"
    r"untried|different from (?:the )?usual)(?: (?:to|for) (?:me|us))?\b"
    r"|\b(?:(?:new|unknown) to (?:me|us)|(?:a )?new (?:place|spot|one|restaurant|hotel|bar|thing)\b|"
    r"for the first time|first[- ]time)\b"
    rf"|\b(?:never|not|haven'?t)(?: yet| ever)? been{_THERE}"
    r"|\b(?:never|haven'?t)(?: yet| ever)? (?:tried|visited|gone|explored|eaten at|dined at)"
    r"(?: (?:to|at|there|before|yet))*\b"
    r"|\b(?:never|not|haven'?t)(?: yet| ever| once)? set (?:a )?foot (?:in|inside|there)\b"
    r"|\b(?:yet|still) to (?:try|visit|discover)\b"
    r"|\b(?:nowhere|(?:not|no|none)(?: in| at| to)?(?: (?:of|a|any|the|one of))*"
    r"(?: \w*(?:where|place|restaurant|spot|bar|one)s?)?)"
    r"(?: (?:where|that|which))? (?:i|we)(?:'ve| have)?(?: already| ever| both)? "
    rf"(?:been(?: already)?{_THERE}|tried|visited|know\b|eaten (?:at|in))"
    r"|\bnot (?:one of |any of |at |to |in )*(?:my|our|the) usual (?:places?|spots?|haunts?|restaurants?|ones?)\b"
)
_SPLIT = re.compile(
    rf"[,;.!?\n\x00()]+|{MASK}+|\s+-\s+|\b(?:and|but|that|which|with|who|where(?:'s)?|"
    rf"or|plus|also|preferably|ideally|maybe|perhaps|possibly|if possible|because|"
    rf"since|so)\b"
)
_NEGATED = re.compile(r"\s*(?:(?:but|and|please)\s+)*(?P<word>not|no|without|nothing|never)\b")
_EMPTY = words(
    "instead same both chance fed rather oh plan reservation what's whats after before until till between goes "
    "a an the me us my our i we you your it its it's is are be am was to for of in on at by from as do does did "
    "can could would should will shall may might please hey hi hello thanks thank ok okay well just really very "
    "quite some any something somewhere anything anywhere someplace place places spot spots option options one "
    "ones find book reserve get give show recommend suggest search look looking want wants wanted need needs like "
    "love feel go going take make help out up there here this these those i'd i'm i'll we'd we're we'll let "
    "let's lets us kind sort bit little good idea ideas time day people person table head think thinking about "
    "around mood hungry today tonight tomorrow haven't don't know have has had been where what when how which who "
    "then now else yes yeah no not actually again also too per each max maximum under below over than more less "
    "im id ive i've we've u pls plz someone anyone thing things way works work fine been got see try eat craving "
    "fits fit suits suit matches match"
)
_AGAINST = words("don't dont doesn't can't cannot cant won't wouldn't shouldn't hate")
_NEGATION = words("not no never without nothing less non too")
_TRIM = (_EMPTY | _AGAINST) - _NEGATION - words("fits fit suits suit matches match like")
_WHEN = re.compile(rf"\b(?:(?:for|over|at|to|have|an?|a late|an early) )*{PART_OF_DAY}\b")
_BEFORE_COUNT = re.compile(
    rf"\b(?:party|group|team|total|budget|seats?|reservation|booking)\b(?: (?:of|for|is))? ?{MASK}", re.I
)
_BUT = re.compile(r"\b(?:any|every)(?:thing|where|place) (?:but|except)\b|\b(?:except(?: for)?|apart from)\b", re.I)
_NO_MATTER = re.compile(
    r"\b(?:don'?t|doesn'?t|not) (?:really )?(?:mind|care|matter|know|sure)\b|^\W*(?:(?:i|we) )?fancy\b", re.I
)
_LONGEST = 12  # words of one wish


def wants_new(text: str) -> bool:
    """Asks for what the person has not been to or tried."""
    return bool(_NEW.search(text))


def find_wishes(left: str, workflow: Workflow | None) -> tuple[str, ...]:
    """Short phrases in the person's own words.

    Args:
        left: the message as written, with the details that were read blotted out.
        workflow: its own words ("table", "restaurant") are no wish.
    """
    own = _own_words(workflow)
    left = _BEFORE_COUNT.sub(MASK, _NO_MATTER.sub(MASK, _BUT.sub(", no ", left)))
    folded = fold(left)
    timed = workflow is not None and any(d.type is DetailType.TIME for d in workflow.details)
    for match in (*_NEW.finditer(folded), *(_WHEN.finditer(folded) if timed else ())):
        left = left[: match.start()] + MASK * (match.end() - match.start()) + left[match.end() :]
    phrases = (_trim(part.split(), own) for part in _parts(left))
    return tuple(dict.fromkeys(phrase for phrase in phrases if phrase))


def _parts(left: str) -> list[str]:
    """Pieces between connecting words; a negation reaches over "with" and "or": "no bars with music or smoke"."""
    parts: list[str] = []
    place, carried, folded = 0, "", fold(left)
    for match in _SPLIT.finditer(folded):
        negation = _NEGATED.match(folded, place)
        word = negation.group("word") if negation else carried
        if word and match.group() == "with":
            continue
        parts.append(f"{'' if negation else carried} {left[place : match.start()]}")
        place, carried = match.end(), word if match.group() == "or" else ""
    return [*parts, f"{'' if _NEGATED.match(folded, place) else carried} {left[place:]}"]


def _own_words(workflow: Workflow | None) -> frozenset[str]:
    """Words that say what the task is, not how it should be: of its description, its title, and of several examples."""
    if workflow is None:
        return frozenset()
    named = re.findall(r"[\w'’-]+", fold(f"{workflow.name.replace('-', ' ')} {workflow.description} {workflow.title}"))
    examples = [set(re.findall(r"[\w'’-]+", fold(example))) for example in workflow.examples]
    shared = {word for words in examples for word in words if sum(word in other for other in examples) > 1}
    return frozenset(named) | shared


def _trim(words: list[str], own: frozenset[str]) -> str:
    """The phrase without empty words at its ends; nothing where only empty words and the task's own are in it."""
    words = [word for word in (word.strip("\"':") for word in words) if word]
    against = False
    while words and fold(words[0]) in _TRIM | own and fold(words[0]) not in _NEGATION:
        against = against or fold(words[0]) in _AGAINST
        words = words[1:]
    while words and fold(words[-1]) in (_TRIM | _NEGATION | own) - {"nothing"}:  # "smells of nothing"
        words = words[:-1]
    empty = _EMPTY | _AGAINST | own | _NEGATION
    telling = [word for word in words if fold(word) not in empty and re.search(r"\w", word)]
    return ("no " if against else "") + " ".join(words[:_LONGEST]) if telling else ""
