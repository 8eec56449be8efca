"""Prices: what a call to a model cost, from a table that is part of the package, or from the settings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from agents.reasoning.models.provider import Said

TABLE = Path(__file__).with_name("prices.yaml")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, which is the same as millionths of a dollar for one."""

    read: float
    cached: float
    written: float

    def of(self, said: Said) -> int:
        """What an answer cost, in millionths of a US dollar, rounded up."""
        fresh = max(0, said.tokens_in - said.tokens_cached)
        cost = fresh * self.read + said.tokens_cached * self.cached + said.tokens_out * self.written
        return -int(-cost // 1)


FREE = Price(0, 0, 0)
"""A server on this machine."""


def price(model: str, day: dt.date) -> Price | None:
    """What a model costs on a day; None where the table does not know it."""
    names = [name for name in _table() if fnmatch(model, name)]
    dated = _table()[max(names, key=len)] if names else []
    held = [row for row in dated if row["from"] <= day] or dated[:1]
    return Price(held[-1]["read"], held[-1]["cached"], held[-1]["written"]) if held else None


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    table: dict[str, list[dict[str, Any]]] = YAML(typ="safe").load(TABLE.read_text("utf-8"))
    return table
