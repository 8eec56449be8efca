"""Tavola's database: besides its accounts, holds and reservations."""

from __future__ import annotations

import datetime as dt
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from demo.shared import store
from demo.shared.store import Account, new_number
from demo.tavola.availability import Taken

HOLD_FOR = dt.timedelta(minutes=10)
SCHEMA = """
CREATE TABLE IF NOT EXISTS holds (
  id TEXT PRIMARY KEY, email TEXT NOT NULL, place TEXT NOT NULL, date TEXT NOT NULL, start INTEGER NOT NULL,
  party INTEGER NOT NULL, seat INTEGER NOT NULL, expires REAL NOT NULL, reservation TEXT);
CREATE TABLE IF NOT EXISTS reservations (
  id TEXT PRIMARY KEY, email TEXT NOT NULL, place TEXT NOT NULL, date TEXT NOT NULL, start INTEGER NOT NULL,
  party INTEGER NOT NULL, seat INTEGER NOT NULL, charge TEXT NOT NULL, made REAL NOT NULL, cancelled REAL);
CREATE INDEX IF NOT EXISTS holds_by_date ON holds (date);
CREATE INDEX IF NOT EXISTS reservations_by_date ON reservations (date);
"""


@dataclass(frozen=True)
class Hold:
    """A table kept for a guest who is looking at the review page; `start` in minutes after midnight."""

    id: str
    email: str
    place: str
    date: dt.date
    start: int
    party: int
    table: int
    expires: dt.datetime
    reservation: str | None


@dataclass(frozen=True)
class Reservation:
    """A table that is reserved. `charge` is an amount in EUR ("0.00")."""

    id: str
    email: str
    place: str
    date: dt.date
    start: int
    party: int
    table: int
    charge: str
    cancelled: bool


def _reservation(row: sqlite3.Row) -> Reservation:
    return Reservation(
        row["id"], row["email"], row["place"], dt.date.fromisoformat(row["date"]), row["start"], row["party"],
        row["seat"], row["charge"], row["cancelled"] is not None,
    )  # fmt: skip


class Store(store.Store):
    """Accounts, holds and reservations in `tavola.sqlite3`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "tavola", SCHEMA)

    def taken(self, date: dt.date, now: dt.datetime, besides: str = "") -> dict[str, list[Taken]]:
        """Give the tables that are held or reserved on `date`, by place; without what `besides` (an email) holds."""
        rows = self._db.execute(
            "SELECT place, seat, start, party FROM holds WHERE date = ? AND expires > ? AND email != ? "
            "AND reservation IS NULL UNION ALL "
            "SELECT place, seat, start, party FROM reservations WHERE date = ? AND cancelled IS NULL",
            (date.isoformat(), now.timestamp(), besides, date.isoformat()),
        )
        taken: dict[str, list[Taken]] = {}
        for row in rows:
            taken.setdefault(row["place"], []).append(Taken(row["seat"], row["start"], row["party"]))
        return taken

    def hold(
        self, account: Account, place: str, date: dt.date, start: int, party: int, table: int, now: dt.datetime
    ) -> str:
        """Keep a table for ten minutes; what the same guest held until now is let go."""
        key = secrets.token_urlsafe(9)
        expires = (now + HOLD_FOR).timestamp()
        with self._db:
            self._db.execute("DELETE FROM holds WHERE email = ? AND reservation IS NULL", (account.email,))
            self._db.execute(
                "INSERT INTO holds VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                (key, account.email, place, date.isoformat(), start, party, table, expires),
            )
        return key

    def find_hold(self, key: str, account: Account) -> Hold | None:
        """Give a guest's own hold, expired or not."""
        row = self._db.execute("SELECT * FROM holds WHERE id = ? AND email = ?", (key, account.email)).fetchone()
        if row is None:
            return None
        expires = dt.datetime.fromtimestamp(row["expires"], dt.UTC)
        date = dt.date.fromisoformat(row["date"])
        return Hold(
            row["id"], row["email"], row["place"], date, row["start"], row["party"], row["seat"], expires,
            row["reservation"],
        )  # fmt: skip

    def reserve(self, hold: Hold, place: str, charge: str, now: dt.datetime) -> str:
        """Turn a hold into a reservation at `place` and give its confirmation number."""
        number = new_number("TV")
        row = (number, hold.email, place, hold.date.isoformat(), hold.start, hold.party, hold.table, charge)
        with self._db:
            self._db.execute(
                "INSERT INTO reservations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", (*row, now.timestamp())
            )
            self._db.execute("UPDATE holds SET reservation = ? WHERE id = ?", (number, hold.id))
        return number

    def reservations(self, account: Account) -> list[Reservation]:
        """Give a guest's reservations, the next one first and cancelled ones too."""
        rows = self._db.execute(
            "SELECT * FROM reservations WHERE email = ? ORDER BY date, start, made", (account.email,)
        )
        return [_reservation(row) for row in rows]

    def cancel(self, number: str, account: Account, now: dt.datetime) -> bool:
        """Cancel a guest's own reservation; False where there is none that stands."""
        with self._db:
            done = self._db.execute(
                "UPDATE reservations SET cancelled = ? WHERE id = ? AND email = ? AND cancelled IS NULL",
                (now.timestamp(), number, account.email),
            )
        return done.rowcount == 1
