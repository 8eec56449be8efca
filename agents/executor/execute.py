"""The executor: `execute(mandate_id)` is the only way to an irreversible control."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from sqlalchemy.ext.asyncio import AsyncEngine

from agents.executor import ledger
from agents.executor.barrier import Phase, Policy
from agents.executor.browser import Window, open_profile
from agents.executor.chrome import BrowserSettings
from agents.executor.driver import Driver
from agents.executor.failpoint import Failpoint, no_failpoint
from agents.executor.ledger import Entry, MandateRefused
from agents.executor.looks import Outcome, Sleep, look_until_sure
from agents.executor.page import Said, read
from agents.executor.plan import Lookup
from agents.executor.run import Lost, OnStep, Run, said_of
from agents.executor.shots import Shots
from agents.executor.tables import State
from agents.executor.takeover import Person, prepared
from agents.types import Clock, Receipt
from memory.errors import Conflict, RflowError
from memory.home import Home
from workflows.model import Workflow

_SHOWN = 20  # labelled values of a confirmation that a receipt repeats


class Executor:
    """Carries out mandates, one at a time: there is one profile.

    Args:
        lookup: the workflow of a name as its file stands now.
        driver: the one to share; None starts one with each browser.
        settle_seconds: how long a site may take until what it was sent shows; two looks are that far apart.
        sleep: waits that long.
        person: whom the window is handed to where a site wants one; None where none can be shown.
    """

    def __init__(
        self,
        *,
        database: AsyncEngine,
        home: Home,
        lookup: Lookup,
        browser: BrowserSettings,
        clock: Clock,
        driver: Driver | None = None,
        settle_seconds: float = 120,
        failpoint: Failpoint = no_failpoint,
        sleep: Sleep = asyncio.sleep,
        person: Person | None = None,
    ) -> None:
        self._database = database
        self._home: Path = home.root
        self._lookup = lookup
        self._browser = browser
        self._clock = clock
        self._driver = driver
        self._settle = settle_seconds
        self._failpoint = failpoint
        self._sleep = sleep
        self._person = person
        self._one_at_a_time = asyncio.Lock()
        self._worker = f"{socket.gethostname()}:{os.getpid()}"
        self._leaving: set[asyncio.Task[None]] = set()

    async def aclose(self) -> None:
        """Wait until the browsers of the runs that ended are closed."""
        await asyncio.gather(*self._leaving)

    async def execute(self, mandate_id: str, on_step: OnStep = lambda text, shot: None) -> Receipt:
        """Carry out a granted mandate, or find out what became of one that was started.

        Called again, at any time and after any crash, it never presses twice: the ledger's state decides.

        Raises:
            NotFound: there is no such mandate.
            MandateRefused: it was never granted, or another worker has taken it over.
        """
        async with self._one_at_a_time:
            entry = await self._entry(mandate_id)
            if entry.state in ledger.FINAL:
                return entry.receipt or self._never(entry)
            try:
                fence = await self._claim(entry)
            except MandateRefused as refused:
                return await self._not_claimed(entry, refused)
            self._failpoint("claimed")
            if entry.state is State.STARTED:
                receipt = await self._after_crash(entry, on_step)
            else:
                receipt = await self._carry_out(entry, fence, on_step)
            return await self._finish(entry, fence, receipt)

    async def rehearse(self, mandate_id: str, on_step: OnStep = lambda text, shot: None) -> Receipt:
        """Go through a plan on offer up to one click before Commit, which it can never press; the offer stays as it is.

        Raises:
            NotFound: there is no such mandate.
        """
        async with self._one_at_a_time:
            entry = await self._entry(mandate_id)
            try:
                async with AsyncExitStack() as stack:
                    workflow = self._workflow(entry)
                    window = await self._open(stack, workflow, Phase.REHEARSE)
                    receipt = await self._rehearsed(self._new_run(entry, None, workflow, window, on_step))
                    self._leave(stack.pop_all())
                    return receipt
            except RflowError as failed:
                return self._receipt("refused", note=str(failed))

    async def _rehearsed(self, run: Run) -> Receipt:
        try:
            await run.prepare()
            button = await run.ready()
            said, shot = await read(button.page), await run.shots.take(button.page)
        except (RflowError, PlaywrightError) as failed:
            return self._receipt("refused", run.last_shot, note=run.told_of(failed))
        last = next(step.target for step in run.bound.do if step.commit)
        note = f"Rehearsed up to one click before “{last}”: every term stands on the page. It was not pressed."
        return self._receipt("refused", shot, note=note).model_copy(update={"terms": dict(said.pairs[:_SHOWN])})

    async def _carry_out(self, entry: Entry, fence: int, on_step: OnStep) -> Receipt:
        try:
            workflow = self._workflow(entry)
            async with AsyncExitStack() as stack:
                window = await self._open(stack, workflow, Phase.PREPARE)
                receipt = await self._run(entry, fence, self._new_run(entry, fence, workflow, window, on_step))
                self._leave(stack.pop_all())
                return receipt
        except Lost:  # the browser went down with the page; its profile is free only now
            return await self._after_crash(entry, on_step)
        except MandateRefused as refused:
            if refused.why == "fenced":
                raise  # the run that took over tells what came of it
            return self._receipt("refused", note=str(refused))
        except RflowError as failed:
            return self._receipt("refused", note=str(failed))

    async def _run(self, entry: Entry, fence: int, run: Run) -> Receipt:
        """Everything up to the click may fail with nothing done; from the click on nothing may but be looked up."""
        try:
            self._failpoint("browser-open")
            button = await prepared(run, self._person, entry.conversation, await self._references())
            self._failpoint("before-start")
            await self._start(entry, fence)
        except (RflowError, PlaywrightError) as failed:
            if isinstance(failed, MandateRefused) and failed.why == "fenced":
                raise
            shot = await run.shots.take(await run.window.page()) if await run.window.responds() else None
            return self._receipt("refused", shot or run.last_shot, note=run.told_of(failed))
        self._failpoint("started")
        try:
            await run.press(button)
            said = await run.receive()
        except Exception as failed:  # noqa: BLE001 (whatever went wrong after the click, only a look can tell)
            return await self._look_up(entry, run, said_of(failed))
        self._failpoint("received")
        if not run.kept:
            return await self._look_up(entry, run, "The workflow keeps nothing that shows what was done.")
        if not run.close_barrier():
            return await self._look_up(entry, run, "The page looks done, but its request never left the browser.")
        return self._done(run.kept, said, run.last_shot, "; ".join(run.surprises(said)))

    async def _look_up(self, entry: Entry, run: Run, lost: str) -> Receipt:
        """The click was made, its outcome was not seen."""
        sent = run.close_barrier()
        if not await run.window.responds():
            raise Lost(lost)
        if not sent:
            note = f"{lost} Nothing had left the browser, and nothing will. {run.window.barrier.blamed}".strip()
            return self._receipt("refused", run.last_shot, note=note)
        run.on_step(f"{lost} I look whether it was done.", None)
        return self._told(entry, await self._looks(entry, run.workflow, run.window), lost)

    async def _after_crash(self, entry: Entry, on_step: OnStep) -> Receipt:
        """STARTED, and whoever started it is gone: look, never press."""
        note = "The run ended between the record and the receipt."
        try:
            workflow = self._workflow(entry)
            on_step("A run of this plan was cut off. I look whether it was done.", None)
            async with AsyncExitStack() as stack:
                outcome = await self._looks(entry, workflow, await self._open(stack, workflow, Phase.CHECK))
        except RflowError as failed:
            outcome = Outcome("unknown", why=str(failed))
        return self._told(entry, outcome, note)

    async def _looks(self, entry: Entry, workflow: Workflow, window: Window) -> Outcome:
        before = await self._references()
        return await look_until_sure(window, workflow, entry.bound, before, self._settle, self._sleep)

    async def _references(self) -> frozenset[str]:
        """A record with one of these is an older booking of the same kind."""
        async with self._database.connect() as conn:
            return await ledger.references(conn)

    def _told(self, entry: Entry, outcome: Outcome, note: str) -> Receipt:
        if outcome.state == "done" and outcome.record is not None:
            reference = self._reference(entry, outcome.record)
            kept = {"reference": reference} if reference else {}
            return self._done(kept, outcome.record, None, f"{note} The site lists it: it was done.")
        if outcome.state == "refused":
            return self._receipt(
                "refused", note=f"{note} Two looks, {self._settle:g} s apart, did not find it: not done."
            )
        where = " ".join(step.text for step in entry.bound.check) or f"Look on {entry.mandate.plan.origin}."
        return self._receipt(
            "unknown", note=f"{note} Whether it was done cannot be told: {outcome.why}. To check by hand: {where}"
        )

    @staticmethod
    def _reference(entry: Entry, record: Said) -> str | None:
        labels = [step.target for step in entry.bound.do if step.value == "reference"]
        return next((value for label in labels for value in record.labelled(label)), None)

    def _done(self, kept: dict[str, str], said: Said, shot: str | None, note: str) -> Receipt:
        terms: dict[str, str | None] = dict(said.pairs[:_SHOWN])
        return self._receipt("done", shot, note=note).model_copy(
            update={"terms": terms, "reference": kept.get("reference") or next(iter(kept.values()), None)}
        )

    def _receipt(self, state: str, shot: str | None = None, *, note: str = "") -> Receipt:
        at = self._clock().isoformat(timespec="seconds")
        return Receipt.model_validate({"state": state, "screenshot": shot, "at": at, "note": note})

    def _never(self, entry: Entry) -> Receipt:
        how = (
            "was stopped, or a newer plan took its place"
            if entry.state is State.CANCELLED
            else "was not granted in time"
        )
        return self._receipt("refused", note=f"This plan {how}: nothing was done.")

    def _new_run(self, entry: Entry, fence: int | None, workflow: Workflow, window: Window, on_step: OnStep) -> Run:
        """A run under a claim, or, without its fencing number, of a plan that is only on offer."""

        async def guard() -> None:
            async with self._database.connect() as conn:
                if fence is None:
                    await ledger.still_offered(conn, entry.id, self._clock())
                else:
                    await ledger.still_ours(conn, entry.id, fence, self._clock())

        shots = Shots(self._home, f"runs/{entry.task}")
        files = self._home / "documents"
        return Run(entry.bound, workflow, window, shots, guard, on_step, self._failpoint, files)

    async def _open(self, stack: AsyncExitStack, workflow: Workflow, phase: Phase) -> Window:
        policy, profile = Policy(workflow.name, workflow.sites, workflow.requests), self._home / "state" / "profile"
        return await stack.enter_async_context(open_profile(self._browser, profile, policy, phase, driver=self._driver))

    def _leave(self, stack: AsyncExitStack) -> None:
        """Close the browser while the receipt is told; the profile's lock keeps the next run waiting until then."""
        closing = asyncio.ensure_future(stack.aclose())
        self._leaving.add(closing)
        closing.add_done_callback(self._leaving.discard)

    def _workflow(self, entry: Entry) -> Workflow:
        workflow = self._lookup(entry.bound.workflow)
        if workflow is None or workflow.hash != entry.mandate.plan.workflow_hash:
            raise Conflict(
                f"The workflow {entry.bound.workflow} is not the file that the plan was made from.",
                "Ask for a new plan.",
            )
        return workflow

    async def _entry(self, mandate_id: str) -> Entry:
        async with self._database.connect() as conn:
            return await ledger.get(conn, mandate_id)

    async def _claim(self, entry: Entry) -> int:
        async with self._database.begin() as conn:
            return await ledger.claim(conn, entry.id, self._worker, self._clock())

    async def _start(self, entry: Entry, fence: int) -> None:
        async with self._database.begin() as conn:
            await ledger.start(conn, entry.id, fence, self._clock())

    async def _not_claimed(self, entry: Entry, refused: MandateRefused) -> Receipt:
        if refused.why not in {"expired", "cancelled"}:
            raise refused
        async with self._database.begin() as conn:
            await ledger.expire(conn, self._clock())
        return self._receipt("refused", note=str(refused))

    async def _finish(self, entry: Entry, fence: int, receipt: Receipt) -> Receipt:
        """Record the end. A run that the person stopped has its end in the ledger already."""
        self._failpoint("before-finish")
        state = State(receipt.state.upper())
        try:
            async with self._database.begin() as conn:
                await ledger.finish(conn, entry.id, fence, state, receipt, self._clock())
        except MandateRefused as refused:
            if refused.why != "cancelled":
                raise
        self._failpoint("finished")
        return receipt
