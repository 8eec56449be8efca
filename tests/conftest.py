"""The world is closed: no test reaches beyond this machine, and none touches a person's home."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("here", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("here")

_connect = socket.socket.connect


def _guarded(self: socket.socket, address: Any) -> Any:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not ipaddress.ip_address(address[0]).is_loopback:
        raise AssertionError(f"a test reached for {address}: tests use loopback only")
    return _connect(self, address)


@pytest.fixture(autouse=True)
def closed_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Refuse sockets to anywhere else; point the settings at a temporary home."""
    monkeypatch.setattr(socket.socket, "connect", _guarded)
    monkeypatch.setenv("RFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RFLOW_BROWSER", "headless")
    for name in ("GEMINI_API_KEY", "OPENAI_API_KEY", "LANGSMITH_TRACING", "RFLOW_PASSWORD", "FP"):
        monkeypatch.delenv(name, raising=False)
