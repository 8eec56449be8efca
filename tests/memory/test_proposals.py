from __future__ import annotations

import datetime as dt

import pytest

from memory.errors import BadInput, Conflict, NotFound
from memory.history import History
from memory.home import Home
from memory.proposals import WAITING, accept, diff, propose, refuse, waiting

DAY = dt.date(2026, 11, 21)


def test_a_proposal_is_no_note_until_it_is_accepted(home: Home) -> None:
    history = History(home)
    made = propose(home, "I choose terraces\nover halls.", ("memory/food.md", "Likes"), why="Three times.")
    assert waiting(home) == (made,)
    assert not (home.root / "memory/food.md").exists()
    assert "+- I choose terraces over halls. (2026-11-21, inferred)" in diff(home, made, DAY)
    note = accept(home, history, made.id, DAY)
    assert (note.path, note.section, note.stated) == ("memory/food.md", "Food > Likes", False)
    assert waiting(home) == ()
    with pytest.raises(NotFound):
        accept(home, history, made.id, DAY)


def test_a_proposal_in_the_persons_own_words_is_stated(home: Home) -> None:
    made = propose(home, "Likes terraces", source="mcp")
    note = accept(home, History(home), made.id, DAY, ("memory/food.md", "Likes"), "Terraces in July", "web")
    assert (note.quote, note.stated) == ("Terraces in July", True)


def test_a_refused_proposal_does_not_come_back(home: Home) -> None:
    made = propose(home, "Likes terraces.")
    refuse(home, made.id)
    assert propose(home, "likes  terraces").state == "refused"
    assert waiting(home) == ()


def test_what_is_no_proposal(home: Home) -> None:
    for text in ("", " \n", "x" * 2001):
        with pytest.raises(BadInput):
            propose(home, text)
    for number in range(WAITING):
        propose(home, f"thing {number}")
    with pytest.raises(Conflict):
        propose(home, "one more")
    assert len(waiting(home)) == WAITING


def test_a_broken_file_is_named_and_kept(home: Home) -> None:
    (home.root / "state/proposals.json").write_text("[{]")
    with pytest.raises(BadInput, match=r"proposals\.json"):
        propose(home, "Likes terraces")
    assert (home.root / "state/proposals.json").read_text() == "[{]"
