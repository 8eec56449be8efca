"""Mercato's database: besides accounts and orders, each guest's cart and address."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from demo.shared.orders import OrderStore
from demo.shared.store import Account

SCHEMA = """
CREATE TABLE IF NOT EXISTS carts (
  email TEXT NOT NULL, product TEXT NOT NULL, options TEXT NOT NULL, quantity INTEGER NOT NULL,
  PRIMARY KEY (email, product, options));
CREATE TABLE IF NOT EXISTS addresses (email TEXT PRIMARY KEY, address TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Line:
    """Some pieces of one variant of a product, in a cart; `product` is its slug."""

    product: str
    options: dict[str, str]
    quantity: int


class CartStore(OrderStore):
    """Accounts, carts, addresses and orders in `mercato.sqlite3`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "mercato", SCHEMA)

    def cart(self, account: Account) -> list[Line]:
        """Give a guest's cart, in the order in which things were put there."""
        rows = self._db.execute("SELECT * FROM carts WHERE email = ? ORDER BY rowid", (account.email,))
        return [Line(row["product"], json.loads(row["options"]), row["quantity"]) for row in rows]

    def put(self, account: Account, line: Line) -> None:
        """Set how many of a variant are in the cart; 0 takes it out."""
        key = (account.email, line.product, json.dumps(line.options, sort_keys=True))
        with self._db:
            if line.quantity:
                self._db.execute(
                    "INSERT INTO carts VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET quantity = excluded.quantity",
                    (*key, line.quantity),
                )
            else:
                self._db.execute("DELETE FROM carts WHERE email = ? AND product = ? AND options = ?", key)

    def empty(self, account: Account) -> None:
        """Take everything out of a guest's cart."""
        with self._db:
            self._db.execute("DELETE FROM carts WHERE email = ?", (account.email,))

    def address(self, account: Account) -> str:
        """Give where a guest's last order went; empty where there was none."""
        row = self._db.execute("SELECT address FROM addresses WHERE email = ?", (account.email,)).fetchone()
        return str(row["address"]) if row else ""

    def remember(self, account: Account, address: str) -> None:
        """Keep where a guest's orders go."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO addresses VALUES (?, ?)", (account.email, address))
