"""A home of its own for each test, and the real embedding model once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from memory.embed import MiniLM
from memory.home import Home
from memory.index import Index


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    return MiniLM()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.open(tmp_path / "home")
    for starter in (home.root / "memory").glob("*.md"):
        starter.unlink()
    return home


@pytest.fixture
def put(home: Home) -> Callable[[str, str], None]:
    """Writes a file as the person's editor would."""

    def put(rel: str, text: str) -> None:
        path = home.root / rel
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return put


@pytest.fixture
def index(home: Home, minilm: MiniLM) -> Iterator[Index]:
    index = Index(home, minilm)
    yield index
    index.close()
