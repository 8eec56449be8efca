"""What the doors say of themselves is exact: requests made from the schema, good and bad, get what it promises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis import Config
from schemathesis.checks import CHECKS

from app.settings import Settings
from app.web import site
from tests.app.conftest import MemoryAssistant, a_free_port, a_home, make_app, served, settings_of

EACH = 8  # requests to each door
PROMISED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One site for all of them: whatever comes, it stays well."""
    home = a_home(tmp_path_factory.mktemp("contract"))
    settings = settings_of(home, a_free_port())
    with served(make_app(MemoryAssistant(home, settings.now()), settings), settings.port) as address:
        yield address


def schema(coverage: bool, examples: int) -> Any:
    app = FastAPI()
    site.mount(app, Settings(_env_file=None))
    how = {"phases": {"coverage": {"enabled": coverage}}, "generation": {"max-examples": examples}}
    return schemathesis.openapi.from_dict(app.openapi(), config=Config.from_dict(how)).exclude(path_regex="/events$")


LONG = 30
SLOWLY = {"deadline": None, "suppress_health_check": list(hypothesis.HealthCheck)}


@schema(False, EACH).parametrize()
@hypothesis.settings(max_examples=EACH, **SLOWLY)
def test_each_door_keeps_its_promise(case: Any, url: str) -> None:
    case.call_and_validate(base_url=url, checks=CHECKS.get_by_names(PROMISED), timeout=20)


@pytest.mark.long
@schema(True, LONG).parametrize()
@hypothesis.settings(max_examples=LONG, **SLOWLY)
def test_each_door_keeps_its_promise_at_every_edge(case: Any, url: str) -> None:
    case.call_and_validate(base_url=url, checks=CHECKS.get_by_names(PROMISED), timeout=20)
