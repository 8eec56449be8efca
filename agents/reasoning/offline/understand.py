"""What a message means in its situation, without a model: details by type, intents by words, requests by nearness."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.reasoning.offline import dealings, intents
from agents.reasoning.offline.chat import plain
from agents.reasoning.offline.details import Details, Setting, find_details
from agents.reasoning.offline.lookup import is_asked
from agents.reasoning.offline.memory_turns import memory_turn
from agents.reasoning.offline.remarks import is_told, remarks_beside
from agents.reasoning.offline.routing import Embed, elsewhere, route
from agents.reasoning.offline.shifts import find_shifts
from agents.reasoning.offline.spans import LONGEST, fold
from agents.reasoning.offline.wishes import find_wishes, wants_new
from agents.reasoning.port import Heard, Intent, Problem, Understanding, Waiting
from agents.types import DetailValue
from workflows.model import DetailType, Workflow

_UNREADABLE = 0.3  # share of characters that are neither letters, digits, blanks nor common signs
_SIGN = re.compile(r"[^\w\s.,;:!?'\"()€$£%&/+@#*=<>‘’“”–—…°-]|[\x00-\x08\x0e-\x1f\ufffd]")
_SAME_EVENING = 2  # hours around the known time within which a bare number may be an hour
_SHORT_WISH = 6  # words; more is a sentence that was not understood


@dataclass(frozen=True, slots=True)
class _Turn:
    heard: Heard
    original: str  # as it was meant to be typed, at most LONGEST characters
    text: str  # folded
    workflow: Workflow | None  # of the task at hand
    workflows: tuple[Workflow, ...]
    embed: Embed


def understand(heard: Heard, workflows: tuple[Workflow, ...], embed: Embed) -> Understanding:
    """What a message means, given what the conversation waits for.

    A turned-down proposal ("no" to a question with `proposed`) is an `answer` without details.

    Args:
        heard: the message; its first 2,000 characters are read.
        workflows: those that a request can be for.
        embed: texts to vectors of length 1, one row each; called once or not at all, on few short texts.
    """
    original = plain(heard.text[:LONGEST])[:LONGEST]
    workflow = next((w for w in workflows if w.name == heard.workflow), None)
    turn = _Turn(heard, original, fold(original), workflow, workflows, embed)
    if not re.search(r"[^\W_]", original) or len(_SIGN.findall(original)) > _UNREADABLE * len(original):
        return Understanding(intent="unclear", workflow=heard.workflow)
    if (memory := _memory(turn)) is not None:
        return memory
    if (parked := intents.resumes(turn.text)) is not None:
        return _is(turn, "resume", subject=parked)
    return _in_place(turn, workflow).model_copy(update={"noted": remarks_beside(heard.text[:LONGEST])})


def _in_place(turn: _Turn, workflow: Workflow | None) -> Understanding:
    heard = turn.heard
    if heard.waiting is None or workflow is None:
        return _fresh(turn)
    if heard.waiting.kind == "question":
        return _asked(turn, workflow, heard.waiting)
    if heard.waiting.kind == "decision":
        return _deciding(turn, workflow, heard.waiting)
    return _planned(turn, workflow, heard.waiting)


def _memory(turn: _Turn) -> Understanding | None:
    """What is said about oneself or to the memory, unless it answers the question that waits or names an option."""
    waiting, workflow = turn.heard.waiting, turn.workflow
    found = memory_turn(turn.heard.text[:LONGEST], waiting is not None and workflow is not None)
    if found is None or found.intent != "remember" or not waiting or not workflow:
        return _is(turn, found.intent, subject=found.subject) if found else None
    asked = workflow.detail(waiting.detail) if waiting.detail else None
    # Any words answer a question for free text: what lasts is the note then.
    closed = asked is not None and asked.type is not DetailType.TEXT
    answers = closed and asked is not None and asked.name in _read(turn, workflow, asked.name).values
    named = any(fold(name) in turn.text for name in waiting.names)
    told = is_told(turn.heard.text)
    return _is(turn, "remember", subject=found.subject) if told or not (answers or named) else None


def _is(turn: _Turn, intent: Intent, **more: object) -> Understanding:
    return Understanding.model_validate({"intent": intent, "workflow": turn.heard.workflow, **more})


def _read(turn: _Turn, workflow: Workflow, asked: str | None = None, known: bool = True) -> Details:
    return read_details(turn.heard, workflow, asked, known)


def read_details(heard: Heard, workflow: Workflow, asked: str | None = None, known: bool = True) -> Details:
    """The details that a message gives of a workflow.

    Args:
        asked: the detail whose question waits: bare numbers and names count for it.
        known: what the task knows already settles what the message leaves open.
    """
    words = " ".join((workflow.description, *workflow.examples, *(d.ask for d in workflow.details)))
    money = workflow.limits.total or workflow.limits.code_above
    setting = Setting(fold(words), money.currency if money else "", heard.details if known else {})
    return find_details(workflow.details, plain(heard.text[:LONGEST])[:LONGEST], heard.now, asked, setting)


def _with(turn: _Turn, intent: Intent, workflow: Workflow, found: Details, **more: object) -> Understanding:
    """An understanding that carries the details found and the wishes left over."""
    given = {
        "workflow": workflow.name,
        "details": found.values,
        "declined": found.declined,
        "problems": found.problems,
        "wishes": find_wishes(found.leftovers, workflow),
        "new_only": wants_new(turn.text),
    }
    return _is(turn, intent, **{**given, **more})


def _fresh(turn: _Turn) -> Understanding:
    """Nothing waits: a courtesy, a question about taste or about what was done, or a request."""
    if courtesy := intents.courtesy(turn.text):
        return _is(turn, courtesy)
    if (undone := dealings.to_undo(turn.text)) is not None:
        return _is(turn, "bookings", subject=undone or "it")
    if dealings.asks_what_was_done(turn.text):
        return _is(turn, "bookings")
    if intents.is_refusal(turn.text) or intents.is_no(turn.text):
        return _is(turn, "refuse")
    if (subject := intents.taste(turn.text, turn.original)) is not None:
        return _is(turn, "question", subject=subject)
    return _request(turn)


def _request(turn: _Turn) -> Understanding:
    found = {w.name: _read(turn, w, known=False) for w in turn.workflows}
    name = route(
        turn.original,
        turn.workflows,
        turn.embed,
        {n: len(details.values) + len(details.problems) for n, details in found.items()},
        intents.is_vague(turn.text),
    )
    workflow = next((w for w in turn.workflows if w.name == name), None)
    if workflow:
        return _with(turn, "request", workflow, found[workflow.name])
    sentence = intents.is_request(turn.text) or len(re.findall(r"[^\W\d_]{2,}", turn.text)) > 2
    sentence = sentence and not intents.is_vague(turn.text)  # "surprise me": with what is to be asked
    return _is(turn, "unfit" if sentence else "unclear", subject=turn.heard.text.strip()[:200])


def _asked(turn: _Turn, workflow: Workflow, waiting: Waiting) -> Understanding:
    """A question waits: what answers it is never a new request."""
    proposed = {waiting.detail: waiting.proposed} if waiting.detail and waiting.proposed is not None else {}
    if intents.is_refusal(turn.text):
        return _is(turn, "refuse")
    if proposed and (intents.is_yes(turn.text) or intents.takes_it(turn.text)):
        return _is(turn, "answer", details=proposed)
    if proposed and intents.is_no(turn.text):
        return _is(turn, "answer")
    found = _read(turn, workflow, waiting.detail)
    answered = bool(waiting.detail) and waiting.detail in {
        *found.values,
        *found.declined,
        *(p.detail for p in found.problems),
    }
    other = None if answered else _aside(turn, workflow, found)
    if other:
        return other
    if proposed and not answered and intents.begins_yes(turn.text):
        return _with(turn, "answer", workflow, found, details={**found.values, **proposed})
    return _answer(turn, workflow, found, answered)


def _errand(turn: _Turn, workflow: Workflow, found: Details) -> Understanding | None:
    """Something to be done that is no part of the task: "fix my car"; None for a change or a wish."""
    if intents.compared(turn.text) or wants_new(turn.text) or len(turn.text.split()) < 2:
        return None
    told = intents.is_errand(turn.text)
    if not (told or intents.is_request(turn.text) or intents.asks(turn.text)):
        return None
    if elsewhere(turn.original, workflow, turn.embed):
        other = _request(turn)
        return other if other.intent == "request" else _is(turn, "unfit", subject=turn.heard.text.strip()[:200])
    return _is(turn, "unclear") if told and not found else None


def _aside(turn: _Turn, workflow: Workflow, found: Details) -> Understanding | None:
    """Something else than what was waited for: a question, a greeting, a new request; else None."""
    if (subject := intents.taste(turn.text, turn.original)) is not None:
        return _is(turn, "question", subject=subject)
    if courtesy := intents.courtesy(turn.text):
        return _is(turn, courtesy)
    if dealings.asks_what_was_done(turn.text):
        return _is(turn, "bookings")
    if intents.asks(turn.text) and (question := _request(turn)).intent == "unfit":
        return question
    if not intents.is_request(turn.text) or len(turn.text.split()) < 2:
        return None
    new = intents.is_fresh_request(turn.text)
    changed = any(turn.heard.details.get(name) not in (None, value) for name, value in found.values.items())
    understood = _request(turn) if new or intents.is_new_request(turn.text) or not found else None
    if understood is None or understood.intent == "unclear":
        return None
    if understood.intent == "unfit" and not elsewhere(turn.original, workflow, turn.embed):
        return None
    if understood.intent == "request" and understood.workflow == workflow.name:
        return understood if new and (changed or not found.values) and not intents.compared(turn.text) else None
    return (
        understood
        if understood.intent == "request" or not (found or find_wishes(found.leftovers, workflow)) or new
        else None
    )


def _answer(turn: _Turn, workflow: Workflow, found: Details, answered: bool) -> Understanding:
    """An answer, or an amendment where it only changes what was known."""
    if not found:
        values, problems = find_shifts(turn.text, workflow.details, turn.heard.details)
        if values or problems:
            return _is(turn, "amend", details=values, problems=problems)
    known: dict[str, DetailValue] = turn.heard.details
    changed = {name for name, value in found.values.items() if known.get(name) != value}
    touched = {*changed, *(p.detail for p in found.problems)}
    if touched and not answered and all(name in known for name in touched):
        return _with(turn, "amend", workflow, found)
    if found:
        return _with(turn, "answer", workflow, found)
    wishes = find_wishes(found.leftovers, workflow)
    if wants_new(turn.text) or (
        wishes and (intents.compared(turn.text) or intents.changes(turn.text) or intents.negates(turn.text))
    ):
        return _with(turn, "amend", workflow, found)
    return _is(turn, "unclear")


def _deciding(turn: _Turn, workflow: Workflow, waiting: Waiting) -> Understanding:
    """Top and backup wait for a choice."""
    text = turn.text
    if intents.is_refusal(text):
        return _is(turn, "refuse")
    if intents.is_no(text):
        return _is(turn, "different")
    if intents.is_yes(text):
        return _is(turn, "choose", choice=0)
    found = _read(turn, workflow)
    reasons = _reasons(turn, waiting, found)
    if reasons:
        return reasons
    if not found and intents.knows_it(text):
        return _is(turn, "different", new_only=True)
    if not found and (asked := _asks(turn, waiting)):
        return asked
    choice = _choice(turn, waiting, found)
    other = (_aside(turn, workflow, found) or _errand(turn, workflow, found)) if choice is None else None
    if other:
        return other
    return choice or _amended(turn, workflow, found) or _is(turn, "unclear")


def _asks(turn: _Turn, waiting: Waiting) -> Understanding | None:
    """A question about what is on offer: "does it have parking?", "is the backup quiet?"."""
    other = intents.courtesy(turn.text) or dealings.asks_what_was_done(turn.text)
    if other or not is_asked(turn.text) or intents.taste(turn.text, turn.original) is not None:
        return None
    return _is(turn, "ask", choice=intents.chosen(turn.text, waiting.names), subject=turn.original)


def _reasons(turn: _Turn, waiting: Waiting, found: Details) -> Understanding | None:
    """ "Why not X?", "why this one?", "something different"; None where it asks none of these."""
    subject = intents.why_not(turn.text, turn.original)
    about = bool(re.search(r"\b(?:what|how) about\b", turn.text))
    if subject is not None and not (
        about and (found or intents.compared(turn.text) or intents.wants_different(turn.text))
    ):
        return _is(turn, "why_not", subject=subject)
    if intents.why(turn.text) and subject is None:
        number = intents.chosen(turn.text, waiting.names)
        named = waiting.names[number] if number is not None and number < len(waiting.names) else ""
        return _is(turn, "why", choice=number, subject=named)
    if intents.wants_different(turn.text) and not found and intents.chosen(turn.text, waiting.names) is None:
        return _is(turn, "different", wishes=intents.compared(turn.text), new_only=wants_new(turn.text))
    return None


def _choice(turn: _Turn, waiting: Waiting, found: Details) -> Understanding | None:
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
        return _is(turn, "amend", choice=number, details=found.values, declined=found.declined, problems=found.problems)
    return _is(turn, "choose", choice=number)


def _amended(turn: _Turn, workflow: Workflow, found: Details) -> Understanding | None:
    """Other details, comparisons or further wishes; None where the message has none of them."""
    values, problems = find_shifts(turn.text, workflow.details, turn.heard.details)
    if values or problems:
        merged = {**found.values, **values}
        return _is(turn, "amend", details=merged, declined=found.declined, problems=(*found.problems, *problems))
    if unsure := _number_or_hour(turn, workflow, found):
        return _is(turn, "amend", problems=(unsure,))
    if found or intents.compared(turn.text) or wants_new(turn.text):
        return _with(turn, "amend", workflow, found)
    wishes = find_wishes(found.leftovers, workflow)
    if wishes and "?" not in turn.text and all(_is_wish(wish) for wish in wishes):
        return _with(turn, "amend", workflow, found)
    return None


def _number_or_hour(turn: _Turn, workflow: Workflow, found: Details) -> Problem | None:
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


def _planned(turn: _Turn, workflow: Workflow, waiting: Waiting) -> Understanding:
    """A plan waits for a Go, which is read elsewhere; a plain yes means nothing here."""
    text = turn.text
    if intents.is_refusal(text) or intents.is_no(text):
        return _is(turn, "refuse")
    if intents.is_yes(text):
        return _is(turn, "unclear")
    found = _read(turn, workflow)
    reasons = _reasons(turn, waiting, found)
    if reasons:
        return reasons
    if not found and (asked := _asks(turn, waiting)):
        return asked
    number = intents.chosen(fold(found.leftovers), waiting.names)
    if number is not None and not found:
        return _is(turn, "choose", choice=number)
    changing = bool(found) or bool(intents.compared(text)) or intents.changes(text) or bool(intents.is_request(text))
    other = _aside(turn, workflow, found) or _errand(turn, workflow, found)
    return other or (_amended(turn, workflow, found) if changing else None) or _is(turn, "unclear")
