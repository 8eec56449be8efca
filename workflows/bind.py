"""Placeholders: which ones a text has, and a step with its values put in, as data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from urllib.parse import quote, urlsplit

from memory.errors import BadInput
from workflows.faults import short
from workflows.model import Step, Verb, Workflow

PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)\}")
CHOICE_URL = "{choice.url}"
EACH = ("each", "each.number")
"""What a `For each` over a list knows besides the details."""

_ENTRIES = re.compile(r"\s*(?:[,;\n]|\band\b)\s*")


def names_in(text: str) -> tuple[str, ...]:
    """The placeholders of a text in their order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def placeholders(step: Step) -> tuple[str, ...]:
    """The placeholders of a step and of the steps in it ("date", "choice.name") in their order, each once.

    `{each}` and `{each.number}` of a `For each` are its own.
    """
    own = names_in(" ".join((step.target, step.value, step.until, *step.values, *(p.name for p in step.places))))
    inner = [name for part in step.inner for name in placeholders(part)]
    if step.verb is Verb.FOR_EACH and step.value:
        inner = [name for name in inner if name not in EACH]
    return tuple(dict.fromkeys((*own, *inner)))


def flat(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps, and those in them."""
    for step in steps:
        yield step
        yield from flat(step.inner)


def bind(step: Step, values: dict[str, str]) -> Step:
    """The step with every placeholder replaced by its value.

    Values are data: a brace or a quotation mark inside one means nothing, and in an address each is percent-encoded,
    but for `{choice.url}` at its start, which is an address already.

    Raises:
        BadInput: a value is missing, or one would lead the address elsewhere.
    """

    def fill(text: str) -> str:
        return _fill(text, lambda name: _value(name, values, step))

    target = _address(step, values) if step.verb is Verb.OPEN else fill(step.target)
    return replace(
        step,
        text=fill(step.text),
        target=target,
        value=fill(step.value),
        until=fill(step.until),
        values=tuple(map(fill, step.values)),
        places=tuple(replace(place, name=fill(place.name)) for place in step.places),
        inner=tuple(bind(part, values) for part in step.inner),
    )


def bind_all(workflow: Workflow, steps: Iterable[Step], values: dict[str, str]) -> tuple[tuple[Step, Step], ...]:
    """The steps as they will be taken, given the values at hand, each behind the written one that it came from.

    An optional detail without a value is empty in an address; it drops out of what is checked or looked for; any
    other step that rests on it is left out. A `For each` over a list becomes one step for each entry.

    Raises:
        BadInput: a value that is not optional is missing, or a list is longer than its bound.
    """
    absent = {d.name for d in workflow.details if d.optional and not values.get(d.name)}
    known = dict.fromkeys(absent, "") | values
    kept = (step for step in (_without(step, absent) for step in steps) if step is not None)
    return tuple((written, bind(written, more)) for step in kept for written, more in _unrolled(step, known))


def _unrolled(step: Step, values: dict[str, str]) -> Iterator[tuple[Step, dict[str, str]]]:
    if step.verb is not Verb.FOR_EACH or not step.value:
        yield step, values
        return
    listed = [entry for entry in _ENTRIES.split(_fill(step.value, lambda name: _value(name, values, step))) if entry]
    if len(listed) > step.count:
        seen = f"{len(listed)} entries in “{short(', '.join(listed))}”"
        raise BadInput(f"Line {step.line} allows at most {step.count}, and there are {seen}.", "Give fewer.")
    for number, entry in enumerate(listed, 1):
        yield step.inner[0], values | {"each": entry, "each.number": str(number)}


def _without(step: Step, absent: set[str]) -> Step | None:
    if step.verb is Verb.OPEN or not absent.intersection(placeholders(step)):
        return step
    values = tuple(value for value in step.values if not absent.intersection(names_in(value)))
    return replace(step, values=values, text=_text_without(step.text, absent)) if values else None


def _text_without(text: str, absent: set[str]) -> str:
    """The sentence of a list of values, without those that were not given and the comma or word before each."""
    names = "|".join(map(re.escape, sorted(absent)))
    return re.sub(rf"(?:\s*,\s*(?:and\s+)?|\s+(?:and|on|at|for|until)\s+)\{{(?:{names})\}}", "", text)


def _fill(text: str, value: Callable[[str], str]) -> str:
    return PLACEHOLDER.sub(lambda match: value(match[1]), text)


def _value(name: str, values: dict[str, str], step: Step) -> str:
    if name not in values:
        known = ", ".join(sorted(values)) or "nothing"
        mend = "The page of the choice does not state it." if name.startswith("choice.") else f"Say what {name} is."
        raise BadInput(f"Line {step.line}, “{step.text}”, needs a value for {{{name}}}; known: {known}.", mend)
    return values[name]


def _address(step: Step, values: dict[str, str]) -> str:
    start, rest = "", step.target
    if rest.startswith(CHOICE_URL):
        start, rest = _value("choice.url", values, step), rest.removeprefix(CHOICE_URL)
        if urlsplit(start).scheme not in {"http", "https"}:
            raise BadInput(f"“{start}” is not an http(s) address of a candidate.", "Collect it again.")
    return start + _fill(rest, lambda name: _encoded(name, _value(name, values, step)))


def _encoded(name: str, value: str) -> str:
    if value in {".", ".."}:  # the one value that still means something in a path once it is encoded
        raise BadInput(f"“{value}” cannot stand in an address as {{{name}}}.", "Give another value.")
    return quote(value, safe="")
