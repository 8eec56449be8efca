"""Bound steps: a workflow's steps with their values in them, as they are shown, hashed and taken."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from agents.executor.mandate import canonical
from agents.types import DetailValue, Frozen
from memory.errors import BadInput, NotFound
from workflows.bind import bind_all, names_in
from workflows.model import Place, Step, Verb, Workflow

TermType = Literal["date", "time", "count", "money", "text", "choice", "name", "phrase"]
"""A detail's type; `name` is the candidate's name; `phrase` is text that must stand on the page as it is."""

_LATER = ("until", "places", "negated", "inner", "count", "digest")
"""Fields that came after the first plans were hashed: they count where they say something."""


class Term(Frozen):
    """One thing that the page must say: the detail's name, its type, and the value in normal form."""

    name: str
    type: TermType
    value: str


class BoundStep(Frozen):
    """A step as it will be taken.

    Attributes:
        text: the sentence shown to the person.
        target, value: bound; `target_type` and `value_type` where the whole of it came from one detail.
        terms: what `check that`, `make sure that` and `look for` compare.
        until: the last day that `pick` picks.
        places: the parts of the page that the step keeps to, the innermost first.
        negated, inner, count: as `workflows.model.Step` has them.
        digest: SHA-256 of the file that `upload` gives, hex.
    """

    verb: Verb
    text: str
    target: str = ""
    target_type: TermType | None = None
    value: str = ""
    value_type: TermType | None = None
    terms: tuple[Term, ...] = ()
    role: str = ""
    commit: bool = False
    until: str = ""
    places: tuple[Place, ...] = ()
    negated: bool = False
    inner: tuple[BoundStep, ...] = ()
    count: int = 0
    digest: str = ""


def search_values(details: Mapping[str, DetailValue]) -> dict[str, str]:
    """The details as texts, for addresses and fields."""
    return {name: as_text(value) for name, value in details.items()}


def bound_steps(
    workflow: Workflow, steps: tuple[Step, ...], values: dict[str, str], files: Path | None = None
) -> tuple[BoundStep, ...]:
    """Any of a workflow's steps with values put in.

    Args:
        files: the folder whose files may be uploaded; None lets none.

    Raises:
        BadInput: a value is missing, or a list is longer than its bound.
        NotFound: a file to upload is not there.
    """
    types = _types(workflow)
    absent = {d.name for d in workflow.details if d.optional and not values.get(d.name)}
    return tuple(_bound(raw, bound, types, absent, files) for raw, bound in bind_all(workflow, steps, values))


def hash_of(do: tuple[BoundStep, ...], check: tuple[BoundStep, ...]) -> str:
    """SHA-256 over the bound steps, hex."""
    steps = {"do": [_hashed(step) for step in do], "check": [_hashed(step) for step in check]}
    return hashlib.sha256(canonical(steps)).hexdigest()


def _hashed(step: BoundStep) -> dict[str, Any]:
    said = step.model_dump(mode="json")
    kept = {name: value for name, value in said.items() if name not in _LATER or value}
    return kept | ({"inner": [_hashed(part) for part in step.inner]} if step.inner else {})


def upload(files: Path | None, name: str) -> Path:
    """The file of that name in the folder, and nowhere else.

    Raises:
        NotFound: there is none.
        BadInput: the name leads out of the folder, or nothing may be uploaded.
    """
    if files is None:
        raise BadInput(f"“{name}” cannot be uploaded here.", "Upload in Do only.")
    path = (files / name).resolve()
    if not path.is_relative_to(files.resolve()):
        raise BadInput(f"“{name}” is not in {files}.", "Put the file into that folder.")
    if not path.is_file():
        raise NotFound(f"There is no file “{name}” in {files}.", "Put it there, or name another.")
    return path


def digest(file: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def as_text(value: DetailValue) -> str:
    """A detail's value as it stands in a sentence or a field."""
    return f"{value['amount']} {value['currency']}" if isinstance(value, dict) else str(value)


def _types(workflow: Workflow) -> dict[str, TermType]:
    typed: dict[str, TermType] = {d.name: d.type.value for d in workflow.details}
    return typed | {"choice.name": "name", "choice.price": "money"}


def _bound(step: Step, bound: Step, types: dict[str, TermType], absent: set[str], files: Path | None) -> BoundStep:
    kept = [value for value in step.values if not absent.intersection(names_in(value))]
    return BoundStep(
        verb=step.verb,
        text=_sentence(bound),
        target=bound.target,
        target_type=_type_of(step.target, types),
        value=bound.value,
        value_type=_type_of(step.value, types),
        terms=tuple(_term(raw, value, types) for raw, value in zip(kept, bound.values, strict=True)),
        role=step.role,
        commit=step.commit,
        until=bound.until,
        places=bound.places,
        negated=step.negated,
        inner=tuple(_bound(raw, part, types, absent, files) for raw, part in zip(step.inner, bound.inner, strict=True)),
        count=step.count if step.verb is Verb.FOR_EACH else 0,
        digest=digest(upload(files, bound.value)) if step.verb is Verb.UPLOAD else "",
    )


def _sentence(step: Step) -> str:
    text = re.sub(r"^\W*commit\W+", "", step.text, flags=re.IGNORECASE) if step.commit else step.text
    text = text[:1].upper() + text[1:]
    return f"{text} (this is the step that cannot be taken back)" if step.commit else text


def _whole(text: str) -> str | None:
    """The placeholder that is the whole text, without its braces."""
    names = names_in(text)
    return names[0] if len(names) == 1 and text == f"{{{names[0]}}}" else None


def _type_of(text: str, types: dict[str, TermType]) -> TermType | None:
    name = _whole(text)
    return types.get(name) if name else None


def _term(raw: str, value: str, types: dict[str, TermType]) -> Term:
    name = _whole(raw)
    if name is None:
        return Term(name="", type="phrase", value=value)
    if name == "choice.price":
        return Term(name="total", type="money", value=value)
    return Term(name="item" if name == "choice.name" else name, type=types.get(name, "text"), value=value)
