"""Options: what the page of one thing lets one choose, read without touching it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from playwright.async_api import Page

from agents.executor import controls
from agents.executor.forms import clean
from agents.executor.places import Ambiguous, Missing, Part, narrowed
from agents.types import Frozen
from workflows.bind import CHOICE_URL
from workflows.model import DetailType, Step, Verb, Workflow

_MOMENT = 500  # milliseconds in which a list may still appear on a page that has loaded
_READ = """
e => {
  const radios = 'input[type=radio], [role=radio], [role=option]';
  const all = e.tagName === 'SELECT' ? [...e.options] : [...e.querySelectorAll(radios)];
  const is = (o, state) => o[state] || o.getAttribute('aria-' + state) === 'true';
  const said = o => o.label || o.labels?.[0]?.innerText || o.getAttribute('aria-label') || o.innerText || '';
  const free = all.filter(o => !is(o, 'disabled') && !(o.tagName === 'OPTION' && o.value === ''));
  return {texts: free.map(said), open: !free.some(o => is(o, 'selected') || is(o, 'checked'))};
}
"""


class Offered(Frozen):
    """What a page offers for one detail.

    Attributes:
        texts: what can be chosen, as one reads it; none where the thing does not come in several.
        open: the page has chosen nothing by itself.
    """

    texts: tuple[str, ...] = ()
    open: bool = False


def chosen_there(workflow: Workflow) -> dict[str, Step]:
    """By detail, the steps of Do that choose it on the page of the choice, before anything is pressed there.

    Only a text may be in the page's words: a count, a date or one of the file's own options means more than it says.
    """
    texts = {f"{{{detail.name}}}": detail.name for detail in workflow.details if detail.type is DetailType.TEXT}
    there = (step for step in _on_its_page(workflow.do) if step.verb is Verb.CHOOSE and step.value in texts)
    return {texts[step.value]: step for step in there}


async def offered(page: Page, steps: dict[str, Step]) -> dict[str, Offered]:
    """What the page that is open offers for each of the details."""
    page.set_default_timeout(_MOMENT)
    return {name: await _offered(page, step) for name, step in steps.items()}


async def _offered(page: Page, step: Step) -> Offered:
    try:
        control = await controls.to_choose(await narrowed(Part.whole(page), step.places), step.target)
    except (Missing, Ambiguous):
        return Offered()
    read = await control.evaluate(_READ)
    return Offered(texts=tuple(filter(None, map(clean, read["texts"]))), open=read["open"])


def _on_its_page(steps: Iterable[Step]) -> Iterator[Step]:
    here = False
    for step in steps:
        if step.verb is Verb.OPEN:
            here = step.target == CHOICE_URL
        elif step.verb is Verb.PRESS:
            here = False
        elif here:
            yield step
