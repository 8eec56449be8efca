"""A quick subset of the gate's rows: some stories of each, from fixed seeds."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.proof import gate
from tests.proof.mutants import MUTANTS, ROOT


@pytest.mark.parametrize("told", [gate.confirmed, gate.changed, gate.raced, gate.crossed, gate.plotted])
def test_stories_of_the_gate_end_well(told) -> None:
    for seed in range(8 if told is gate.changed else 3):
        what, violation = asyncio.run(told(random.Random(seed)))
        assert not violation, (seed, what)


def test_every_clear_phrase_is_one_and_no_other_is() -> None:
    rng = random.Random(7)
    for _ in range(300):
        assert gate.parse_go(gate._phrase("clear", rng))
        for kind in ("negated", "vague", "quoted"):
            text = gate._phrase(kind, rng)
            assert gate.parse_go(text) is None, text


def test_no_address_leads_astray() -> None:
    for seed in range(500):
        what, violation = gate.led_astray(random.Random(seed))
        assert not violation, what


def test_a_stored_plan_that_cannot_even_be_read_is_refused() -> None:
    what, violation = asyncio.run(gate.changed(random.Random(789708)))
    assert (what, violation) == ("steps: value_type", "")


def test_a_page_that_differs_anywhere_is_noticed() -> None:
    told = [gate._other_page(random.Random(seed)) for seed in range(60)]
    assert [what for what, noticed in told if not noticed] == []
    assert {what for what, _ in told} == {"Restaurant", "Date", "Time", "Guests", "Price"}


def test_every_mutant_still_finds_what_it_changes() -> None:
    assert len(MUTANTS) >= 20
    for mutant in MUTANTS:
        assert mutant.old in (ROOT / mutant.file).read_text("utf-8"), mutant.name
        assert mutant.old != mutant.new
