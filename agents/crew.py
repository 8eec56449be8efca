"""Who works together on a task: the parts that the flow's nodes are given."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from agents.executor.failpoint import Failpoint, no_failpoint
from agents.executor.search import Searcher
from agents.keeper import Keeper
from agents.preference_proxy import PreferenceProxy
from agents.reasoning.port import Reasoner
from agents.types import Clock
from memory.history import History
from memory.home import Home
from memory.retrieve import Retriever
from workflows.registry import Registry


@dataclass(frozen=True, slots=True)
class Crew:
    """Chosen once, in `app/main.py`."""

    reasoner: Reasoner
    proxy: PreferenceProxy
    registry: Registry
    searcher: Searcher
    retriever: Retriever
    home: Home
    keeper: Keeper
    history: History
    database: AsyncEngine
    server_key: bytes
    clock: Clock
    timezone: str
    failpoint: Failpoint = no_failpoint
