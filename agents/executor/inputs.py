"""Inputs: values put into fields, lists and file choosers, and looked at afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from playwright.async_api import Locator, Page

from agents.executor.bound import BoundStep, digest, upload
from agents.executor.forms import clean, counts, same_text, time_pattern, times
from agents.executor.places import Ambiguous, Missing, Part, one, spaced
from memory.errors import BadInput, Conflict


async def enter(field: Locator, step: BoundStep) -> None:
    """Type the value into the field.

    Raises:
        BadInput: it asks for a password.
        Conflict: it holds something else afterwards.
    """
    kind = await field.evaluate("e => e.type ?? ''")
    if kind == "password":
        raise BadInput(f"“{step.target}” asks for a password.", "Passwords are yours to type: use `rflow login`.")
    value = step.value.rpartition(" ")[0] if step.value_type == "money" else step.value
    await field.fill(value)
    there = await field.evaluate("e => e.value ?? e.innerText")
    if not same_text(str(there), value):
        raise Conflict(f"“{step.target}” holds “{there}” after entering “{value}”.", "Look at the form of the value.")


async def choose(page: Page, control: Locator, step: BoundStep) -> None:
    """Pick the entry of a list, a menu or a group of buttons.

    Raises:
        Ambiguous, Missing: several entries fit, or none.
    """
    kind = await control.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.getAttribute('role') ?? e.tagName")
    if kind != "select":
        await _choose_one(page, control, step, kind)
        return
    options: list[list[str]] = await control.evaluate("e => [...e.options].map(o => [o.value, o.label])")
    await control.select_option(index=_which(step, options))


async def _choose_one(page: Page, control: Locator, step: BoundStep, kind: str) -> None:
    """Of a group of radio buttons, of a list of options, or of the list that a menu opens."""
    if kind == "combobox":
        await control.click()
    part = Part(page, page if kind == "combobox" else control, f"“{step.target}” on {page.url}")
    options = [
        part.root.get_by_role("option", name=name).or_(part.root.get_by_role("radio", name=name))
        for name in (re.compile(p, re.IGNORECASE) for p in _meant(step))
    ]
    every = part.root.get_by_role("option").or_(part.root.get_by_role("radio"))
    one_ = await one(part, options, step.value, every, "Give the whole text of one.")
    await (one_.check() if await one_.evaluate("e => e.type === 'radio'") else one_.click())


def _meant(step: BoundStep) -> Iterator[str]:
    """The whole text of an entry, else what means it: "2 people" by 2, "7:30 PM" by 19:30."""
    yield rf"^\s*{spaced(step.value)}\s*$"
    if step.value_type == "count":
        yield rf"^\D*(?<!\d){step.value}(?!\d)\D*$"
    elif step.value_type == "time":
        yield time_pattern(step.value)


def _which(step: BoundStep, options: list[list[str]]) -> int:
    """The one option whose text or value is the step's, else the one whose text means it ("2 people")."""
    fits = (
        lambda value, label: same_text(label, step.value),
        lambda value, label: value == step.value,
        lambda value, label: step.value_type == "count" and counts(label) == {step.value},
        lambda value, label: step.value_type == "time" and times(label) == {step.value},
        lambda value, label: clean(step.value).casefold() in clean(label).casefold().split(" "),
    )
    for fit in fits:
        found = [i for i, (value, label) in enumerate(options) if fit(value, label)]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"“{options[i][1]}”" for i in found)
            raise Ambiguous(f"“{step.value}” fits {names} in “{step.target}”.", "Give the whole text of one.")
    there = ", ".join(f"“{clean(label)}”" for _, label in options if label.strip())
    raise Missing(f"“{step.value}” is not in “{step.target}”; there are {there}.", "Choose one of these.")


async def give_file(page: Page, files: Path | None, control: Locator, step: BoundStep) -> None:
    """Give the file that the plan was made for to what asks for one when it is clicked.

    Raises:
        Conflict: the file is another one by now.
    """
    file = upload(files, step.value)
    if digest(file) != step.digest:
        raise Conflict(f"The file “{step.value}” was changed after the plan was made.", "Ask for a new plan.")
    async with page.expect_file_chooser() as asked:
        await control.click()
    await (await asked.value).set_files(file)
