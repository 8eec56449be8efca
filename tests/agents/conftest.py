"""A person's real home with a real index, and the offline reasoner over it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.reasoning.checked import Checked
from agents.reasoning.offline.reasoner import OfflineReasoner
from agents.reasoning.port import Reasoner
from memory.embed import MiniLM
from memory.home import Home
from memory.index import Index
from memory.retrieve import Retriever
from tests.agents.town import Notes


@pytest.fixture(scope="session")
def model() -> MiniLM:
    return MiniLM(threads=1)


@pytest.fixture(scope="session")
def reasoner(model: MiniLM) -> Reasoner:
    return Checked(OfflineReasoner(model.embed))


@pytest.fixture
def notes(tmp_path: Path, model: MiniLM) -> Iterator[Notes]:
    """Writes files into a home and opens what finds them: `notes({"memory/food.md": "- …"})`."""
    opened: list[Index] = []

    def _notes(files: dict[str, str]) -> Retriever:
        for path, text in files.items():
            (tmp_path / "person" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "person" / path).write_text(text, "utf-8")
        (tmp_path / "person").mkdir(exist_ok=True)
        index = Index(Home(tmp_path / "person"), model)
        opened.append(index)
        index.sync()
        return Retriever(index)

    yield _notes
    for index in opened:
        index.close()


@pytest.fixture
def details() -> dict[str, Any]:
    return {"date": dt.date(2026, 11, 21).isoformat(), "time": "20:00", "people": 2}
