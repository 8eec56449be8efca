"""LoCoMo: of the turns that answer a question on a long conversation, the share among the first k found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memory.embeddings import Embedder
from memory.home import Home
from memory.index import Index
from memory.retrieve import Retriever
from tests.evals.support import Measured, home_in

DEPTHS = (10, 25)


@dataclass(frozen=True)
class Conversation:
    """A conversation as a markdown file: a heading with its date for each session, a paragraph for each turn."""

    name: str
    text: str
    turn_at: dict[int, str]
    questions: list[tuple[str, frozenset[str]]]


def conversations(data: Path) -> Iterator[Conversation]:
    """Those of the data folder, with every question that has evidence."""
    for sample in json.loads((data / "1_locomo" / "locomo10.json").read_text()):
        lines, turn_at = [f"# {sample['conversation']['speaker_a']} and {sample['conversation']['speaker_b']}", ""], {}
        for session, turns in _sessions(sample["conversation"]):
            lines += [f"## {session}", ""]
            for turn in turns:
                turn_at[len(lines) + 1] = turn["dia_id"]
                lines += [_said(turn), ""]
        asked = [(str(q["question"]), _gold(q, set(turn_at.values()))) for q in sample["qa"]]
        yield Conversation(sample["sample_id"], "\n".join(lines), turn_at, [(q, gold) for q, gold in asked if gold])


def measure(data: Path, folder: Path, embedder: Embedder) -> list[Measured]:
    """Recall at each depth; the constants were fitted on every other conversation, from the first on."""
    figures = [Measured(f"LoCoMo evidence recall @{k}") for k in DEPTHS]
    for number, conversation in enumerate(conversations(data)):
        with home_in(folder / conversation.name) as home:
            for gold, found in _answers(conversation, home, embedder):
                for figure, k in zip(figures, DEPTHS, strict=True):
                    figure.add(len(gold & set(found[:k])) / len(gold), held_back=number % 2 == 1)
    return figures


def _answers(conversation: Conversation, home: Home, embedder: Embedder) -> Iterator[tuple[frozenset[str], list[str]]]:
    (home.root / "documents" / "conversation.md").write_text(conversation.text)
    index = Index(home, embedder)
    index.sync()
    retriever = Retriever(index)
    for question, gold in conversation.questions:
        found = retriever.recall(question, 2 * max(DEPTHS))
        turns = [conversation.turn_at[e.lines[0]] for e in found if e.lines and e.lines[0] in conversation.turn_at]
        yield gold, list(dict.fromkeys(turns))
    index.close()


def _sessions(conversation: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    numbers = sorted(int(k[8:]) for k in conversation if re.fullmatch(r"session_\d+", k))
    for number in numbers:
        yield conversation[f"session_{number}_date_time"], conversation[f"session_{number}"]


def _said(turn: dict[str, Any]) -> str:
    photo = f" [shares {turn['blip_caption']}]" if turn.get("blip_caption") else ""
    return " ".join(f"{turn['speaker']}: {turn['text']}{photo}".split())


def _gold(question: dict[str, Any], known: set[str]) -> frozenset[str]:
    told = re.findall(r"D\d+:\d+", " ".join(question.get("evidence", [])))
    return frozenset(turn for turn in told if turn in known)
