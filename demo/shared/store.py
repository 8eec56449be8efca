"""A site's database file: its accounts and sessions."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

SESSION_FOR = dt.timedelta(days=180)
READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 or O, no 1 or I
SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
  email TEXT PRIMARY KEY, name TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (token BLOB PRIMARY KEY, email TEXT NOT NULL, expires REAL NOT NULL);
"""


@dataclass(frozen=True)
class Account:
    """A guest who registered."""

    email: str
    name: str


def new_number(prefix: str) -> str:
    """Give a number that a guest can read out, such as "TV-7KQ4M"."""
    return f"{prefix}-" + "".join(secrets.choice(READABLE) for _ in range(5))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


def _token_key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Store:
    """The database in one file, `<site>.sqlite3`. It belongs to one process, and to one event loop in it."""

    def __init__(self, folder: Path, site: str, schema: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / f"{site}.sqlite3", check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(SCHEMA + schema)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

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
