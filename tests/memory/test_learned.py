from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.change import carry
from memory.errors import BadInput, Conflict, NotFound, Unavailable
from memory.history import History
from memory.home import Home
from memory.learned import learned, undo
from memory.notes import remember
from tests.memory.test_history import git

Put = Callable[[str, str], None]
DAY = dt.date(2026, 11, 21)
FOOD = "# Food\n\n## Likes\n\n- tea\n\n## Dislikes\n\n- tripe\n"


def learn(home: Home, history: History, text: str, heading: str = "Likes") -> None:
    remember(home, history, "memory/food.md", heading, text, DAY, "web")


def test_the_log_tells_what_was_learned_and_undo_takes_back_the_last(home: Home, put: Put) -> None:
    put("memory/food.md", FOOD)
    history = History(home)
    learn(home, history, "I like quinces")
    learn(home, history, "I can't stand shouting", "Dislikes")
    newest, older = learned(history)
    assert (newest.paths, newest.added) == (("memory/food.md",), ("- I can't stand shouting (2026-11-21, web)",))
    assert older.added == ("- I like quinces (2026-11-21, web)",)
    assert undo(home, history).commit == newest.commit
    assert "shouting" not in home.read("memory/food.md").text
    assert undo(home, history).commit == older.commit
    assert home.read("memory/food.md").text == FOOD
    assert [(e.undone, bool(e.undoes)) for e in learned(history)] == [
        (False, True),
        (False, True),
        *[(True, False)] * 2,
    ]
    with pytest.raises(NotFound, match="nothing to undo"):
        undo(home, history)
    assert git(home.root, "status", "--short") == ""
    undo(home, history, learned(history)[0].commit)  # the undoing itself can be undone, by its name
    assert "quinces" in home.read("memory/food.md").text


def test_undo_keeps_what_the_person_wrote_around_it(home: Home, put: Put) -> None:
    put("memory/food.md", FOOD)
    history = History(home)
    learn(home, history, "I like quinces")
    mine = home.read("memory/food.md").text.replace("- tea\n", "- black tea\n- rye bread\n") + "- offal\n"
    put("memory/food.md", mine)
    undo(home, history)
    assert home.read("memory/food.md").text == mine.replace("- I like quinces (2026-11-21, web)\n", "")
    # What the person edited is not committed by us.
    assert "rye bread" not in git(home.root, "show", "HEAD:memory/food.md")
    assert "rye bread" in git(home.root, "diff")


def test_a_line_that_the_person_edited_is_left_alone(home: Home, put: Put) -> None:
    put("memory/food.md", FOOD)
    history = History(home)
    learn(home, history, "I like quinces")
    put("memory/food.md", home.read("memory/food.md").text.replace("quinces", "ripe quinces"))
    before = home.read("memory/food.md").text
    with pytest.raises(Conflict, match="edited since"):
        undo(home, history)
    assert home.read("memory/food.md").text == before
    assert len(learned(history)) == 1


def test_a_file_that_a_note_made_goes_with_it(home: Home) -> None:
    history = History(home)
    remember(home, history, "memory/new.md", "Music", "I love fado", DAY, "web")
    undo(home, history)
    assert not (home.root / "memory/new.md").exists()


@pytest.mark.parametrize("name", ["HEAD", "../x", "abc", "0" * 40])
def test_what_names_nothing_learned(home: Home, name: str) -> None:
    with pytest.raises((BadInput, NotFound)):
        undo(home, History(home), name)


def test_a_persons_own_commit_is_no_lesson(home: Home, put: Put) -> None:
    history = History(home)
    put("memory/food.md", FOOD)
    git(home.root, "add", "memory/food.md")
    git(home.root, "commit", "-q", "-m", "mine")
    assert learned(history) == ()
    with pytest.raises(NotFound):
        undo(home, history, git(home.root, "rev-parse", "HEAD").strip())


def test_in_somebodys_repository_uncommitted_edits_stay_uncommitted(home: Home, put: Put) -> None:
    put("memory/food.md", FOOD)
    git(home.root, "init", "-q")
    git(home.root, "add", "memory/food.md")
    git(home.root, "commit", "-q", "-m", "mine")
    put("memory/food.md", FOOD.replace("- tripe", "- tripe, always"))
    put("memory/new.md", "# New\n")
    history = History(home)
    learn(home, history, "I like quinces")
    assert git(home.root, "show", "HEAD:memory/food.md") == FOOD.replace(
        "- tea\n", "- tea\n- I like quinces (2026-11-21, web)\n"
    )
    assert "+- tripe, always" in git(home.root, "diff")
    assert git(home.root, "diff", "--cached") == ""
    remember(home, history, "memory/new.md", "Music", "I love fado", DAY, "web")
    assert "memory/new.md" not in git(home.root, "ls-files")
    assert "fado" in home.read("memory/new.md").text


def test_in_our_own_repository_a_file_made_by_hand_is_taken_up_first(home: Home, put: Put) -> None:
    history = History(home)
    put("memory/food.md", FOOD)
    learn(home, history, "I like quinces")
    assert git(home.root, "show", "HEAD~1:memory/food.md") == FOOD
    undo(home, history)
    assert home.read("memory/food.md").text == FOOD


def test_without_a_history_undo_says_why(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    home = Home.open(tmp_path / "home")
    with pytest.raises(Unavailable, match="inside the git repository"):
        undo(home, History(home))


LINES = st.lists(st.sampled_from(["a", "b", "", "## H"]), max_size=8).map("\n".join)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, LINES, LINES)
def test_a_carried_change_is_whole_or_not_at_all(before: str, after: str, onto: str) -> None:
    assert carry(before, after, before) == after
    made = carry(before, after, onto)
    if before == after:
        assert made == onto
    assert carry(before, after, f"{before}\nmore\nof mine") in (None, f"{after}\nmore\nof mine")
