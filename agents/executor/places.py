"""Places: the part of a page that a step keeps to; a dialog, a frame, a section or a row, and never one of several."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from playwright.async_api import FrameLocator, Locator, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.executor.forms import clean
from memory.errors import Conflict, NotFound
from workflows.model import Place

_DIALOG = "dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true]"
_SECTION = "section, article, aside, fieldset, form, details, [role=region], [role=group], [role=form]"
_ROWS = ("tr, [role=row]", "li, [role=listitem], article", "dl, fieldset, section", "div")
_HEADED = "h1, h2, h3, h4, h5, h6, [role=heading], legend, summary, caption"
_SHOWN = 12  # names listed in a message


class Ambiguous(Conflict):
    """Several elements fit a step."""


class Missing(NotFound):
    """No element fits a step."""


@dataclass(frozen=True, slots=True)
class Part:
    """A page, or the part of it that a step keeps to."""

    page: Page
    root: Page | Locator | FrameLocator
    where: str

    @classmethod
    def whole(cls, page: Page) -> Part:
        """The page itself."""
        return cls(page, page, page.url)


async def narrowed(part: Part, places: Iterable[Place]) -> Part:
    """The part of the part that the places name, the innermost first.

    Raises:
        Ambiguous: several fit; all are named.
        Missing: none does within the page's time.
    """
    for place in reversed(tuple(places)):
        part = await _within(part, place)
    return part


async def _within(part: Part, place: Place) -> Part:
    found = await one(part, _tiers(part, place), f"the {_said(place)}", _all(part, place), "Name it as the page does.")
    root = found.content_frame if place.kind == "frame" else found
    return Part(part.page, root, f"{_said(place)} on {part.page.url}")


def _said(place: Place) -> str:
    return f"{'row of' if place.kind == 'row' else place.kind} “{place.name}”" if place.name else place.kind


def _all(part: Part, place: Place) -> Locator:
    kinds = {"dialog": _DIALOG, "frame": "iframe, frame", "section": _SECTION, "row": ", ".join(_ROWS[:2])}
    return part.root.locator(kinds[place.kind])


def _tiers(part: Part, place: Place) -> list[Locator]:
    everything = _all(part, place)
    if not place.name:
        return [everything]
    if place.kind == "frame":
        quoted = place.name.replace("\\", "\\\\").replace('"', '\\"')
        return [everything.and_(part.root.locator(f'[{key}="{quoted}" i]')) for key in ("title", "name", "aria-label")]
    if place.kind == "row":
        return [_innermost(part, kind, part.root.get_by_text(re.compile(whole(place.name)))) for kind in _ROWS]
    return _by_name(part, place, everything)


def _by_name(part: Part, place: Place, everything: Locator) -> list[Locator]:
    """Named by its label or its heading: in full, then as part of it."""
    tiers = []
    roles = ("dialog", "alertdialog") if place.kind == "dialog" else ("region", "group", "form", "article")
    css = _DIALOG if place.kind == "dialog" else _SECTION
    for name in (rf"^\s*{spaced(place.name)}\s*[:*]?\s*$", whole(place.name)):
        pattern = re.compile(name, re.IGNORECASE)
        labelled = part.root.get_by_role(roles[0], name=pattern)  # type: ignore[arg-type]
        for role in roles[1:]:
            labelled = labelled.or_(part.root.get_by_role(role, name=pattern))  # type: ignore[arg-type]
        heading = part.root.locator(_HEADED).filter(has_text=pattern)
        tiers += [everything.and_(labelled), _innermost(part, css, heading)]
    return tiers


def _innermost(part: Part, css: str, holding: Locator) -> Locator:
    """Those of a kind that hold something, and hold no other of the kind that does: an outer one is of several."""
    inner = part.root.locator(css).filter(has=holding)
    return inner.filter(has_not=part.root.locator(css).filter(has=holding))


async def one(part: Part, tiers: list[Locator], name: str, others: Locator, mend: str) -> Locator:
    """The single visible match of the first tier that has any; waits until one has.

    Args:
        name: what is looked for, for messages.
        others: what is told to be there where it is not.
        mend: what to do where several fit.

    Raises:
        Ambiguous: several fit; all are named.
        Missing: none does within the page's time; what is there is named.
    """
    tiers = [tier.filter(visible=True) for tier in tiers]
    if await tiers[0].count() == 1:  # as mostly: one question is enough
        return tiers[0]
    any_ = tiers[0]
    for tier in tiers[1:]:
        any_ = any_.or_(tier)
    try:
        await any_.first.wait_for()
    except PlaywrightTimeout:
        there = await names(others.filter(visible=True))
        raise Missing(
            f"{_quoted(name)} is not on {part.where}; there are: {there}.",
            "Correct the step, or look whether the page changed.",
        ) from None
    for tier in tiers:
        count = await tier.count()
        if count == 1:
            return tier
        if count > 1:
            raise Ambiguous(f"{count} things fit {_quoted(name)} on {part.where}: {await names(tier)}.", mend)
    raise Missing(f"{_quoted(name)} came and went on {part.where}.", "Try again.")


def _quoted(name: str) -> str:
    return name if "“" in name else f"“{name}”"


async def names(found: Locator) -> str:
    """What the elements are called, with what they are, for a message."""
    script = """
    all => all.map(e => {
      const label = e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.title || e.innerText || e.value
        || e.name || '';
      return label + '\\u0000' + (e.getAttribute('role') || ({A: 'link', BUTTON: 'button'})[e.tagName] || 'field');
    })
    """
    pairs = [entry.split("\0") for entry in await found.evaluate_all(script)]
    pairs.sort(key=lambda pair: pair[1] == "link")  # what is pressed is mostly no link
    told = [f"“{clean(label)[:60]}” ({role})" for label, role in pairs if label.strip()]
    return ", ".join(told[:_SHOWN]) + (" …" if len(told) > _SHOWN else "") if told else "none"


def whole(text: str) -> str:
    """A regular expression, good for Python and JavaScript, of the text as whole words."""
    return rf"(?<![\w:.]){spaced(text)}(?![\w:])"


def spaced(text: str) -> str:
    """A regular expression of the text with any white space in it."""
    return r"\s+".join(re.sub(r"([^\w\s])", r"\\\1", word) for word in clean(text).split())
