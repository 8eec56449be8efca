from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agents.executor import account, tables
from agents.executor.barrier import Phase
from agents.executor.browser import open_profile
from agents.executor.chrome import BrowserSettings
from memory.home import Home
from tests.agents.executor import shop as shop_module
from tests.agents.executor.rig import WORKFLOW, Rig, Ticking
from workflows.model import Workflow
from workflows.parse import parse_bytes


@pytest.fixture(scope="session")
def shop_server() -> Iterator[Any]:
    with shop_module.opened() as shop:
        yield shop


@pytest.fixture
def shop(shop_server: Any) -> Any:
    shop_server.mode, shop_server.delay = "", 0
    for kept in (shop_server.log, shop_server.booked, shop_server.holds):
        kept.clear()
    return shop_server


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def browser() -> BrowserSettings:
    return BrowserSettings(show="headless", timeout=5)


@pytest.fixture
def workflow(shop: Any) -> Workflow:
    found = parse_bytes(WORKFLOW.format(origin=shop.origin).encode(), "reserve-room.md")
    assert isinstance(found, Workflow), found
    return found


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'ledger.sqlite'}")

    @sa.event.listens_for(engine.sync_engine, "connect")
    def _pragmas(connection: Any, _: Any) -> None:
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")

    async with engine.begin() as conn:
        await conn.run_sync(tables.metadata.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def logged_in(shop_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile that is logged in to the shop, made once with a browser, copied by each test."""
    profile = tmp_path_factory.mktemp("profile") / "profile"

    async def log_in() -> None:
        settings = BrowserSettings(show="headless", timeout=10)
        async with open_profile(settings, profile, None, Phase.PREPARE, barrier=False) as window:
            page = await window.page()
            await page.goto(f"{shop_server.origin}/login")
            await page.get_by_label("Name").fill("Ada Marsh")
            await page.get_by_label("Name").press("Enter")
            await page.get_by_text("Signed in as").wait_for()

    asyncio.run(log_in())
    return profile


@pytest.fixture
def rig(
    shop: Any, logged_in: Path, tmp_path: Path, database: AsyncEngine, clock: Ticking, workflow: Workflow, browser: Any
) -> Rig:
    home = Home.open(tmp_path / "home")
    shutil.copytree(logged_in, home.root / "state" / "profile", symlinks=True)
    account.remember(home.root, shop.origin, "Ada Marsh")
    shop.log.clear()
    return Rig(shop, home, database, clock, workflow, browser)
