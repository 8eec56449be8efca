"""Dealings: messages about what was done before, by the words people use for them."""

from __future__ import annotations

import re

_LEAD = r"^\W*(?:(?:please|ok(?:ay)?|hey|hi|so|and|now|sorry|actually|can you|could you|i (?:want|need|have) to)\b\W*)*"
_THING = r"(?:bookings?|reservations?|orders?|purchases?|tickets?|tables?|rooms?|stays?|appointments?)"
_MINE = r"(?:my|our|the|any|all(?: (?:my|our|the))?)"
_WHEN = r"(?: (?:it|that|anything|for (?:me|us)|so far|already|yet|lately|recently|this \w+|(?:(?:on|for) )?\w+day))*"
_LISTED = re.compile(
    rf"{_LEAD}(?:(?:what )?(?:have|did|has|was|were|is|are)(?: (?:you|i|we|it|that|anything))?"
    r"(?: (?:already|just|ever|been))*"
    rf" (?:book(?:ed)?|reserved?|order(?:ed)?|buy|bought|done){_WHEN}"
    rf"|what'?s (?:booked|reserved|ordered|bought){_WHEN}"
    rf"|(?:show|list|tell|give|what are|where are)(?: me)?(?: about)? {_MINE} (?:\w+ )?{_THING}"
    rf"|(?:do|have) (?:i|we)(?: have| got)? (?:any|a|an|some) (?:\w+ )?{_THING}"
    rf"|(?:my|our)(?: (?:upcoming|past|open|next|last))? {_THING})\W*(?:please|then)?\W*$"
)
_UNDONE = re.compile(
    rf"{_LEAD}(?:cancel|call off|annul|undo|get rid of|change|move|reschedule|postpone)"
    rf" (?:(?:my|our)(?: \w+){{0,2}}|the|that|this) {_THING}\b(?P<x>.*)"
)


def asks_what_was_done(text: str) -> bool:
    """Whether the folded message asks what was booked, bought or done: "what have you booked for me?"."""
    return bool(_LISTED.match(text))


def to_undo(text: str) -> str | None:
    """Of which earlier booking a folded message wants to be rid, in its words; None where it wants nothing such."""
    match = _UNDONE.match(text)
    return match["x"].strip(" ?!.") if match else None
