"""Dialogue: questions about memory itself that wait for an answer, and how the answers are read: in code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.reasoning.offline.intents import is_no, is_refusal, is_yes
from agents.reasoning.offline.spans import fold
from agents.reasoning.port import Understanding
from agents.state import Json
from agents.types import Question


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a memory turn.

    Attributes:
        question: with quick answers, where one is asked.
        dialogue: what the next message may answer; None where nothing waits.
        learned: what is known has changed.
        forgotten: notes whose words no record may keep.
    """

    text: str
    question: Question | None = None
    dialogue: Json | None = None
    learned: bool = False
    trace: str = ""
    forgotten: tuple[str, ...] = ()


_UNSURE = re.compile(
    r"\W*(?:i'?m |i am )?(?:not (?:really |quite )?sure|unsure|"
    r"(?:i )?(?:do not|don'?t) (?:know|mind|care)|dunno|no idea"
    r"|no opinion|skip(?: (?:it|this|that))?|pass|maybe|perhaps|(?:it |that )?depends|both|either|neither|sometimes"
    r"|hard to say|next(?: (?:one|question))?)\W*"
)
_PICK = re.compile(r"\W*(?:(?:number|no\.?|the|and|all|both|none|no|neither|everything|of them|nothing|\d+)\W*)+")
_POLITE = r"(?:\W|\b(?:please|ok(?:ay)?|and|then|thanks|proposals?|notes?|number|no\.|the|it)\b)*"
_PROPOSAL = re.compile(
    rf"{_POLITE}(?P<do>accept|approve|keep|refuse|reject|decline|drop|edit|change)?{_POLITE}(?P<which>\d+|all)?"
    rf"{_POLITE}(?:(?:to|:|into)\s*[\"“]?(?P<text>.+?)[\"”]?)?{_POLITE}",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer to proposals: `which` counts from 1, 0 means all."""

    do: str
    which: int
    text: str = ""


def verdict(text: str, waiting: int) -> Verdict | None:
    """What is to be done with which of the `waiting` proposals; None where the message does not say."""
    match = _PROPOSAL.fullmatch(text.strip())
    if match is None or not match["do"] or (match["which"] is None and waiting != 1):
        return None
    word = match["do"].lower()
    do = "edit" if match["text"] else "refuse" if word in ("refuse", "reject", "decline", "drop") else "accept"
    if (word in ("edit", "change")) != bool(match["text"]) or (match["which"] == "all" and do == "edit"):
        return None
    return Verdict(do, 0 if match["which"] == "all" else int(match["which"] or 1), match["text"] or "")


def answered(memory: Json, message: str, plan_shown: bool) -> Understanding | None:
    """The message as an answer to what the memory asked; None where it is about something else.

    Args:
        plan_shown: a plan is what the person last saw: "no" and "accept" are then said to it, and not to the memory.
    """
    if plan_shown and not re.search(r"\d|\ball\b", message):
        return None
    if memory["kind"] == "proposals" and verdict(message, len(memory["ids"])):
        return Understanding(intent="proposals", subject=message)
    if memory["kind"] == "forget" and _PICK.fullmatch(fold(message)):
        return Understanding(intent="forget", subject=message)
    if memory["kind"] == "workflow" and yes_or_no(message):
        return Understanding(intent="workflow", subject=message)
    if memory["kind"] == "interview" and yes_or_no(message):
        return Understanding(intent="interview", subject=message)
    return None


def picked(message: str, of: int) -> list[int]:
    """The numbers that a message picks out of 1 to `of`; empty for "none" and for what is out of range."""
    text = fold(message).strip()
    if re.fullmatch(r"\W*(?:all|both|everything)(?: of them)?\W*", text):
        return list(range(1, of + 1))
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    return numbers if all(1 <= n <= of for n in numbers) else []


def yes_or_no(message: str) -> str:
    """ "yes", "no" or "unsure", by words or by the number of the quick answer; empty for anything else."""
    text = fold(message).strip()
    if _UNSURE.fullmatch(text) or text == "3":
        return "unsure"
    if is_yes(text) or text == "1":
        return "yes"
    return "no" if (is_no(text) and not is_refusal(text)) or text == "2" else ""
