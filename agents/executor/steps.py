"""Steps: one bound step taken on a page, by role and label, within its time."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.executor import controls
from agents.executor.barrier import Barrier
from agents.executor.bounds import STEP, leave, within
from agents.executor.forms import clean, counts, same_text, times
from agents.executor.origins import among
from agents.executor.plan import BoundStep
from memory.errors import BadInput, Conflict, Unavailable
from workflows.model import Verb


class LeftSite(Conflict):
    """The page is no longer on the workflow's sites."""


Before = Callable[[], Awaitable[None]]
"""Awaited when the control is found, right before the page is touched."""


async def _nothing() -> None:
    """Nothing is to be done before."""


async def perform(
    page: Page, step: BoundStep, sites: tuple[str, ...], barrier: Barrier, before: Before = _nothing
) -> str:
    """Take one step that can be taken back: open, press, enter, choose, tick or wait for.

    Returns:
        What was done, in a sentence.

    Raises:
        Ambiguous, Missing: several elements fit, or none.
        LeftSite: the step led to another site.
        Unavailable: the site does not answer, or not in time.
    """
    if step.commit:
        raise BadInput(f"“{step.text}” is the Commit.", "Only a mandate takes it.")
    try:
        async with within(STEP):
            await _take(page, step, sites, before)
    except PlaywrightTimeout as slow:
        raise Unavailable(f"“{step.text}” took too long on {page.url}.", "Try again later.") from slow
    except PlaywrightError as failed:
        raise Unavailable(_failed(step, page, failed, barrier), "Look at the page, then try again.") from failed
    await settle(page, sites)
    return step.text


async def settle(page: Page, sites: tuple[str, ...]) -> None:
    """Wait until the page that an action led to is there, and stay on it alone.

    Raises:
        LeftSite: it is on another site.
        Unavailable: it did not load in time.
    """
    try:
        await page.wait_for_load_state("domcontentloaded")
        for other in [p for p in page.context.pages if p is not page]:
            await leave(other)  # a popup is no part of any step
    except PlaywrightError as failed:
        raise Unavailable(f"{page.url} did not load: {first_line(failed)}.", "Try again later.") from failed
    if page.url != "about:blank" and not among(page.url, sites):
        raise LeftSite(f"The page went to {page.url}, which is not on {' or '.join(sites)}.", "Nothing was sent there.")


async def open_page(page: Page, target: str, sites: tuple[str, ...]) -> None:
    """Go to a path of the first site or to an address on any of them.

    Raises:
        LeftSite: the address is on another site.
        Unavailable: the site answers with a server's error.
    """
    url = _without_empty(urljoin(sites[0], target))
    if not among(url, sites):
        raise LeftSite(f"{url} is not on {' or '.join(sites)}.", "Correct the step, or add the site.")
    answer = await page.goto(url, wait_until="domcontentloaded")
    if answer is not None and answer.status >= 400:
        raise Unavailable(f"{url} answers {answer.status} {answer.status_text}.".replace(" .", "."), "Try again later.")


def _without_empty(url: str) -> str:
    """The address without query values that are empty: details that are optional and were not given."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if all(value for _, value in pairs):
        return url
    return urlunsplit(parts._replace(query=urlencode([(k, v) for k, v in pairs if v])))


async def _take(page: Page, step: BoundStep, sites: tuple[str, ...], before: Before) -> None:
    if step.verb is Verb.OPEN:
        await before()
        await open_page(page, step.target, sites)
    elif step.verb is Verb.WAIT_FOR:
        await page.get_by_text(step.target).filter(visible=True).first.wait_for()
        await before()
    else:
        control = await _control(page, step)
        await before()
        await _touch(control, step)


async def _control(page: Page, step: BoundStep) -> Locator:
    match step.verb:
        case Verb.PRESS:
            return await controls.to_press(page, step.target, role=step.role, kind=step.target_type)
        case Verb.ENTER:
            return await controls.to_fill(page, step.target)
        case Verb.CHOOSE:
            return await controls.to_choose(page, step.target)
        case Verb.TICK:
            return await controls.to_tick(page, step.target)
        case _:
            raise BadInput(f"“{step.text}” cannot stand here.", "Move it to the section that it belongs to.")


async def _touch(control: Locator, step: BoundStep) -> None:
    match step.verb:
        case Verb.ENTER:
            await _enter(control, step)
        case Verb.CHOOSE:
            await _choose(control, step)
        case Verb.TICK:
            await control.check()
        case _:
            await control.click()


async def _enter(field: Locator, step: BoundStep) -> None:
    kind = await field.evaluate("e => e.type ?? ''")
    if kind == "password":
        raise BadInput(f"“{step.target}” asks for a password.", "Passwords are yours to type: use `rflow login`.")
    value = step.value.rpartition(" ")[0] if step.value_type == "money" else step.value
    await field.fill(value)
    there = await field.evaluate("e => e.value ?? e.innerText")
    if not same_text(str(there), value):
        raise Conflict(f"“{step.target}” holds “{there}” after entering “{value}”.", "Look at the form of the value.")


async def _choose(control: Locator, step: BoundStep) -> None:
    if not await control.evaluate("e => e.tagName === 'SELECT'"):
        wanted = re.compile(rf"^\s*{re.escape(step.value)}\s*$", re.IGNORECASE)
        await control.get_by_role("radio", name=wanted).check()
        return
    options: list[list[str]] = await control.evaluate("e => [...e.options].map(o => [o.value, o.label])")
    await control.select_option(index=_which(step, options))


def _which(step: BoundStep, options: list[list[str]]) -> int:
    """The one option whose text or value is the step's, else the one whose text means it ("2 people")."""
    fits = (
        lambda value, label: same_text(label, step.value),
        lambda value, label: value == step.value,
        lambda value, label: step.value_type == "count" and counts(label) == {step.value},
        lambda value, label: step.value_type == "time" and times(label) == {step.value},
        lambda value, label: clean(step.value).casefold() in clean(label).casefold().split(" "),
    )
    for fit in fits:
        found = [i for i, (value, label) in enumerate(options) if fit(value, label)]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"“{options[i][1]}”" for i in found)
            raise controls.Ambiguous(f"“{step.value}” fits {names} in “{step.target}”.", "Give the whole text of one.")
    there = ", ".join(f"“{clean(label)}”" for _, label in options if label.strip())
    raise controls.Missing(f"“{step.value}” is not in “{step.target}”; there are {there}.", "Choose one of these.")


def _failed(step: BoundStep, page: Page, failed: PlaywrightError, barrier: Barrier) -> str:
    because = barrier.blamed or f"{first_line(failed)}."
    where = "" if page.url == "about:blank" else f" on {page.url}"
    return f"“{step.text}” did not work{where}: {because}"


def first_line(error: Exception) -> str:
    """The first line of a browser's error: the rest is a log."""
    line = str(error).strip().split("\n")[0].rstrip(".")
    return re.sub(r"^(?:[A-Z]\w*\.\w+: )?(?:net::)?", "", line)
