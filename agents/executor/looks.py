"""Looks: after a click whose outcome is not known, the workflow's Check tells; nothing is ever pressed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from agents.executor.account import require_account
from agents.executor.barrier import Phase
from agents.executor.bound import BoundStep
from agents.executor.bounds import leave
from agents.executor.browser import Window
from agents.executor.page import Said
from agents.executor.plan import BoundPlan
from agents.executor.records import find_record
from agents.executor.run import Lost
from agents.executor.steps import first_line, perform, settle
from memory.errors import RflowError
from workflows.model import Verb, Workflow

Sleep = Callable[[float], Awaitable[None]]

_MOST = 4  # looks, the settle time apart: a site that answers none of them is told as unknown


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the looks told: done, refused (absent twice) or unknown, with what was seen last."""

    state: Literal["done", "refused", "unknown"]
    record: Said | None = None
    why: str = ""


async def look_until_sure(
    window: Window,
    workflow: Workflow,
    bound: BoundPlan,
    before: frozenset[str],
    settle_seconds: float,
    sleep: Sleep,
) -> Outcome:
    """Look, and look again after the site's settle time, until it is found or absent in two looks in a row.

    Args:
        before: references of what was done under other mandates: a record with one of them is not this one.

    Raises:
        Lost: the browser ended meanwhile; another may look.
    """
    window.barrier.phase = Phase.CHECK
    absent, why = 0, "the workflow has no Check"
    for number in range(_MOST if bound.check else 0):
        if number:
            await sleep(settle_seconds)
        found, why = await _look(window, workflow, bound, before)
        if isinstance(found, Said):
            return Outcome("done", found)
        if found is None and not await window.responds():
            raise Lost("The browser ended while it looked.")
        absent = absent + 1 if found is False else 0
        if absent == 2:
            return Outcome("refused", why=why)
    return Outcome("unknown", why=why)


async def look_beside(
    window: Window, workflow: Workflow, bound: BoundPlan, before: frozenset[str], beside: Page
) -> tuple[Said | bool | None, str]:
    """One look in a page of its own, while the page beside it stays as it is."""
    window.barrier.phase = Phase.CHECK
    return await _look(window, workflow, bound, before, (beside,))


async def _look(
    window: Window, workflow: Workflow, bound: BoundPlan, before: frozenset[str], beside: tuple[Page, ...] = ()
) -> tuple[Said | bool | None, str]:
    """The record, False where it is absent for sure, None where that cannot be told; and what was seen."""
    try:
        page, stay = await window.context.new_page(), (*window.kept, *beside)
        for other in [p for p in window.context.pages if p not in (page, *stay)]:
            await leave(other)  # what it may still be sending is no longer ours to send
        found: Said | bool | None = False
        for step in bound.check:
            if step.verb is Verb.LOOK_FOR:
                found = await _find(page, workflow, bound, step, before, stay)
            else:
                await perform(page, step, workflow.sites, window.barrier, beside=stay)
        if beside:
            await leave(page)
        return found, "it is not there" if found is False else f"{page.url} cannot be read for sure"
    except (RflowError, PlaywrightError) as failed:
        return None, first_line(failed)


async def _find(
    page: Page, workflow: Workflow, bound: BoundPlan, step: BoundStep, before: frozenset[str], beside: tuple[Page, ...]
) -> Said | bool | None:
    await settle(page, workflow.sites, beside)
    if workflow.account:
        await require_account(page, workflow.account, bound.plan.account_label)
    return await find_record(page, step.terms, before)
