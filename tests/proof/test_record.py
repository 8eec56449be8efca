from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof.record import Record, Story, table, upper_bound


def test_bounds_are_the_exact_ones() -> None:
    assert upper_bound(0, 100) == pytest.approx(1 - 0.05**0.01)
    assert upper_bound(1, 100) == pytest.approx(0.0466, abs=1e-4)  # Clopper-Pearson, from the tables
    assert upper_bound(10, 100) == pytest.approx(0.1637, abs=1e-4)
    assert upper_bound(0, 0) == upper_bound(3, 3) == 1


def test_runs_add_up_and_a_line_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "proof.jsonl"
    Record(path).add(Story("kills", 1, "here", True))
    Record(path).add(Story("kills", 2, "nowhere", False))
    with path.open("a") as file:
        file.write('{"row": "kil')
    Record(path).add(Story("kills", 3, "there", True, violation="booked twice"))
    stories = Record(path).stories()
    assert [s.seed for s in stories] == [1, 2, 3]
    assert table({"kills": 100}, stories).splitlines()[1].split() == ["kills", "100", "2", "1", "97.5%"]
