"""Ground: a step whose control the page no longer names, led to one element of the page as it is; while searching only.

After a Go nothing is grounded, and a Commit never: there a step that does not fit stops, and a new offer is made.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import Page

from agents.executor.bound import BoundStep
from agents.executor.places import Missing
from agents.reasoning.port import Control
from workflows.model import Step, Verb, Workflow

Resolve = Callable[[str, tuple[Control, ...]], Awaitable[str | None]]
"""`Reasoner.ground`."""

_ROLES = {
    Verb.PRESS: {"button", "link", "tab", "menuitem", "radio"},
    Verb.ENTER: {"textbox", "searchbox", "spinbutton", "combobox"},
    Verb.CHOOSE: {"combobox", "listbox", "radiogroup", "group"},
    Verb.TICK: {"checkbox", "radio", "switch"},
}
_LINE = re.compile(r'^\s*- (?P<role>[a-z]+) "(?P<name>(?:[^"\\]|\\.)*)".*\[ref=(?P<ref>\w+)\]', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mended:
    """A step as the file has it, and as it fits the page."""

    step: Step
    text: str


@dataclass(slots=True)
class Grounding:
    """Mends the steps of one search, and remembers how.

    Args:
        resolve: says which control is meant; it sees roles and names, never what is entered.
    """

    resolve: Resolve
    mended: list[Mended] = field(default_factory=list)

    async def mend(self, page: Page, written: Step, step: BoundStep, missing: Missing) -> BoundStep:
        """The step with the name that its control has now.

        Raises:
            Missing: no control is meant, several share its name, or a Commit is to be mended.
        """
        roles = _ROLES.get(step.verb)
        if written.commit or roles is None or "{" in written.target:
            raise missing
        controls = tuple(c for c in await seen(page) if c.role in roles)
        ref = await self.resolve(written.text, controls) if controls else None
        named = [c for c in controls if c.ref == ref]
        if not named or '"' in named[0].name or sum(c.name == named[0].name for c in controls) > 1:
            raise missing
        self.mended.append(Mended(written, written.text.replace(written.target, named[0].name)))
        role = named[0].role if step.verb is Verb.PRESS else step.role
        return step.model_copy(update={"target": named[0].name, "target_type": None, "role": role})

    def diff(self, workflow: Workflow, text: str) -> str:
        """What would have to change in the workflow's file, as a unified diff; empty where nothing was mended."""
        lines = text.splitlines()
        new = list(lines)
        for mended in self.mended:
            at = mended.step.line - 1
            new[at] = new[at].replace(mended.step.text, mended.text)
        return "\n".join(difflib.unified_diff(lines, new, workflow.path, workflow.path, n=0, lineterm=""))


async def seen(page: Page) -> tuple[Control, ...]:
    """The controls of a page's accessibility snapshot: role, name and ref, no values."""
    snapshot = await page.locator("body").aria_snapshot(mode="ai")
    found = _LINE.finditer(snapshot)
    return tuple(Control(ref=m["ref"], role=m["role"], name=m["name"].replace('\\"', '"')) for m in found)
