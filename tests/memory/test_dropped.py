from __future__ import annotations

from pathlib import Path

import pytest

from memory import dropped
from memory.dropped import drop, safe_name
from memory.errors import BadInput
from memory.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def test_nothing_is_overwritten_and_the_same_is_there_once(home: Home) -> None:
    assert drop(home, "walks.md", b"# Walks\n") == "documents/walks.md"
    assert drop(home, "walks.md", b"# Walks\n") == "documents/walks.md"
    assert drop(home, "walks.md", b"# Others\n") == "documents/walks (2).md"
    assert drop(home, "walks.md", b"# Others\n") == "documents/walks (2).md"
    assert drop(home, "walks.md", b"# Third\n") == "documents/walks (3).md"
    assert (home.root / "documents/walks.md").read_bytes() == b"# Walks\n"


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../memory/about.md", "about.md"),
        ("C:\\Users\\a\\list.txt", "list.txt"),
        ("/etc/passwd", "passwd"),
        (".hidden.md", "hidden.md"),
        ("a\u202etxt.md", "atxt.md"),
        ("a\0b\n.md", "ab.md"),
        ('<b>"x"|`y`.md', "-b--x---y-.md"),
        ("e\u0301te\u0301.md", "été.md"),
        ("..", "document"),
        ("", "document"),
        ("caf\udce9.md", "caf.md"),
    ],
)
def test_a_name_is_made_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("é" * 300 + ".markdown")
    assert name.endswith("é.markdown")
    assert len(name.encode()) <= dropped.LONGEST


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.png", b"\x89PNG\r\n", "It is a picture"),
        ("a.md", b"\x89PNG\r\n", "It is a picture"),
        ("a.exe", b"MZ\x90", "no reader for .exe"),
        ("a.zip", b"PK\x03\x04 nothing of ours", "a packed archive"),
        ("a.md", b"", "is empty"),
    ],
)
def test_what_nobody_reads_is_refused_with_its_name(home: Home, name: str, data: bytes, told: str) -> None:
    with pytest.raises(BadInput, match=told) as refused:
        drop(home, name, data)
    assert name in str(refused.value)
    assert list((home.root / "documents").iterdir()) == []


def test_what_is_too_large_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropped, "MOST", 10)
    with pytest.raises(BadInput, match="is larger than"):
        drop(home, "a.md", b"a" * 11)
