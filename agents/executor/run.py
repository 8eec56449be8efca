"""One run of a plan in an open browser: the steps up to Commit, the one click, and what the page says then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page, Response

from agents.executor import controls
from agents.executor.account import require_account
from agents.executor.barrier import Phase
from agents.executor.bound import BoundStep, Term
from agents.executor.bounds import STEP, within
from agents.executor.browser import Window
from agents.executor.failpoint import Failpoint
from agents.executor.page import Said, read
from agents.executor.places import Part, narrowed
from agents.executor.plan import BoundPlan
from agents.executor.shots import Shots
from agents.executor.steps import first_line, perform, settle
from agents.executor.verify import check_some, check_terms, difference
from memory.errors import BadInput, RflowError, Unavailable
from workflows.model import Verb, Workflow

OnStep = Callable[[str, str | None], None]
"""Told of each step as it is done: a sentence, and the screenshot's path relative to home."""

Guard = Callable[[], Awaitable[None]]
"""Raises where the person has stopped the run, or another has taken it over."""


class Lost(Unavailable):
    """After the click the page did not say what came of it."""


@dataclass(slots=True)
class Run:
    """What one run holds."""

    bound: BoundPlan
    workflow: Workflow
    window: Window
    shots: Shots
    guard: Guard
    on_step: OnStep
    failpoint: Failpoint
    files: Path | None = None
    kept: dict[str, str] = field(default_factory=dict)
    last_shot: str | None = None
    _at: int = 1  # the step that is being taken
    _told: int = 0  # how many of the barrier's stops were told
    _showing: asyncio.Task[None] | None = None

    @property
    def _before(self) -> Iterator[BoundStep]:
        for step in self.bound.do:
            if step.commit:
                return
            yield step

    @property
    def _commit(self) -> BoundStep:
        return next(step for step in self.bound.do if step.commit)

    @property
    def _after(self) -> tuple[BoundStep, ...]:
        return self.bound.do[self.bound.do.index(self._commit) + 1 :]

    @property
    def _terms(self) -> tuple[Term, ...]:
        return tuple(term for step in self._before if step.verb is Verb.CHECK_THAT for term in step.terms)

    async def prepare(self, from_here: bool = False) -> None:
        """Every step before Commit, each after a look whether the person has stopped it.

        Args:
            from_here: begin with the step that did not work before, on the page that is there now.

        Raises:
            SignedOut, TermsDiffer, Ambiguous, Missing, LeftSite, Unavailable: why it ends here, nothing being done.
        """
        page = await self.window.page()
        self._at = self._at if from_here else 1
        for number, step in list(enumerate(self._before, 1))[self._at - 1 :]:
            self._at = number
            said = await self._one_before(page, step)
            if number == 1:
                await self._check_account(page)
            self._tell(said, page)
            self.failpoint(f"step-{number}")

    async def _one_before(self, page: Page, step: BoundStep) -> str:
        if step.verb not in (Verb.CHECK_THAT, Verb.MAKE_SURE):
            sites, barrier, kept = self.workflow.sites, self.window.barrier, self.window.kept
            return await perform(page, step, sites, barrier, self._before_touching, self.files, kept)
        await self._before_touching()
        said = await self._read(page, step.terms)
        if step.verb is Verb.CHECK_THAT:
            check_terms(said, step.terms, self.bound.plan)
        else:  # a cart that is looked at has no total yet that could be compared
            check_some(said, step.terms, self.bound.plan)
        return step.text

    async def ready(self) -> Locator:
        """The control of the Commit, on a page that says every term, read just now.

        Raises:
            SignedOut, TermsDiffer, Ambiguous, Missing: as `prepare`.
        """
        page = await self.window.page()
        await settle(page, self.workflow.sites, self.window.kept)
        step = self._commit
        try:
            async with within(STEP):
                part = await narrowed(Part.whole(page), step.places)
                button = await controls.to_press(part, step.target, role=step.role, kind=step.target_type, exact=True)
                await button.click(trial=True)  # whether it can be pressed is found out before anything is recorded
        except PlaywrightError as failed:
            raise Unavailable(f"“{step.target}” cannot be pressed: {first_line(failed)}.", "Try again.") from failed
        await self._before_touching()
        check_terms(await self._read(page, self._terms), self._terms, self.bound.plan)  # last of all
        return button

    async def press(self, button: Locator) -> None:
        """The one click. Call it after the ledger holds STARTED, and never twice.

        Raises:
            Lost: the page did not come back, or with a server's error: what came of it must be looked up.
        """
        if self.window.barrier.phase is Phase.REHEARSE:
            raise BadInput("A rehearsal presses nothing that cannot be taken back.", "Give a Go to the plan.")
        page = button.page
        failed: list[int] = []
        page.on("response", lambda answer: failed.extend(_server_error(page, answer)))
        self.window.barrier.phase = Phase.COMMIT
        try:
            await button.click()
            self.failpoint("clicked")
            await page.wait_for_load_state("domcontentloaded")
        except PlaywrightError as gone:
            raise Lost(f"After “{self._commit.target}” the page was lost: {first_line(gone)}.") from gone
        if failed:
            raise Lost(f"After “{self._commit.target}” the site answered {failed[0]}.")
        self.on_step(self._commit.text, None)

    async def receive(self) -> Said:
        """The steps after Commit; what the page says then.

        Raises:
            Lost: what was to be kept is not on the page.
        """
        page = await self.window.page()
        try:
            for step in self._after:
                await self._one_after(page, step)
            said, shot = await asyncio.gather(read(page), self.shots.take(page))
            self.last_shot = shot or self.last_shot
            return said
        except PlaywrightError as gone:
            raise Lost(f"After “{self._commit.target}” the page was lost: {first_line(gone)}.") from gone

    def told_of(self, failed: Exception) -> str:
        """Why it ends, with the request that the barrier stopped where one may be the reason."""
        return " ".join(dict.fromkeys(filter(None, (said_of(failed), self.window.barrier.blamed))))

    def surprises(self, said: Said) -> tuple[str, ...]:
        """Where the confirmation says otherwise than what was approved."""
        told = (difference(said, term, self.bound.plan) for term in self._terms if term.type != "phrase")
        return tuple(str(d) for d in told if d is not None and d.seen)

    def close_barrier(self) -> bool:
        """Let nothing more out; whether the irreversible request had left before."""
        self.window.barrier.phase = Phase.CHECK
        return bool(self.window.barrier.spent)

    async def _one_after(self, page: Page, step: BoundStep) -> None:
        if step.verb is Verb.KEEP:
            self.kept[step.value] = await self._keep(page, step.target)
        elif step.verb is Verb.WAIT_FOR:
            await page.get_by_text(step.target).filter(visible=True).first.wait_for()
        elif step.verb is not Verb.CHECK_THAT:  # what it would check is compared as `surprises`
            raise BadInput(f"“{step.text}” cannot stand after Commit.", "Take it out.")
        self.on_step(step.text, None)

    async def _keep(self, page: Page, label: str) -> str:
        await page.get_by_text(label).filter(visible=True).first.wait_for()
        values = (await read(page)).labelled(label)
        if not values:
            raise Lost(f"{page.url} names “{label}” without a value.")
        return values[0]

    async def _read(self, page: Page, terms: tuple[Term, ...]) -> Said:
        await self._check_account(page)
        try:
            return await self._patiently(page, terms)
        except PlaywrightError as failed:
            raise Unavailable(f"{page.url} cannot be read: {first_line(failed)}.", "Try again.") from failed

    async def _patiently(self, page: Page, terms: tuple[Term, ...]) -> Said:
        """What the page says once it says anything of every term: a page may fill itself in after it has loaded."""
        for _ in range(20):
            said = await read(page)
            if all((d := difference(said, term, self.bound.plan)) is None or d.seen for term in terms):
                break
            await asyncio.sleep(0.1)
        return said

    async def _check_account(self, page: Page) -> None:
        """At the first page, and again with every read-back."""
        if self.workflow.account:
            await require_account(page, self.workflow.account, self.bound.plan.account_label)

    async def _before_touching(self) -> None:
        """The person has not stopped it, and the last step's screenshot is taken."""
        if self._showing is not None:
            await self._showing
        await self.guard()

    def _tell(self, text: str, page: Page) -> None:
        """Tell a step with its screenshot, which is taken while the next control is looked for."""
        self._showing = asyncio.ensure_future(self._show(text, page))

    async def _show(self, text: str, page: Page) -> None:
        self.last_shot = await self.shots.take(page) or self.last_shot
        self.on_step(text, self.last_shot)
        stopped = self.window.barrier.stopped
        for note in (*self.window.notes, *dict.fromkeys(stop.why for stop in stopped[self._told :])):
            self.on_step(note, None)
        self.window.notes.clear()
        self._told = len(stopped)


def said_of(failed: Exception) -> str:
    """An error in a sentence."""
    return str(failed) if isinstance(failed, RflowError) else f"The browser failed: {first_line(failed)}."


def _server_error(page: Page, answer: Response) -> list[int]:
    """The status of a server's error in the page itself, not in an image of it."""
    return [answer.status] if answer.request.is_navigation_request() and answer.status >= 500 else []
