"""Every implementation of the Reasoner port against the one contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agents.reasoning.checked_model import CheckedModel
from agents.reasoning.chosen import Chosen
from agents.reasoning.offline.reasoner import OfflineReasoner
from agents.reasoning.port import Reasoner
from memory.embed import MiniLM
from tests.agents.reasoning import contract
from tests.agents.reasoning.faults import Faulty, Malicious
from tests.providers.modes import MODES, Mode, Server


class TestOffline(contract.ReasonerContract):
    @pytest.fixture
    def reasoner(self, model: MiniLM) -> Reasoner:
        return OfflineReasoner(model.embed)


class TestCheckedOffline(contract.ReasonerContract):
    @pytest.fixture
    def reasoner(self, offline: Reasoner) -> Reasoner:
        return offline


@pytest.mark.parametrize("provider", ["gemini", "local"])
class TestModels(contract.ReasonerContract):
    """The real SDKs, against servers that speak the real wire formats."""

    @pytest.fixture
    def reasoner(self, provider: str, of: Callable[[str], Reasoner], service: Server) -> Reasoner:
        return of(provider)


class TestScripted(contract.ReasonerContract):
    """A scripted model that means well: the offline rules, checked as a model is."""

    @pytest.fixture
    def reasoner(self, model: MiniLM) -> Reasoner:
        return CheckedModel(OfflineReasoner(model.embed))


@pytest.mark.parametrize("liar", [Faulty, Malicious])
class TestLiars(contract.SafeContract):
    @pytest.fixture
    def reasoner(self, liar: type[Faulty], offline: Reasoner) -> Reasoner:
        return Chosen(offline, {"liar": CheckedModel(liar())}, "liar")


@pytest.mark.parametrize("provider", ["gemini", pytest.param("local", marks=pytest.mark.long)])
@pytest.mark.parametrize("mode", MODES)
class TestFailingModels(contract.SafeContract):
    """However a provider fails, what comes out is founded; the offline reasoner stands in."""

    @pytest.fixture
    def reasoner(
        self, mode: Mode, provider: str, of: Callable[[str], Reasoner], service: Server, offline: Reasoner
    ) -> Reasoner:
        service.mode = mode
        return Chosen(offline, {provider: of(provider)}, provider)
