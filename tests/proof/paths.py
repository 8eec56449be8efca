"""Paths that want out of home, sent as they are written to a running service; its disk is the oracle."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

from app.web.api.files import FOLDERS

SECRET = "canary-6391"
CLIMBS = ("..", "%2e%2e", ".%2e", "%252e%252e", "..%2f..", "..%5c..", "%2e%2e%2f%2e%2e", "....", "..;", "%c0%ae%c0%ae")
CLIMBS += ("%ef%bc%8e%ef%bc%8e", "..%00", ".", "", "%e2%80%a5", "out", "up", "..%09")
STARTS = (
    "memory",
    "documents",
    "journal",
    "workflows",
    "state",
    "runs",
    "",
    "%2f",
    "memory%2f",
    "C:",
    "file:",
    "~",
    "//",
)
ENDS = (
    "secret.md",
    "state/server.md",
    "memory/link.md",
    "up/secret.md",
    "etc/hostname.md",
    "server.key",
    "secret.md%00.md",
)
DOORS = ("/api/v1/files/", "/files/")


def set_traps(home: Path) -> None:
    """Secrets wherever one could slip to, and links that lead to them."""
    for path in (home.parent / "secret.md", home / "secret.md", home / "state/server.md", home / "state/server.key"):
        path.write_text(SECRET)
    (home / "memory/link.md").symlink_to(home.parent / "secret.md")
    os.symlink(home.parent, home / "memory/up")
    os.symlink(home / "state", home / "documents/out")


def drawn(rng: random.Random) -> str:
    """One path."""
    climbs = [rng.choice(CLIMBS) for _ in range(rng.randint(0, 5))]
    return "/".join([rng.choice(STARTS), *climbs, rng.choice(ENDS)])


def violations(home: Path, port: int, paths: list[str]) -> Iterator[str]:
    """Reads, writes and deletes each of the paths at each door; what came out or was changed outside."""
    before = _outside(home)
    for path in paths:
        for door in DOORS:
            for method in ("GET", "PUT", "DELETE"):
                status, said = _asked(port, method, door + path)
                if SECRET in said:
                    yield f"{method} {door}{path} gave a secret"
                if status >= 500:
                    yield f"{method} {door}{path} answered {status}"
        if _outside(home) != before:
            yield f"{path} changed something outside"
            before = _outside(home)


def _asked(port: int, method: str, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    etag = f'"{hashlib.sha256(SECRET.encode()).hexdigest()[:32]}"'  # of the secret: a delete would find it
    headers = {"content-type": "application/json", "if-match": etag}
    body = json.dumps({"text": "was here"}) if method == "PUT" else None
    try:
        connection.request(method, path, body, headers if method != "GET" else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except http.client.InvalidURL:
        return 0, ""  # such a path cannot be sent
    finally:
        connection.close()


def _outside(home: Path) -> dict[str, str]:
    """Every secret and every text that lies beside home, or in home where the doors do not lead."""
    found = [p for p in home.parent.glob("*") if p.is_file()] + [p for p in home.glob("*") if p.is_file()]
    found += [p for p in (home / "state").glob("*") if p.suffix in (".md", ".key")]
    found += [p for p in (home / "runs").rglob("*") if p.is_file()]
    links = [p for name in FOLDERS for p in (home / name).rglob("*") if p.is_symlink()]
    return {str(p): os.readlink(p) for p in links} | {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}
