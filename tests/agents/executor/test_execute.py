"""The oracle of every test here is the shop's own log."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from dataclasses import replace
from typing import Any

import pytest

from agents.executor import account, ledger
from agents.executor.ledger import MandateRefused
from agents.executor.tables import State


async def test_a_go_is_carried_out_once_with_a_receipt_from_the_page(rig: Any) -> None:
    mandate = await rig.granted()
    receipt = await rig.execute(mandate)
    assert (receipt.state, receipt.reference) == ("done", "R-0001"), receipt
    assert receipt.terms["Room"] == "Maple Room"
    assert [m for m, _, path in rig.shop.writes()] == ["POST", "POST"]
    assert rig.shop.booked[0]["party"] == "2"
    assert rig.shop.booked[0]["date"] == "2026-11-21"
    assert (rig.home.root / receipt.screenshot).stat().st_size > 1000
    assert rig.told[-1] == 'Keep "Confirmation number" as reference'
    again = await rig.execute(mandate)
    assert again == receipt
    assert len(rig.shop.booked) == 1


async def test_a_rehearsal_shows_the_review_page_and_can_press_nothing(rig: Any) -> None:
    mandate = await rig.offer()
    executor = rig.executor()
    receipt = await executor.rehearse(mandate, lambda text, shot: rig.told.append(text))
    assert receipt.state == "refused"
    assert "one click before “Complete reservation”" in receipt.note
    assert receipt.terms["Room"] == "Maple Room"
    assert (rig.home.root / receipt.screenshot).stat().st_size > 1000
    assert [path for _, _, path in rig.shop.writes()] == ["/hold"]
    assert (await rig.entry(mandate)).state is State.OFFERED
    rig.shop.mode = "early"  # a page that sends the irreversible request by itself
    await executor.rehearse(mandate)
    rig.shop.mode = "price"
    assert "price is “€10.00”" in (await executor.rehearse(mandate)).note
    await executor.aclose()
    assert rig.shop.booked == []


async def test_a_stop_ends_a_rehearsal(rig: Any) -> None:
    mandate = await rig.offer()
    stopping: list[asyncio.Task[Any]] = []

    async def stop() -> None:
        async with rig.database.begin() as conn:
            await ledger.cancel(conn, "stop", rig.clock(), conversation="web")

    rig.at["step-2"] = lambda: stopping.append(asyncio.ensure_future(stop()))
    executor = rig.executor()
    receipt = await executor.rehearse(mandate)
    await executor.aclose()
    assert "stopped or replaced" in receipt.note
    assert rig.shop.writes() == []


async def test_two_at_once_press_once(rig: Any) -> None:
    mandate = await rig.granted()
    executor = rig.executor()
    both = await asyncio.gather(executor.execute(mandate), executor.execute(mandate))
    await executor.aclose()
    assert both[0] == both[1]
    assert len(rig.shop.booked) == 1


async def test_without_a_granted_mandate_nothing_is_even_opened(rig: Any) -> None:
    mandate = await rig.offer()
    with pytest.raises(MandateRefused, match="not granted"):
        await rig.execute(mandate)
    assert rig.shop.log == []


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("swapped", "Maple Room"),
        ("later", "time is “21:30” on the page, not “19:30”"),
        ("price", "price is “€10.00” on the page"),
        ("two_buttons", "2 things fit “Complete reservation”"),
        ("redirect_307", "/hold: it is not declared"),
        ("redirect_303", "pages are opened on declared sites only"),
    ],
)
async def test_what_was_not_approved_ends_before_the_last_click(rig: Any, mode: str, said: str) -> None:
    rig.shop.mode = mode
    rig.patient(2)
    mandate = await rig.granted()
    receipt = await rig.execute(mandate)
    assert receipt.state == "refused"
    assert said in receipt.note
    assert rig.shop.booked == []
    assert rig.shop.elsewhere() == []
    assert (await rig.entry(mandate)).state is State.REFUSED


async def test_a_commit_that_the_page_tries_early_stays_inside(rig: Any) -> None:
    rig.shop.mode = "early"
    receipt = await rig.execute(await rig.granted())
    assert receipt.state == "done"
    assert [path for _, _, path in rig.shop.writes()] == ["/hold", "/reservations"]
    assert any("it is the irreversible one" in line for line in rig.told)


async def test_a_page_that_sends_twice_books_once(rig: Any) -> None:
    rig.shop.mode = "double"
    rig.patient(2)
    await rig.execute(await rig.granted())
    assert len(rig.shop.booked) == 1


async def test_signed_out_is_said_with_what_to_do(rig: Any) -> None:
    account.remember(rig.home.root, rig.shop.origin, "Ada Marsh")
    shutil.rmtree(rig.home.root / "state" / "profile")
    receipt = await rig.execute(await rig.granted())
    assert receipt.state == "refused"
    assert f"rflow login {rig.shop.origin}" in receipt.note
    assert "no window can be shown here: nothing was done. Finish by hand at" in receipt.note
    assert rig.shop.writes() == []


async def test_another_account_is_refused(rig: Any) -> None:
    bound = rig.bound()
    other = bound.model_copy(update={"plan": bound.plan.model_copy(update={"account_label": "Someone Else"})})
    receipt = await rig.execute(await rig.granted(other))
    assert receipt.state == "refused"
    assert "“Signed in as Ada Marsh”" in receipt.note
    assert rig.shop.writes() == []


async def test_a_changed_workflow_file_voids_the_go(rig: Any) -> None:
    mandate = await rig.granted()
    rig.workflow = replace(rig.workflow, hash="0" * 64)
    receipt = await rig.execute(mandate)
    assert receipt.state == "refused"
    assert rig.shop.log == []


async def test_stop_takes_effect_before_the_next_action(rig: Any) -> None:
    mandate = await rig.granted()
    stopping: list[asyncio.Task[Any]] = []

    async def stop() -> None:
        async with rig.database.begin() as conn:
            await ledger.cancel(conn, "stop", rig.clock(), conversation="web")

    rig.at["step-2"] = lambda: stopping.append(asyncio.ensure_future(stop()))
    rig.at["step-3"] = lambda: None
    receipt = await rig.execute(mandate)
    assert receipt.state == "refused"
    assert (await rig.entry(mandate)).state is State.CANCELLED
    assert rig.shop.booked == []


async def test_a_stop_at_the_last_moment_wins_over_the_click(rig: Any) -> None:
    mandate = await rig.granted()
    executor = rig.executor()
    start = executor._start

    async def stopped_first(entry: Any, fence: int) -> None:
        async with rig.database.begin() as conn:
            done = await ledger.cancel(conn, "stop", rig.clock())
        assert done.ids == (mandate,)
        await start(entry, fence)

    executor._start = stopped_first
    assert (await executor.execute(mandate)).state == "refused"
    await executor.aclose()
    assert rig.shop.booked == []


async def test_a_go_that_ran_out_on_the_way_is_not_used(rig: Any) -> None:
    mandate = await rig.granted()
    rig.at["step-6"] = lambda: rig.clock.pass_(601)
    receipt = await rig.execute(mandate)
    assert receipt.state == "refused"
    assert "held until" in receipt.note
    assert rig.shop.booked == []


async def test_an_error_after_the_order_was_taken_is_looked_up(rig: Any) -> None:
    rig.shop.mode = "bad_gateway"
    receipt = await rig.execute(await rig.granted())
    assert (receipt.state, receipt.reference) == ("done", "R-0001")
    assert "502" in receipt.note
    assert [path for _, _, path in rig.shop.writes()].count("/reservations") == 1


async def test_an_order_that_cannot_be_looked_up_is_unknown(rig: Any) -> None:
    rig.shop.mode = "bad_gateway_list_down"
    rig.at["clicked"] = lambda: None
    mandate = await rig.granted()
    rig.at["started"] = lambda: setattr(rig.shop, "mode", "bad_gateway")
    rig.at["clicked"] = lambda: setattr(rig.shop, "mode", "list_down")
    receipt = await rig.execute(mandate)
    assert receipt.state == "unknown"
    assert "Open /my/reservations" in receipt.note
    assert set(rig.slept) == {120}


@pytest.mark.long
async def test_a_slow_site_is_waited_for_by_looking_never_by_pressing(rig: Any) -> None:
    rig.shop.mode, rig.shop.delay = "slow", 3.5
    rig.patient(2)

    async def settle(seconds: float) -> None:
        rig.slept.append(seconds)
        await asyncio.sleep(3)

    receipt = await rig.execute(await rig.granted(), sleep=settle)
    assert receipt.state == "done", receipt
    assert [path for _, _, path in rig.shop.writes()].count("/reservations") == 1


async def test_a_click_that_sends_nothing_is_told_as_not_done(rig: Any) -> None:
    rig.shop.mode = "never_sends"
    rig.patient(1.5)
    receipt = await rig.execute(await rig.granted())
    assert receipt.state == "refused"
    assert "Nothing had left" in receipt.note
    assert rig.slept == []


async def test_a_receipt_is_said_only_when_read(rig: Any) -> None:
    rig.shop.mode = "refuse_commit"
    rig.patient(1.5)
    receipt = await rig.execute(await rig.granted())
    assert receipt.state == "refused"
    assert "Two looks" in receipt.note


@pytest.mark.long
async def test_an_older_booking_of_the_same_kind_is_not_taken_for_this_one(rig: Any) -> None:
    assert (await rig.execute(await rig.granted())).state == "done"
    mandate = await rig.granted()
    rig.at["started"] = _die
    with pytest.raises(Killed):
        await rig.execute(mandate)
    rig.at.clear()
    assert (await rig.execute(mandate)).state == "refused"
    assert len(rig.shop.booked) == 1


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


def _die() -> None:
    raise Killed


@pytest.mark.parametrize(
    ("where", "state", "booked", "clicks"),
    [
        pytest.param("claimed", "done", 1, 1, marks=pytest.mark.long),
        pytest.param("step-5", "done", 1, 1, marks=pytest.mark.long),
        pytest.param("before-start", "done", 1, 1, marks=pytest.mark.long),
        ("started", "refused", 0, 0),
        ("clicked", "done", 1, 1),
        pytest.param("received", "done", 1, 1, marks=pytest.mark.long),
        ("before-finish", "done", 1, 1),
    ],
)
async def test_a_run_cut_off_anywhere_ends_with_at_most_one_click(
    rig: Any, where: str, state: str, booked: int, clicks: int
) -> None:
    mandate = await rig.granted()
    rig.at[where] = _die
    with pytest.raises(Killed):
        await rig.execute(mandate)
    rig.at.clear()
    receipt = await rig.execute(mandate)
    assert receipt.state == state, receipt
    assert len(rig.shop.booked) == booked
    assert [path for _, _, path in rig.shop.writes()].count("/reservations") == clicks
    assert (await rig.execute(mandate)) == receipt


async def test_a_browser_killed_after_the_click_is_followed_by_a_look(rig: Any) -> None:
    def kill_browser() -> None:
        lock = os.readlink(rig.home.root / "state" / "profile" / "SingletonLock")
        os.kill(int(lock.rpartition("-")[2]), signal.SIGKILL)

    rig.shop.mode, rig.shop.delay = "slow_commit", 0.2
    rig.at["clicked"] = kill_browser
    receipt = await rig.execute(await rig.granted())
    assert receipt.state == "done", receipt
    assert len(rig.shop.booked) == 1
