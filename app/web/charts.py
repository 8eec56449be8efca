"""Charts: numbers as the shapes of an SVG, drawn on the server."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 640, 180
LEFT, RIGHT, TOP, BOTTOM = 84, 20, 12, 24  # what stands around the bars
SHADES = 4  # models that the style sheet tells apart
TICKS = 5  # days that are named below


class Bar(NamedTuple):
    """One part of one day's bar; `said` is what a pointer over it tells."""

    x: float
    y: float
    width: float
    height: float
    shade: int
    said: str


class Mark(NamedTuple):
    """A text at a place."""

    at: float
    said: str


class Chart(NamedTuple):
    """A bar for each day, of one part for each name.

    Attributes:
        heights: marks of the scale; days: marks below the bars.
        names: with the shade of each; empty where nothing is to be told apart.
        cap: where the line of the cap is; None where it is out of sight, or there is none.
    """

    bars: tuple[Bar, ...]
    heights: tuple[Mark, ...]
    days: tuple[Mark, ...]
    names: tuple[tuple[str, int], ...]
    cap: float | None


def stacked(
    days: Sequence[str],
    parts: Mapping[str, Mapping[str, float]],
    say: Callable[[float], str],
    cap: float | None = None,
) -> Chart:
    """A chart of stacked bars.

    Args:
        days: as they are named, in their order.
        parts: by name, then by day; a day that is missing has none.
        say: a value in words.
        cap: a value that no day goes over.
    """
    top = _round_up(max((sum(part.get(day, 0) for part in parts.values()) for day in days), default=0))
    room, step = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / max(1, len(days))

    def y(value: float) -> float:
        return round(TOP + room * (1 - value / top), 1)

    bars: list[Bar] = []
    for number, day in enumerate(days):
        under = 0.0
        for shade, (name, part) in enumerate(parts.items()):
            if value := part.get(day, 0):
                x, height = round(LEFT + number * step + step * 0.15, 1), round(room * value / top, 1)
                told = f"{day}: {say(value)}" + (f", {name}" if len(parts) > 1 else "")
                bars.append(Bar(x, y(under + value), round(step * 0.7, 1), height, shade % SHADES, told))
                under += value
    every = max(1, math.ceil(len(days) / TICKS))
    named = range(len(days) - 1, -1, -every)
    return Chart(
        bars=tuple(bars),
        heights=tuple(Mark(y(value), say(value)) for value in (0, top / 2, top)),
        days=tuple(Mark(round(LEFT + (number + 0.5) * step, 1), days[number]) for number in reversed(named)),
        names=tuple((name, shade % SHADES) for shade, name in enumerate(parts)) if len(parts) > 1 else (),
        cap=y(cap) if cap is not None and 0 < cap <= top else None,
    )


def _round_up(value: float) -> float:
    """The next 1, 2 or 5 with zeros, so that the scale has plain numbers; 1 where there is nothing."""
    if value <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 5, 10) if value <= power * step)
