"""Fixtures of the stories: Demo Town once, Marta's home signed in once, and a copy of it for each story."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.support import Chat, Service, Town, free_port, move_in


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One Demo Town for all stories."""
    started = Town.start(tmp_path_factory.mktemp("town"))
    yield started
    started.stop()


@pytest.fixture(scope="session")
def marta(tmp_path_factory: pytest.TempPathFactory, town: Town) -> Path:
    """The sample person's home, signed in and indexed once; stories work on copies."""
    return move_in(tmp_path_factory.mktemp("marta") / "home", town.site)


@pytest.fixture
def home(marta: Path, tmp_path: Path) -> Path:
    """A copy of Marta's home."""
    shutil.copytree(marta, tmp_path / "copy" / "home", symlinks=True)
    return tmp_path / "copy" / "home"


def _running(home: Path, town: Town) -> Iterator[Service]:
    town.mode("normal")
    running = Service(home, free_port()).start()
    yield running
    running.stop()
    town.mode("normal")


@pytest.fixture
def service(home: Path, town: Town) -> Iterator[Service]:
    """The assistant on a copy of Marta's home that the story may harm; Demo Town behaves."""
    yield from _running(home, town)


@pytest.fixture(scope="session")
def living(marta: Path, town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One assistant for the stories that harm nothing; each talks in conversations of its own."""
    copy = tmp_path_factory.mktemp("living") / "home"
    shutil.copytree(marta, copy, symlinks=True)
    yield from _running(copy, town)


@pytest.fixture
def chat(living: Service, town: Town) -> Iterator[Chat]:
    """A conversation of its own with the living assistant."""
    yield Chat(living, uuid.uuid4().hex[:12])
    town.mode("normal")
