from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from memory.errors import Conflict
from memory.forget import Said, forget
from memory.history import History
from memory.home import Home
from memory.learned import learned, undo
from memory.notes import remember
from memory.purge import past, purge
from tests.memory.test_forget import named
from tests.memory.test_history import git

Put = Callable[[str, str], None]
DAY = dt.date(2026, 11, 21)
SECRET = "The spare key of the boathouse hangs behind the third oar from the door"


def everything(home: Home) -> str:
    """Every object that git can still give, and what its logs say."""
    names = git(home.root, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    logs = [p.read_text() for p in (home.root / ".git").rglob("*") if p.is_file() and "logs" in p.parts]
    return "\n".join([git(home.root, "cat-file", "-p", name) for name in names if _is_text(home, name)] + logs)


def _is_text(home: Home, name: str) -> bool:
    return git(home.root, "cat-file", "-t", name).strip() in ("blob", "commit")


@pytest.mark.parametrize("packed", [False, True])
def test_no_object_says_it_any_more_and_all_else_is_as_it_was(home: Home, put: Put, packed: bool) -> None:
    put("memory/home.md", "# Home\n\n- I like tea\n")
    history = History(home)
    remember(home, history, "memory/home.md", "Home", SECRET, DAY, "web")
    undo(home, history)
    remember(home, history, "memory/home.md", "Home", SECRET, DAY, "web")
    remember(home, history, "memory/food.md", "Food", "I like plums", DAY, "web")
    forget(home, history, [named(home, "boathouse")])
    if packed:
        git(home.root, "gc", "--quiet")
    assert "boathouse" in everything(home)
    lines = past(history, lambda line: "boathouse" in line)
    assert lines == (f"- {SECRET} (2026-11-21, web)",)

    assert purge(history, Said(lines)) == 4  # written, undone, written again, and carried by the next
    assert "boathouse" not in everything(home)
    assert git(home.root, "fsck", "--strict") == ""
    assert git(home.root, "status", "--short") == ""
    assert home.read("memory/home.md").text == "# Home\n\n- I like tea\n"
    assert learned(history)[0].added == ("- I like plums (2026-11-21, web)",)
    assert "I like plums" in undo(home, history).added[0]
    assert past(history, lambda line: "boathouse" in line) == ()


def test_a_line_that_stands_today_stays_in_the_past_and_one_deleted_by_hand_goes(home: Home, put: Put) -> None:
    put("memory/home.md", "- the cellar is damp\n- the cellar is damp, and I like it\n")
    history = History(home)
    put("memory/home.md", "- the cellar is damp, and I like it\n")  # not committed by anybody
    purge(history, Said(["- the cellar is damp"]))
    assert git(home.root, "log", "-p", "--format=").count("the cellar is damp\n") == 0
    assert "the cellar is damp, and I like it" in git(home.root, "show", "HEAD~1:memory/home.md")


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        (["commit", "--allow-empty", "-m", "mine"], "commits of yours"),
        (["branch", "other"], "other branches"),
        (["remote", "add", "origin", "elsewhere"], "remotes"),
        (["rm", "--cached", "-q", "memory/home.md"], "staged"),
    ],
)
def test_what_is_somebody_elses_is_left_as_it_is(home: Home, put: Put, theirs: list[str], why: str) -> None:
    put("memory/home.md", f"- {SECRET}\n")
    history = History(home)
    git(home.root, *theirs)
    before = git(home.root, "rev-parse", "HEAD")
    for ask in (lambda: purge(history, Said([SECRET])), lambda: past(history, lambda _: True)):
        with pytest.raises(Conflict, match=why):
            ask()
    assert git(home.root, "rev-parse", "HEAD") == before


def test_a_short_note_is_found_only_where_it_stands_alone() -> None:
    said = Said(["- Vegan (2026-11-21, web)"])
    assert said.without(["Vegan", "> Vegan (2026-11-21, web)", "a vegan place"]) == ["a vegan place"]


def test_words_are_found_whatever_stands_between_them() -> None:
    said = Said(["I can't stand loud places (2026-11-21, web)"])
    state = {"text": "Noted:\n> I can’t *stand*\nLOUD places", "plan": "I can't stand loud places", "n": 3}
    assert said.without(state) == {"text": "Noted:\n> (forgotten)", "plan": "I can't stand loud places", "n": 3}
    statement = {"text": "I can't stand loud places", "polarity": "dislikes"}
    assert said.without({"statements": [statement], "other": ("loud", "places")}) == {
        "statements": [],
        "other": ("loud", "places"),
    }
