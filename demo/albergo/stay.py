"""A stay as it is wanted or agreed to: the days, the guests, and what it comes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from demo.albergo.houses import AHEAD, MOST_GUESTS, MOST_NIGHTS, House, Room, last_free, night_price, nights
from demo.shared.words import counted, euros, long_date, read_count, read_date


@dataclass(frozen=True)
class Cost:
    """What a stay comes to, in EUR."""

    rooms: Decimal
    tax: Decimal
    cleaning: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.rooms + self.tax + self.cleaning


@dataclass(frozen=True)
class Stay:
    """Some nights for some guests; `note` says what could not be used, and `days` are missing then."""

    check_in: dt.date | None
    check_out: dt.date | None
    guests: int
    note: str = ""

    @property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """The days of arrival and leaving, where both can be used."""
        return (self.check_in, self.check_out) if self.check_in and self.check_out and not self.note else None

    @property
    def nights(self) -> list[dt.date]:
        """Its nights; none where the days are missing."""
        return nights(*self.days) if self.days else []

    @property
    def query(self) -> str:
        """What a link carries on."""
        days = {"check_in": self.check_in, "check_out": self.check_out, "guests": self.guests}
        return urlencode(days if self.days else {"guests": self.guests})

    def cost(self, house: House, room: Room, rate: str) -> Cost:
        """Give what it costs in that room at that rate."""
        rooms = sum((night_price(room, night, rate) for night in self.nights), Decimal("0.00"))
        return Cost(rooms, house.tax * self.guests * len(self.nights), house.cleaning)


def read_stay(params: Mapping[str, str], now: dt.datetime) -> Stay:
    """Read the days and guests from an address or a form; two guests where none are given."""
    guests = read_count(params.get("guests", "") or "2")
    texts = {name: params.get(name, "").strip() for name in ("check_in", "check_out")}
    days = {name: read_date(text) for name, text in texts.items()}
    unread = next((text for name, text in texts.items() if text and days[name] is None), "")
    note = f"We could not read the date “{unread}”. Please choose a day." if unread else ""
    if guests is None or not 1 <= guests <= MOST_GUESTS:
        note, guests = f"A room here takes 1 to {MOST_GUESTS} guests. Please book two rooms.", 2
    return Stay(
        days["check_in"],
        days["check_out"],
        guests,
        note or _impossible(days["check_in"], days["check_out"], now.date()),
    )


def _impossible(check_in: dt.date | None, check_out: dt.date | None, today: dt.date) -> str:
    if check_in is None and check_out is None:
        return ""
    if check_in is None or check_out is None:
        return "Please choose both days, of arrival and of leaving."
    if check_in < today:
        return "That day has passed. Please choose another."
    if check_out <= check_in:
        return "You would leave before you arrive. Please choose a later day to leave."
    if (check_out - check_in).days > MOST_NIGHTS:
        return f"We book up to {MOST_NIGHTS} nights. For more, please write to the house."
    return f"Houses open {AHEAD.days} days ahead." if check_in > today + AHEAD else ""


def cancel_terms(house: House, rate: str, check_in: dt.date) -> str:
    """Give until when a stay can be cancelled, as a phrase."""
    if rate == "Non-refundable":
        return "Non-refundable"
    return f"Free until {long_date(last_free(house, check_in).date())}, 18:00"


def cost_rows(cost: Cost, count: int) -> list[tuple[str, str]]:
    """Give a stay's cost as labelled values, the total last."""
    rows = [(f"Room, {counted(count, 'night')}", euros(cost.rooms)), ("City tax", euros(cost.tax))]
    return rows + ([("Cleaning fee", euros(cost.cleaning))] if cost.cleaning else [])
