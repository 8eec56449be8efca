import pytest

from memory.errors import Conflict, NotFound
from workflows.faults import WorkflowFault
from workflows.registry import Registry


@pytest.fixture
def mine(tmp_path):
    return tmp_path / "workflows"


@pytest.fixture
def registry(library, mine):
    return Registry(library, mine)


def test_every_shipped_file_is_without_fault_or_warning(registry, library):
    assert registry.faults() == ()
    assert {w.name for w in registry.all()} == {path.stem for path in library.glob("*.md")}
    assert all(w.warnings == () and len(w.examples) >= 3 for w in registry.all())


def test_a_home_file_stands_in_for_the_shipped_one_at_once(registry, mine, shipped):
    assert registry.shipped("reserve-table")
    mine.mkdir()
    file = mine / "reserve-table.md"
    for cap in ("70 EUR", "71 EUR", "72 EUR"):  # the same length each time, within one tick of the clock
        file.write_text(shipped.replace("{total: 200 EUR, code_above: 100 EUR", f"{{total: {cap}"), "utf-8")
        found = registry.get("reserve-table")
        assert (str(found.limits.total), found.path) == (cap, str(file))
    assert not registry.shipped("reserve-table")
    file.unlink()
    assert str(registry.get("reserve-table").limits.total) == "200 EUR"


def test_an_unchanged_file_is_not_read_into_a_new_workflow(registry):
    assert registry.get("reserve-table") is registry.get("reserve-table")


def test_a_broken_home_file_is_told_and_nothing_stands_in_for_it(registry, mine, shipped):
    others = {w.name for w in registry.all()} - {"reserve-table"}
    mine.mkdir()
    (mine / "reserve-table.md").write_text(shipped.replace("Press", "Prss"), "utf-8")
    (mine / "see-film.md").write_text("no workflow", "utf-8")
    (mine / "README.md").write_text("# Mine", "utf-8")
    assert {w.name for w in registry.all()} == others
    assert [(f.path, f.faults[0].line) for f in registry.faults()] == [
        (str(mine / "reserve-table.md"), shipped.split("\n").index('4. Press "Find times"') + 1),
        (str(mine / "see-film.md"), 1),
    ]
    with pytest.raises(WorkflowFault, match="has 2 faults"):
        registry.get("reserve-table")
    (mine / "reserve-table.md").write_text(shipped, "utf-8")
    assert registry.get("reserve-table").path == str(mine / "reserve-table.md")


def test_what_is_no_file_is_told(registry, mine):
    usable = [w.name for w in registry.all()]
    (mine / "folder.md").mkdir(parents=True)
    assert [f.path for f in registry.faults()] == [str(mine / "folder.md")]
    assert [w.name for w in registry.all()] == usable


def test_a_name_that_is_not_there(registry):
    with pytest.raises(NotFound, match="Did you mean `reserve-table`"):
        registry.get("reserve-tabel")
    with pytest.raises(NotFound, match=r"No workflow `\.\./x` is shipped"):
        registry.eject("../x")


def test_eject_copies_once(registry, mine, shipped):
    copy = registry.eject("reserve-table")
    assert copy == mine / "reserve-table.md"
    assert copy.read_text("utf-8") == shipped
    assert registry.get("reserve-table").path == str(copy)
    copy.write_text("mine now", "utf-8")
    with pytest.raises(Conflict, match="there already"):
        registry.eject("reserve-table")
    assert copy.read_text("utf-8") == "mine now"
