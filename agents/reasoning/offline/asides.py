"""Asides: what a message may be besides an answer: another request, a question, a courtesy, an errand."""

from __future__ import annotations

import re

from agents.reasoning.offline import dealings, intents
from agents.reasoning.offline.details import Details
from agents.reasoning.offline.objects import filled
from agents.reasoning.offline.reading import Turn, carries, means, read
from agents.reasoning.offline.routing import elsewhere, route
from agents.reasoning.offline.wishes import find_wishes, wants_new
from agents.reasoning.port import Understanding
from workflows.model import Workflow


def request(turn: Turn) -> Understanding:
    """A request: of which workflow, or of none."""
    found = {w.name: filled(read(turn, w, known=False), w) for w in turn.workflows}
    given = {n: len(details.values) + len(details.problems) for n, details in found.items()}
    vague, past = intents.is_vague(turn.text), intents.looks_back(turn.text)
    name = None if past else route(turn.original, turn.workflows, turn.embed, given, vague)
    workflow = next((w for w in turn.workflows if w.name == name), None)
    if workflow:
        return carries(turn, "request", workflow, found[workflow.name])
    sentence = intents.is_request(turn.text) or len(re.findall(r"[^\W\d_]{2,}", turn.text)) > 2
    sentence = sentence and not vague  # "surprise me": with what is to be asked
    return means(turn, "unfit" if sentence else "unclear", subject=turn.heard.text.strip()[:200])


def aside(turn: Turn, workflow: Workflow, found: Details) -> Understanding | None:
    """Something else than what was waited for: a question, a greeting, a new request; else None."""
    if (subject := intents.taste(turn.text, turn.original)) is not None:
        return means(turn, "question", subject=subject)
    if courtesy := intents.courtesy(turn.text):
        return means(turn, courtesy)
    if dealings.asks_what_was_done(turn.text):
        return means(turn, "bookings")
    if intents.asks(turn.text) and (question := request(turn)).intent == "unfit":
        return question
    if not intents.is_request(turn.text) or len(turn.text.split()) < 2:
        return None
    new = intents.is_fresh_request(turn.text)
    changed = any(turn.heard.details.get(name) not in (None, value) for name, value in found.values.items())
    understood = request(turn) if new or intents.is_new_request(turn.text) or not found else None
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


def errand(turn: Turn, workflow: Workflow, found: Details) -> Understanding | None:
    """Something to be done that is no part of the task: "fix my car"; None for a change or a wish."""
    if intents.compared(turn.text) or wants_new(turn.text) or len(turn.text.split()) < 2:
        return None
    told = intents.is_errand(turn.text)
    if not (told or intents.is_request(turn.text) or intents.asks(turn.text)):
        return None
    if elsewhere(turn.original, workflow, turn.embed):
        other = request(turn)
        return other if other.intent == "request" else means(turn, "unfit", subject=turn.heard.text.strip()[:200])
    return means(turn, "unclear") if told and not found else None
