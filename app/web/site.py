"""The site: doors, pages, static files and guard, put onto an app."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from app import errors
from app.settings import Settings
from app.web import render
from app.web.api.day import day
from app.web.api.documents import documents
from app.web.api.doors import api, state
from app.web.api.evals import evals
from app.web.api.files import files
from app.web.api.memory import memory
from app.web.api.workflows import workflows
from app.web.guard import Guard
from app.web.metrics import Metrics
from app.web.pages.chat import chat
from app.web.pages.editor import editor
from app.web.pages.login import login
from app.web.pages.memory import memory_pages
from app.web.pages.pictures import pictures
from app.web.pages.reader import reader
from app.web.pages.runs import runs
from app.web.pages.today import today
from app.web.pages.welcome import welcome
from app.web.pages.workflows import workflow_pages
from app.web.session import Sessions
from app.web.show import error_page

STATIC = Path(__file__).parent / "static"


def mount(app: FastAPI, settings: Settings) -> None:
    """Puts everything of the web onto `app`, whose lifespan yields a `ports.WebState`."""
    app.state.sessions = Sessions(settings.password)
    app.state.metrics = Metrics()
    app.state.templates = render.environment()
    for router in (api, day, documents, evals, files, memory, workflows, state):
        app.include_router(router)
    for router in (chat, pictures, memory_pages, editor, workflow_pages, runs, reader, today, welcome, login):
        app.include_router(router)
    if settings.whatsapp:
        from app.channels.whatsapp.webhook import doors  # Twilio's library is heavy
        from app.web.pages.phones import phones

        app.include_router(doors)
        app.include_router(phones)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    errors.install(app, error_page)
    app.add_middleware(Guard, settings=settings, sessions=app.state.sessions)
