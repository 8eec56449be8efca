from __future__ import annotations

import pytest

from memory.edits import edit, remove
from memory.errors import Conflict
from memory.history import History
from memory.home import Home
from memory.learned import EDITABLE, can_undo, learned, undo
from memory.notes import remember
from tests.memory.test_history import git
from tests.memory.test_learned import DAY, FOOD


def test_an_edit_is_one_commit_and_an_undo_without_a_name_leaves_it(home: Home) -> None:
    history = History(home)
    edit(home, history, "memory/food.md", FOOD, None)
    remember(home, history, "memory/food.md", "Likes", "I like quinces", DAY, "web")
    file = home.read("memory/food.md")
    edit(home, history, "memory/food.md", file.text + "- And pears\n", file.etag)
    newest = learned(history)[0]
    assert (newest.message, newest.by_hand, newest.added) == ("Edit memory/food.md", True, ("- And pears",))
    assert [(c.path, c.before, c.after) for c in newest.changes] == [
        ("memory/food.md", file.text, file.text + "- And pears\n")
    ]
    undo(home, history)
    assert "quinces" not in home.read("memory/food.md").text
    assert "And pears" in home.read("memory/food.md").text
    assert git(home.root, "status", "--short") == ""


def test_the_same_text_again_is_no_change(home: Home) -> None:
    history = History(home)
    etag = edit(home, history, "memory/food.md", FOOD, None)
    assert edit(home, history, "memory/food.md", FOOD, etag) == etag
    assert [entry.message for entry in learned(history)] == ["Write memory/food.md"]


def test_a_deleted_document_comes_back_by_its_name(home: Home) -> None:
    history = History(home)
    etag = edit(home, history, "documents/trip.md", "# Trip\n\nBy boat.\n", None)
    remove(home, history, "documents/trip.md", etag)
    assert learned(history) == ()  # nothing of it stands in memory
    gone = learned(history, under=EDITABLE)[0]
    assert can_undo(home, gone)
    undo(home, history, gone.commit)
    assert home.read("documents/trip.md").text == "# Trip\n\nBy boat.\n"
    undone = {entry.commit: entry for entry in learned(history, under=("documents/trip.md",))}[gone.commit]
    assert undone.undone
    assert not can_undo(home, undone)


def test_what_was_edited_since_cannot_be_undone(home: Home) -> None:
    history = History(home)
    etag = edit(home, history, "memory/food.md", FOOD, None)
    etag = edit(home, history, "memory/food.md", FOOD.replace("tea", "black tea"), etag)
    (home.root / "memory" / "food.md").write_text(FOOD.replace("tea", "green tea"))
    assert not can_undo(home, learned(history)[0])


def test_a_version_that_is_gone_is_a_conflict_and_nothing_is_committed(home: Home) -> None:
    history = History(home)
    etag = edit(home, history, "memory/food.md", FOOD, None)
    (home.root / "memory" / "food.md").write_text("# Theirs\n")
    with pytest.raises(Conflict):
        edit(home, history, "memory/food.md", "# Mine\n", etag)
    with pytest.raises(Conflict):
        remove(home, history, "memory/food.md", etag)
    assert home.read("memory/food.md").text == "# Theirs\n"
    assert len(learned(history)) == 1


def test_a_home_without_a_history_is_edited_all_the_same(home: Home) -> None:
    git(home.root.parent, "init", "-q")
    history = History(home)
    assert history.why_not
    edit(home, history, "memory/food.md", FOOD, None)
    assert home.read("memory/food.md").text == FOOD
