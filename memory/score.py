"""How well passages fit a query: meaning and words in the shares that suit what is asked, lifted by what follows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from memory.chunk import Chunk, plain_tail
from memory.embeddings import Embedder
from memory.vectors import Vectors

SHARP = 1.25  # above 1, half of a query's words count for less than half: some words stand everywhere
LEAST = 0.15  # meaning and words below this are no find, whatever else speaks for a passage
QUESTION = 0.05  # what a passage that only asks something loses
FULL = 40  # words from which on a passage is no longer slight
TILT = 0.15  # nearer to asking for advice than for a fact by so much of a cosine is asking for advice altogether

_FACT = (
    "When did that happen?",
    "What was it called?",
    "Who was there?",
    "How many were there?",
    "Where did she go?",
    "What did he say?",
    "What is her name?",
    "Which day was it?",
    "How long did it take?",
    "What did they buy?",
    "Why did he leave?",
    "When is the appointment?",
)
_ADVICE = (
    "Can you recommend something?",
    "What should I try?",
    "What are some good options?",
    "Which one would suit me best?",
    "Suggest something for me.",
    "Find me a good one.",
    "What do I like?",
    "What are my preferences?",
    "Where should I go?",
    "What would you advise?",
    "What are the best ways to do this?",
    "Help me choose.",
)
_SELF = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself|i['’]?m|i)\b")
_MEANS = re.compile(
    r"\b(?:I|[Mm]y|[Ww]e|i)\b[^.!?\n]{0,40}?\b(?:like|love|enjoy|prefer|hate|dislike|avoid|adore|can['’]?t|cannot|don['’]?t"
    r"|never|always|only|refuse|favou?rites?|tend|wish|want|need|allergic|must|rather|fond)\b"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts for how much.

    Attributes:
        lift: the part of a passage's score that goes to the one or two that it follows on.
        meaning: the share of the embedding; the query's words have the rest.
        substance: what a passage of `FULL` words has over one that says nothing.
        told: what a passage in which the writer tells of themselves has over one that does not.
        meant: what one has besides in which they say what they are for or against, or always or never do.
    """

    lift: float
    meaning: float
    substance: float
    told: float
    meant: float

    def towards(self, other: Weights, share: float) -> Weights:
        """A mixture with so much of the other."""
        return Weights(
            self.lift + share * (other.lift - self.lift),
            self.meaning + share * (other.meaning - self.meaning),
            self.substance + share * (other.substance - self.substance),
            self.told + share * (other.told - self.told),
            self.meant + share * (other.meant - self.meant),
        )


# A question of names and numbers is answered in its own words; one of taste is not, but by words about oneself.
FACT = Weights(lift=0.3, meaning=0.5, substance=0.1, told=0.0, meant=0.0)
TASTE = Weights(lift=0.0, meaning=0.9, substance=0.0, told=0.3, meant=0.15)


class Asked:
    """Tells from a query's vector what it asks for; a few made-up queries of each kind are the measure."""

    def __init__(self) -> None:
        self._axes: dict[str, Vectors] = {}

    def weights(self, vector: Vectors, embedder: Embedder) -> Weights:
        """Those of a fact for a vector near questions of fact, those of taste near requests for advice."""
        if embedder.name not in self._axes:
            self._axes[embedder.name] = _centre(embedder, _ADVICE) - _centre(embedder, _FACT)
        towards = float(vector @ self._axes[embedder.name]) / TILT
        return FACT.towards(TASTE, min(max(towards, 0.0), 1.0))


def _centre(embedder: Embedder, queries: Sequence[str]) -> Vectors:
    centre = embedder.embed(queries).mean(0)
    return np.asarray(centre / max(float(np.linalg.norm(centre)), 1e-9), np.float32)


def score(chunk: Chunk, weights: Weights, similarity: float, covered: float) -> float:
    """From 0 up; 0 for no find.

    Args:
        similarity: the cosine of the embeddings.
        covered: the share of the query's words, by their rarity, that stand in the passage.
    """
    words = min(max(covered, 0.0), 1.0) ** SHARP
    fit = weights.meaning * min(max(similarity, 0.0), 1.0) + (1 - weights.meaning) * words
    if fit < LEAST:
        return 0.0
    asks = QUESTION if chunk.text.rstrip().endswith("?") else 0.0
    substance = min(len(chunk.text.split()), FULL) / FULL
    told, meant = _told(chunk) if weights.told or weights.meant else (0.0, 0.0)
    return float(max(fit - asks + weights.substance * substance + weights.told * told + weights.meant * meant, 0.0))


def _told(chunk: Chunk) -> tuple[float, float]:
    """The shares of its sentences that tell of the writer, and that say what they mean; a note does nothing else."""
    if chunk.path.startswith("memory/"):
        return 1.0, 1.0
    sentences = [s for s in _SENTENCE.split(chunk.text) if s.strip()] or [""]
    told = [s for s in sentences if _SELF.search(s) and not s.rstrip().endswith("?")]
    return len(told) / len(sentences), sum(bool(_MEANS.search(s)) for s in told) / len(sentences)


def lifted(scores: Mapping[str, float], chunks: Mapping[str, Chunk], share: float) -> dict[str, float]:
    """The scores where an answer lifts what it answers: a good passage, those that it follows on."""
    if not share:
        return dict(scores)
    ends = {(chunk.path, plain_tail(chunk.text)): key for key, chunk in chunks.items()}
    lift: dict[str, float] = {}
    for key, chunk in chunks.items():
        for part in chunk.context.split("\n"):
            above = ends.get((chunk.path, plain_tail(part)))
            if above is not None:
                lift[above] = max(lift.get(above, 0.0), share * scores[key])
    return {key: value + lift.get(key, 0.0) for key, value in scores.items()}
