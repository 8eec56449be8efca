"""Which reasoner answers in which conversation, and what the settings give."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from agents.reasoning.meter import Call
from agents.reasoning.port import Reasoner
from app.database import open_database
from app.models import Models, open_models
from app.settings import Settings, load_settings
from memory.errors import BadInput
from tests.agents.reasoning.faults import Faulty

OFFLINE: Reasoner = Faulty()  # never asked here


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'rflow.sqlite'}")
    yield engine
    await engine.dispose()


def opened(database: AsyncEngine, **given: str) -> Models:
    settings = load_settings(_env_file=None, **given)
    return open_models(settings, OFFLINE, database, settings.now())


async def test_without_a_key_there_is_nothing_but_offline(database: AsyncEngine) -> None:
    view = await opened(database).view("web")
    assert (view.in_use, view.known) == ("offline", {"offline": ""})


async def test_a_key_alone_in_the_environment_sends_nothing_to_openai(database: AsyncEngine) -> None:
    assert (await opened(database, openai_api_key="sk-x").view()).known == {"offline": ""}


async def test_the_first_with_a_key_answers_unless_told_otherwise(database: AsyncEngine) -> None:
    both = {"gemini_api_key": "k", "openai_model": "m", "openai_base_url": "http://127.0.0.1:9/v1"}
    assert (await opened(database, **both).view()).in_use == "gemini"
    assert (await opened(database, **both, model="local").view()).in_use == "local"
    assert (await opened(database, **both, model="offline").view()).in_use == "offline"


async def test_a_model_that_the_settings_do_not_give(database: AsyncEngine) -> None:
    with pytest.raises(BadInput, match="GEMINI_API_KEY"):
        opened(database, model="gemini")


async def test_a_switch_holds_for_its_conversation(database: AsyncEngine) -> None:
    models = opened(database, gemini_api_key="k", openai_model="m", openai_base_url="http://127.0.0.1:9/v1")
    said = await models.command(" /model local ", "web")
    assert said
    assert "**local** (m)" in said
    assert (await models.view("web")).in_use == "local"
    assert (await models.view("cli")).in_use == "gemini"
    assert await models.command("/model GPT", "cli")
    assert (await models.view("cli")).in_use == "local"
    assert await models.command("/model offline", "web")
    assert (await models.view("web")).in_use == "offline"


async def test_what_is_said_of_an_unknown_model_changes_nothing(database: AsyncEngine) -> None:
    models = opened(database, gemini_api_key="k")
    said = await models.command("/model llama", "web")
    assert said
    assert "gemini, offline" in said
    assert (await models.view("web")).in_use == "gemini"
    assert await models.command("which model do you use?", "web") is None
    assert await models.command("/models", "web") is None


async def test_a_name_is_chosen_or_refused(database: AsyncEngine) -> None:
    models = opened(database, gemini_api_key="k")
    assert "**offline**" in await models.choose("Offline", "web")
    assert (await models.view("web")).in_use == "offline"
    with pytest.raises(BadInput, match="gemini, offline"):
        await models.choose("llama", "web")


async def test_it_tells_what_is_in_use_and_what_today_took(database: AsyncEngine) -> None:
    models = opened(database, gemini_api_key="k")
    told = await models.command("/model", "web")
    assert told
    assert "**gemini** gemini-3.8-flash (in use)" in told
    assert "No call today" in told
    call = Call(at="", purpose="decide", provider="gemini", model="m", tokens_in=900, tokens_out=100, cost=4200)
    await models.meter.record(call)
    told = await models.command("/model", "web")
    assert told
    assert "1 calls, 1,000 tokens, 0.0042 USD" in told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"openai_base_url": "http://127.0.0.1:11434/v1"}, "OPENAI_MODEL"),
        ({"model_prices": "1/2"}, "three numbers"),
        ({"model_seconds": "0"}, "RFLOW_MODEL_SECONDS"),
        ({"model": "claude"}, "RFLOW_MODEL"),
    ],
)
def test_settings_that_cannot_be_used(given: dict[str, str], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        load_settings(_env_file=None, **given)


def test_the_settings_read_the_names_that_people_know(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GEMINI_API_KEY=abcdef-ghi\nRFLOW_MODEL_PRICES=1/0.1/5\nOPENAI_API_KEY=\n")
    settings = Settings(_env_file=tmp_path / ".env")
    assert settings.secrets == ("abcdef-ghi",)
    assert settings.model_prices == (1, 0.1, 5)
    monkeypatch.setenv("GEMINI_API_KEY", "from-outside")
    assert Settings(_env_file=tmp_path / ".env").secrets == ("from-outside",)
