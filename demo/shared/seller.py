"""A site that sells something: what its pages say of an order, from the review page to its cancellation."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

from starlette.requests import Request

from agents.types import Clock
from demo.shared.orders import Order, OrderStore, What
from demo.shared.site import Site
from demo.shared.store import Account

Linked = Literal["Order", "Reservation"]


@dataclass(frozen=True)
class Trade:
    """The words and addresses of a site's orders.

    Attributes:
        drafts: the path below which review pages lie; `orders` likewise, and where they are committed.
        number: what an order's number is called on its pages; `prefix` is what it begins with.
        linked: which of schema.org's types an order is.
        action, done: how the log calls a commit and its success.
        keeps: how long a draft is kept.
        press: the name of the last button.
    """

    drafts: str
    orders: str
    prefix: str
    number: str
    linked: Linked
    action: str
    done: str
    press: str
    thanks: str
    none: str
    keeps: dt.timedelta = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Deal:
    """What a guest agrees to, as its pages show it.

    Attributes:
        name: the one thing that it is about, for headings.
        rows: labelled values, the total last.
        what: the terms as the log has them.
        data: the schema.org node without its status and number.
        back: where to choose again.
        note: a sentence about what follows, for the confirmation.
        picture: what its drawing is made from.
        day: when it takes place; None for what has no day.
    """

    name: str
    rows: tuple[tuple[str, str], ...]
    what: What
    data: dict[str, Any]
    back: str
    note: str
    picture: Any
    day: dt.date | None = None


class Seller(Site):
    """A site with drafts and orders."""

    trade: Trade
    store: OrderStore

    @classmethod
    @contextmanager
    def opened(cls, data: Path, clock: Clock, *, rig: bool = False) -> Iterator[Self]:
        """Open the site on its data folder, with the sample person's account in it."""
        site = cls(cls.open_store(data), data, clock, rig=rig)
        try:
            yield site
        finally:
            site.store.close()

    @classmethod
    def open_store(cls, data: Path) -> OrderStore:
        """Open the site's database."""
        return OrderStore(data, cls.face.key)

    def keep(self, request: Request, account: Account, what: What, total: Decimal) -> str:
        """Keep something for a guest, log it, and give the path of its review page."""
        key = self.store.keep(account, what, total, self.clock() + self.trade.keeps)
        self.record(request, account, self.deal(request, account, what, total).what | {"action": "hold"}, "held")
        return f"{self.trade.drafts}/{key}"

    def placed(self, account: Account) -> None:
        """Do what follows an order of a guest's."""

    @abstractmethod
    def deal(self, request: Request, account: Account, what: What, total: Decimal) -> Deal:
        """Give what the pages say of it at that total."""

    @abstractmethod
    def another(self, what: What) -> What:
        """Give the same about another item: for the rig."""

    @abstractmethod
    def lacks(self, what: What, account: Account) -> str:
        """Give why it cannot be had any more, as a sentence; empty where it can."""

    @abstractmethod
    def kept_by_terms(self, order: Order) -> str:
        """Give why an order cannot be cancelled any more, as a sentence; empty where it can."""
