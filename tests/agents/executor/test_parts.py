"""Parts of pages, calendars, branches and lists, on pages that a test writes; each opens one browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agents.executor.barrier import Barrier, Phase, Policy
from agents.executor.bound import BoundStep, bound_steps
from agents.executor.browser import open_clean
from agents.executor.chrome import BrowserSettings
from agents.executor.gather import with_kept
from agents.executor.page import Said
from agents.executor.places import Ambiguous, Missing
from agents.executor.steps import perform
from agents.types import Candidate
from memory.errors import Conflict, RflowError
from workflows.model import Limits, Requests, Step, Verb, Workflow
from workflows.steps import parse_step

PARTS = """
<section aria-label="Window seats"><h2>By the window</h2><button onclick="out.value += 'window,'">Add</button></section>
<section><h2>By the door</h2><button onclick="out.value += 'door,'">Add</button></section>
<table><tr><th>Room</th><th></th></tr>
<tr><td>Larch</td><td><button onclick="out.value += 'larch,'">Take</button></td></tr>
<tr><td>Larch and Elm</td><td><button onclick="out.value += 'elm,'">Take</button></td></tr></table>
<ul><li>Rye <button onclick="out.value += 'rye,'">Add</button></li><li>Oat <button>Add</button></li></ul>
<dialog id=d1 open><h3>Options</h3><button onclick="out.value += 'dialog,'">Add</button></dialog>
<iframe title="Card" srcdoc="<label>Number <input id=n></label>"></iframe>
<output id=out></output>
"""
CALENDAR = """
<label>Arrive <input id=in readonly aria-haspopup=dialog></label> <label>Stay <input id=both readonly></label>
<p>Last seen <time datetime="2026-03-04">4 March 2026</time></p>
<label>Born <input type=date id=born></label> <label>Other <input id=other></label>
<div role=dialog aria-label="Choose a day" id=cal hidden>
<button id=prev aria-label="Previous month">‹</button><b id=title></b><button id=next aria-label="Next month">›</button>
<button aria-label="Next year">»</button><table><tbody id=days></tbody></table></div>
<script>
const MONTHS = ['November 2026', 'December 2026', 'January 2027'], LENGTH = [30, 31, 31];
const FULL = ['2026-11-', '2026-12-', '2027-01-'];
let at = 0, into = null, first = null;
const draw = () => {
  title.textContent = MONTHS[at];
  days.innerHTML = '<tr>' + Array.from({length: LENGTH[at]}, (_, i) =>
    `<td><button class=day ${at === 1 && i === 24 ? 'disabled' : ''}>${i + 1}</button></td>`).join('') + '</tr>';
  for (const b of document.querySelectorAll('.day')) b.onclick = () => {
    const day = FULL[at] + b.textContent.padStart(2, '0');
    if (into.id === 'both' && !first) { first = day; return; }
    into.value = first ? first + ' to ' + day : day; first = null; cal.hidden = true;
  };
};
for (const f of [document.getElementById('in'), both])
  f.onclick = () => { into = f; cal.hidden = false; at = 0; draw(); };
prev.onclick = () => { if (at) at--; draw(); };
next.onclick = () => { if (at < 2) at++; setTimeout(draw, 50); };
</script>
"""
LIST = """
<p>Your cart</p><div role=dialog aria-label="Cookies" id=banner>We use cookies <button onclick="banner.remove()">
No thanks</button></div>
<table id=t><thead><tr><th>What</th><th></th></tr></thead></table><output id=out></output>
<label>Passenger 1 <input class=p></label><label>Passenger 2 <input class=p></label>
<script>for (const n of ['Tea', 'Rice', 'Salt']) { const r = t.insertRow(); r.innerHTML =
  `<td>${n}</td><td><button aria-label="Remove ${n}">x</button></td>`;
  r.querySelector('button').onclick = () => { out.value += n + ','; r.remove(); }; }</script>
"""


@pytest.fixture
async def page(shop: Any) -> AsyncIterator[Any]:
    async with open_clean(BrowserSettings(show="headless", timeout=0.7)) as window:
        window.barrier.begin(Policy("w", (shop.origin,), Requests()), Phase.PREPARE)
        found = await window.page()
        await found.goto(f"{shop.origin}/rooms", timeout=5000)

        async def take(line: str, files: Path | None = None, **values: str) -> str:
            said = ""
            for step in bound(line, files, **values):
                said = await perform(found, step, (shop.origin,), window.barrier, files=files)
            return said

        found.take = take
        yield found


def bound(line: str, files: Path | None = None, **values: str) -> tuple[BoundStep, ...]:
    """The line as it would be taken with these values."""
    step = parse_step(line, 1)
    assert isinstance(step, Step), step
    workflow = Workflow("w", "", "w.md", "", "W", (), (), (), Limits())
    return bound_steps(workflow, (step,), values, files)


async def test_a_step_keeps_to_its_part_of_the_page(page: Any) -> None:
    await page.set_content(PARTS)
    for line in (
        'Press "Add" in the section "Window seats"',
        'Press "Add" in the section "By the door"',
        'Press "Add" in the dialog "Options"',
        'Press "Add" in the dialog',
        'Press "Add" in the row of "Rye"',
    ):
        await page.take(line)
    assert await page.evaluate("out.value") == "window,door,dialog,dialog,rye,"
    await page.take('Enter "4000 0000" in "Number" in the frame "Card"')
    assert await page.frames[1].evaluate("n.value") == "4000 0000"
    await page.take('Press "Take" in the row of "Larch and Elm"')
    for line, error, said in (
        ('Press "Add"', Ambiguous, "5 things fit “Add”"),
        ('Press "Take" in the row of "Larch"', Ambiguous, "2 things fit the row of “Larch”"),
        ('Press "Add" in the section "By the stairs"', Missing, "“Window seats”"),
        ('Press "Pay" in the dialog "Options"', Missing, "dialog “Options”"),
        ('Enter "1" in "Name" in the frame "Card"', Missing, "“Number”"),
    ):
        with pytest.raises(error) as raised:
            await page.take(line)
        assert said in str(raised.value)
    assert (await page.evaluate("out.value")).endswith("rye,elm,")


@pytest.mark.long
async def test_days_are_picked_where_a_calendar_shows_them(page: Any) -> None:
    await page.set_content(CALENDAR)
    await page.take('Pick {day} in "Arrive"', day="2027-01-02")
    await page.take('Pick 2026-12-04 until 2026-12-06 in "Stay"')
    await page.take('Pick 1988-02-29 in "Born"')
    values = await page.evaluate("[document.getElementById('in').value, both.value, born.value]")
    assert values == ["2027-01-02", "2026-12-04 to 2026-12-06", "1988-02-29"]
    for line, error, said in (
        ('Pick 2026-12-25 in "Arrive"', Conflict, "2026-12-25 cannot be chosen"),
        ('Pick 2027-03-01 in "Arrive"', Missing, "does not turn on to 2027-03-01; it shows 2027-01-01"),
        ('Pick 2026-10-01 in "Arrive"', Missing, "does not turn on to 2026-10-01"),
        ('Pick 2026-12-01 in "Other"', Missing, "No calendar opens at “Other”"),
        ('Pick 2026-12-01 until 2026-12-03 in "Born"', RflowError, "holds one day"),
    ):
        await page.evaluate("cal.hidden = true")
        with pytest.raises(error) as raised:
            await page.take(line)
        assert said in str(raised.value)


@pytest.mark.long
async def test_the_page_decides_between_two_steps_and_how_often_within_its_bound(page: Any) -> None:
    await page.set_content(LIST)
    said = await page.take('If the page says "We use cookies", press "No thanks"; otherwise press "Nothing"')
    assert said == 'As the page says “We use cookies”: Press "No thanks"'
    assert (await page.take('If the page says "We use cookies", press "No thanks"')).startswith("Nothing to do, as")
    await page.take('If the page does not say "Passenger 3", enter "Bo" in "Passenger 2"')
    await page.take('For each of {names}, at most 3: enter {each} in "Passenger {each.number}"', names="Ada, Eve")
    assert await page.evaluate("[...document.querySelectorAll('.p')].map(e => e.value)") == ["Ada", "Eve"]
    with pytest.raises(Conflict, match=r"3 things fit “row”.*the plan allows 2"):
        await page.take('For each "row", at most 2: press "Remove"')
    assert await page.evaluate("out.value") == ""
    assert "(3 taken)" in await page.take('For each "row", at most 5: press "Remove"')
    assert await page.evaluate("out.value") == "Tea,Rice,Salt,"
    assert "(0 taken)" in await page.take('For each "row", at most 5: press "Remove"')
    with pytest.raises(RflowError, match="at most 1, and there are 2 entries"):
        await page.take('For each of {names}, at most 1: press "{each}"', names="a and b")


async def test_a_page_is_scrolled_and_left_again(page: Any, shop: Any) -> None:
    await page.set_content(
        "<main id=m></main><script>const more = () => { for (let i = 0; i < 30; i++) m.append(Object.assign("
        "document.createElement('p'), {textContent: 'Line ' + m.children.length})) }; more();"
        "addEventListener('scroll', () => { if (m.children.length < 90) setTimeout(more, 10) })</script>"
    )
    await page.take("Scroll to the end")
    assert await page.evaluate("m.children.length") == 90
    await page.take('Scroll to "Line 3"')
    assert await page.evaluate("scrollY") < 300
    await page.take("Open " + f"{shop.origin}/rooms/maple")
    await page.take("Go back")
    assert page.url == f"{shop.origin}/rooms"


async def test_a_file_is_given_as_it_was_when_the_plan_was_made(page: Any, shop: Any, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("as planned")
    field = "<input type=file onchange='this.files[0].text().then(t => out.value += t)'>"
    await page.set_content(
        f"<label>Letter {field}</label><label for=h>Add a picture</label>"
        f"<input type=file id=h style='display:none'><output id=out></output>"
    )
    await page.take('Upload "letter.txt" to "Letter"', tmp_path)
    await page.wait_for_function("out.value === 'as planned'")
    await page.take('Upload "letter.txt" to "Add a picture"', tmp_path)
    assert await page.evaluate("h.files[0].name") == "letter.txt"
    (step,) = bound('Upload "letter.txt" to "Letter"', tmp_path)
    (tmp_path / "letter.txt").write_text("as changed")
    with pytest.raises(Conflict, match="changed after the plan"):
        await perform(page, step, (shop.origin,), Barrier(), files=tmp_path)
    for name, said in (("none.txt", "There is no file"), ("../x", "is not in"), ("/etc/hostname", "is not in")):
        with pytest.raises(RflowError, match=said):
            bound(f'Upload "{name}" to "Letter"', tmp_path)


def test_a_price_is_kept_from_the_page_where_it_is_one_amount() -> None:
    found = Candidate(id="c1", name="Larch", url="http://s/1", seen_at="")
    steps = [
        Step(Verb.KEEP, "", 1, target="In all", value="price"),
        Step(Verb.KEEP, "", 2, target="Deposit", value="deposit"),
    ]
    said = Said(pairs=(("In all", "€1,204.50"), ("Deposit", "50 EUR")))
    kept = with_kept(found, said, steps)
    assert (kept.price, kept.facts["deposit"]) == ({"amount": "1204.50", "currency": "EUR"}, "50 EUR")
    for vague in ("from 20 EUR", "20 EUR or 30 EUR", ""):
        assert with_kept(kept, Said(pairs=(("In all", vague),)), steps).price is None
