"""Tavola's database: accounts, sessions, holds and reservations."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from demo.tavola.availability import Taken

HOLD_FOR = dt.timedelta(minutes=10)
SESSION_FOR = dt.timedelta(days=180)
READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 or O, no 1 or I
SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
  email TEXT PRIMARY KEY, name TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (token BLOB PRIMARY KEY, email TEXT NOT NULL, expires REAL NOT NULL);
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
class Account:
    """A guest who registered."""

    email: str
    name: str


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


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


def _token_key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _reservation(row: sqlite3.Row) -> Reservation:
    return Reservation(
        row["id"], row["email"], row["place"], dt.date.fromisoformat(row["date"]), row["start"], row["party"],
        row["seat"], row["charge"], row["cancelled"] is not None,
    )  # fmt: skip


class Store:
    """The database in one file. It belongs to one process, and to one event loop in it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "tavola.sqlite3", check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # accounts and sessions

    def register(self, email: str, name: str, password: str) -> Account | None:
        """Make an account; None where the email has one already."""
        salt = secrets.token_bytes(16)
        row = (email, name, salt, _scrypt(password, salt))
        with self._db:
            made = self._db.execute("INSERT OR IGNORE INTO accounts VALUES (?, ?, ?, ?)", row)
        return Account(email, name) if made.rowcount else None

    def check(self, email: str, password: str) -> Account | None:
        """Give the account if the password is right."""
        row = self._db.execute("SELECT * FROM accounts WHERE email = ?", (email,)).fetchone()
        if row is None or not hmac.compare_digest(row["hash"], _scrypt(password, row["salt"])):
            return None
        return Account(row["email"], row["name"])

    def open_session(self, account: Account, now: dt.datetime) -> str:
        """Give a new session's token; only its hash is kept."""
        token = secrets.token_urlsafe(32)
        row = (_token_key(token), account.email, (now + SESSION_FOR).timestamp())
        with self._db:
            self._db.execute("INSERT INTO sessions VALUES (?, ?, ?)", row)
        return token

    def session(self, token: str, now: dt.datetime) -> Account | None:
        """Give the account that `token` belongs to, while it lasts."""
        row = self._db.execute(
            "SELECT a.email, a.name FROM sessions s JOIN accounts a USING (email) WHERE token = ? AND expires > ?",
            (_token_key(token), now.timestamp()),
        ).fetchone()
        return Account(row["email"], row["name"]) if row else None

    def close_session(self, token: str) -> None:
        """End a session."""
        with self._db:
            self._db.execute("DELETE FROM sessions WHERE token = ?", (_token_key(token),))

    # tables

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
        number = "TV-" + "".join(secrets.choice(READABLE) for _ in range(5))
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
