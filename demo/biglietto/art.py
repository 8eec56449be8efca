"""A poster for each show: a few large shapes in two inks, always the same for the same show."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from demo.biglietto.programme import Event
from demo.shared.art import HEIGHT, WIDTH, Dice, circle, drawing, path, rect

# paper, first ink, second ink
INKS = (
    ("#f6e7cb", "#d7263d", "#1b1b3a"),
    ("#f0efe9", "#1b998b", "#2d3047"),
    ("#fcecc9", "#e07a1f", "#3c1642"),
    ("#e8ecf7", "#3d5a80", "#ee6c4d"),
    ("#f4e4e1", "#7b2d4b", "#f2a541"),
    ("#e6efe0", "#386641", "#bc4749"),
)
Shapes = list[str]


def _strings(dice: Dice, first: str, second: str) -> Shapes:
    lines = [rect(0, 26 + n * 22, WIDTH, 2, second) for n in range(5)]
    heads = [(20 + n * 42 + dice.roll(-8, 8), 26 + dice.roll(0, 9) * 11) for n in range(7)]
    notes = [part for x, y in heads for part in (circle(x, y, 11, first), rect(x + 8, y - 44, 3, 44, first))]
    return [*lines, *notes]


def _curtain(dice: Dice, first: str, second: str) -> Shapes:
    folds = [
        path(f"M{n * 40} 0h40v{HEIGHT}q-20 -{dice.roll(6, 30)} -40 0z", first if n % 2 else second) for n in range(8)
    ]
    gap = dice.roll(110, 180)
    return [
        *folds,
        path(f"M{gap} {HEIGHT}Q{gap + 30} 60 {gap + 10} 0h30Q{gap + 60} 70 {gap + 80} {HEIGHT}z", "#fff4d6"),
    ]


def _voice(dice: Dice, first: str, second: str) -> Shapes:
    x = dice.roll(60, 110)
    rings = [circle(x, 90, 150 - n * 28, first if n % 2 else second, 0.9) for n in range(5)]
    return [*rings, circle(x, 90, 20, "#fff4d6")]


def _plates(dice: Dice, first: str, second: str) -> Shapes:
    spots = [(40 + n % 4 * 80, 44 + n // 4 * 84, dice.roll(24, 36)) for n in range(8)]
    return [
        part
        for n, (x, y, r) in enumerate(spots)
        for part in (circle(x, y, r, first if n % 3 else second), circle(x, y, r * 0.55, "#fff4d6"))
    ]


def _hands(dice: Dice, first: str, second: str) -> Shapes:
    tiles = [(n % 6 * 54, n // 6 * 54) for n in range(24)]
    return [
        path(f"M{x} {y}h54v54z", first) if dice.roll(0, 1) else path(f"M{x + 54} {y + 54}h-54v-54z", second)
        for x, y in tiles
    ]


SCENES: dict[str, Callable[[Dice, str, str], Shapes]] = {
    "Concert": _strings,
    "Theatre": _curtain,
    "Talk": _voice,
    "Food fair": _plates,
    "Workshop": _hands,
}


def poster(event: Event) -> Markup:
    """Draw an event's poster as an inline SVG that says nothing to a screen reader."""
    dice = Dice(event.show.name)
    paper, first, second = INKS[dice.roll(0, len(INKS) - 1)]
    return drawing([rect(0, 0, WIDTH, HEIGHT, paper), *SCENES[event.show.kind](dice, first, second)])
