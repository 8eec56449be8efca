"""Workflows: what each is for and does, an editor that checks as one types, and asking for one by its details."""

from __future__ import annotations

import asyncio
import re
import uuid
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from agents.types import Reply
from app import errand
from app.channels.base import MAIN, Inbound
from app.errors import Refused
from app.web.api.doors import REPLY_SECONDS, Assistant
from app.web.api.files import allowed
from app.web.api.workflows import Checked, checked, listed
from app.web.editing import LARGEST, Draft, opened, save
from app.web.pages.chat import address, store_said
from app.web.pages.editor import Etag, Text
from app.web.render import file_url
from app.web.show import is_htmx, page
from memory.document import normalised, parse_markdown
from memory.errors import BadInput, Conflict, NotFound, RflowError
from memory.home import Home
from workflows.faults import WorkflowFault, did_you_mean
from workflows.front import NAME
from workflows.model import Workflow
from workflows.registry import EXAMPLE, Registry

workflow_pages = APIRouter(include_in_schema=False)


@workflow_pages.get("/workflows")
async def all_of_them(request: Request, assistant: Assistant) -> HTMLResponse:
    """The workflows at hand, and the way to a new one."""
    return page(request, "workflows/list.html", name="", trouble="", **await _side(assistant))


@workflow_pages.get("/new-workflow")
async def new(request: Request, assistant: Assistant, name: str = "") -> Response:
    """Opens the editor with a worked example under a new name; nothing is written before the first save."""
    name = name.strip()
    if not NAME.fullmatch(name):
        trouble = "A name has small letters, digits and hyphens, such as book-ferry."
    elif assistant.workflows.file(name):
        trouble = f"There is a workflow {name} already."
    else:
        return RedirectResponse(f"{file_url(_path(name))}/edit", 303)
    return page(request, "workflows/list.html", 422, name=name, trouble=trouble, **await _side(assistant))


@workflow_pages.get("/workflows/{name}")
async def one(name: str, request: Request, assistant: Assistant) -> HTMLResponse:
    """A workflow to read, with the form that asks for it; one with faults shows them."""
    return await _read_view(request, assistant, name)


@workflow_pages.post("/workflows/{name}/do")
async def ask(name: str, request: Request, assistant: Assistant) -> Response:
    """Asks for it in a conversation of its own, up to the plan or its rehearsal; it grants nothing."""
    workflow = assistant.workflows.get(name)
    form = await request.form()
    given = {d.name: str(form[d.name]) for d in workflow.details if form.get(d.name)}
    _, wrong = errand.values(workflow, given, assistant.clock())
    if wrong:
        return await _read_view(request, assistant, name, 422, given=given, wrong=wrong)
    conversation = f"{MAIN}-{uuid.uuid4().hex[:8]}"
    message = errand.inbound(workflow, given, conversation, uuid.uuid4().hex, assistant.clock())
    await assistant.receive(message)
    on = BackgroundTask(_rehearse, assistant, message) if "and-rehearse" in form else None  # no detail is called so
    return RedirectResponse(address(conversation), 303, background=on)


@workflow_pages.get("/workflows/{name}/edit")
async def edit(name: str, request: Request, assistant: Assistant, saved: bool = False) -> HTMLResponse:
    """The file in the editor: the person's own, or the shipped one, of which saving makes a copy."""
    draft = await asyncio.to_thread(_opened, assistant.home, assistant.workflows, name)
    return await _editor(request, assistant, name, draft, saved=saved and bool(draft.etag))


@workflow_pages.post("/workflows/{name}/check")
async def check(name: str, request: Request, text: Text = "") -> HTMLResponse:
    """What is wrong with the text as it stands in the editor."""
    found = await asyncio.to_thread(checked, normalised(text), name)
    return page(request, "workflows/faults.html", found=found)


@workflow_pages.post("/workflows/{name}/edit")
async def store(name: str, request: Request, assistant: Assistant, text: Text = "", etag: Etag = "") -> Response:
    """Saves it as the person's own, faults or not; with faults it is not used."""
    draft = await save(assistant, allowed(assistant.home, _path(name), ("workflows",)), text, etag)
    if is_htmx(request):
        said = _saved(await asyncio.to_thread(checked, normalised(text), name))
        return page(request, "editor/outcome.html", draft=draft, saved=draft.saved, said=said, address=_address(name))
    if draft.saved:
        return RedirectResponse(f"{_address(name)}?saved=1", 303)
    return await _editor(request, assistant, name, draft, status=409)


@workflow_pages.get("/workflows/{name}/delete")
async def ask_delete(name: str, request: Request, assistant: Assistant) -> HTMLResponse:
    """Asks before the person's file goes; the shipped one of its name, if there is one, is used again."""
    draft = await asyncio.to_thread(opened, assistant.home, allowed(assistant.home, _path(name), ("workflows",)))
    if not draft.etag:
        raise NotFound(f"You have no workflow {name} of your own.", "The shipped one cannot be deleted.")
    shown: dict[str, Any] = {"draft": draft, "name": name, "falls_back": assistant.workflows.ships(name)}
    return page(request, "workflows/delete.html", **shown, **await _side(assistant, name))


@workflow_pages.post("/workflows/{name}/delete")
async def delete(name: str, assistant: Assistant, etag: Etag) -> Response:
    """Deletes the person's file."""
    path = allowed(assistant.home, _path(name), ("workflows",))
    try:
        await asyncio.to_thread(assistant.keeper.remove, path, etag)
    except Conflict as error:
        raise Refused(409, error.message, "Look at it again before you delete it.") from error
    there = assistant.workflows.file(name)
    return RedirectResponse(file_url(_path(name)) if there else "/workflows", 303)


async def _rehearse(assistant: Assistant, asked: Inbound) -> None:
    """As `rflow do --rehearse`: the first choice, then the rehearsal of its plan; all else waits for the person."""
    with suppress(RflowError):  # what went wrong stands in the conversation
        reply = await assistant.reply_to(asked.id, REPLY_SECONDS)
        if reply.kind == "decision":
            reply = await _say(assistant, asked.conversation, "top")
        if reply.kind == "plan":
            await _say(assistant, asked.conversation, "rehearse")


async def _say(assistant: Assistant, conversation: str, text: str) -> Reply:
    said = await store_said(assistant, conversation, text)
    return await assistant.reply_to(said.id, REPLY_SECONDS)


async def _read_view(
    request: Request, assistant: Assistant, name: str, status: int = 200, **form: dict[str, str]
) -> HTMLResponse:
    registry = assistant.workflows
    shown: dict[str, Any] = {"name": name, "shipped": registry.shipped(name), "given": {}, "wrong": {}} | form
    try:
        workflow = registry.get(name)
    except WorkflowFault as fault:
        return page(request, "workflows/broken.html", fault=fault, **shown, **await _side(assistant, name))
    intro = await asyncio.to_thread(_prose, registry, name)
    return page(
        request,
        "workflows/one.html",
        status,
        workflow=workflow,
        sections=_sections(workflow),
        intro=intro,
        **shown,
        **await _side(assistant, name),
    )


def _sections(workflow: Workflow) -> list[tuple[str, str, Any]]:
    return [
        ("Search", "Logged out, and only reading.", workflow.search),
        ("Do", "After your Go, with your own login; what is marked cannot be taken back.", workflow.do),
        ("Check", "Looks afterwards whether it was done.", workflow.check),
    ]


def _prose(registry: Registry, name: str) -> str:
    """The words for people below the title."""
    file = registry.file(name)
    sections = parse_markdown(file.read_text("utf-8")).sections if file else ()
    return "\n\n".join(b.source for s in sections if s.level == 1 for b in s.blocks if b.kind == "paragraph")


def _opened(home: Home, registry: Registry, name: str) -> Draft:
    path = allowed(home, _path(name), ("workflows",))
    file = registry.file(name)
    if file is None and not NAME.fullmatch(name):
        raise NotFound(f"There is no workflow {name!r}.", did_you_mean(name, [w.name for w in registry.all()]))
    text = file.read_text("utf-8") if file and registry.shipped(name) else ""
    return opened(home, path, text or re.sub(r"(?m)^name: .*$", f"name: {name}", EXAMPLE.read_text("utf-8"), count=1))


async def _editor(
    request: Request, assistant: Assistant, name: str, draft: Draft, *, status: int = 200, saved: bool = False
) -> HTMLResponse:
    found = await asyncio.to_thread(checked, draft.text, name)
    shown: dict[str, Any] = {"draft": draft, "saved": saved, "address": _address(name), "found": found, "name": name}
    shown["said"] = _saved(found)
    shown |= {"shipped": assistant.workflows.shipped(name), "largest": LARGEST}
    shown["falls_back"] = assistant.workflows.ships(name)
    return page(request, "workflows/edit.html", status, **shown, **await _side(assistant, name))


async def _side(assistant: Assistant, current: str = "") -> dict[str, Any]:
    return {"listed": await asyncio.to_thread(listed, assistant.workflows), "current": current}


def _path(name: str) -> str:
    if "/" in name or name.startswith("."):
        raise BadInput(f"{name!r} cannot be a workflow's name.", "Write small letters, digits and hyphens.")
    return f"workflows/{name}.md"


def _address(name: str) -> str:
    return f"{file_url(_path(name))}/edit"


def _saved(found: Checked) -> str:
    return "Saved. It is used from now on." if found.used else "Saved, but not used until its faults are mended."
