"""Both fake services on one real server, on a free port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.providers import gemini, openai
from tests.providers.modes import Server


@contextmanager
def served(server: Server) -> Iterator[str]:
    """The server's address; /gemini and /openai/v1 are the base URLs for the SDKs."""
    app = Starlette(routes=[Mount("/gemini", gemini.app(server)), Mount("/openai", openai.app(server))])
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(64)
        running = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"  # it listens already: the first request waits
        finally:
            running.should_exit = True
            thread.join(10)
