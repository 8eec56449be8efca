"""What the page of a choice offers, read in a browser that only looks."""

from __future__ import annotations

from typing import Any

from agents.executor.browser import open_clean
from agents.executor.chrome import BrowserSettings
from agents.executor.options import Offered, chosen_there, offered
from workflows.model import Detail, DetailType, Limits, Step, Workflow
from workflows.steps import parse_step

DO = (
    "Open /cart",
    'Choose {before} in "Before"',
    "Open {choice.url}",
    'Choose {size} in "Size"',
    'Choose {colour} in "Colour"',
    'Choose {finish} in "Finish"',
    'Choose {wrap} in "Wrapping"',
    'Choose "M" in "Size"',
    'Choose {guests} in "Size"',
    'Enter {quantity} in "Quantity"',
    'Press "Add"',
    'Choose {delivery} in "Delivery"',
)
PAGE = """
<label>Size <select><option value="">Please choose</option><option>S</option><option disabled>M</option>
<option>L</option></select></label>
<fieldset><legend>Colour</legend><label><input type=radio name=c> Moss  green</label>
<label><input type=radio name=c disabled> Plum</label></fieldset>
<label>Wrapping <select><option>None</option><option>Paper</option></select></label>
"""


async def test_what_the_page_offers_is_read_by_detail() -> None:
    steps = tuple(step for n, line in enumerate(DO) if isinstance(step := parse_step(line, n), Step))
    texts = ("before", "size", "colour", "finish", "wrap", "delivery")
    details = (*(Detail(name, DetailType.TEXT, "?") for name in texts), Detail("guests", DetailType.COUNT, "?"))
    there = chosen_there(Workflow("w", "", "w.md", "", "W", (), (), details, Limits(), do=steps))
    assert list(there) == ["size", "colour", "finish", "wrap"]
    async with open_clean(BrowserSettings(show="headless", timeout=5)) as window:
        page: Any = await window.page()
        await page.set_content(PAGE)
        assert await offered(page, there) == {
            "size": Offered(texts=("S", "L"), open=True),
            "colour": Offered(texts=("Moss green",), open=True),
            "finish": Offered(),
            "wrap": Offered(texts=("None", "Paper"), open=False),
        }
