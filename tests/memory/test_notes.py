from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from memory.errors import BadInput
from memory.history import History
from memory.home import Home
from memory.notes import notes, remember

Put = Callable[[str, str], None]
DAY = dt.date(2026, 11, 21)


@pytest.fixture
def history(home: Home) -> History:
    return History(home, lambda: dt.datetime(2026, 11, 21, 20, 0, tzinfo=dt.UTC))


def test_a_note_goes_under_its_heading_and_the_rest_stays(home: Home, history: History, put: Put) -> None:
    put("memory/food.md", "# Food\n\n## Likes\n\n- tea\n  - green\n\n## Never\n\nText of mine.\n")
    kept = remember(home, history, "memory/food.md", "likes", "loud places\nare not for me", DAY, "web")
    assert (home.root / "memory/food.md").read_text() == (
        "# Food\n\n## Likes\n\n- tea\n  - green\n- loud places are not for me (2026-11-21, web)\n\n"
        "## Never\n\nText of mine.\n"
    )
    assert (kept.quote, kept.section, kept.lines, kept.date) == (
        "loud places are not for me",
        "Food > Likes",
        (7, 7),
        DAY,
    )
    remember(home, history, "memory/food.md", "Never", "tripe", DAY, "")
    remember(home, history, "memory/food.md", "Drinks", "water", DAY, "web")
    assert (
        (home.root / "memory/food.md")
        .read_text()
        .endswith("## Never\n\nText of mine.\n\n- tripe (2026-11-21)\n\n## Drinks\n\n- water (2026-11-21, web)\n")
    )
    assert kept in notes(home)


def test_a_note_makes_its_file_and_is_written_once(home: Home, history: History) -> None:
    first = remember(home, history, "memory/new-things.md", "Music", "fado", DAY, "inferred")
    again = remember(home, history, "memory/new-things.md", "Music", "fado", dt.date(2026, 12, 1), "web")
    assert first == again
    assert not first.stated
    assert home.read("memory/new-things.md").text == "# New things\n\n## Music\n\n- fado (2026-11-21, inferred)\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.text("ab#>-*` (2)\n\r|é.", max_size=60), st.text("ab #>-1.`\n*(", min_size=1, max_size=30))
@example("", "1.")
def test_a_note_adds_lines_and_changes_none(home: Home, history: History, before: str, text: str) -> None:
    path = home.root / "memory/a.md"
    path.write_bytes(before.encode())
    try:
        kept = remember(home, history, "memory/a.md", "Likes", text, DAY, "web")
    except BadInput:
        assert path.read_bytes() == before.encode()
        return
    after = path.read_bytes().decode()
    rest = after.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line in before.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        assert line in rest or not line.strip()
    assert kept.quote in after


@pytest.mark.parametrize(
    ("path", "text"),
    [("documents/a.md", "x"), ("memory/../a.md", "x"), ("memory/a.md", " \n"), ("memory/a.md", "x" * 2001)],
)
def test_what_is_no_note(home: Home, history: History, path: str, text: str) -> None:
    with pytest.raises(BadInput):
        remember(home, history, path, "Likes", text, DAY, "web")


def git(home: Home, *words: str) -> str:
    return subprocess.run(["git", "-C", str(home.root), *words], capture_output=True, text=True, check=True).stdout


def test_each_note_is_a_commit_of_its_file_only(home: Home, history: History, put: Put) -> None:
    put("memory/other.md", "- edited by hand\n")
    put("state/secret", "x")
    remember(home, history, "memory/food.md", "Likes", "fado", DAY, "web")
    assert git(home, "log", "-1", "--format=%s|%an|%ct", "--name-only").split("\n") == [
        "Remember in memory/food.md: fado|Recommend Flow|1795291200",
        "",
        "memory/food.md",
        "",
    ]
    assert git(home, "status", "--short").split() == ["??", "memory/other.md"]
    assert history.commit("nothing new", ["memory/food.md"]) is None
    (home.root / "memory/food.md").unlink()
    assert history.commit("Forget it", ["memory/food.md"])
    assert "memory/food.md" not in git(home, "ls-files")
