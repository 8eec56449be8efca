"""The records of what was said: inbox, outbox, tasks, their papers and checkpoints; what is forgotten leaves them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from sqlalchemy import Column, Table, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from agents.reasoning.meter import calls
from app.channels.store import inbox, outbox, tasks
from memory.forget import Said
from memory.home import replace

_TEXTS: tuple[tuple[Table, Column[str]], ...] = ((inbox, inbox.c.text), (tasks, tasks.c.request))
_CHECKPOINTS = (("checkpoints", "checkpoint"), ("writes", "value"))


@dataclass(frozen=True, slots=True)
class Records:
    """What the house wrote down of its conversations.

    The ledger and the plans that were approved stay as they are: they say what was granted.
    """

    home: Path
    database: AsyncEngine
    saver: AsyncSqliteSaver

    async def forget(self, notes: Iterable[str]) -> None:
        """Takes the words of these notes out of all of them; a second time changes nothing.

        The checkpoints come last: they tell a turn that runs again after a crash that there is something to forget.
        """
        said = Said(notes)
        await asyncio.to_thread(self._papers, said)
        await self._conversations(said)
        await self._checkpoints(said)

    def _papers(self, said: Said) -> None:
        for path in sorted([*(self.home / "runs").glob("*/*.md"), *(self.home / "evals").rglob("*.md")]):
            told = path.read_text("utf-8", "surrogateescape")
            if said.inside(told):
                replace(path, said.without(told).encode("utf-8", "surrogateescape"))

    async def _conversations(self, said: Said) -> None:
        async with self.database.begin() as conn:
            for table, column in _TEXTS:
                key = next(iter(table.primary_key))
                for name, told in (await conn.execute(select(key, column))).all():
                    if said.inside(told):
                        await conn.execute(update(table).where(key == name).values({column: said.without(told)}))
            for seq, sent, received in (await conn.execute(select(calls.c.seq, calls.c.sent, calls.c.received))).all():
                if said.inside("\n".join(json.loads(sent))) or said.inside(received):
                    await conn.execute(update(calls).where(calls.c.seq == seq).values(sent="[]", received=""))
            for seq, reply in (await conn.execute(select(outbox.c.seq, outbox.c.reply))).all():
                kept = said.without(json.loads(reply))
                if kept != json.loads(reply):
                    changed = update(outbox).where(outbox.c.seq == seq)
                    await conn.execute(changed.values(reply=json.dumps(kept, ensure_ascii=False)))
        if self.database.dialect.name == "sqlite":
            async with self.database.connect() as conn:
                await conn.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    async def _checkpoints(self, said: Said) -> None:
        conn, serde = self.saver.conn, self.saver.serde
        async with self.saver.lock:
            await conn.execute("PRAGMA secure_delete=ON")
            for table, column in _CHECKPOINTS:
                rows = await conn.execute_fetchall(f"SELECT rowid, type, {column} FROM {table}")  # noqa: S608
                for row, kind, blob in rows:
                    if blob is None or not said.perhaps(blob.decode("utf-8", "replace")):
                        continue
                    kind, kept = serde.dumps_typed(said.without(serde.loads_typed((kind, blob))))
                    changed = f"UPDATE {table} SET type = ?, {column} = ? WHERE rowid = ?"  # noqa: S608
                    await conn.execute(changed, (kind, kept, row))
            await conn.commit()
            await conn.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
