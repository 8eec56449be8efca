"""What an order costs: its lines, the way it is delivered, and wrapping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

FREE = Decimal("0.00")
WRAPPING = Decimal("3.50")  # EUR an order


@dataclass(frozen=True)
class Delivery:
    """A way to get an order; `cost` in EUR, nothing for goods worth `free_from`."""

    key: str
    name: str
    cost: Decimal
    free_from: Decimal
    when: str

    def costs(self, goods: Decimal) -> Decimal:
        """Give what it costs for goods of that worth, in EUR."""
        return FREE if goods >= self.free_from else self.cost


DELIVERIES = {
    way.key: way
    for way in (
        Delivery("pickup", "Pick up at the Market Hall", FREE, FREE, "ready tomorrow at ten, stall 9, ask for Ondina"),
        Delivery("courier", "Bicycle courier", Decimal("4.90"), Decimal(60), "next working day, Port Aurel only"),
        Delivery("post", "Parcel post", Decimal("6.90"), Decimal(90), "three to five days, anywhere the post goes"),
    )
}


def goods_of(lines: Iterable[tuple[Decimal, int]]) -> Decimal:
    """Give what (price, quantity) lines come to, in EUR."""
    return sum((price * quantity for price, quantity in lines), FREE)


def total_of(goods: Decimal, delivery: Delivery, *, wrapped: bool = False) -> Decimal:
    """Give what an order comes to with everything, in EUR."""
    return goods + delivery.costs(goods) + (WRAPPING if wrapped else FREE)
