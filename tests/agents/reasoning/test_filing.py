"""A note goes where the person would look for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from agents.reasoning.offline.filing import file_under, somebody
from agents.reasoning.offline.meaning import Meaning
from memory.embed import MiniLM
from memory.home import Home
from memory.notes import FALLBACK, Place, shelves

SAID = YAML(typ="safe").load(Path(__file__).with_name("filing.yaml"))
OWN = {
    "hotels": "# Hotels\n\n- A quiet room at the back.\n- No carpets.\n",
    "table": "# At table\n\n## Yes please\n\n- Lentils with anything\n- Cider\n\n## Never\n\n- Raw onions\n",
    "trips": "# Trips\n\n- By rail where it takes less than a day.\n- One bag.\n",
    "arts": "# Arts\n\n## What I like\n\n- Woodcuts\n- Chamber music\n\n## What leaves me cold\n\n- Operetta\n",
    "habits": "# Habits\n\n## Every day\n\n- Tea at four.\n- A walk before work.\n",
    "people/tova": "# Tova\n\n- My oldest friend, a midwife.\n",
    "people/others": "# Others\n\n- My brother, Jens, lives in Turku.\n- Nadia from work.\n- My aunt Ilse, 81.\n",
}


@pytest.fixture
def homes(tmp_path: Path) -> dict[str, Home]:
    own = Home.open(tmp_path / "own")
    for starter in (own.root / "memory").glob("*.md"):
        starter.unlink()
    for name, text in OWN.items():
        (own.root / f"memory/{name}.md").parent.mkdir(exist_ok=True)
        (own.root / f"memory/{name}.md").write_text(text)
    return {"starter": Home.open(tmp_path / "starter"), "own": own}


def filed(homes: dict[str, Home], model: MiniLM, part: int) -> list[tuple[str, Place]]:
    meaning, wrong = Meaning(model.embed), []
    for name, home in homes.items():
        for note, right in SAID[name][part::2]:
            path, heading = file_under(note, shelves(home), meaning)
            if f"{path.removeprefix('memory/').removesuffix('.md')} {heading}" not in right:
                wrong.append((note, (path, heading)))
    return wrong


@pytest.mark.parametrize("part", [0, 1])
def test_notes_are_filed_where_they_belong(homes: dict[str, Home], model: MiniLM, part: int) -> None:
    wrong = filed(homes, model, part)
    assert len(wrong) <= 3, wrong  # of 20


def test_without_files_a_note_still_has_a_place(tmp_path: Path, model: MiniLM) -> None:
    assert file_under("I like rain", (), Meaning(model.embed)) == FALLBACK
    assert file_under("My sister likes rain", (), Meaning(model.embed)) == ("memory/people.md", "People")


@pytest.mark.parametrize(
    ("note", "whom"),
    [
        ("My sister is vegan", {"sister"}),
        ("My neighbour Rita is coeliac", {"neighbour", "rita"}),
        ("Greta's birthday is in May", {"greta"}),
        ("My shoe size is 43", set()),
        ("I like Greta", set()),
        ("Never book a table at noon", set()),
    ],
)
def test_whom_a_note_is_about(note: str, whom: set[str]) -> None:
    assert somebody(note) == whom
