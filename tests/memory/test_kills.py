from __future__ import annotations

from pathlib import Path

import pytest

from tests.memory.damage import damage_and_reopen
from tests.memory.kills import live_and_die, save_and_die


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 13))])
def test_a_killed_process_leaves_old_or_new_and_the_index_catches_up(tmp_path: Path, seed: int) -> None:
    """A few of the `make proof` row "kill while indexing"."""
    moment, violation = live_and_die(tmp_path, seed)
    assert not violation, f"seed {seed}, killed {moment}: {violation}"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_a_process_killed_in_the_middle_of_saving_tears_nothing(tmp_path: Path, seed: int) -> None:
    """A few of the row "torn saves"."""
    moment, violation = save_and_die(tmp_path, seed)
    assert not violation, f"seed {seed}, killed {moment}: {violation}"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_index_is_whole_again_with_the_same_ids(tmp_path: Path, seed: int) -> None:
    """A few of the row "damaged index"."""
    what, violation = damage_and_reopen(tmp_path, seed)
    assert not violation, f"seed {seed}, {what}: {violation}"
