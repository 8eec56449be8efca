"""The home's own database: opened once, its tables brought up to date by named steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import DDL, Column, Connection, MetaData, String, Table, event, insert, inspect, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agents.executor import tables
from agents.reasoning import meter
from app import models
from app.channels import deliveries, phones, store  # noqa: F401  their tables stand in store's metadata

bookkeeping = MetaData()
migrations = Table("migrations", bookkeeping, Column("name", String, primary_key=True))


def _first_tables(connection: Connection) -> None:
    store.metadata.create_all(connection)
    tables.metadata.create_all(connection)


def _phones(connection: Connection) -> None:
    """A database of before has an inbox without phones; a new one was made with them."""
    known = {column["name"] for column in inspect(connection).get_columns("inbox")}
    for name in {"sender", "attached"} - known:
        connection.execute(DDL(f"ALTER TABLE inbox ADD COLUMN {name} TEXT"))  # type: ignore[no-untyped-call]
    store.metadata.create_all(connection)
    for index in store.inbox.indexes:
        index.create(connection, checkfirst=True)


def _models(connection: Connection) -> None:
    meter.metadata.create_all(connection)
    models.metadata.create_all(connection)


def _spoken(connection: Connection) -> None:
    store.spoken.create(connection, checkfirst=True)


STEPS: tuple[tuple[str, Callable[[Connection], None]], ...] = (
    ("2026-11 first tables", _first_tables),
    ("2026-11 phones", _phones),
    ("2026-11 models", _models),
    ("2026-11 conversations", _spoken),
)
"""Each runs once, in this order, for ever: append, never edit."""


def _on_connect(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # FULL: a commit that was answered must outlive a power cut, because a Go rests on it.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


async def open_database(url: str) -> AsyncEngine:
    """Open the database at an SQLAlchemy URL and run the steps that it has not seen.

    Raises:
        Conflict: the ledger was changed from outside.
    """
    engine = create_async_engine(url, hide_parameters=True)  # the person's words stay out of errors
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _on_connect)
    async with engine.begin() as connection:
        await connection.run_sync(bookkeeping.create_all)
        done = set((await connection.execute(select(migrations.c.name))).scalars())
        for name, step in STEPS:
            if name not in done:
                await connection.run_sync(step)
                await connection.execute(insert(migrations).values(name=name))
        await tables.check_chain(connection)
    return engine
