"""WOZ 2.0: after each turn of a dialogue, whether everything that was wanted so far is known, and nothing else."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agents.reasoning.offline.routing import Embed
from agents.reasoning.offline.understand import understand
from agents.reasoning.port import Heard, Understanding, Waiting
from agents.types import DetailValue
from tests.evals.support import Measured
from workflows.model import Detail, DetailType, Limits, Workflow

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
ASKS = {
    "food": "What kind of food?",
    "area": "Which part of town?",
    "price range": "Which price range?",
}
ANY = "dontcare"


def measure(data: Path, embed: Embed) -> list[Measured]:
    """Joint goal over all turns: rules were looked at with the training file, and figures are of the other."""
    figure = Measured("WOZ 2.0 joint goal (held back: validate)")
    for name in ("train", "validate"):
        for dialogue in json.loads((data / "3_slots" / f"woz2_{name}.json").read_text()):
            for _, wanted, known in turns(dialogue, workflow(data), embed):
                figure.add(wanted == known, held_back=name == "validate")
    return [figure]


def workflow(data: Path) -> Workflow:
    """A workflow whose details are one of the lists that the data names."""
    known = json.loads((data / "3_slots" / "woz2_ontology.json").read_text())["informable"]
    details = tuple(
        Detail(slot.replace(" ", "_"), DetailType.CHOICE, ask, optional=True, options=tuple(known[slot]))
        for slot, ask in ASKS.items()
    )
    about, title = "Find a restaurant by its kitchen, its prices and the part of town.", "Find a restaurant"
    examples = ("find me a cheap restaurant in the centre", "I want to eat Italian food", "a nice place in the north")
    return Workflow("find-restaurant", about, "", "", title, examples, (), details, Limits())


def turns(
    dialogue: dict[str, Any], flow: Workflow, embed: Embed
) -> Iterator[tuple[dict[str, Any], dict[str, str], dict[str, str]]]:
    """Each turn with what is wanted after it, and what is known by then."""
    details: dict[str, DetailValue] = {}
    declined: set[str] = set()
    for number, turn in enumerate(dialogue["dialogue"]):
        heard = Heard(
            text=turn["transcript"],
            now=NOW,
            workflow=flow.name if number else None,
            details=details,
            waiting=_waiting(turn["system_acts"]) if number else None,
        )
        read: Understanding = understand(heard, (flow,), embed)
        details = {**details, **read.details}
        declined = (declined | set(read.declined)) - set(read.details)
        known = {name.replace("_", " "): str(value) for name, value in details.items() if name not in declined}
        yield turn, _wanted(turn), known | {name.replace("_", " "): ANY for name in declined}


def _waiting(acts: list[Any]) -> Waiting:
    """What the other side had asked, or proposed."""
    asked = next((act for act in acts if isinstance(act, str) and act in ASKS), None)
    proposed = next((act for act in acts if isinstance(act, list) and act[0] in ASKS), None)
    if asked or proposed is None:
        return Waiting(kind="question", detail=asked.replace(" ", "_") if asked else None)
    return Waiting(kind="question", detail=proposed[0].replace(" ", "_"), proposed=proposed[1])


def _wanted(turn: dict[str, Any]) -> dict[str, str]:
    told = (slot for belief in turn["belief_state"] if belief["act"] == "inform" for slot in belief["slots"])
    return {name: value for name, value in told if name in ASKS}
