"""Choosing: what a message means while top and backup, or a plan, wait for the person."""

from __future__ import annotations

import re

from agents.reasoning.offline import dealings, intents
from agents.reasoning.offline.asides import aside, errand
from agents.reasoning.offline.details import Details
from agents.reasoning.offline.lookup import is_asked
from agents.reasoning.offline.reading import Turn, carries, means, read
from agents.reasoning.offline.shifts import find_shifts
from agents.reasoning.offline.spans import fold
from agents.reasoning.offline.wishes import find_wishes, wants_new
from agents.reasoning.port import Problem, Understanding, Waiting
from workflows.model import DetailType, Workflow

_SAME_EVENING = 2  # hours around the known time within which a bare number may be an hour
_SHORT_WISH = 6  # words; more is a sentence that was not understood


def deciding(turn: Turn, workflow: Workflow, waiting: Waiting) -> Understanding:
    """Top and backup wait for a choice."""
    text = turn.text
    if intents.is_refusal(text):
        return means(turn, "refuse")
    if intents.is_no(text):
        return means(turn, "different")
    if intents.is_yes(text):
        return means(turn, "choose", choice=0)
    found = read(turn, workflow)
    reasons = _reasons(turn, waiting, found)
    if reasons:
        return reasons
    if not found and intents.knows_it(text):
        return means(turn, "different", new_only=True)
    if not found and (asked := _asks(turn, waiting)):
        return asked
    choice = _choice(turn, waiting, found)
    other = (aside(turn, workflow, found) or errand(turn, workflow, found)) if choice is None else None
    if other:
        return other
    return choice or _amended(turn, workflow, found) or means(turn, "unclear")


def planned(turn: Turn, workflow: Workflow, waiting: Waiting) -> Understanding:
    """A plan waits for a Go, which is read elsewhere; a plain yes means nothing here."""
    text = turn.text
    if intents.is_refusal(text) or intents.is_no(text):
        return means(turn, "refuse")
    if intents.is_yes(text):
        return means(turn, "unclear")
    found = read(turn, workflow)
    reasons = _reasons(turn, waiting, found)
    if reasons:
        return reasons
    if not found and (asked := _asks(turn, waiting)):
        return asked
    number = intents.chosen(fold(found.leftovers), waiting.names)
    if number is not None and not found:
        return means(turn, "choose", choice=number)
    changing = bool(found) or bool(intents.compared(text)) or intents.changes(text) or bool(intents.is_request(text))
    other = aside(turn, workflow, found) or errand(turn, workflow, found)
    return other or (_amended(turn, workflow, found) if changing else None) or means(turn, "unclear")


def _asks(turn: Turn, waiting: Waiting) -> Understanding | None:
    """A question about what is on offer: "does it have parking?", "is the backup quiet?"."""
    other = intents.courtesy(turn.text) or dealings.asks_what_was_done(turn.text)
    if other or not is_asked(turn.text) or intents.taste(turn.text, turn.original) is not None:
        return None
    return means(turn, "ask", choice=intents.chosen(turn.text, waiting.names), subject=turn.original)


def _reasons(turn: Turn, waiting: Waiting, found: Details) -> Understanding | None:
    """ "Why not X?", "why this one?", "something different"; None where it asks none of these."""
    subject = intents.why_not(turn.text, turn.original)
    about = bool(re.search(r"\b(?:what|how) about\b", turn.text))
    if subject is not None and not (
        about and (found or intents.compared(turn.text) or intents.wants_different(turn.text))
    ):
        return means(turn, "why_not", subject=subject)
    if intents.why(turn.text) and subject is None:
        number = intents.chosen(turn.text, waiting.names)
        named = waiting.names[number] if number is not None and number < len(waiting.names) else ""
        return means(turn, "why", choice=number, subject=named)
    if intents.wants_different(turn.text) and not found and intents.chosen(turn.text, waiting.names) is None:
        return means(turn, "different", wishes=intents.compared(turn.text), new_only=wants_new(turn.text))
    return None


def _choice(turn: Turn, waiting: Waiting, found: Details) -> Understanding | None:
    """One of the two is taken; with other details at once it is an amendment that names the choice."""
    left = fold(found.leftovers)
    number = intents.chosen(left, waiting.names)
    if number is None and waiting.names:
        number = intents.chosen(turn.text, waiting.names)
    plain = not found and not intents.compared(turn.text)
    if number is None and plain and "?" not in turn.text and (intents.takes_it(left) or intents.begins_yes(left)):
        number = 0
    if number is None or (not plain and not found.values) or (waiting.names and number >= len(waiting.names)):
        return None
    if found.values:
        return means(
            turn, "amend", choice=number, details=found.values, declined=found.declined, problems=found.problems
        )
    return means(turn, "choose", choice=number)


def _amended(turn: Turn, workflow: Workflow, found: Details) -> Understanding | None:
    """Other details, comparisons or further wishes; None where the message has none of them."""
    values, problems = find_shifts(turn.text, workflow.details, turn.heard.details)
    if values or problems:
        merged = {**found.values, **values}
        return means(turn, "amend", details=merged, declined=found.declined, problems=(*found.problems, *problems))
    if unsure := _number_or_hour(turn, workflow, found):
        return means(turn, "amend", problems=(unsure,))
    if found or intents.compared(turn.text) or wants_new(turn.text):
        return carries(turn, "amend", workflow, found)
    wishes = find_wishes(found.leftovers, workflow)
    if wishes and "?" not in turn.text and all(_is_wish(wish) for wish in wishes):
        return carries(turn, "amend", workflow, found)
    return None


def _number_or_hour(turn: Turn, workflow: Workflow, found: Details) -> Problem | None:
    """ "Make it 8" after 19:30 for two can be people or an hour: asked, once."""
    count = next((d for d in workflow.details if d.type is DetailType.COUNT and d.name in found.values), None)
    when = next((d for d in workflow.details if d.type is DetailType.TIME), None)
    known = turn.heard.details.get(when.name) if when else None
    if not count or not when or not isinstance(known, str) or len(found.values) > 1:
        return None
    number = found.values[count.name]
    if (
        not isinstance(number, int)
        or number > 12
        or not re.search(rf"\b(?:it|that|do|say|actually) {number}\b(?! \w)", turn.text)
    ):
        return None
    if abs(number % 12 + 12 - int(known[:2])) > _SAME_EVENING:
        return None
    message = f"Is {number} the answer to “{count.ask}” or to “{when.ask}”?"
    return Problem(detail=count.name, said=str(number), message=message)


def _is_wish(phrase: str) -> bool:
    words = phrase.split()
    return len(words) <= _SHORT_WISH and all(re.search(r"[aeiouyà-ÿ]", word.lower()) for word in words)
