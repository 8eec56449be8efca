"""A task done once by hand, written as a workflow: the events as data, and a scripted person in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from agents.executor.page import Said
from agents.executor.plan import plan_for
from agents.executor.record import record
from agents.executor.recorded import Recorded, pressed, with_mark, written
from agents.types import Candidate
from memory.errors import BadInput
from tests.agents.executor import ferry as company
from workflows.model import Place
from workflows.parse import parse

SITE = "https://lend.example"
REVIEW = Said(
    pairs=(("Tool", "Drill"), ("From", "4 December 2026"), ("Pick-up", "10:30"), ("Days", "3"), ("Total", "12.50 EUR")),
    text="Signed in as Ada. Tool Drill From 4 December 2026 Pick-up 10:30 Days 3 Total 12.50 EUR",
)
LISTED = Said(pairs=(*REVIEW.pairs, ("Loan number", "L-77")), text="Loan number L-77")


def told(*more: Recorded) -> tuple[Recorded, ...]:
    return (
        Recorded(kind="page", url=f"{SITE}/login"),
        Recorded(kind="enter", name="E-mail", value="ada@example.com"),
        Recorded(kind="secret"),
        Recorded(kind="press", name="Log in", role="button"),
        Recorded(kind="sent", url=f"{SITE}/login", name="POST"),
        Recorded(kind="page", url=f"{SITE}/tools"),
        Recorded(kind="press", name="Reserve", role="link", place=Place("row", "Drill")),
        Recorded(kind="open", name="From"),
        Recorded(kind="press", name="Next month", role="button"),
        Recorded(kind="press", name="Friday 4 December 2026", role="button"),
        Recorded(kind="press", name="10:30", role="button"),
        Recorded(kind="choose", name="Days", value="3 days", options=("1 day", "2 days", "3 days")),
        Recorded(kind="choose", name="Case", value="None", options=("None", "Steel")),
        Recorded(kind="enter", name="Note", value='for a "shelf"'),
        Recorded(kind="tick", name="I bring it back clean"),
        Recorded(kind="sent", url=f"{SITE}/baskets/41/lines", name="POST"),
        *more,
        Recorded(kind="press", name="Borrow", role="button"),
        Recorded(kind="sent", url=f"{SITE}/loans", name="POST"),
        Recorded(kind="sent", url="https://count.example/hit", name="POST"),
        Recorded(kind="finish", url=f"{SITE}/my/loans", said=LISTED),
    )


def test_what_was_done_is_written_with_its_details_and_reads_without_fault() -> None:
    text = written("borrow-tool", f"{SITE}/tools?sort=name", told(Recorded(kind="mark", said=REVIEW)))
    workflow = parse(text, "borrow-tool.md")
    assert [(d.name, d.type) for d in workflow.details] == [
        ("from", "date"), ("time", "time"), ("days", "count"), ("case", "choice"), ("note", "text"),
    ]  # fmt: skip
    assert [step.text for step in workflow.do] == [
        "Open /tools?sort=name",
        'Press "Reserve" link in the row of "Drill"',
        'Pick {from} in "From"',
        'Press "{time}"',
        'Choose {days} in "Days"',
        'Choose {case} in "Case"',
        'Enter {note} in "Note"',
        'Tick "I bring it back clean"',
        'Check that the page says "Drill", {from}, {time}, {days}, total',
        '**Commit:** press "Borrow"',
        'Keep "Loan number" as reference',
    ]
    assert [step.text for step in workflow.check] == [
        "Open /my/loans",
        'Look for "Drill" and {from} and {time} and {days}',
    ]
    assert (workflow.account, str(workflow.limits.total), workflow.terms) == (
        "Signed in as",
        "12.50 EUR",
        {"case": "none"},
    )
    assert workflow.requests.prepare[0].path == "/baskets/*/lines"
    assert [r.path for r in workflow.requests.commit] == ["/loans"]
    assert workflow.sites == (SITE,)
    assert "not say case, so this is not read back" in text
    assert "ada@example.com" not in text


def test_the_irreversible_click_can_be_named_afterwards() -> None:
    with pytest.raises(BadInput, match="No click was marked"):
        written("borrow-tool", SITE, told())
    assert pressed(told())[-1] == "Borrow"
    text = written("borrow-tool", SITE, with_mark(told(), len(pressed(told())) - 1))
    assert '**Commit:** press "Borrow"' in text


async def test_a_site_never_seen_is_recorded_once_and_done_again(rig: Any, tmp_path: Path) -> None:
    async def person(page: Page) -> None:
        await page.get_by_role("link", name="Petrel").click()
        await page.get_by_label("Seats").first.select_option("Deck")
        await page.get_by_label("Adults").select_option("2")
        await page.get_by_label("I accept the conditions of carriage").check()
        await page.get_by_role("button", name="Continue").click()
        await page.get_by_role("button", name="The next click cannot be taken back").click()
        await page.get_by_text("Now press it").wait_for()
        await page.get_by_role("button", name="Pay now").click()
        await page.goto(page.url.partition("/basket")[0] + "/bookings")
        await page.get_by_role("button", name="Finished").click()

    with company.opened() as ferry:
        start = f"{ferry.origin}/sailings?to=Sant%20Roc&date=2026-12-05&adults=2"
        events = await record(rig.home.root, start, rig.browser, person)
        rig.workflow = parse(written("cross-again", start, events), "cross-again.md")
        assert ferry.log == ["basket", "pay"]
        ferry.basket = ""
        details = {"seats": "Saloon", "adults": 1}
        assert [d.name for d in rig.workflow.details] == list(details)
        choice = Candidate(id="c1", name=rig.workflow.title, url=ferry.origin, seen_at="2026-11-20T12:00")
        bound = plan_for(rig.workflow, details, choice, price=None, account_label="Ada Marsh", tz="Europe/Lisbon")
        receipt = await rig.execute(await rig.granted(bound))
        assert (receipt.state, receipt.reference) == ("done", "F-002"), receipt
        assert (ferry.booked[1]["Seat"], ferry.booked[1]["Passengers"]) == ("Saloon", "1")
        assert ferry.log == ["basket", "pay", "basket", "pay"]
