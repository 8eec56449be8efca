from __future__ import annotations

import re
from decimal import Decimal

import pytest

from agents.reasoning.offline.numbers import NUMBER, amount


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2k", "2000"),
        ("5 mln", "5000000"),
        ("a hundred and seven", "107"),
        ("nine hundred thousand and twelve", "900012"),
        ("6 thousand 2 hundred and 14", "6214"),
        ("two and a half million", "2500000"),
        ("half a dozen", "6"),
        ("four million and a quarter", "4250000"),
        ("three quarters of a thousand", "750"),
        ("7,12,345.50", "712345.50"),
        ("8 lakh", "800000"),
        (".75", "0.75"),
        ("eighty - four", "84"),
        ("six-seven", "6 7"),
        ("naught", "0"),
        ("one thousand two hundred point zero five", "1200.05"),
    ],
)
def test_numbers(text: str, values: str) -> None:
    assert [amount(m.group()) for m in re.finditer(NUMBER, text)] == [Decimal(v) for v in values.split()]
