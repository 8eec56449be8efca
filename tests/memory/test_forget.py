from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from memory.errors import BadInput, Conflict
from memory.evidence import Evidence
from memory.forget import forget, forgettable
from memory.history import History
from memory.home import Home
from memory.learned import undo
from memory.proposals import propose, waiting
from tests.memory.test_history import git

Put = Callable[[str, str], None]


def named(home: Home, words: str) -> Evidence:
    return next(note for note in forgettable(home) if words in note.quote)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_exactly_its_lines_go_and_undo_brings_them_back(home: Home, put: Put, end: str) -> None:
    text = "# Food\n\n- I like tea\n  in the morning\n- I hate tripe\n\nAn essay.\n".replace("\n", end)
    (home.root / "memory/food.md").write_bytes(text.encode())
    history = History(home)
    assert forget(home, history, [named(home, "I like tea")]) == ("memory/food.md:3",)
    left = (home.root / "memory/food.md").read_bytes().decode()
    assert left == text.replace(f"- I like tea{end}  in the morning{end}", "")
    assert "tea" not in git(home.root, "log", "-1", "--format=%B")
    undo(home, history)
    assert (home.root / "memory/food.md").read_bytes().decode() == text


def test_a_file_that_changed_meanwhile_and_a_document_are_left_alone(home: Home, put: Put) -> None:
    put("memory/food.md", "- I like tea\n")
    history, note = History(home), named(home, "tea")
    put("memory/food.md", "- mine\n- I like tea\n")
    with pytest.raises(Conflict):
        forget(home, history, [note])
    with pytest.raises(BadInput):
        forget(home, history, [note.model_copy(update={"path": "documents/a.md"})])
    assert home.read("memory/food.md").text == "- mine\n- I like tea\n"


def test_what_was_inferred_from_it_goes_too(home: Home, put: Put) -> None:
    put("memory/food.md", "- I like thai food (2026-11-21, inferred)\n")
    kept = propose(home, "I like old maps.")
    propose(home, "I like thai food.")
    chosen = {"task": "t", "gained": ["I like thai food.", "I like places in the Bairro."], "gave_up": []}
    put("state/choices.json", json.dumps([chosen]))
    history = History(home)
    gone = forget(home, history, [named(home, "thai")])
    assert gone == ("memory/food.md:1", "state/proposals.json", "state/choices.json")
    assert waiting(home) == (kept,)
    left = json.loads(home.read("state/choices.json").text)
    assert left == [{**chosen, "gained": ["I like places in the Bairro."]}]
