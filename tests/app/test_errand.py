from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from app import errand
from memory.errors import BadInput
from workflows import registry
from workflows.parse import read_workflow

NOW = dt.datetime(2026, 11, 20, 18, 0, tzinfo=ZoneInfo("Europe/Lisbon"))
TABLE = read_workflow(registry.LIBRARY / "reserve-table.md")
GIFT = read_workflow(registry.LIBRARY / "buy-gift.md")


def test_values_are_read_as_a_person_writes_them() -> None:
    text = errand.command(TABLE, {"date": "tomorrow", "time": "half past seven pm", "party_size": "2"}, NOW)
    details = {"date": "2026-11-21", "time": "19:30", "party_size": 2}
    assert errand.read(text) == {"workflow": "reserve-table", "details": details}
    text = errand.command(GIFT, {"person": "Inês {x}", "budget": "60 EUR", "delivery": "parcel post"}, NOW)
    found = errand.read(text)
    assert found is not None
    assert found["details"]["delivery"] == "Parcel post"
    assert found["details"]["budget"] == {"amount": "60.00", "currency": "EUR"}
    assert found["details"]["person"] == "Inês {x}"


def test_everything_that_is_wrong_is_told_at_once_with_how_to_write_it() -> None:
    given = {"date": "2026-11-01", "time": "25:00", "party": "2", "party_size": "500"}
    with pytest.raises(BadInput) as raised:
        errand.command(TABLE, given, NOW)
    said = str(raised.value)
    for part in ("`date=2026-11-01`", "has passed", "`time=25:00`", "`party` is no detail", "`party_size`", "500"):
        assert part in said, said
    assert "rflow do reserve-table --set date=tomorrow --set time=19:30 --set party_size=2" in said
    with pytest.raises(BadInput, match=r"(?s)`person` is missing: For whom\?.*`delivery=drone`: expected one of Pick"):
        errand.command(GIFT, {"budget": "60 EUR", "delivery": "drone"}, NOW)


@pytest.mark.parametrize("text", ["do reserve-table", "please do reserve-table {}", "go", "do ../x {}"])
def test_other_text_is_no_errand(text: str) -> None:
    assert errand.read(text) is None
