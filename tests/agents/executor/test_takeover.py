"""A person at the window: what they do there, and how it goes on from the page that they leave."""

from __future__ import annotations

import asyncio
import shutil
from typing import Any

import pytest
from playwright.async_api import Page

from agents.executor import ledger
from agents.executor.tables import State
from agents.executor.takeover import Desk


@pytest.fixture
def stranger(rig: Any) -> Any:
    """A rig whose profile is not logged in any more."""
    shutil.rmtree(rig.home.root / "state" / "profile")
    return rig


async def log_in(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/login")
    await page.get_by_label("Name").fill("Ada Marsh")
    await page.get_by_label("Name").press("Enter")
    await page.get_by_text("Signed in as").wait_for()


async def test_a_person_logs_in_and_it_goes_on_from_there(stranger: Any) -> None:
    async def person(conversation: str, page: Page) -> None:
        assert conversation == "web"
        await log_in(page, stranger.shop.origin)
        tried = "fetch('/reservations', {method: 'POST'}).catch(() => 'stopped')"
        assert await page.evaluate(tried) == "stopped"  # not even by hand, before the ledger says started
        assert await page.evaluate(f"fetch('{stranger.shop.evil}/x').catch(() => 'stopped')") == "stopped"

    receipt = await stranger.execute(await stranger.granted(), person=person)
    assert (receipt.state, receipt.reference) == ("done", "R-0001"), receipt
    assert [path for _, _, path in stranger.shop.writes()] == ["/login", "/hold", "/reservations"]
    assert stranger.shop.elsewhere() == []
    checked = [path for _, _, path in stranger.shop.log]
    assert checked.index("/my/reservations") < checked.index("/reservations")  # Check runs before Commit
    assert any("wants a login. The window is yours" in line for line in stranger.told)


async def test_what_was_done_by_hand_meanwhile_is_not_done_again(stranger: Any) -> None:
    async def person(_: str, page: Page) -> None:
        await log_in(page, stranger.shop.origin)
        made = {"name": "Maple Room", "date": "2026-11-21", "long": "Saturday 21 November 2026", "time": "19:30"}
        stranger.shop.booked.append(made | {"party": "2", "price": "No charge", "number": "R-0009"})

    receipt = await stranger.execute(await stranger.granted(), person=person)
    assert receipt.state == "refused"
    assert "done by hand" in receipt.note
    assert [path for _, _, path in stranger.shop.writes()] == ["/login"]


async def test_a_stop_takes_the_window_back(stranger: Any) -> None:
    desk, mandate = Desk(), await stranger.granted()
    assert not desk.done("web")

    async def stop(conversation: str, page: Page) -> None:
        async with stranger.database.begin() as conn:
            await ledger.cancel(conn, "stop", stranger.clock(), conversation="web")
        await desk.wait(conversation, page)

    receipt = await asyncio.wait_for(stranger.execute(mandate, person=stop), 60)
    assert receipt.state == "refused"
    assert (await stranger.entry(mandate)).state is State.CANCELLED
    assert stranger.shop.writes() == []
    assert not desk.done("web")


async def test_a_page_that_wants_a_human_is_named_where_nobody_can_help(rig: Any) -> None:
    rig.shop.mode = "captcha"
    receipt = await rig.execute(await rig.granted())
    assert receipt.state == "refused"
    assert "The site wants a proof that you are a person" in receipt.note
    assert f"Finish by hand at {rig.shop.origin}/hold/1" in receipt.note
    assert rig.shop.booked == []


@pytest.mark.long
async def test_the_desk_gives_the_window_back_at_a_word(stranger: Any) -> None:
    desk = Desk()

    async def person(conversation: str, page: Page) -> None:
        waits = asyncio.ensure_future(desk.wait(conversation, page))
        await log_in(page, stranger.shop.origin)
        assert desk.waits(conversation)
        assert desk.done(conversation)
        await waits
        assert not desk.waits(conversation)

    receipt = await stranger.execute(await stranger.granted(), person=person)
    assert receipt.state == "done", receipt
