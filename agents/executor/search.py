"""Searching: a workflow's Search steps and a closer look, in a browser of its own that is logged out and reads only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.executor import controls
from agents.executor.barrier import Phase, Policy
from agents.executor.bound import BoundStep, bound_steps, search_values
from agents.executor.bounds import STEP, leave, within
from agents.executor.browser import Window, open_clean, open_profile
from agents.executor.chrome import BrowserSettings
from agents.executor.driver import Driver
from agents.executor.gather import SEE, candidates, merged, with_kept
from agents.executor.ground import Grounding
from agents.executor.options import Offered, chosen_there, offered
from agents.executor.origins import among
from agents.executor.page import read
from agents.executor.places import Missing, Part, narrowed
from agents.executor.portrait import portrait
from agents.executor.steps import first_line, open_page, perform, settle
from agents.types import Candidate, Clock, DetailValue
from memory.errors import BadInput, Unavailable
from workflows.model import Limits, Step, Verb, Workflow

_AT_ONCE = 4  # pages that are looked at together
_FIRST = 5  # seconds for the first thing that repeats: an empty list is a page like any other


class Searcher:
    """Keeps one logged-out browser warm; use it as a context manager.

    Args:
        profile: the person's profile, for workflows that say `search: signed-in`.
        driver: the one to share; None starts one with each browser.
    """

    def __init__(
        self, browser: BrowserSettings, clock: Clock, profile: Path | None = None, driver: Driver | None = None
    ) -> None:
        self._settings = browser
        self._driver = driver
        self._clock = clock
        self._profile = profile
        self._stack = AsyncExitStack()
        self._warm: Window | None = None
        self._one_at_a_time = asyncio.Lock()  # the barrier has one policy at a time

    async def __aenter__(self) -> Searcher:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the browser."""
        self._warm = None
        await self._stack.aclose()

    async def collect(
        self, workflow: Workflow, details: Mapping[str, DetailValue], grounding: Grounding | None = None
    ) -> tuple[Candidate, ...]:
        """What the workflow's Search finds for these details, in the site's order; empty where it lists nothing.

        Args:
            grounding: mends a step whose control the page no longer names; None stops at it.

        Raises:
            Missing, Ambiguous: a step does not fit the page.
            Unavailable: the site is down, slow, or refuses; in a sentence.
            BadInput: a detail that Search rests on is missing.
        """
        found: tuple[Candidate, ...] = ()
        if not workflow.search:  # there is nothing to choose: the one candidate is the thing itself
            return (Candidate(id="c1", name=workflow.title, url=workflow.sites[0], seen_at=self._now()),)
        async with self._window(workflow) as window, _page(window) as page:
            bound = bound_steps(workflow, workflow.search, search_values(details))
            for written, step in zip(workflow.search, bound, strict=True):
                if step.verb is Verb.COLLECT:
                    listed = await self._collected(page, step)
                    here = tuple(c for c in listed if among(c.url, workflow.sites))
                    found += here or listed  # an advertisement among them is none; where all lead away, it is said
                elif step.verb not in (Verb.LOOK_CLOSER, Verb.KEEP):
                    await _taken(page, written, step, window, workflow, grounding)
        return tuple(c.model_copy(update={"id": f"c{n}"}) for n, c in enumerate(found, 1))

    async def look_closer(self, workflow: Workflow, found: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """The first of these, as many as the workflow's `Look closer` says, with what their own pages say.

        One whose page does not answer stays as it was.

        Raises:
            Unavailable: none of the pages answers.
        """
        count = next((step.count for step in workflow.search if step.verb is Verb.LOOK_CLOSER), 0)
        chosen = found[:count]
        if not chosen:
            return ()
        gate = asyncio.Semaphore(_AT_ONCE)
        async with self._window(workflow) as window:
            looked = await asyncio.gather(*(self._closer(window, workflow, c, gate) for c in chosen))
        if all(isinstance(answer, Unavailable) for answer in looked):
            raise next(answer for answer in looked if isinstance(answer, Unavailable))
        return tuple(c if isinstance(a, Unavailable) else a for c, a in zip(chosen, looked, strict=True))

    async def options(self, workflow: Workflow, candidate: Candidate) -> dict[str, Offered]:
        """What the candidate's own page offers for each detail that Do chooses there.

        Raises:
            Unavailable: the page does not answer.
        """
        steps = chosen_there(workflow)
        if not steps:
            return {}
        async with self._window(workflow) as window, _page(window) as page:
            await open_page(page, candidate.url, workflow.sites)
            async with within(STEP):
                return await offered(page, steps)

    async def read(self, url: str, sites: tuple[str, ...]) -> tuple[str, str, str, list[tuple[str, str]]]:
        """One page, logged out and reading only: its final address, title, visible text, and links as (address, text).

        Args:
            sites: origins that it may be on, and that its links may lead to; the others' links are left out.

        Raises:
            LeftSite: the address, or where it led, is on none of them.
            Unavailable: it does not answer.
        """
        async with self._window(_reading(sites)) as window, _page(window) as page, within(STEP):
            await open_page(page, url, sites)
            await settle(page, sites)
            title, text = await page.title(), await page.inner_text("body")
            anchors: list[list[str]] = await page.eval_on_selector_all(
                "a[href]:not(svg *)", "l => l.map(a => [a.href, a.innerText])"
            )
        return page.url, title, text, [(to, said.strip()) for to, said in anchors if said.strip() and among(to, sites)]

    async def picture(self, url: str, sites: tuple[str, ...]) -> bytes | None:
        """The picture that a page shows of its thing, as JPEG bytes; None where it shows none.

        Raises:
            LeftSite: the address is on none of the sites.
            Unavailable: it does not answer.
        """
        async with self._window(_reading(sites)) as window, _page(window) as page:
            await open_page(page, url, sites)
            return await portrait(page)

    async def _collected(self, page: Page, step: BoundStep) -> tuple[Candidate, ...]:
        repeated = controls.repeated(await narrowed(Part.whole(page), step.places), step.target)
        try:
            await repeated.first.wait_for(state="attached", timeout=_FIRST * 1000)
        except PlaywrightTimeout:
            return ()
        async with within(STEP):
            seen, html = await repeated.evaluate_all(SEE), await page.content()
        return await asyncio.to_thread(candidates, page.url, html, seen, self._now())

    async def _closer(
        self, window: Window, workflow: Workflow, candidate: Candidate, gate: asyncio.Semaphore
    ) -> Candidate | Unavailable:
        async with gate:
            try:
                async with _page(window) as page:
                    await open_page(page, candidate.url, workflow.sites)
                    async with within(STEP):
                        html, text = await page.content(), await page.inner_text("body")
                    looked = await asyncio.to_thread(merged, candidate, html, page.url, text, self._now())
                    keeps = [step for step in workflow.search if step.verb is Verb.KEEP]
                    return with_kept(looked, await read(page), keeps) if keeps else looked
            except Unavailable as away:
                return away

    @asynccontextmanager
    async def _window(self, workflow: Workflow) -> AsyncIterator[Window]:
        policy = Policy(workflow.name, workflow.sites, workflow.requests)
        async with self._one_at_a_time, AsyncExitStack() as stack:
            if workflow.signed_in_search:
                window = await stack.enter_async_context(self._signed_in(workflow, policy))
            else:
                window = await self._kept_warm()
                window.barrier.begin(policy, Phase.SEARCH)
                stack.callback(window.barrier.begin, None, Phase.SEARCH)
            yield window

    def _signed_in(self, workflow: Workflow, policy: Policy) -> AbstractAsyncContextManager[Window]:
        if self._profile is None:
            raise BadInput(f"{workflow.name} searches logged in, and no profile is set.", "Name its folder.")
        return open_profile(self._settings, self._profile, policy, Phase.SEARCH, driver=self._driver)

    async def _kept_warm(self) -> Window:
        if self._warm is None or not self._warm.alive:
            await self._stack.aclose()
            self._warm = await self._stack.enter_async_context(open_clean(self._settings, self._driver))
        return self._warm

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")


def _reading(sites: tuple[str, ...]) -> Workflow:
    """What a page is read under where no workflow searches: these sites, and nothing may be sent."""
    return Workflow("read", "", "", "", "", (), sites, (), Limits())


async def _taken(
    page: Page, written: Step, step: BoundStep, window: Window, workflow: Workflow, grounding: Grounding | None
) -> None:
    try:
        await perform(page, step, workflow.sites, window.barrier)
    except Missing as missing:
        if grounding is None:
            raise
        step = await grounding.mend(page, written, step, missing)
        await perform(page, step, workflow.sites, window.barrier)


@asynccontextmanager
async def _page(window: Window) -> AsyncIterator[Page]:
    """A page of its own, closed when left; a browser's errors in plain words."""
    try:
        page = await window.context.new_page()
        try:
            yield page
        finally:
            await leave(page)
    except PlaywrightTimeout as slow:
        raise Unavailable("The site took too long to answer.", "Try again later.") from slow
    except PlaywrightError as failed:
        why = window.barrier.blamed or f"{first_line(failed)}."
        raise Unavailable(f"The site could not be read: {why}", "Try again later.") from failed
