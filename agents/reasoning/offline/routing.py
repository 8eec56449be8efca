"""Which workflow a request is for: near in meaning to its description and examples, and not nearer to other errands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from workflows.model import Workflow

Embed = Callable[[list[str]], NDArray[np.float32]]

_NEAR = 0.38
"""Least nearness (0.7 to the examples' centre + 0.3 to the nearest one); docs/decisions/0004 has the measurement."""

_PER_DETAIL = 0.03
"""What a request may lack of that for each of the workflow's details that it gives, up to three."""

_VAGUE, _APART, _SHORT = 0.2, 0.08, 0.3
"""What a request in no particular words ("any ideas?") needs where only one workflow fits at all: its nearness, what it
is ahead of the next workflow by, and the nearness that a short one ("tapas tonight?") needs."""

_ERRAND, _AHEAD = 0.45, 0.1
"""An errand this near, and by so much nearer than the workflow, is what the message is about."""

_COVERED = 0.5
"""An errand this near to a workflow's centre is the workflow's own, and no reason against it."""

_ELSEWHERE = (
    "find me a hotel room", "book a flight", "buy a train or bus ticket", "call me a taxi", "rent a car",
    "find a restaurant and book a table for dinner", "find a film at the cinema", "get concert or theatre tickets",
    "make a doctor's appointment", "find a dentist", "book a haircut", "reserve a tennis court",
    "have food delivered to my home", "order groceries", "buy clothes", "buy a present for my mother",
    "order a new phone",
    "fix my car", "find a plumber", "clean my flat", "what is the weather like", "play some music", "set an alarm",
    "remind me to call", "send an e-mail", "translate a sentence", "how do I cook this", "tell me a joke",
    "what is the capital of a country", "who won the game", "transfer money", "pay my bill", "what is my bank balance",
    "what's on television", "tell me the news", "how far is it by car", "calculate a sum", "find me a flat to rent",
    "find me a job", "write a text for me", "cancel my subscription", "how are you doing today",
)  # fmt: skip
"""What people ask assistants for: a request nearer to one of these than to any workflow is for none of them."""


def route(
    text: str,
    workflows: tuple[Workflow, ...],
    embed: Embed,
    given: Mapping[str, int] | None = None,
    vague: bool = False,
) -> str | None:
    """The name of the workflow that a request fits, or None.

    Args:
        text: the request.
        workflows: to choose from; each is known by its description and examples.
        embed: texts to vectors of length 1, one row each.
        given: how many of its details the request gives, by workflow.
        vague: it asks for ideas and names no thing, so the one workflow that fits at all is meant.
    """
    if not workflows:
        return None
    scores, other = _nearness(text, workflows, embed)
    if told := _told(workflows, given or {}, scores, other):
        return told
    counts = [min((given or {}).get(w.name, 0), 3) for w in workflows]
    best = int((scores + _PER_DETAIL * np.array(counts)).argmax())
    name, details = workflows[best].name, counts[best]
    least = max(_NEAR - _PER_DETAIL * details, other)
    if scores[best] >= least:
        return name
    ahead = scores[best] - max((s for n, s in enumerate(scores) if n != best), default=0.0)
    only = (
        (vague or details == 3)
        and scores[best] >= _VAGUE
        and ahead >= _APART
        and other < max(_ERRAND, scores[best] + _AHEAD)
    )
    short = len(text.split()) <= 4 and scores[best] >= max(_SHORT, other) and ahead >= 2 * _APART
    return name if only or short else None


def _told(
    workflows: tuple[Workflow, ...], given: Mapping[str, int], scores: NDArray[np.float64], other: float
) -> str | None:
    """The one workflow that a request without words of its own fills in ("tonight, 19:30, 6 people")."""
    most = max(given.values(), default=0)
    filled = [n for n, w in enumerate(workflows) if given.get(w.name, 0) == most]
    if most < 3 or len(filled) != 1 or scores.max() >= _NEAR:
        return None
    fit = float(scores[filled[0]])
    return workflows[filled[0]].name if fit >= _VAGUE and other < max(_ERRAND, fit + _AHEAD) else None


def elsewhere(text: str, workflow: Workflow, embed: Embed) -> bool:
    """Whether a message is about an errand that the workflow does not cover: "fix my car" where tables are booked."""
    scores, other = _nearness(text, (workflow,), embed)
    return other >= max(_ERRAND, float(scores[0]) + _AHEAD)


def _nearness(text: str, workflows: tuple[Workflow, ...], embed: Embed) -> tuple[NDArray[np.float64], float]:
    """How near a text is to each workflow, and to the nearest errand of none of them."""
    described = tuple((w.name, (*w.examples, w.description)) for w in workflows)
    centres, phrases, owners, others = _known(embed, described)
    vector = _unit(np.asarray(embed([text]), np.float32))[0]
    near = phrases @ vector
    scores = [0.7 * float(centres[n] @ vector) + 0.3 * float(near[owners == n].max()) for n in range(len(workflows))]
    return np.array(scores), float((others @ vector).max()) if len(others) else -1.0


Known = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]


@lru_cache(maxsize=4)
def _known(embed: Embed, described: tuple[tuple[str, tuple[str, ...]], ...]) -> Known:
    """Centres, phrases, each phrase's workflow, and the errands that none of the workflows covers."""
    texts = [text for _, phrases in described for text in phrases]
    owners = np.array([n for n, (_, phrases) in enumerate(described) for _ in phrases], np.int64)
    vectors = _unit(np.asarray(embed([*texts, *_ELSEWHERE]), np.float32))
    phrases, elsewhere = vectors[: len(texts)], vectors[len(texts) :]
    centres = _unit(np.stack([phrases[owners == n].mean(axis=0) for n in range(len(described))]))
    return centres, phrases, owners, elsewhere[(elsewhere @ centres.T).max(axis=1) < _COVERED]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)
