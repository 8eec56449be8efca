"""Memory turns: messages about what is remembered, by the words people use for them."""

from __future__ import annotations

import re
from typing import NamedTuple

from agents.reasoning.offline.remarks import remark
from agents.reasoning.offline.spans import fold
from agents.reasoning.port import Intent

_LEAD = (
    r"^\W*(?:(?:please|ok(?:ay)?|no|oh|sorry|actually|wait|hmm|hey|and|now|then|can you|could you|i want you to)\b\W*)*"
)
_END = r"(?:\W|\b(?:please|again|thanks|thank you)\b)*$"
_UNDO = re.compile(
    rf"{_LEAD}(?:undo(?: (?:that|it|this|the last (?:one|note|thing)))?|take (?:that|it|the last one) back"
    rf"|revert (?:that|it)|un-?remember (?:that|it)|don't remember that|delete (?:that|the last) note){_END}"
)
_FORGET = re.compile(
    rf"{_LEAD}(?:forget (?P<sure>that (?=\S+ \S)|what i (?:said|told you|wrote)(?: about)? |everything (?:about|on) "
    r"|(?:my|the|your) notes? (?:about|on|that) )?|(?:delete|remove|erase|wipe)"
    r" (?P<note>(?:(?:my|the|your|any|all|every) )?(?:notes?|memor(?:y|ies)|lines?) (?:about|on|that|of) ))(?P<x>.+)"
)
_ERASE = re.compile(
    rf"{_LEAD}(?:delete|remove|erase|wipe|drop) (?P<x>.+?) from (?:my|the|your) (?:notes|memory|files|memories){_END}"
)
_NOT_FORGOTTEN = re.compile(rf"{_LEAD}(?:it|about it|that|this|the (?:whole )?thing|everything|me|him|her|them){_END}")
_PROPOSALS = re.compile(
    rf"{_LEAD}(?:what (?:do|would|did) you (?:propose|suggest|want|like)(?: me)? to (?:remember|note|write down|learn)"
    r"|(?:show|list|tell)(?: me)? (?:the|your|all|any|what you)? ?(?:memory )?propos(?:als?|e)(?: to remember)?"
    r"|(?:are there |have you |any |your |the |memory )*proposals"
    rf"|what have you (?:noticed|inferred|guessed)(?: about me)?){_END}"
)
_ANSWERED = re.compile(
    rf"{_LEAD}(?:(?:accept|refuse|reject|decline|approve|edit|change) "
    r"(?:the )?(?:memory )?(?:proposals?|notes?) (?:no\.? ?|number |#)?(?:\d+|all)\b.*)"
)
_INTERVIEW = re.compile(
    rf"{_LEAD}(?:ask me (?:(?:up to )?(?:\d|one|two|three|four|five|some|a few|a couple of|your|the|more|any) )?"
    r"(?:yes[/ -]?(?:or[ -])?no |quick |short )?(?:questions?|things?)"
    r"|interview me|quiz me|get to know (?:me|my taste))"
    rf"(?: (?:about|on|for|regarding|in)(?: my)?(?: taste in| taste for| preferences in)? (?P<x>.+?))?{_END}"
)


class MemoryTurn(NamedTuple):
    """What the message wants of the memory, and about what."""

    intent: Intent
    subject: str = ""


def memory_turn(original: str, in_task: bool) -> MemoryTurn | None:
    """The memory turn that a message is; None where it is about something else.

    Args:
        original: as it was typed.
        in_task: a task waits for the person: "forget the budget" then speaks of the task.
    """
    text = fold(original)
    if _UNDO.match(text):
        return MemoryTurn("undo")
    if _PROPOSALS.match(text) or _ANSWERED.match(text):
        return MemoryTurn("proposals", original.strip())
    if match := _INTERVIEW.match(text):
        return MemoryTurn("interview", _span(original, match))
    if (match := _ERASE.match(text)) or (match := _forgets(text, in_task)):
        return MemoryTurn("forget", _span(original, match))
    kept = remark(original)
    return MemoryTurn("remember", kept) if kept else None


def _forgets(text: str, in_task: bool) -> re.Match[str] | None:
    match = _FORGET.match(text)
    if match is None or _NOT_FORGOTTEN.match(match["x"]) or text.rstrip().endswith("?"):
        return None
    return None if in_task and match["sure"] is None and match["note"] is None else match


def _span(original: str, match: re.Match[str]) -> str:
    return original[match.start("x") : match.end("x")].strip().strip(".!?\"'“”") if match["x"] else ""
