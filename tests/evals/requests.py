"""Requests: which of 150 errands one is for, what is for none of them, and what counts as a Go."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from agents.executor.words import parse_go
from agents.reasoning.offline.routing import route
from memory.embed import MiniLM
from tests.evals.support import Measured
from workflows.model import Limits, Workflow

EXAMPLES = 10


def routed(data: Path, model: MiniLM, every: int) -> list[Measured]:
    """CLINC150: every intent a workflow that has nothing but ten of its training sentences.

    Its validation sentences are measured on; each second of them is the half that nothing was fitted on.
    """
    told = json.loads((data / "4_intent_confirm" / "clinc150_trainval.json").read_text())
    right, refused = Measured("CLINC150: routed to its intent"), Measured("CLINC150: out of scope refused")
    workflows = tuple(_workflows(told["train"]))
    for number, (text, intent) in enumerate(told["val"][::every]):
        found = route(text, workflows, model.embed)
        right.add(found == intent, held_back=number % 2 == 1)
    for number, (text, _) in enumerate((*told["oos_val"], *told["oos_train"])):
        refused.add(route(text, workflows, model.embed) is None, held_back=number % 2 == 1)
    return [right, refused]


def _workflows(sentences: list[list[str]]) -> Iterator[Workflow]:
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in sentences:
        by_intent[intent].append(text)
    for intent, texts in by_intent.items():
        yield Workflow(
            name=intent,
            description="",
            path="",
            hash="",
            title=intent,
            examples=tuple(texts[:EXAMPLES]),
            sites=(),
            details=(),
            limits=Limits(),
        )


def confirmed(data: Path) -> list[Measured]:
    """SGD's replies to a confirmation: none but a yes may be a Go, and most yeses are not clear enough for one."""
    lines = (data / "4_intent_confirm" / "sgd_confirm_dev.jsonl").read_text().splitlines()
    false, taken = Measured("SGD: other than a yes taken as Go"), Measured("SGD: yes taken as Go (a closed list)")
    for number, reply in enumerate(map(json.loads, lines)):
        figure = taken if reply["label"] == "AFFIRM" else false
        figure.add(parse_go(reply["user"]) is not None, held_back=number % 2 == 1)
    return [false, taken]
