"""Advice: whether a question asks what to choose, or what somebody likes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from agents.reasoning.offline.lexis import fold
from agents.reasoning.offline.meaning import Meaning, Vectors

_LIKING = re.compile(
    r"\b(?:do|does|did|would) (?:i|we|you|he|she|they|[\w'’-]+(?: [\w'’-]+)?) (?:\w+ly |still |ever |never |not )?"
    r"(?:like|love|prefer|hate|dislike|enjoy|avoid|mind|fancy|usually)\b"
    r"|\b(?:my|his|her|our|their|[a-z]+['’]s) (?:\w+ ){0,2}"
    r"(?:tastes?|preferences?|allerg(?:y|ies)|favou?rites?|dislikes?)\b"
)
_MARGIN = -0.03  # of a cosine; taste that is read in vain costs less than a "nothing is known" that is wrong
_ON_CHOICE = (
    "Can you recommend something?",
    "What should I try?",
    "What are some good options?",
    "Which one would suit me best?",
    "Suggest something for me.",
    "Find me a good one.",
    "Where should I go?",
    "What would you advise?",
    "What are the best ways to do this?",
    "Help me choose.",
)
_ON_TASTE = (
    "What do I like?",
    "What are my preferences?",
    "What does he like?",
    "Does she like it?",
    "What can't they stand?",
    "What do you know about my taste?",
    "Is he fond of that?",
    "What does she avoid?",
    "What do we usually do?",
    "How does he feel about it?",
)


def seeks_advice(question: str, meaning: Meaning) -> bool:
    """Whether a question is nearer to asking what to choose than to asking about taste."""
    if _LIKING.search(fold(question)):
        return False
    asked = meaning.vectors([question])[0]
    return bool(asked @ (_centre(_ON_CHOICE, meaning) - _centre(_ON_TASTE, meaning)) > _MARGIN)


def _centre(questions: Sequence[str], meaning: Meaning) -> Vectors:
    centre = meaning.vectors(questions).mean(0)
    return np.asarray(centre / np.linalg.norm(centre), np.float32)
