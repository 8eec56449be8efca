"""PrefEval: whether a preference that somebody stated once is found among 600 messages on other things."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agents.preference_proxy import PreferenceProxy
from agents.reasoning.port import Reasoner
from memory.evidence import Evidence
from memory.index import Index
from memory.retrieve import Retriever
from memory.score import Embedder
from tests.evals.support import Measured, home_in

MESSAGES = 600
DEPTH = 5


@dataclass(frozen=True)
class Case:
    """A preference, and a question whose answer must respect it."""

    topic: int
    preference: str
    question: str


def cases(data: Path) -> Iterator[Case]:
    """Every preference that is stated outright."""
    files = sorted(f for f in (data / "2_prefeval").glob("*.json") if f.stem != "distractor_messages")
    for topic, file in enumerate(files):
        for item in json.loads(file.read_text()):
            told = item.get("explicit", item)
            yield Case(topic, f"user: {told['preference']}", told["question"])


def messages(data: Path) -> list[str]:
    """The others."""
    told = json.loads((data / "2_prefeval" / "distractor_messages.json").read_text())
    return list(told.values())[:MESSAGES]


def measure(data: Path, folder: Path, embedder: Embedder, reasoner: Reasoner, every: int = 1) -> list[Measured]:
    """Hit@5 by message, each in a file of its own, and in one long chat.

    Args:
        every: only each so manieth case of the long chat, which is read anew for each.
    """
    recalled, asked = Measured("PrefEval hit@5, recall"), Measured("PrefEval hit@5, the proxy's statements")
    chatted = Measured("PrefEval hit@5, recall in one long chat")
    others, told = messages(data), list(cases(data))
    with home_in(folder / "files") as home:
        for number, text in enumerate(others):
            (home.root / "documents" / f"{number:03}.txt").write_text(text)
        index = Index(home, embedder)
        retriever = Retriever(index)
        proxy = PreferenceProxy(retriever, reasoner)
        for case in told:
            (home.root / "documents" / "preference.txt").write_text(case.preference)
            held = case.topic % 2 == 1
            recalled.add(_hit(retriever.recall(case.question, 60), case), held_back=held, case=case.question)
            answer = asyncio.run(proxy.ask(case.question))
            cited = {e.id: e for e in answer.evidence}
            best = [cited[key] for s in answer.statements for key in s.evidence]
            asked.add(_hit(best, case), held_back=held, case=case.question)
        index.close()
    with home_in(folder / "chat") as home:
        index = Index(home, embedder)
        retriever = Retriever(index)
        flat = [" ".join(text.split()) for text in others]
        for number, case in enumerate(told[::every]):
            at = random.Random(number).randrange(len(flat))  # noqa: S311
            chat = [*flat[:at], case.preference, *flat[at:]]
            (home.root / "documents" / "chat.txt").write_text("\n\n".join(chat))
            found = _hit(retriever.recall(case.question, 60), case)
            chatted.add(found, held_back=case.topic % 2 == 1, case=case.question)
        index.close()
    return [recalled, asked, chatted]


def _hit(found: tuple[Evidence, ...] | list[Evidence], case: Case) -> float:
    """Whether the preference is among the first five messages."""
    places = list(dict.fromkeys((e.path, e.lines) if e.path.endswith("chat.txt") else e.path for e in found))
    stated = {(e.path, e.lines) if e.path.endswith("chat.txt") else e.path for e in found if e.quote == case.preference}
    return float(bool(stated & set(places[:DEPTH])))
