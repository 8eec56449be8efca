from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from agents.executor import ledger, tables
from agents.executor.ledger import MandateRefused
from agents.executor.tables import State
from agents.types import Receipt
from memory.errors import Conflict
from tests.agents.executor.rig import Rig

DONE = Receipt(state="done", at="2026-11-20T12:00:00", reference="R-1")


async def do(rig: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    async with rig.database.begin() as conn:
        return await getattr(ledger, name)(conn, *args, **kwargs)


async def links(rig: Any) -> int:
    async with rig.database.connect() as conn:
        return await tables.check_chain(conn)


@pytest.fixture
def rig(shop: Any, tmp_path: Any, database: Any, clock: Any, workflow: Any, browser: Any) -> Any:
    """Without a browser."""
    return Rig(shop, None, database, clock, workflow, browser)


async def why(rig: Any, name: str, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(MandateRefused) as refused:
        await do(rig, name, *args, **kwargs)
    return refused.value.why


async def test_one_life_from_offer_to_done(rig: Any) -> None:
    mandate = await rig.offer()
    live = await do(rig, "live", "web", rig.clock())
    assert live.id == mandate
    assert live.bound == rig.bound()
    await do(rig, "grant", mandate, "go1", rig.clock())
    assert await do(rig, "granted_by", "go1") == mandate
    assert await do(rig, "granted") == (mandate,)
    fence = await do(rig, "claim", mandate, "w", rig.clock())
    assert await why(rig, "finish", mandate, fence, State.DONE, DONE, rig.clock()) == "used"
    await do(rig, "start", mandate, fence, rig.clock())
    assert await why(rig, "start", mandate, fence, rig.clock()) == "started"
    await do(rig, "finish", mandate, fence, State.DONE, DONE, rig.clock())
    assert (await rig.entry(mandate)).receipt == DONE
    assert await why(rig, "claim", mandate, "w", rig.clock()) == "used"
    assert await links(rig) == 5


async def test_a_new_offer_revokes_the_old_one(rig: Any) -> None:
    old = await rig.offer()
    new = await rig.offer(rig.bound(time="20:00"))
    assert await why(rig, "grant", old, "go1", rig.clock()) == "cancelled"
    assert (await do(rig, "live", "web", rig.clock())).id == new


async def test_a_go_counts_for_its_plan_with_its_code(rig: Any) -> None:
    mandate = await rig.offer(secret=True)
    entry = await rig.entry(mandate)
    assert await why(rig, "grant", mandate, "go1", rig.clock()) == "code"
    assert await why(rig, "grant", mandate, "go1", rig.clock(), code="2222") == "code"
    assert await why(rig, "grant", mandate, "go1", rig.clock(), plan_hash="f" * 64) == "plan"
    await do(rig, "grant", mandate, "go1", rig.clock(), code=entry.code)
    assert await why(rig, "grant", mandate, "go2", rig.clock(), plan_hash=entry.hash) == "used"
    assert await why(rig, "by_hash", "f" * 64) == "plan"


async def test_time_is_looked_at_again_at_each_move(rig: Any) -> None:
    offered = await rig.offer()
    rig.clock.pass_(600)
    assert await why(rig, "grant", offered, "go1", rig.clock()) == "expired"
    assert await do(rig, "live", "web", rig.clock()) is None
    assert await do(rig, "expire", rig.clock()) == (offered,)
    claimed = await rig.granted()
    fence = await do(rig, "claim", claimed, "w", rig.clock())
    rig.clock.pass_(601)
    assert await why(rig, "start", claimed, fence, rig.clock()) == "expired"
    assert await do(rig, "expire", rig.clock()) == ()


async def test_a_newer_fence_shuts_the_older_out(rig: Any) -> None:
    mandate = await rig.granted()
    first = await do(rig, "claim", mandate, "a", rig.clock())
    second = await do(rig, "claim", mandate, "b", rig.clock())
    assert await why(rig, "start", mandate, first, rig.clock()) == "fenced"
    await do(rig, "start", mandate, second, rig.clock())
    third = await do(rig, "claim", mandate, "c", rig.clock())  # to look, after a crash
    assert (await rig.entry(mandate)).state is State.STARTED
    assert await why(rig, "finish", mandate, second, State.DONE, DONE, rig.clock()) == "fenced"
    await do(rig, "finish", mandate, third, State.DONE, DONE, rig.clock())


async def test_a_stop_counts_until_it_is_started(rig: Any) -> None:
    mandate = await rig.granted()
    fence = await do(rig, "claim", mandate, "a", rig.clock())
    assert (await do(rig, "cancel", "stop", rig.clock(), conversation="phone")).ids == ()
    assert (await do(rig, "cancel", "stop", rig.clock(), conversation="web")).ids == (mandate,)
    assert await why(rig, "start", mandate, fence, rig.clock()) == "cancelled"
    assert await why(rig, "still_ours", mandate, fence, rig.clock()) == "cancelled"
    other = await rig.granted()
    fence = await do(rig, "claim", other, "a", rig.clock())
    await do(rig, "start", other, fence, rig.clock())
    assert (await do(rig, "cancel", "stop", rig.clock())).too_late == (other,)


async def test_a_move_ends_with_the_transaction_of_its_cause(rig: Any) -> None:
    mandate = await rig.offer()
    async with rig.database.connect() as conn:
        await ledger.grant(conn, mandate, "go1", rig.clock())
        await conn.rollback()  # the inbox row could not be written, say
    assert (await rig.entry(mandate)).state is State.OFFERED
    assert await links(rig) == 1


async def test_many_at_once_one_wins(rig: Any) -> None:
    for _ in range(10):
        mandate = await rig.offer()
        moves = [do(rig, "grant", mandate, f"go{i}-{mandate}", rig.clock()) for i in range(4)]
        moves += [do(rig, "cancel", "stop", rig.clock())]
        results = await asyncio.gather(*moves, return_exceptions=True)
        assert sum(r is None for r in results) <= 1
        assert all(r is None or isinstance(r, MandateRefused | ledger.Cancelled) for r in results)
        assert (await rig.entry(mandate)).state is State.CANCELLED
    assert await links(rig) > 0


async def test_the_chain_tells_a_change_and_refuses_one(rig: Any) -> None:
    await rig.granted()
    for change in ("UPDATE ledger SET cause = 'x'", "DELETE FROM ledger"):
        with pytest.raises(IntegrityError, match="append-only"):
            async with rig.database.begin() as conn:
                await conn.execute(sa.text(change))
    async with rig.database.begin() as conn:
        await conn.execute(sa.text("DROP TRIGGER ledger_no_update"))
        await conn.execute(sa.text("UPDATE ledger SET cause = 'x' WHERE seq = 1"))
        with pytest.raises(Conflict, match="Link 1"):
            await tables.check_chain(conn)


@pytest.mark.parametrize("column", ["bytes", "bound"])
async def test_a_plan_changed_in_the_database_is_not_used(rig: Any, column: str) -> None:
    mandate = await rig.granted()
    async with rig.database.begin() as conn:
        await conn.execute(sa.text(f"UPDATE mandates SET {column} = replace({column}, '19:30', '21:30')"))
    with pytest.raises(Conflict, match="changed after it was offered"):
        await rig.entry(mandate)
