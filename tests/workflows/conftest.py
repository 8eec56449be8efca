"""The shipped file as text, and the faults that an edited copy of it has."""

from collections.abc import Callable
from pathlib import Path

import pytest

import workflows
from workflows.faults import Fault, WorkflowFault
from workflows.parse import parse

LIBRARY = Path(workflows.__file__).parent / "library"
Faults = Callable[[str], list[Fault]]


@pytest.fixture(scope="session")
def library() -> Path:
    return LIBRARY


@pytest.fixture(scope="session")
def shipped() -> str:
    return (LIBRARY / "reserve-table.md").read_text("utf-8")


@pytest.fixture(scope="session")
def faults() -> Faults:
    """All faults of a text; a text without fault has none."""

    def found(text: str) -> list[Fault]:
        try:
            parse(text, "reserve-table.md")
        except WorkflowFault as fault:
            return list(fault.faults)
        return []

    return found
