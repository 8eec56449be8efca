"""A still life for each product: a shape of its category on a coloured table, always the same for the same thing."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from demo.mercato.catalogue import Product
from demo.shared.art import HEIGHT, WIDTH, Dice, circle, drawing, path, rect

# wall, table, thing, its shadow, its light
TINTS = (
    ("#f4d9c6", "#c9745a", "#2f4858", "#21333f", "#f6efe4"),
    ("#d7e3dc", "#7d9d8c", "#c8553d", "#93392a", "#fff6e6"),
    ("#f3e6bd", "#d4a53a", "#35524a", "#243a34", "#fffaf0"),
    ("#dcdcec", "#8c8db8", "#e0a458", "#b57a35", "#fffdf6"),
    ("#f1d3d3", "#b56576", "#355070", "#243851", "#fdf0d5"),
    ("#cfe2ea", "#5b8fa8", "#f2c14e", "#c39430", "#fffdf5"),
)
Shapes = list[str]
TABLE = 128


def _pot(x: float, thing: str, shade: str, light: str) -> Shapes:
    return [
        path(f"M{x - 34} 66h68l-8 {TABLE - 66 + 6}h-52z", thing),
        path(f"M{x + 8} 66h26l-8 {TABLE - 66 + 6}h-24z", shade),
        f'<path d="M{x + 32} 80q26 2 20 22q-4 14 -26 14" fill="none" stroke="{thing}" stroke-width="7"/>',
        rect(x - 34, 62, 68, 6, light),
    ]


def _sheet(x: float, thing: str, shade: str, light: str) -> Shapes:
    lines = [rect(x - 26, 58 + n * 12, 52 - n % 3 * 12, 3, shade) for n in range(5)]
    return [path(f"M{x - 46} 52l70 -12 16 84 -70 12z", thing), rect(x - 38, 44, 72, 90, light), *lines]


def _book(x: float, thing: str, shade: str, light: str) -> Shapes:
    return [
        rect(x - 44, 36, 78, 98, thing), rect(x - 44, 36, 12, 98, shade), rect(x + 34, 40, 6, 90, light),
        rect(x - 18, 58, 36, 5, light), rect(x - 18, 68, 24, 4, light),
    ]  # fmt: skip


def _lamp(x: float, thing: str, shade: str, light: str) -> Shapes:
    return [
        circle(x, 66, 54, light, 0.5), path(f"M{x - 18} 40h36l20 40h-76z", thing), rect(x - 3, 80, 6, 46, shade),
        path(f"M{x - 24} {TABLE + 6}q24 -18 48 0z", shade),
    ]  # fmt: skip


def _bottle(x: float, thing: str, shade: str, light: str) -> Shapes:
    return [
        rect(x - 8, 30, 16, 26, shade), path(f"M{x - 8} 52h16q18 12 18 30v52h-52v-52q0 -18 18 -30z", thing),
        rect(x - 20, 88, 40, 26, light), rect(x - 26, 54 + TABLE - 54, 104, 6, shade),
        path(f"M{x + 40} 110h34v24h-34z", light),
    ]  # fmt: skip


def _scarf(x: float, thing: str, shade: str, light: str) -> Shapes:
    stripes = [rect(x - 40, 62 + n * 18, 80, 5, light) for n in range(4)]
    fringe = [rect(x - 40 + n * 10, 132, 4, 12, thing) for n in range(8)]
    return [
        path(f"M{x - 40} 42q40 -18 80 0v92h-80z", thing),
        path(f"M{x + 10} 38q20 0 30 6v90h-30z", shade),
        *stripes,
        *fringe,
    ]


def _jar(x: float, thing: str, shade: str, light: str) -> Shapes:
    return [
        rect(x - 26, 46, 52, 12, shade), path(f"M{x - 32} 60h64v66q0 8 -8 8h-48q-8 0 -8 -8z", thing),
        rect(x - 24, 80, 48, 30, light), circle(x, 95, 8, thing),
    ]  # fmt: skip


def _box(x: float, thing: str, shade: str, light: str) -> Shapes:
    dots = [circle(x - 22 + n % 2 * 26, 86 + n // 2 * 26, 5, light) for n in range(4)]
    return [rect(x - 36, 70, 54, 64, thing), path(f"M{x - 36} 70l18 -20h54l-18 20z", light),
            path(f"M{x + 18} 70l18 -20v64l-18 20z", shade), *dots]  # fmt: skip


def _plant(x: float, thing: str, shade: str, light: str) -> Shapes:
    tips = ((-44, 50), (44, 44), (-44, 28), (44, 26))
    leaves = [path(f"M{x} 98q{tip} -12 {tip} -{rise}q{-tip * 0.8:g} 6 {-tip} {rise}z", shade) for tip, rise in tips]
    return [*leaves, path(f"M{x - 28} 96h56l-8 38h-40z", thing), rect(x - 31, 92, 62, 8, light)]


def _bag(x: float, thing: str, shade: str, light: str) -> Shapes:
    return [
        f'<path d="M{x - 22} 72q0 -36 22 -36t22 36" fill="none" stroke="{shade}" stroke-width="6"/>',
        path(f"M{x - 44} 68h88l8 66h-104z", thing), rect(x - 30, 92, 60, 5, light), circle(x, 84, 4, light),
    ]  # fmt: skip


SCENES: dict[str, Callable[[float, str, str, str], Shapes]] = {
    "Kitchen & Table": _pot,
    "Paper & Desk": _sheet,
    "Books": _book,
    "Home & Light": _lamp,
    "Bath & Body": _bottle,
    "Wool & Clothing": _scarf,
    "Larder": _jar,
    "Games & Music": _box,
    "Garden & Outdoors": _plant,
    "Tools & Travel": _bag,
}


BY_TAG = {  # what a thing plainly is comes before the shelf that it stands on
    "wool": _scarf,
    "linen": _scarf,
    "lamp": _lamp,
    "candle": _lamp,
    "lantern": _lamp,
    "letters": _sheet,
    "notebook": _book,
    "soap": _box,
    "bag": _bag,
    "travel": _bag,
    "tea": _pot,
    "natural wine": _bottle,
    "ink": _bottle,
}


def _scene(product: Product) -> Callable[[float, str, str, str], Shapes]:
    return next((BY_TAG[tag] for tag in product.tags if tag in BY_TAG), SCENES[product.category])


def picture(product: Product) -> Markup:
    """Draw a product as an inline SVG that says nothing to a screen reader."""
    dice = Dice(product.slug)
    wall, table, thing, shade, light = TINTS[dice.roll(0, len(TINTS) - 1)]
    x = dice.roll(120, 200)
    shapes = [
        rect(0, 0, WIDTH, HEIGHT, wall),
        circle(dice.roll(20, 300), dice.roll(20, 60), dice.roll(30, 70), light, 0.45),
        rect(0, TABLE, WIDTH, HEIGHT - TABLE, table),
        *_scene(product)(x, thing, shade, light),
        circle(x + dice.roll(70, 100) * (1 if dice.roll(0, 1) else -1), TABLE - 4, dice.roll(8, 14), shade),
    ]
    return drawing(shapes)
