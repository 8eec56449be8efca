"""Controls: the one element of a page that a step means, by role and accessible name; never one of several."""

from __future__ import annotations

import re
from collections.abc import Iterable

from playwright.async_api import Locator

from agents.executor.bound import TermType
from agents.executor.forms import time_pattern
from agents.executor.places import Part, one, spaced, whole
from agents.executor.wording import same_meaning, same_words

_PRESSED = ("button", "link", "tab", "menuitem", "radio")
_FIELDS = (
    "input:not([type=hidden]):not([type=submit]):not([type=button]), textarea, select, [contenteditable=true], "
    "[role=textbox], [role=searchbox], [role=combobox], [role=spinbutton]"
)
_BOXES = "input[type=checkbox], input[type=radio], [role=checkbox], [role=radio], [role=switch]"
_REPEATED = frozenset({"article", "listitem", "row", "option", "link", "group", "region", "gridcell", "treeitem"})
_CALENDARS = ("group", "region", "dialog", "grid", "application", "table")
_MEND = "Write the whole name, or add its role: button, link or tab."


async def to_press(
    part: Part, name: str, *, role: str = "", kind: TermType | None = None, exact: bool = False
) -> Locator:
    """The one visible thing of that accessible name: the exact name first, then one that says the same in other words.

    Args:
        kind: `time` also finds "7:30 PM" by "19:30".
        exact: as for a Commit: every word as written, but for case, articles and marks; no longer name, no synonym.

    Raises:
        Ambiguous: several fit; all are named.
        Missing: none does within the page's time; what is there is named.
    """
    roles = (role,) if role else _PRESSED
    wider = [same_words(name)] if exact else _wider(name, kind)
    patterns = [re.compile(rf"^\s*{spaced(name)}\s*$"), *(re.compile(p, re.IGNORECASE) for p in wider)]
    tiers = [_by_roles(part, roles, pattern) for pattern in patterns]
    return await one(part, tiers, name, _by_roles(part, roles, re.compile(r"\S")), _MEND)


async def to_fill(part: Part, label: str) -> Locator:
    """The one visible field with that label, else with that placeholder.

    Raises:
        Ambiguous, Missing: as `to_press`.
    """
    return await _labelled(part, label, _FIELDS)


async def to_pick(part: Part, label: str) -> Locator:
    """The one visible date field with that label, or what opens its calendar, or the calendar itself.

    Raises:
        Ambiguous, Missing: as `to_press`.
    """
    fields, tiers = part.root.locator(_FIELDS), []
    for name in _names(label):
        tiers.append(part.root.get_by_label(name).and_(fields))
        tiers.append(_by_roles(part, ("button", "combobox"), name))
        tiers.append(_by_roles(part, _CALENDARS, name))
    return await one(part, tiers, label, fields, _MEND)


async def to_upload(part: Part, label: str) -> Locator:
    """The one thing that asks for a file when it is clicked: a file field, a button, or a label over a hidden field.

    Raises:
        Ambiguous, Missing: as `to_press`.
    """
    tiers = []
    for name in _names(label):
        tiers.append(part.root.get_by_label(name).and_(part.root.locator("input[type=file]")))
        tiers.append(_by_roles(part, ("button",), name))
        tiers.append(part.root.locator("label").filter(has_text=name))
    return await one(part, tiers, label, part.root.locator("input[type=file], button, label"), _MEND)


async def to_tick(part: Part, label: str) -> Locator:
    """The one visible box with that label.

    Raises:
        Ambiguous, Missing: as `to_press`.
    """
    return await _labelled(part, label, _BOXES)


async def to_choose(part: Part, label: str) -> Locator:
    """The one visible list, or group of radio buttons, with that label.

    Raises:
        Ambiguous, Missing: as `to_press`.
    """
    lists, tiers = part.root.locator("select"), []
    for name in _names(label):
        tiers.append(part.root.get_by_label(name).and_(lists).or_(_by_roles(part, ("radiogroup", "group"), name)))
        tiers.append(_by_roles(part, ("combobox", "listbox"), name))
    return await one(part, tiers, label, lists, _MEND)


async def _labelled(part: Part, label: str, css: str) -> Locator:
    fields = part.root.locator(css)
    tiers = [part.root.get_by_label(name).and_(fields) for name in _names(label)]
    tiers.append(part.root.get_by_placeholder(_names(label)[0]).and_(fields))
    return await one(part, tiers, label, fields, _MEND)


def _names(label: str) -> tuple[re.Pattern[str], ...]:
    """A label in full, with the words that go around one, as part of a longer one, and in other words."""
    full = rf"^\s*{spaced(label)}\s*[:*]?\s*$"
    return tuple(re.compile(p, re.IGNORECASE) for p in (full, same_words(label), whole(label), same_meaning(label)))


def _by_roles(part: Part, roles: Iterable[str], pattern: re.Pattern[str]) -> Locator:
    found = [part.root.get_by_role(role, name=pattern) for role in roles]  # type: ignore[arg-type]
    either = found[0]
    for other in found[1:]:
        either = either.or_(other)
    return either


def repeated(part: Part, what: str) -> Locator:
    """What repeats: by its role, else by the label that each has; a row of headings is none."""
    role = what.lower()
    if role not in _REPEATED:
        return part.root.get_by_label(what, exact=True)
    found = part.root.get_by_role(role)  # type: ignore[arg-type]
    return found.filter(has=part.root.locator("td, [role=cell], [role=gridcell]")) if role == "row" else found


def _wider(name: str, kind: TermType | None) -> Iterable[str]:
    if kind == "time":
        yield time_pattern(name)
    else:
        yield rf"^\s*{spaced(name)}\s*$"
        yield same_words(name)
        yield whole(name)
        yield same_meaning(name)
