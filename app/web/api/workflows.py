"""The doors to the workflow files: which ones there are, and what is wrong with a text that could be one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.web.api.doors import PROBLEMS, Assistant
from workflows.faults import Fault, WorkflowFault
from workflows.parse import parse
from workflows.registry import Registry

workflows = APIRouter(prefix="/api/v1/workflows", responses=PROBLEMS)


class FaultOut(BaseModel):
    """One thing that does not fit, at a line counted from 1; also the shape of a warning."""

    line: int
    seen: str
    expected: str
    mend: str


class WorkflowOut(BaseModel):
    """A workflow file; it is used where it has no faults.

    `shipped`: it is the program's own, and no file of the person's stands in for it.
    """

    name: str
    title: str
    description: str
    examples: tuple[str, ...] = ()
    shipped: bool
    faults: list[FaultOut] = []


class WorkflowText(BaseModel):
    """A text to check; `name` where it is to be the workflow of that name."""

    text: str
    name: str = Field(default="workflow", max_length=200)


class Checked(BaseModel):
    """Whether the text would be used; warnings are rules that only a model understands."""

    used: bool
    faults: list[FaultOut]
    warnings: list[FaultOut]


@workflows.get("")
async def get_workflows(assistant: Assistant) -> list[WorkflowOut]:
    """Every workflow at hand by name, those with faults too."""
    return await asyncio.to_thread(listed, assistant.workflows)


@workflows.post("/check")
async def post_check_workflow(body: WorkflowText) -> Checked:
    """Every fault of a text, each with its line, what was expected and how to mend it; nothing is written."""
    return await asyncio.to_thread(checked, body.text, body.name)


def listed(registry: Registry) -> list[WorkflowOut]:
    """The workflows as they stand in their files."""
    used = [
        WorkflowOut(
            name=w.name,
            title=w.title,
            description=w.description,
            examples=w.examples,
            shipped=registry.shipped(w.name),
        )
        for w in registry.all()
    ]
    broken = [
        WorkflowOut(name=f.name, title=f.name, description="", shipped=registry.shipped(f.name), faults=told(f.faults))
        for f in registry.faults()
    ]
    return sorted([*used, *broken], key=lambda one: one.name)


def checked(text: str, name: str = "workflow") -> Checked:
    """What is wrong with a text."""
    path = name if name == "workflow" else f"{name}.md"
    try:
        found = parse(text, path)
    except WorkflowFault as fault:
        return Checked(used=False, faults=told(fault.faults), warnings=[])
    return Checked(used=True, faults=[], warnings=told(found.warnings))


def told(faults: Iterable[Fault]) -> list[FaultOut]:
    """The faults as they leave over HTTP."""
    return [FaultOut.model_validate(fault, from_attributes=True) for fault in faults]
