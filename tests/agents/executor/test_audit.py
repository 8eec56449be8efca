from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from agents.executor import audit, ledger
from agents.executor.audit import Chain
from agents.executor.tables import State, mandates
from agents.executor.tables import ledger as links
from memory.errors import Conflict
from tests.agents.executor.rig import Rig


@pytest.fixture
def rig(shop: Any, tmp_path: Any, database: Any, clock: Any, workflow: Any, browser: Any) -> Any:
    """Without a browser."""
    return Rig(shop, None, database, clock, workflow, browser)


async def test_a_tasks_moves_and_the_plan_that_had_its_go(rig: Any) -> None:
    granted = await rig.granted()
    rig.clock.pass_(5)
    async with rig.database.begin() as conn:
        await ledger.claim(conn, granted, "worker-1", rig.clock())
    later = await rig.offer()
    async with rig.database.connect() as conn:
        task = (await ledger.get(conn, granted)).task
        moves = await audit.moves(conn, task)
        assert [(move.mandate, move.before, move.to) for move in moves] == [
            (granted, None, State.OFFERED),
            (granted, State.OFFERED, State.GRANTED),
            (granted, State.GRANTED, State.CLAIMED),
            (later, None, State.OFFERED),
        ]
        assert (moves[2].at - moves[1].at).total_seconds() == 5
        assert moves[2].cause == "worker-1"
        assert (await audit.last_moves(conn))[task] == moves[-1].at
        held = await audit.entry_of(conn, moves)
        assert held is not None
        assert held.id == granted
        assert await audit.entry_of(conn, ()) is None
        assert await audit.moves(conn, "another") == ()


async def test_what_was_changed_afterwards_is_told(rig: Any) -> None:
    mandate = await rig.offer()
    async with rig.database.begin() as conn:
        assert await audit.check(conn) == Chain(links=1)
        moves = await audit.moves(conn, (await ledger.get(conn, mandate)).task)
        await conn.execute(mandates.update().values(bytes=b"{}"))
        with pytest.raises(Conflict, match="was changed after it was offered"):
            await audit.entry_of(conn, moves)
        await conn.execute(sa.text("DROP TRIGGER ledger_no_update"))
        await conn.execute(links.update().values(cause="somebody else"))
        assert "Link 1 of the ledger" in (await audit.check(conn)).fault
