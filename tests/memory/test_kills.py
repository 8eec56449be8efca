from __future__ import annotations

from pathlib import Path

import pytest

from tests.memory.kills import live_and_die


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 13))])
def test_a_killed_process_leaves_old_or_new_and_the_index_catches_up(tmp_path: Path, seed: int) -> None:
    """A few of the `make proof` row "kill while indexing"."""
    moment, violation = live_and_die(tmp_path, seed)
    assert not violation, f"seed {seed}, killed {moment}: {violation}"
