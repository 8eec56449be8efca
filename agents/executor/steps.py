"""Steps: one bound step taken on a page, by role and label, within its time."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.executor import controls
from agents.executor.barrier import Barrier
from agents.executor.bound import BoundStep
from agents.executor.bounds import STEP, leave, within
from agents.executor.days import pick
from agents.executor.inputs import choose, enter, give_file
from agents.executor.origins import among
from agents.executor.places import Part, narrowed, whole
from memory.errors import BadInput, Conflict, Unavailable
from workflows.grammar import MOST_SCROLLS
from workflows.model import Verb

_MOMENT = 1500  # milliseconds in which what is asked for may still appear
_STILL = "() => ![...document.scripts].some(script => !script.type || /javascript|module/i.test(script.type))"


class LeftSite(Conflict):
    """The page is no longer on the workflow's sites."""


Before = Callable[[], Awaitable[None]]
"""Awaited when the control is found, right before the page is touched."""


async def _nothing() -> None:
    """Nothing is to be done before."""


@dataclass(frozen=True, slots=True)
class Act:
    """Where and under what conditions steps are taken."""

    part: Part
    sites: tuple[str, ...]
    before: Before = _nothing
    files: Path | None = None
    beside: tuple[Page, ...] = ()

    @property
    def page(self) -> Page:
        """The page that the part is of."""
        return self.part.page


async def perform(
    page: Page,
    step: BoundStep,
    sites: tuple[str, ...],
    barrier: Barrier,
    before: Before = _nothing,
    files: Path | None = None,
    beside: tuple[Page, ...] = (),
) -> str:
    """Take one step that can be taken back.

    Args:
        files: the folder whose files may be uploaded.
        beside: pages that are no popups of this one, and stay.

    Returns:
        What was done, in a sentence.

    Raises:
        Ambiguous, Missing: several elements fit, or none.
        LeftSite: the step led to another site.
        Conflict: what a step leaves behind is not what it says.
        Unavailable: the site does not answer, or not in time.
    """
    if step.commit:
        raise BadInput(f"“{step.text}” is the Commit.", "Only a mandate takes it.")
    try:
        async with within(STEP):
            said = await _take(Act(Part.whole(page), sites, before, files, beside), step)
    except PlaywrightTimeout as slow:
        raise Unavailable(f"“{step.text}” took too long on {page.url}.", "Try again later.") from slow
    except PlaywrightError as failed:
        raise Unavailable(_failed(step, page, failed, barrier), "Look at the page, then try again.") from failed
    await settle(page, sites, beside)
    return said


async def settle(page: Page, sites: tuple[str, ...], beside: tuple[Page, ...] = ()) -> None:
    """Wait until the page that an action led to is there, and stay on it alone.

    Raises:
        LeftSite: it is on another site.
        Unavailable: it did not load in time.
    """
    try:
        await page.wait_for_load_state("domcontentloaded")
        for other in [p for p in page.context.pages if p not in (page, *beside)]:
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


async def _take(act: Act, step: BoundStep) -> str:
    """The step taken; what was done, in a sentence."""
    if step.verb is Verb.IF:
        return await _branch(act, step)
    if step.verb is Verb.FOR_EACH:
        return await _each(act, step)
    if step.verb in _WHOLE_PAGE:
        await act.before()
        await _WHOLE_PAGE[step.verb](act, step)
    else:
        await _act(replace(act, part=await narrowed(act.part, step.places)), step)
    return step.text


async def _branch(act: Act, step: BoundStep) -> str:
    """The one step or the other: the plan holds both, and the page decides nothing else."""
    shown = await _shown(act.page, step.target)
    said = f"the page {'says' if shown else 'does not say'} “{step.target}”"
    taken = step.inner[:1] if shown != step.negated else step.inner[1:]
    if not taken:
        return f"Nothing to do, as {said}: {step.text}"
    return f"As {said}: {await _take(act, taken[0])}"


async def _shown(page: Page, text: str) -> bool:
    """Whether the text is on the page, or comes within a moment."""
    found = page.get_by_text(re.compile(whole(text), re.IGNORECASE)).filter(visible=True)
    if await page.evaluate(_STILL):  # without a script nothing more can come
        return await found.count() > 0
    try:
        await found.first.wait_for(timeout=_MOMENT)
    except PlaywrightTimeout:
        return False
    return True


async def _each(act: Act, step: BoundStep) -> str:
    """The step taken in each thing, which it may take away or leave; never in more of them than the plan allows."""
    part = await narrowed(act.part, step.places)
    things = controls.repeated(part, step.target).filter(visible=True)
    with suppress(PlaywrightTimeout):
        await things.first.wait_for(timeout=_MOMENT)
    count = await things.count()
    if count > step.count:
        raise Conflict(f"{count} things fit “{step.target}” on {part.where}, and the plan allows {step.count}.", "")
    at = done = 0
    while at < count and done < step.count:
        one = Part(act.page, things.nth(at), f"“{step.target}” {at + 1} on {act.page.url}")
        await _take(replace(act, part=one), step.inner[0])
        await settle(act.page, act.sites, act.beside)
        before, count, done = count, await things.count(), done + 1
        at = at + 1 if count >= before else 0
    return f"{step.text} ({done} taken)"


async def _open(act: Act, step: BoundStep) -> None:
    await open_page(act.page, step.target, act.sites)


async def _wait_for(act: Act, step: BoundStep) -> None:
    await act.page.get_by_text(step.target).filter(visible=True).first.wait_for()


async def _go_back(act: Act, step: BoundStep) -> None:
    if await act.page.go_back(wait_until="domcontentloaded") is None:
        raise Conflict(f"There is no page before {act.page.url}.", "Take the step out.")


async def _scroll(act: Act, step: BoundStep) -> None:
    if step.role != "end":
        await act.page.get_by_text(step.target).filter(visible=True).first.scroll_into_view_if_needed()
        return
    for _ in range(MOST_SCROLLS):
        height = await act.page.evaluate("() => { scrollTo(0, 1e9); return document.documentElement.scrollHeight }")
        try:
            grown = f"() => document.documentElement.scrollHeight > {int(height)}"
            await act.page.wait_for_function(grown, timeout=_MOMENT)
        except PlaywrightTimeout:
            return


_WHOLE_PAGE = {Verb.OPEN: _open, Verb.WAIT_FOR: _wait_for, Verb.GO_BACK: _go_back, Verb.SCROLL: _scroll}


async def _act(act: Act, step: BoundStep) -> None:
    """A step on one control: found, then touched once nothing speaks against it."""
    if step.verb is Verb.PICK:
        await act.before()
        await pick(act.part, step.target, *filter(None, (step.value, step.until)))
        return
    control = await _control(act.part, step)
    await act.before()
    match step.verb:
        case Verb.ENTER:
            await enter(control, step)
        case Verb.CHOOSE:
            await choose(act.page, control, step)
        case Verb.TICK:
            await control.check()
        case Verb.UPLOAD:
            await give_file(act.page, act.files, control, step)
        case _:
            await control.click()


async def _control(part: Part, step: BoundStep) -> Locator:
    match step.verb:
        case Verb.PRESS:
            return await controls.to_press(part, step.target, role=step.role, kind=step.target_type)
        case Verb.ENTER:
            return await controls.to_fill(part, step.target)
        case Verb.CHOOSE:
            return await controls.to_choose(part, step.target)
        case Verb.TICK:
            return await controls.to_tick(part, step.target)
        case Verb.UPLOAD:
            return await controls.to_upload(part, step.target)
        case _:
            raise BadInput(f"“{step.text}” cannot stand here.", "Move it to the section that it belongs to.")


def _failed(step: BoundStep, page: Page, failed: PlaywrightError, barrier: Barrier) -> str:
    because = barrier.blamed or f"{first_line(failed)}."
    where = "" if page.url == "about:blank" else f" on {page.url}"
    return f"“{step.text}” did not work{where}: {because}"


_UNREACHED = {
    "ERR_CONNECTION_REFUSED": "nothing answers there, so the site is not up",
    "ERR_SOCKS_CONNECTION_FAILED": "nothing answers there, or no site has that name",  # the wall's word
    "ERR_NAME_NOT_RESOLVED": "there is no site of that name",
    "ERR_INTERNET_DISCONNECTED": "this machine is not connected",
    "ERR_CONNECTION_TIMED_OUT": "the site does not answer",
    "ERR_CONNECTION_RESET": "the site broke off",
    "ERR_EMPTY_RESPONSE": "the site broke off",
}


def first_line(error: Exception) -> str:
    """The first line of a browser's error, its usual codes in words: the rest is a log."""
    line = re.sub(r"^(?:[A-Z]\w*\.\w+: )?(?:net::)?", "", str(error).strip().split("\n")[0].rstrip("."))
    return re.sub(r"^ERR_[A-Z_]+", lambda code: f"{_UNREACHED.get(code[0], 'it broke')} ({code[0]})", line)
