"""Controls: the one element of a page that a step means, by role and accessible name; never one of several."""

from __future__ import annotations

import re
from collections.abc import Iterable

from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.executor.forms import clean, time_pattern
from agents.executor.plan import TermType
from memory.errors import Conflict, NotFound

_PRESSED = ("button", "link", "tab", "menuitem", "radio")
_FIELDS = (
    "input:not([type=hidden]):not([type=submit]):not([type=button]), textarea, select, [contenteditable=true], "
    "[role=textbox], [role=searchbox], [role=combobox], [role=spinbutton]"
)
_BOXES = "input[type=checkbox], input[type=radio], [role=checkbox], [role=radio], [role=switch]"
_SHOWN = 12  # names listed in a message


class Ambiguous(Conflict):
    """Several elements fit a step."""


class Missing(NotFound):
    """No element fits a step."""


async def to_press(
    page: Page, name: str, *, role: str = "", kind: TermType | None = None, exact: bool = False
) -> Locator:
    """The one visible thing of that accessible name: the exact name first, then (unless `exact`) a name that holds it.

    Args:
        kind: `time` also finds "7:30 PM" by "19:30".
        exact: as for a Commit, where nothing but the name as written will do.

    Raises:
        Ambiguous: several fit; all are named.
        Missing: none does within the page's time; what is there is named.
    """
    roles = (role,) if role else _PRESSED
    patterns = [re.compile(rf"^\s*{_spaced(name)}\s*$")]
    if not exact:
        patterns += [re.compile(p, re.IGNORECASE) for p in _wider(name, kind)]
    tiers = [_by_roles(page, roles, pattern) for pattern in patterns]
    return await _one(page, tiers, name, _by_roles(page, roles, re.compile(r"\S")))


async def to_fill(page: Page, label: str) -> Locator:
    """The one visible field with that label, else with that placeholder.

    Raises:
        Ambiguous, Missing: as `to_press`.
    """
    return await _labelled(page, label, _FIELDS)


async def to_tick(page: Page, label: str) -> Locator:
    """The one visible box with that label.

    Raises:
        Ambiguous, Missing: as `to_press`.
    """
    return await _labelled(page, label, _BOXES)


async def to_choose(page: Page, label: str) -> Locator:
    """The one visible list, or group of radio buttons, with that label.

    Raises:
        Ambiguous, Missing: as `to_press`.
    """
    names = (re.compile(rf"^\s*{_spaced(label)}\s*[:*]?\s*$", re.IGNORECASE), re.compile(_whole(label), re.IGNORECASE))
    tiers = []
    for name in names:
        groups = page.get_by_role("radiogroup", name=name).or_(page.get_by_role("group", name=name))
        tiers.append(page.get_by_label(name).and_(page.locator("select")).or_(groups))
    return await _one(page, tiers, label, page.locator("select"))


async def _labelled(page: Page, label: str, css: str) -> Locator:
    exact = re.compile(rf"^\s*{_spaced(label)}\s*[:*]?\s*$", re.IGNORECASE)
    wide = re.compile(_whole(label), re.IGNORECASE)
    fields = page.locator(css)
    tiers = [page.get_by_label(exact).and_(fields), page.get_by_label(wide).and_(fields)]
    tiers.append(page.get_by_placeholder(exact).and_(fields))
    return await _one(page, tiers, label, fields)


def _by_roles(page: Page, roles: Iterable[str], pattern: re.Pattern[str]) -> Locator:
    found = [page.get_by_role(role, name=pattern) for role in roles]  # type: ignore[arg-type]
    whole = found[0]
    for other in found[1:]:
        whole = whole.or_(other)
    return whole


def _wider(name: str, kind: TermType | None) -> Iterable[str]:
    if kind == "time":
        yield time_pattern(name)
    else:
        yield rf"^\s*{_spaced(name)}\s*$"
        yield _whole(name)


def _whole(text: str) -> str:
    return rf"(?<![\w:.]){_spaced(text)}(?![\w:])"


def _spaced(text: str) -> str:
    return r"\s+".join(re.sub(r"([^\w\s])", r"\\\1", word) for word in clean(text).split())


async def _one(page: Page, tiers: list[Locator], name: str, others: Locator) -> Locator:
    """The single match of the first tier that has any; waits until one has."""
    tiers = [tier.filter(visible=True) for tier in tiers]
    if await tiers[0].count() == 1:  # as mostly: one question is enough
        return tiers[0]
    any_ = tiers[0]
    for tier in tiers[1:]:
        any_ = any_.or_(tier)
    try:
        await any_.first.wait_for()
    except PlaywrightTimeout:
        there = await _names(others.filter(visible=True))
        raise Missing(
            f"“{name}” is not on {page.url}; there are: {there}.", "Correct the step, or look whether the page changed."
        ) from None
    for tier in tiers:
        count = await tier.count()
        if count == 1:
            return tier
        if count > 1:
            raise Ambiguous(
                f"{count} things fit “{name}” on {page.url}: {await _names(tier)}.",
                "Write the whole name, or add its role: button, link or tab.",
            )
    raise Missing(f"“{name}” came and went on {page.url}.", "Try again.")


async def _names(found: Locator) -> str:
    script = """
    all => all.map(e => {
      const label = e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || e.value || e.name || '';
      return label + '\\u0000' + (e.getAttribute('role') || ({A: 'link', BUTTON: 'button'})[e.tagName] || 'field');
    })
    """
    pairs = [entry.split("\0") for entry in await found.evaluate_all(script)]
    pairs.sort(key=lambda pair: pair[1] == "link")  # what is pressed is mostly no link
    names = [f"“{clean(label)[:60]}” ({role})" for label, role in pairs if label.strip()]
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "") if names else "none"
