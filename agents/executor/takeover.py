"""Takeover: where a site wants a person on the way to Commit, the window is theirs until they say so."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page

from agents.executor.account import SignedOut
from agents.executor.barrier import Phase
from agents.executor.bounds import ANSWER, within
from agents.executor.ledger import MandateRefused
from agents.executor.looks import look_beside
from agents.executor.page import Said
from agents.executor.places import Ambiguous, Missing
from agents.executor.run import Run, said_of
from agents.executor.verify import TermsDiffer
from memory.errors import Conflict, RflowError

Person = Callable[[str, Page], Awaitable[None]]
"""Given a conversation and the page before the person; returns when they said that they are done."""

_MOST = 2  # takeovers in one run
_LOOK = 0.5  # seconds between two looks whether the run was stopped meanwhile
_LOGIN = "() => [...document.querySelectorAll('input[type=password]')].some(e => e.checkVisibility())"
_HUMAN = re.compile(
    r"captcha|(?:verify|confirm|prove) (?:that )?you(?: are|['’]re) (?:a )?(?:human|person|not a robot)|not a robot"
    r"|unusual traffic",
    re.IGNORECASE,
)


class NeedsPerson(Conflict):
    """The site wants a person, and there is no window to hand over."""


class AlreadyThere(Conflict):
    """The person, or somebody, did it meanwhile."""


class Desk:
    """Where runs wait for the person; a message gives the window back."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Event] = {}

    async def wait(self, conversation: str, page: Page) -> None:
        """A `Person` for a window that is shown: until `done` is called for the conversation."""
        event = self._waiting.setdefault(conversation, asyncio.Event())
        try:
            await page.bring_to_front()
            await event.wait()
        finally:
            self._waiting.pop(conversation, None)

    def waits(self, conversation: str) -> bool:
        """Whether a window is the person's now."""
        return conversation in self._waiting

    def done(self, conversation: str) -> bool:
        """The person has finished; False where nothing waits for them."""
        event = self._waiting.get(conversation)
        if event is not None:
            event.set()
        return event is not None


async def prepared(run: Run, person: Person | None, conversation: str, before: frozenset[str]) -> Locator:
    """The control of the Commit, everything before it done; with the person's help where the site wants a person.

    Args:
        person: who helps; None where no window can be shown.
        before: references of what was done under other mandates.

    Raises:
        NeedsPerson: nobody can help here; how to finish by hand is told.
        AlreadyThere: after a takeover the workflow's Check finds it done.
        RflowError: as `Run.prepare` and `Run.ready`.
    """
    for helped in range(_MOST + 1):
        try:
            return await _once(run, helped > 0)
        except MandateRefused:
            raise
        except RflowError as stuck:
            page = await run.window.page()
            why = await _wants(page, stuck)
            if not why or helped == _MOST:
                raise
            if person is None and not isinstance(stuck, (Missing, Ambiguous)):
                raise _by_hand(page, why, stuck) from stuck
            if person is None:
                raise
            await _handed_over(run, person, conversation, page, why)
            await _not_done_yet(run, before, page)
    raise AssertionError("the last round returns or raises")


async def _once(run: Run, again: bool) -> Locator:
    """After a takeover it goes on from the page it finds; where that leads nowhere, from the first step."""
    try:
        await run.prepare(from_here=again)
    except (Missing, TermsDiffer):
        if not again:
            raise
        await run.prepare()
    await run.guard()
    return await run.ready()


async def _wants(page: Page, stuck: RflowError) -> str:
    """What the site wants a person for; empty where a person would not help."""
    try:
        async with within(ANSWER):
            login = await page.evaluate(_LOGIN)
            frames = " ".join(f"{frame.url} {frame.name}" for frame in page.frames[1:])
            text = await page.inner_text("body")
    except PlaywrightError:
        return ""
    if isinstance(stuck, SignedOut) or login:
        return "a login"
    if _HUMAN.search(f"{text} {frames}"):
        return "a proof that you are a person"
    return "something that is not in the plan" if isinstance(stuck, (Missing, Ambiguous)) else ""


def _by_hand(page: Page, why: str, stuck: RflowError) -> NeedsPerson:
    said = f"{said_of(stuck)} The site wants {why}, and no window can be shown here: nothing was done."
    return NeedsPerson(said, f"Finish by hand at {page.url}, or ask again where there is a screen.")


async def _handed_over(run: Run, person: Person, conversation: str, page: Page, why: str) -> None:
    """The person's hands on the page: nothing is in their way but the irreversible request."""
    run.on_step(f"The site wants {why}. The window is yours: when you have finished there, say **done**.", None)
    phase, run.window.barrier.phase = run.window.barrier.phase, Phase.TAKEOVER
    helping = asyncio.ensure_future(person(conversation, page))
    try:
        while not helping.done():
            await run.guard()
            await asyncio.wait([helping], timeout=_LOOK)
        helping.result()
    except PlaywrightError as closed:
        raise Conflict("The window was closed.", "Ask again, and leave it open.") from closed
    finally:
        helping.cancel()
        run.window.barrier.phase = phase
    run.on_step(f"Going on from {page.url}.", None)


async def _not_done_yet(run: Run, before: frozenset[str], page: Page) -> None:
    """What the person's hands may have finished is not done again."""
    phase = run.window.barrier.phase
    try:
        found, _ = await look_beside(run.window, run.workflow, run.bound, before, page)
    finally:
        run.window.barrier.phase = phase
    if isinstance(found, Said):
        raise AlreadyThere("The site lists it already: it was done by hand, and is not done again.", "")
    if found is None and run.bound.check:
        raise Conflict("Whether it was done by hand cannot be told, so it is not done again.", "Look at the site.")
