"""What guests order: first as a draft that is kept for some minutes, then, once, as an order."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from demo.shared.store import Account, Store, new_number

SCHEMA = """
CREATE TABLE IF NOT EXISTS drafts (
  id TEXT PRIMARY KEY, email TEXT NOT NULL, what TEXT NOT NULL, total TEXT NOT NULL, expires REAL NOT NULL,
  number TEXT);
CREATE TABLE IF NOT EXISTS orders (
  number TEXT PRIMARY KEY, email TEXT NOT NULL, what TEXT NOT NULL, total TEXT NOT NULL, made REAL NOT NULL,
  cancelled REAL);
"""
What = dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """What a guest looks at on the review page, kept for them until `expires`; `total` in EUR."""

    id: str
    what: What
    total: Decimal
    expires: dt.datetime
    number: str | None


@dataclass(frozen=True)
class Order:
    """What a guest ordered; `total` in EUR."""

    number: str
    what: What
    total: Decimal
    made: dt.datetime
    cancelled: bool


def _time(stamp: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(stamp, dt.UTC)


def _order(row: sqlite3.Row) -> Order:
    what, total = json.loads(row["what"]), Decimal(row["total"])
    return Order(row["number"], what, total, _time(row["made"]), row["cancelled"] is not None)


class OrderStore(Store):
    """A site's accounts, drafts and orders; `what` is the site's own, as plain JSON."""

    def __init__(self, folder: Path, site: str, schema: str = "") -> None:
        super().__init__(folder, site, SCHEMA + schema)

    def keep(self, account: Account, what: What, total: Decimal, expires: dt.datetime) -> str:
        """Keep something for a guest until `expires` and give its key; what they had kept until now is let go."""
        key = secrets.token_urlsafe(9)
        row = (key, account.email, json.dumps(what), str(total), expires.timestamp())
        with self._db:
            self._db.execute("DELETE FROM drafts WHERE email = ? AND number IS NULL", (account.email,))
            self._db.execute("INSERT INTO drafts VALUES (?, ?, ?, ?, ?, NULL)", row)
        return key

    def draft(self, key: str, account: Account) -> Draft | None:
        """Give a guest's own draft, expired or not."""
        row = self._db.execute("SELECT * FROM drafts WHERE id = ? AND email = ?", (key, account.email)).fetchone()
        if row is None:
            return None
        return Draft(row["id"], json.loads(row["what"]), Decimal(row["total"]), _time(row["expires"]), row["number"])

    def standing(self, now: dt.datetime, besides: str = "") -> list[What]:
        """Give what is kept for guests or ordered by them at `now`, without what `besides` (an email) has kept."""
        rows = self._db.execute(
            "SELECT what FROM drafts WHERE expires > ? AND email != ? AND number IS NULL "
            "UNION ALL SELECT what FROM orders WHERE cancelled IS NULL",
            (now.timestamp(), besides),
        )
        return [json.loads(row["what"]) for row in rows]

    def ordered(self) -> list[What]:
        """Give what guests ordered and did not cancel."""
        rows = self._db.execute("SELECT what FROM orders WHERE cancelled IS NULL")
        return [json.loads(row["what"]) for row in rows]

    def place(self, draft: Draft, account: Account, what: What, total: Decimal, now: dt.datetime, prefix: str) -> str:
        """Turn a draft into an order and give its number."""
        number = new_number(prefix)
        with self._db:
            self._db.execute(
                "INSERT INTO orders VALUES (?, ?, ?, ?, ?, NULL)",
                (number, account.email, json.dumps(what), str(total), now.timestamp()),
            )
            self._db.execute("UPDATE drafts SET number = ? WHERE id = ?", (number, draft.id))
        return number

    def orders(self, account: Account) -> list[Order]:
        """Give a guest's orders, the newest first and cancelled ones too."""
        rows = self._db.execute("SELECT * FROM orders WHERE email = ? ORDER BY made DESC", (account.email,))
        return [_order(row) for row in rows]

    def cancel(self, number: str, account: Account, now: dt.datetime) -> bool:
        """Cancel a guest's own order; False where there is none that stands."""
        with self._db:
            done = self._db.execute(
                "UPDATE orders SET cancelled = ? WHERE number = ? AND email = ? AND cancelled IS NULL",
                (now.timestamp(), number, account.email),
            )
        return done.rowcount == 1
