from __future__ import annotations

import hashlib
import os

import httpx
import pytest

from memory.home import Home

NAME = "memory/evenings.md"


def test_a_write_names_the_version_it_read(url: str, home: Home) -> None:
    address = f"{url}/api/v1/files/{NAME}"
    read = httpx.get(address)
    etag = read.headers["etag"]
    assert read.json()["etag"] == etag.strip('"')

    home.write(NAME, "edited elsewhere\n", etag.strip('"'))
    late = httpx.put(address, json={"text": "mine"}, headers={"if-match": etag})
    assert late.status_code == 412
    assert "has changed since it was read" in late.json()["message"]
    assert httpx.delete(address, headers={"if-match": etag}).status_code == 412
    assert home.read(NAME).text == "edited elsewhere\n"

    fresh = httpx.get(address).headers["etag"]
    written = httpx.put(address, json={"text": "mine"}, headers={"if-match": fresh})
    assert written.status_code == 200
    assert home.read(NAME).text == "mine"
    assert httpx.delete(address, headers={"if-match": written.headers["etag"]}).status_code == 204
    assert httpx.get(address).status_code == 404


def test_a_new_file_is_made_once_and_nothing_is_deleted_blindly(url: str, home: Home) -> None:
    address = f"{url}/api/v1/files/documents/trip.md"
    assert httpx.put(address, json={"text": "one"}).status_code == 200
    assert httpx.put(address, json={"text": "two"}).status_code == 412
    assert httpx.delete(address).status_code == 428
    assert home.read("documents/trip.md").text == "one"


OUTSIDE = [
    "../secret.md",
    "memory/../../secret.md",
    "memory/..%2f..%2fsecret.md",
    "..%2fsecret.md",
    "%2e%2e/secret.md",
    "memory/%2e%2e/%2e%2e/secret.md",
    "memory%5c..%5c..%5csecret.md",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "memory/link.md",
    "memory/dir/secret.md",
    "memory/inside.md",
    "state/server.md",
    "memory/%00.md",
    "memory/server.key",
    "memory",
    "secret.md",
    "runs/t/receipt.png",
]


SECRET = "canary-74"


@pytest.fixture
def traps(home: Home) -> Home:
    """A home with links that lead out of it, and with a secret wherever one could slip to."""
    for path in (home.root.parent / "secret.md", home.root / "secret.md", home.root / "state" / "server.md"):
        path.write_text(SECRET)
    (home.root / "memory" / "server.key").write_text(SECRET)
    (home.root / "memory" / "link.md").symlink_to(home.root.parent / "secret.md")
    (home.root / "memory" / "inside.md").symlink_to(home.root / "state" / "server.md")
    os.symlink(home.root.parent, home.root / "memory" / "dir")
    return home


@pytest.mark.parametrize("door", ["/api/v1/files/", "/files/"])
def test_nothing_but_the_persons_markdown_is_reached(url: str, traps: Home, door: str) -> None:
    with httpx.Client() as http:
        for path in OUTSIDE:
            # once as the client tidies it up, once with these very bytes
            raw = httpx.Request("GET", url, extensions={"target": f"{door}{path}".encode()})
            for response in (http.get(f"{url}{door}{path}"), http.send(raw)):
                assert response.status_code in (404, 422), path
                assert SECRET not in response.text, path


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nothing_outside_is_written(url: str, traps: Home, method: str) -> None:
    digest = hashlib.sha256(SECRET.encode()).hexdigest()[:32]  # the etag that would let it through
    headers = {"content-type": "application/json", "if-match": f'"{digest}"'}
    with httpx.Client() as http:
        for path in OUTSIDE:
            extensions = {"target": f"/api/v1/files/{path}".encode()}
            request = httpx.Request(method, url, headers=headers, content=b'{"text": "mine"}', extensions=extensions)
            assert http.send(request).status_code in (404, 405, 422), path
    for secret in (traps.root.parent / "secret.md", traps.root / "secret.md", traps.root / "state" / "server.md"):
        assert secret.read_text() == SECRET


def test_a_cited_file_is_shown_with_its_lines_marked_and_nothing_in_it_runs(url: str, home: Home) -> None:
    home.write("documents/a b.md", "one\n<script>alert(1)</script>\nthree\n", None)
    page = httpx.get(f"{url}/files/documents/a%20b.md?lines=2-3#L2").text
    assert '<li id="L2" class="marked">&lt;script&gt;alert(1)&lt;/script&gt;</li>' in page
    assert '<li id="L1">one</li>' in page
    assert httpx.get(f"{url}/files/documents/a%20b.md?lines=2-x").status_code == 422


def test_a_run_shows_pictures_only(url: str, home: Home) -> None:
    run = home.root / "runs" / "t1"
    run.mkdir(parents=True)
    (run / "receipt.png").write_bytes(b"\x89PNG")
    (run / "page.svg").write_text("<svg onload='alert(1)'/>")
    (run / "plan.html").write_text("<script>alert(1)</script>")
    picture = httpx.get(f"{url}/runs/t1/receipt.png")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    for name in ("page.svg", "plan.html", "nothing.png", "..%2f..%2fstate%2fx.png"):
        assert httpx.get(f"{url}/runs/t1/{name}").status_code in (404, 422)
