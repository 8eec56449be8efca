"""A step that no longer fits is led to one control, while searching; a Commit never, and never to one of several."""

from __future__ import annotations

from typing import Any

import pytest

from agents.executor.bound import BoundStep
from agents.executor.ground import Grounding
from agents.executor.places import Missing
from agents.executor.search import Searcher
from agents.reasoning.port import Control
from tests.agents.executor.rig import DETAILS, WORKFLOW
from workflows.model import Step, Verb
from workflows.parse import parse

STEP = '2. Press "For our members"\n'


@pytest.fixture
def changed(shop: Any) -> Any:
    """A workflow with a step whose button has another name by now: the shop says “Log in”."""
    text = WORKFLOW.format(origin=shop.origin)
    text = text.replace("2. Collect", f"{STEP}3. Open /rooms?date={{date}}\n4. Collect").replace(
        "3. Look", "5. Look", 1
    )
    return parse(text, "reserve-room.md"), text


class Names:
    """Says which control is meant, by its name, and remembers what it was shown."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.shown: tuple[Control, ...] = ()

    async def __call__(self, step: str, controls: tuple[Control, ...]) -> str | None:
        self.shown = controls
        return next((c.ref for c in controls if c.name == self.name), "e999")


@pytest.mark.long
async def test_a_step_is_led_to_the_control_it_means_and_shown_as_a_diff(
    browser: Any, clock: Any, changed: Any, shop: Any
) -> None:
    workflow, text = changed
    names = Names("Log in")
    grounding = Grounding(names)
    async with Searcher(browser, clock) as searcher:
        found = await searcher.collect(workflow, DETAILS, grounding)
        assert [c.name for c in found] == ["Maple Room", "Birch & Sons", "Willow"]
        assert {c.role for c in names.shown} <= {"button", "link", "tab", "menuitem", "radio"}
        assert grounding.diff(workflow, text).splitlines()[3:] == ['-2. Press "For our members"', '+2. Press "Log in"']
        for nobody in (None, Grounding(Names("Nothing of that name"))):
            with pytest.raises(Missing):
                await searcher.collect(workflow, DETAILS, nobody)
    assert shop.writes() == []


class Page:
    """Never looked at."""


@pytest.mark.parametrize(
    "written",
    [
        Step(Verb.PRESS, 'press "Pay"', 1, target="Pay", commit=True),
        Step(Verb.OPEN, "Open /x", 1, target="/x"),
        Step(Verb.PRESS, 'Press "{time}"', 1, target="{time}"),
    ],
)
async def test_what_is_never_grounded(written: Step) -> None:
    bound = BoundStep(verb=written.verb, text=written.text, target=written.target, commit=written.commit)
    with pytest.raises(Missing):
        await Grounding(Names("Pay now")).mend(Page(), written, bound, Missing("gone"))  # type: ignore[arg-type]
