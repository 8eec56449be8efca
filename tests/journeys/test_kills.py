"""kill -9 at step boundaries of a story; `make proof` runs them all, many times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.kills import live_through, verdict
from tests.journeys.support import Town


def test_one_story_survives_three_kills(home: Path, town: Town) -> None:
    ending = live_through(home, town, "checkpoint.put:4", "go.granted:1", "clicked:1")
    assert ending.died == 3, "a failpoint was never passed: the test proves less than it says"
    assert not verdict(ending)
    assert ending.state == "done"


@pytest.mark.long
def test_a_kill_between_record_and_click_presses_nothing_twice(home: Path, town: Town) -> None:
    ending = live_through(home, town, "started:1")
    assert ending.died == 1
    assert not verdict(ending)
    assert ending.state == "deciding", "the look finds nothing: refused, and the choice is offered again"
