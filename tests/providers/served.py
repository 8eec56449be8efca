"""Both fake services on one real server, on a free port of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.routing import Mount

from tests.providers import gemini, openai
from tests.providers.modes import Server
from tests.serving import serving


@contextmanager
def served(server: Server) -> Iterator[str]:
    """The server's address; /gemini and /openai/v1 are the base URLs for the SDKs."""
    app = Starlette(routes=[Mount("/gemini", gemini.app(server)), Mount("/openai", openai.app(server))])
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"
