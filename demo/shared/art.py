"""A small drawing for each place: its part of town under a sky of its own, always the same for the same place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from markupsafe import Markup

WIDTH, HEIGHT, GROUND = 320, 170, 146
# sky above, sky below, sun or moon, far shapes, near shapes, windows
SKIES = (
    ("#f7d9b0", "#f2a679", "#fff1d6", "#b9695a", "#6d3b43", "#ffd98a"),
    ("#22344f", "#56698a", "#f5e9c8", "#31456a", "#1a2439", "#ffcf7a"),
    ("#dfe9e4", "#a9c7c4", "#fffaf0", "#6f9a97", "#345a5e", "#f7dfa5"),
    ("#f3e3c7", "#e0bd8d", "#fffaf0", "#a98558", "#5e4a35", "#ffe3a1"),
    ("#4b3550", "#b4687a", "#ffe2c4", "#6a4260", "#2f2138", "#ffc98f"),
    ("#e7eef5", "#b4cbe0", "#ffffff", "#7a9abb", "#38536f", "#fbe0a0"),
)
Shapes = Iterator[str]


class Dice:
    """Numbers from a place's name, in a fixed order."""

    def __init__(self, seed: str) -> None:
        self._bytes = iter(hashlib.shake_256(seed.encode()).digest(512))

    def roll(self, low: int, high: int) -> int:
        """Give the next number from `low` to `high`, both included."""
        return low + next(self._bytes) * (high - low + 1) // 256


def rect(x: float, y: float, w: float, h: float, fill: str) -> str:
    """Draw a rectangle."""
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" fill="{fill}"/>'


def path(d: str, fill: str) -> str:
    """Draw a filled path."""
    return f'<path d="{d}" fill="{fill}"/>'


def circle(x: float, y: float, r: float, fill: str, opacity: float = 1) -> str:
    """Draw a circle."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{fill}" opacity="{opacity:g}"/>'


def _house(x: int, width: int, height: int, wall: str, light: str, dice: Dice) -> Shapes:
    top = GROUND - height
    yield rect(x, top, width, height, wall)
    yield path(f"M{x - 3} {top + 1}L{x + width / 2:g} {top - dice.roll(12, 22)}L{x + width + 3} {top + 1}z", wall)
    for row in range(top + 10, GROUND - 14, 20):
        for column in range(x + 7, x + width - 10, 14):
            if dice.roll(0, 2):
                yield rect(column, row, 6, 9, light)


def _row_of_houses(far: str, near: str, light: str, dice: Dice) -> Shapes:
    x = -dice.roll(4, 20)
    while x < WIDTH:
        width = dice.roll(30, 46)
        yield from _house(x, width, dice.roll(42, 88), far if dice.roll(0, 1) else near, light, dice)
        x += width + dice.roll(0, 6)


def _boats(far: str, near: str, light: str, dice: Dice) -> Shapes:
    yield path(f"M0 112Q80 {dice.roll(92, 106)} 170 108T320 104V170H0z", far)
    for n in range(3):
        x, size = 40 + n * 95 + dice.roll(-18, 18), dice.roll(22, 32)
        yield path(f"M{x - size} 132h{size * 2}l-9 15h{18 - size * 2}z", near)
        yield rect(x - 1, 132 - size * 2, 2, size * 2, near)
        yield path(f"M{x + 3} {134 - size * 2}L{x + size} 126H{x + 3}z", light)


def _bridge(far: str, near: str, light: str, dice: Dice) -> Shapes:
    yield from _row_of_far_roofs(far, dice)
    top, spans = dice.roll(92, 104), dice.roll(3, 4)
    width = WIDTH / spans
    yield rect(0, top, WIDTH, 60, near)
    for n in range(spans):
        middle, radius = (n + 0.5) * width, width / 2 - 9
        yield path(f"M{middle - radius:g} 152a{radius:g} {150 - top - 12:g} 0 0 1 {radius * 2:g} 0z", far)
        yield rect(n * width - 1.5, top - 17, 3, 17, near)
        yield circle(n * width, top - 19, 4, light)


def _row_of_far_roofs(far: str, dice: Dice) -> Shapes:
    for n in range(8):
        x, top = n * 42 - 6, dice.roll(66, 90)
        yield path(f"M{x} 160V{top}l21.5 -14 21.5 14V160z", far)


def _trees(far: str, near: str, light: str, dice: Dice) -> Shapes:
    yield path(f"M0 128Q90 {dice.roll(96, 116)} 190 124T320 118V170H0z", far)
    for n in range(6):
        x, top, r = 22 + n * 56 + dice.roll(-14, 14), dice.roll(74, 104), dice.roll(17, 28)
        yield rect(x - 2, top, 4, GROUND - top, near)
        yield circle(x, top, r, near)
        yield circle(x + r * 0.5, top + 9, r * 0.7, near)
    for n in range(9):
        yield circle(18 + n * 36, 116 + (n % 3) * 4, 2.4, light)


def _awnings(far: str, near: str, light: str, dice: Dice) -> Shapes:
    yield from _row_of_far_roofs(far, dice)
    for n in range(4):
        x, top, width = 6 + n * 79, dice.roll(88, 100), 70
        yield rect(x + 3, top, width - 6, GROUND - top, near)
        yield rect(x + 10, top + 24, width - 20, GROUND - top - 32, light)
        for stripe in range(7):
            yield path(f"M{x + stripe * 10} {top}h10v14a5 5 0 0 1 -10 0z", near if stripe % 2 else light)


def _hill(far: str, near: str, light: str, dice: Dice) -> Shapes:
    yield path(f"M0 140Q100 {dice.roll(50, 70)} 200 96T320 {dice.roll(76, 100)}V170H0z", far)
    x = dice.roll(70, 230)
    yield rect(x, 46, 26, 110, near)
    yield path(f"M{x - 4} 46L{x + 13} 20L{x + 30} 46z", near)
    yield circle(x + 13, 64, 9, light)
    yield f'<path d="M{x + 13} 58v7h5" fill="none" stroke="{near}" stroke-width="1.6"/>'
    for n in range(5):
        left = n * 66 + dice.roll(-8, 8)
        yield path(f"M{left} 160v-32l24 -15 24 15v32z", near)
        yield rect(left + 19, 132, 9, 10, light)


def _columns(far: str, near: str, light: str, dice: Dice) -> Shapes:
    yield from _row_of_far_roofs(far, dice)
    x, columns = dice.roll(56, 100), dice.roll(5, 7)
    width = columns * 24 + 12
    yield path(f"M{x - 8} 84L{x + width / 2:g} 50L{x + width + 8} 84z", near)
    yield rect(x, 88, width, 66, light)
    for n in range(columns + 1):
        yield rect(x + n * 24, 86, 10, 66, near)
    yield rect(x - 10, 138, width + 20, 14, near)
    yield circle(x + width / 2, 72, 5, light)


def _lighthouse(far: str, near: str, light: str, dice: Dice) -> Shapes:
    edge = dice.roll(120, 190)
    yield rect(0, 118, WIDTH, 52, far)
    yield path(f"M0 86Q{edge - 50} 78 {edge} 96L{edge + 14} 118L{edge + 26} 160H0z", near)
    x = edge - dice.roll(50, 74)
    beam = f"M{x + 18} 40L320 {dice.roll(20, 34)}V{dice.roll(62, 76)}L{x + 18} 46z"
    yield f'<path d="{beam}" fill="{light}" opacity=".3"/>'
    yield path(f"M{x} 90l4 -46h14l4 46z", light)
    yield rect(x + 2.5, 62, 17, 10, near)
    yield rect(x + 3, 34, 16, 11, near)


SCENES: dict[str, Callable[[str, str, str, Dice], Shapes]] = {
    "Old Town": _row_of_houses,
    "Harbour": _boats,
    "Riverside": _bridge,
    "Garden Quarter": _trees,
    "Market Ward": _awnings,
    "Station Hill": _hill,
    "University": _columns,
    "Westcliff": _lighthouse,
    "Ferrow": _trees,
    "Saltholm": _lighthouse,
    "Vale do Lume": _bridge,
}


class Spot(Protocol):
    """Something that lies in a part of town."""

    @property
    def slug(self) -> str:
        """What its drawing comes from."""

    @property
    def area(self) -> str:
        """The part of town."""


def picture(place: Spot) -> Markup:
    """Draw a place as an inline SVG that says nothing to a screen reader."""
    dice = Dice(place.slug)
    above, below, disc, far, near, light = SKIES[dice.roll(0, len(SKIES) - 1)]
    key = f"sky-{place.slug}"
    shapes = [
        f'<defs><linearGradient id="{key}" x1="0" y1="0" x2="0" y2="1">'
        f'<stop stop-color="{above}"/><stop offset="1" stop-color="{below}"/></linearGradient></defs>',
        rect(0, 0, WIDTH, HEIGHT, f"url(#{key})"),
        circle(dice.roll(40, 280), dice.roll(34, 58), dice.roll(13, 22), disc, 0.9),
        *SCENES[place.area](far, near, light, dice),
        rect(0, GROUND, WIDTH, HEIGHT - GROUND, near),
    ]
    return drawing(shapes)


def drawing(shapes: Iterable[str]) -> Markup:
    """Give shapes, made of numbers, colours and slugs only, as an inline SVG that says nothing to a screen reader."""
    head = (
        f'<svg class="art" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMax slice" '
        'aria-hidden="true" focusable="false">'
    )
    return Markup(head + "".join(shapes) + "</svg>")  # noqa: S704  # see above
