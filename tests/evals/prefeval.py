"""PrefEval: whether a preference that somebody stated once is found among 600 messages on other things."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agents.preference_proxy import PreferenceProxy
from agents.reasoning.port import Reasoner
from memory.embeddings import Embedder
from memory.evidence import Evidence
from memory.index import Index
from memory.retrieve import Retriever
from tests.evals.support import Measured, home_in

MESSAGES = 600
DEPTH = 5
DEEP = 60  # passages that are asked for, as a message has several


@dataclass(frozen=True)
class Case:
    """A preference, and a question whose answer must respect it."""

    topic: int
    preference: str
    question: str

    @property
    def held_back(self) -> bool:
        """Whether its topic was kept out of fitting."""
        return self.topic % 2 == 1


def cases(data: Path) -> Iterator[Case]:
    """Every preference that is stated outright."""
    files = sorted(f for f in (data / "2_prefeval").glob("*.json") if f.stem != "distractor_messages")
    for topic, file in enumerate(files):
        for item in json.loads(file.read_text()):
            told = item.get("explicit", item)
            yield Case(topic, told["preference"], told["question"])


def messages(data: Path) -> list[str]:
    """The others, without the role that each begins with."""
    told = json.loads((data / "2_prefeval" / "distractor_messages.json").read_text())
    return [text.partition(": ")[2] for text in told.values()][:MESSAGES]


def recall(data: Path, folder: Path, embedder: Embedder) -> list[Measured]:
    """Hit@5 of recall, each message in a file of its own."""
    figure = Measured("PrefEval hit@5, recall")
    with _told(data, folder, embedder) as index:
        for case in _each(data, index):
            figure.add(_hit(Retriever(index).recall(case.question, DEEP), case), held_back=case.held_back)
    return [figure]


def proxy(data: Path, folder: Path, embedder: Embedder, reasoner: Reasoner, every: int) -> list[Measured]:
    """Hit@5 among the messages that the proxy's statements cite, best first; every so manieth case."""
    figure = Measured("PrefEval hit@5, the proxy's statements")
    with _told(data, folder, embedder) as index:
        asked = PreferenceProxy(Retriever(index), reasoner)
        for case in _each(data, index, every):
            answer = asyncio.run(asked.ask(case.question))
            cited = {e.id: e for e in answer.evidence}
            figure.add(
                _hit([cited[key] for s in answer.statements for key in s.evidence], case), held_back=case.held_back
            )
    return [figure]


@contextmanager
def _told(data: Path, folder: Path, embedder: Embedder) -> Iterator[Index]:
    with home_in(folder) as home:
        for number, text in enumerate(messages(data)):
            (home.root / "documents" / f"{number:03}.txt").write_text(text)
        index = Index(home, embedder)
        index.sync()
        yield index
        index.close()


def _each(data: Path, index: Index, every: int = 1) -> Iterator[Case]:
    """Each case, its preference being the last message."""
    for case in list(cases(data))[::every]:
        (index.home.root / "documents" / "preference.txt").write_text(case.preference)
        yield case


def _hit(found: Sequence[Evidence], case: Case) -> float:
    """Whether the preference is among the first five messages."""
    first = list(dict.fromkeys(e.path for e in found))[:DEPTH]
    return float("documents/preference.txt" in first and any(e.quote == case.preference for e in found))
