"""Days: picked in a calendar widget, its months turned until the day is there; a plain date field is filled in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.async_api import Locator
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.executor import controls
from agents.executor.forms import date_fits, dates
from agents.executor.places import Ambiguous, Missing, Part
from memory.errors import BadInput, Conflict

_MOST_TURNS = 36  # months
_OPENS = 2000  # milliseconds that a calendar may take to open or to turn
_CELLS = "button, a, td, [role=gridcell], [role=button], [role=option], [data-date], time[datetime]"
_SCAN = """
all => {
  const month = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?,?\\s+\\d{4}$/i;
  const seen = e => e.checkVisibility({visibilityProperty: true});
  const caption = e => {
    for (let a = e.parentElement; a; a = a.parentElement)
      for (const c of a.querySelectorAll('*'))
        if (!c.childElementCount && month.test(c.textContent.trim()) && seen(c)) return c.textContent.trim();
    return '';
  };
  const said = e => ['aria-label', 'data-date', 'data-day', 'datetime', 'title']
    .map(n => e.getAttribute(n) ?? '').concat(e.closest('[data-date]')?.dataset.date ?? '').filter(Boolean);
  return all.map((e, at) => {
    if (!seen(e) || all.some(other => other !== e && e.contains(other) && seen(other))) return null;
    const text = e.innerText.trim(), number = /^\\d{1,2}$/.test(text);
    if (e.tagName === 'TIME' && !number) return null;  // a date in a text, not a day to pick
    const off = e.closest('[disabled], [aria-disabled=true], .disabled') !== null;
    return {at, said: said(e), text, off, caption: number ? caption(e) : ''};
  }).filter(Boolean);
}
"""
_CHANGED = """() => new Promise(done => new MutationObserver(done).observe(
  document, {subtree: true, childList: true, attributes: true, characterData: true}))"""
_TURN = {
    1: re.compile(r"\bnext\b|\bforward\b|\blater\b|^\s*[›»→>▶❯]\s*$", re.IGNORECASE),
    -1: re.compile(r"\bprev(?:ious)?\b|\bback(?:ward)?\b|\bearlier\b|^\s*[‹«←<◀❮]\s*$", re.IGNORECASE),
}
_YEAR = re.compile(r"\byear\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Cell:
    day: str
    at: int
    off: bool


async def pick(part: Part, label: str, *days: str) -> None:
    """Pick the days, ISO, one after the other, in the calendar or date field of that label.

    Raises:
        Missing: there is no such field, no calendar opens, or the day cannot be reached.
        Ambiguous: several fit.
        Conflict: the day cannot be chosen, or the field holds another one afterwards.
    """
    control = await controls.to_pick(part, label)
    what = await control.evaluate("e => e.tagName === 'INPUT' ? e.type : e.getAttribute('role') || e.tagName")
    if what == "date" and len(days) == 1:
        await control.fill(days[0])
        return
    if what == "date":
        raise BadInput(f"“{label}” holds one day, not a first and a last.", "Pick each in the field of its own.")
    opener = what in {"button", "BUTTON", "combobox"} or await control.evaluate("e => e.tagName === 'INPUT'")
    calendar = part if opener else Part(part.page, control, f"“{label}” on {part.page.url}")
    for day in days:
        if opener and not await _cells(calendar):
            await control.click()
        await (await _reached(calendar, label, day)).click()
    if opener and len(days) == 1:
        held = await control.evaluate("e => e.value ?? e.innerText")
        if held and date_fits(str(held), days[0]) is False:
            raise Conflict(f"“{label}” holds “{held}” after picking {days[0]}.", "Look at the page.")


async def _reached(calendar: Part, label: str, day: str) -> Locator:
    """The cell of the day, after as many turns as it takes."""
    cells = await _opened(calendar, label)
    for _ in range(_MOST_TURNS):
        fits = [cell for cell in cells if cell.day == day]
        if len(fits) > 1:
            raise Ambiguous(f"{len(fits)} calendars on {calendar.where} show {day}.", "Name the part of the page.")
        if fits and fits[0].off:
            raise Conflict(f"{day} cannot be chosen in “{label}”.", "Choose another day.")
        if fits:
            return calendar.root.locator(_CELLS).nth(fits[0].at)
        cells = await _turned(calendar, label, day, cells)
    raise Missing(f"{day} is more than {_MOST_TURNS} months from what “{label}” shows.", "Choose a nearer day.")


async def _opened(calendar: Part, label: str) -> list[_Cell]:
    cells = await _until(calendar, lambda found: bool(found))
    if not cells:
        mend = "Where it is a field that one types into, write `Enter … in`."
        raise Missing(f"No calendar opens at “{label}” on {calendar.where}.", mend)
    return cells


async def _turned(calendar: Part, label: str, day: str, cells: list[_Cell]) -> list[_Cell]:
    shown = [cell.day for cell in cells]
    direction = 1 if day > max(shown) else -1 if day < min(shown) else 0
    if not direction:
        raise Missing(f"{day} is not among the days of “{label}” on {calendar.where}.", "Choose another day.")
    await (await _arrow(calendar, direction)).click()
    turned = await _until(calendar, lambda found: bool(found) and [cell.day for cell in found] != shown)
    if [cell.day for cell in turned] == shown:
        raise Missing(
            f"“{label}” does not turn on to {day}; it shows {shown[0]} to {shown[-1]}.", "Choose another day."
        )
    return turned


async def _arrow(calendar: Part, direction: int) -> Locator:
    """What turns to the next month, or to the one before."""
    found = calendar.root.get_by_role("button", name=_TURN[direction])
    found = found.or_(calendar.root.get_by_role("link", name=_TURN[direction])).filter(visible=True)
    months = found.filter(has_not_text=_YEAR)
    count = await months.count()
    named = [i for i in range(count) if not _YEAR.search(await months.nth(i).get_attribute("aria-label") or "")]
    if len(named) > 1:  # one in each of several calendars, or a page's own "Next": what speaks of a month is meant
        said = [await months.nth(i).get_attribute("aria-label") or await months.nth(i).inner_text() for i in named]
        named = [i for i, text in zip(named, said, strict=True) if "month" in text.lower()] or named
    if len(named) != 1:
        where = "next" if direction > 0 else "previous"
        kind = Ambiguous if named else Missing
        raise kind(
            f"{len(named)} controls turn to the {where} month on {calendar.where}.", "Name the part of the page."
        )
    return months.nth(named[0])


async def _until(calendar: Part, enough: Callable[[list[_Cell]], bool]) -> list[_Cell]:
    """The cells as soon as there are enough, or as they are when the time is up."""
    cells = await _cells(calendar)
    try:
        while not enough(cells):
            await calendar.page.wait_for_function(_CHANGED, timeout=_OPENS)
            cells = await _cells(calendar)
    except PlaywrightTimeout:
        return await _cells(calendar)
    return cells


async def _cells(calendar: Part) -> list[_Cell]:
    """Every day that is shown, by what it says of itself, else by its number and the month above it."""
    found = []
    for cell in await calendar.root.locator(_CELLS).evaluate_all(_SCAN):
        told = next((days for said in cell["said"] if len(days := dates(said)) == 1), None)
        told = told or (dates(f"{cell['text']} {cell['caption']}") if cell["caption"] else set())
        if len(told) == 1:
            found.append(_Cell(told.pop(), cell["at"], cell["off"]))
    return found
