"""kill -9 at about ten step boundaries; `make proof` runs them all, many times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.kills import live_through, verdict
from tests.journeys.support import Town


@pytest.mark.parametrize(
    "place",
    [
        "node.consult:1", "turn.resuming:1", "node.search:1", "node.plan:1", "go.granted:1", "claimed:1", "started:1",
        "clicked:1", "received:1", "outcome.stored:1", "node.learn:1",
    ],
)  # fmt: skip
def test_the_story_goes_on_after_a_kill(place: str, home: Path, town: Town) -> None:
    ending = live_through(home, town, place)
    assert ending.died == 1, "the failpoint was never passed: the test proves nothing"
    assert not verdict(ending)
    if place not in ("started:1", "clicked:1"):  # there, an honest look may find that nothing was sent
        assert ending.state == "done"
