from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.executor.account import label, remember, sign_in_label
from agents.executor.barrier import Phase, Policy
from agents.executor.bound import BoundStep
from agents.executor.browser import open_clean
from agents.executor.chrome import BrowserMissing, BrowserSettings, find_browser, shows_window
from agents.executor.controls import to_press
from agents.executor.page import read
from agents.executor.places import Ambiguous, Missing, Part
from agents.executor.shots import Shots
from agents.executor.steps import LeftSite, perform
from memory.errors import BadInput, RflowError
from workflows.model import Requests, Verb

FORM = """
<label>Party size <select id=s><option value="">Choose</option><option value=1>1 person</option>
  <option value=2>2 people</option><option value=12>12 people</option></select></label>
<label for=d>Date</label><input type=date id=d> <label>Note <input id=n></label> <label>Note to kitchen <input></label>
<label>Password <input type=password id=p></label> <label><input type=checkbox id=c> I agree</label>
<fieldset><legend>Seat</legend><label><input type=radio name=r id=w> Window</label>
<label><input type=radio name=r> Bar</label></fieldset>
<button onclick="out.value += 'exact,'">Save</button><button onclick="out.value += 'wide,'">Save and close</button>
<button onclick="out.value += '1930,'">7:30 PM</button><button onclick="out.value += '0730,'">7:30 AM</button>
<button style="display:none">Hidden</button><button>Twin</button><button aria-label="Twin">Other</button>
<a href="#x" onclick="out.value += 'link,'">More <b>info</b></a><output id=out></output>
"""


@pytest.fixture(scope="module")
async def window() -> AsyncIterator[Any]:
    async with open_clean(BrowserSettings(show="headless", timeout=0.7)) as opened:
        yield opened


@pytest.fixture
async def page(shop: Any, window: Any) -> Any:
    window.barrier.begin(Policy("w", (shop.origin,), Requests()), Phase.PREPARE)
    found = await window.page()
    await found.goto(f"{shop.origin}/rooms", timeout=5000)
    await found.set_content(FORM)
    found.take = lambda step: perform(found, step, (shop.origin,), window.barrier)
    return found


def step(verb: Verb, target: str, value: str = "", **more: Any) -> BoundStep:
    return BoundStep(verb=verb, text=f"{verb} {value} {target}", target=target, value=value, **more)


async def test_controls_are_found_by_what_one_reads(page: Any) -> None:
    await page.take(step(Verb.CHOOSE, "Party size", "2", value_type="count"))
    await page.take(step(Verb.ENTER, "Date", "2026-11-21", value_type="date"))
    await page.take(step(Verb.ENTER, "Note", "by the window"))
    await page.take(step(Verb.TICK, "I agree"))
    await page.take(step(Verb.CHOOSE, "Seat", "Window"))
    for name in ("Save", "More info", "save and close"):
        await page.take(step(Verb.PRESS, name))
    await page.take(step(Verb.PRESS, "19:30", target_type="time"))
    values = await page.evaluate("[s.value, d.value, n.value, c.checked, w.checked, out.value]")
    assert values == ["2", "2026-11-21", "by the window", True, True, "exact,link,wide,1930,"]


@pytest.mark.parametrize(
    ("taken", "error", "said"),
    [
        (step(Verb.PRESS, "Twin"), Ambiguous, "2 things fit “Twin”"),
        (step(Verb.PRESS, "clos"), Missing, "“Save and close” (button)"),
        (step(Verb.PRESS, "Hidden"), Missing, "“Hidden” is not on"),
        (step(Verb.PRESS, "Save", role="link"), Missing, "“Save” is not on"),
        (step(Verb.PRESS, "20:30", target_type="time"), Missing, "“20:30”"),
        (step(Verb.CHOOSE, "Party size", "3", value_type="count"), Missing, "there are “Choose”, “1 person”"),
        (step(Verb.CHOOSE, "Party size", "people"), Ambiguous, "“2 people”, “12 people”"),
        (step(Verb.ENTER, "Password", "secret"), BadInput, "Passwords are yours to type"),
        (step(Verb.ENTER, "Nowhere", "x"), Missing, "“Nowhere”"),
        (step(Verb.OPEN, "http://evil.localhost/"), LeftSite, "is not on"),
        (step(Verb.OPEN, "file:///etc/passwd"), LeftSite, "is not on"),
        (step(Verb.OPEN, "javascript:alert(1)"), LeftSite, "is not on"),
        (step(Verb.PRESS, "Save", commit=True), BadInput, "Only a mandate"),
    ],
)
async def test_what_does_not_fit_is_named_and_nothing_is_pressed(page: Any, taken: Any, error: Any, said: str) -> None:
    with pytest.raises(error) as raised:
        await page.take(taken)
    assert isinstance(raised.value, RflowError)
    assert said in str(raised.value)
    assert await page.evaluate("out.value") == ""


REWORDED = """
<label>Your size: <select id=s><option value="">Select</option><option>M</option></select></label>
<label>E-mail address (required) <input id=e></label>
<fieldset><legend>PARTY SIZE</legend><label><input type=radio name=r id=two> 2 people</label>
<label><input type=radio name=r> 12 people</label></fieldset>
<button onclick="out.value += 'bag,'">Add to bag</button>
<button onclick="out.value += 'find,'">Find the times →</button>
<button onclick="out.value += 'cancel,'">Cancel booking</button>
<button id=last>Complete your booking</button><output id=out></output>
"""


async def test_names_in_other_words_are_found_and_others_are_not(page: Any) -> None:
    await page.set_content(REWORDED)
    await page.take(step(Verb.CHOOSE, "Size", "M"))
    await page.take(step(Verb.ENTER, "Email address", "a@b.example"))
    await page.take(step(Verb.CHOOSE, "Party size", "2", value_type="count"))
    for name in ("Add to cart", "Find times"):
        await page.take(step(Verb.PRESS, name))
    assert await page.evaluate("[s.value, e.value, two.checked, out.value]") == ["M", "a@b.example", True, "bag,find,"]
    for name in ("Complete", "Cancel order", "Add", "Bag"):
        with pytest.raises(Missing):
            await to_press(Part.whole(page), name, exact=True)
    with pytest.raises(Missing):  # a Commit takes no synonym
        await to_press(Part.whole(page), "Complete reservation", exact=True)
    last = await to_press(Part.whole(page), "complete booking now", exact=True)
    assert await last.get_attribute("id") == "last"
    await page.evaluate("last.insertAdjacentHTML('afterend', '<button>Complete the booking</button>')")
    with pytest.raises(Ambiguous):
        await to_press(Part.whole(page), "Complete booking", exact=True)


async def test_a_page_is_read_as_one_sees_it(page: Any) -> None:
    await page.set_content(
        """<dl><dt>Date</dt><dd>1 May</dd><dt style="display:none">Price</dt><dd style="display:none">0</dd></dl>
        <table><tr><th>Time</th><td>19:30</td></tr></table><p><b>Guests:</b> two</p><p>Room: Blue</p>
        <table><thead><tr><th>What</th><th>How many</th></tr></thead><tr><td>Tea</td><td>3</td></tr></table>
        <label>Total <output>5 EUR</output></label><h2>Review</h2><p hidden>no charge</p>
        <script type="application/ld+json">{"@type": "Thing"}</script>"""
    )
    said = await read(page)
    expected = {"Date": "1 May", "Time": "19:30", "Guests": "two", "Room": "Blue", "What": "Tea", "How many": "3"}
    assert {k: v for k, v in said.pairs if k in expected} == expected
    assert said.labelled("price") == ()
    assert said.labelled("total 5 eur") or said.labelled("Total")
    assert said.labelled("Your room") == ("Blue",)
    assert said.headings == ("Review",)
    assert said.things == ({"@type": "Thing"},)
    assert "no charge" not in said.text


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<p>Signed in as <b>Ada  Marsh</b> · <a>Log out</a></p>", "Ada Marsh"),
        ("<p>signed in as: Ada Marsh</p><p>x</p>", "Ada Marsh"),
        ("<p hidden>Signed in as Eve</p><p>Log in</p>", None),
        ("<p>Log in</p>", None),
    ],
)
async def test_the_account_is_what_the_page_shows(page: Any, html: str, name: str | None) -> None:
    await page.set_content(html)
    assert await sign_in_label(page, "Signed in as") == name


async def test_no_picture_is_taken_where_a_secret_is_typed(page: Any, tmp_path: Any) -> None:
    shots = Shots(tmp_path, "runs/t")
    assert await shots.take(page) is None
    assert list(tmp_path.iterdir()) == []
    await page.set_content("<p>harmless")
    assert await shots.take(page) == "runs/t/01.png"
    assert (tmp_path / "runs/t/01.png").read_bytes().startswith(b"\x89PNG")
    assert await Shots(tmp_path, "runs/t").take(page) == "runs/t/02.png"  # a later run keeps the pictures of this one


def test_accounts_are_remembered_by_origin(tmp_path: Any) -> None:
    remember(tmp_path, "http://a.example:80/login", "Ada")
    assert label(tmp_path, ["http://b.example", "http://a.example"]) == "Ada"
    remember(tmp_path, "http://a.example", None)
    assert label(tmp_path, ["http://a.example"]) is None


def test_a_browser_is_looked_for_and_its_absence_is_said(tmp_path: Any) -> None:
    chrome = tmp_path / "chromium"
    chrome.write_text("#!/bin/sh\n")
    chrome.chmod(0o755)
    assert find_browser(chrome, "", {}) == chrome
    assert find_browser(None, "", {"PATH": str(tmp_path)}) == chrome
    with pytest.raises(BrowserMissing, match="RFLOW_BROWSER_PATH"):
        find_browser(tmp_path / "none", "", {})


def test_a_window_is_shown_where_there_is_a_screen() -> None:
    assert shows_window("window", {})
    assert not shows_window("headless", {"DISPLAY": ":0"})
    assert shows_window("auto", {"WAYLAND_DISPLAY": "w"})
