from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents.executor.mandate import Mandate, Plan, canonical, code, new_mandate, plan_text, render
from agents.executor.words import parse_go
from memory.errors import BadInput


def plan(**changes: Any) -> Plan:
    basis: dict[str, Any] = {
        "origin": "http://shop.localhost",
        "action": "reserve-room",
        "item": "Café Łódź *best* _of_ [all](x)",
        "date": "2026-11-21",
        "time": "19:30",
        "party": 2,
        "tz": "Europe/Lisbon",
        "workflow_hash": "a" * 64,
        "steps_hash": "b" * 64,
    }
    return Plan(**basis | changes)


def mandate(clock: Any, **changes: Any) -> Mandate:
    return new_mandate(plan(**changes), owner="me", message_id="m1", now=clock(), seconds=600, mandate_id="fixed")


def test_the_bytes_round_trip_and_their_hash_is_of_every_field(clock: Any) -> None:
    one = mandate(clock)
    assert Mandate.model_validate_json(one.canonical()).canonical() == one.canonical()
    fields = set(json.loads(one.canonical())["plan"])
    assert fields == set(Plan.model_fields)
    changed = (
        {"party": 3, "quantity": 1}
        | dict.fromkeys(fields - {"party", "quantity", "options"}, "x")
        | {"options": {"a": "b"}}
    )
    hashes = {mandate(clock, **{name: value}).hash for name, value in changed.items()}
    assert len(hashes | {one.hash}) == len(fields) + 1


@pytest.mark.parametrize("sign", ["\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\x00", "\n", "\U000e0041"])
def test_what_cannot_be_seen_is_refused(clock: Any, sign: str) -> None:
    with pytest.raises(BadInput, match=r"U\+"):
        mandate(clock, item=f"Maple{sign} Room").canonical()


def test_spellings_of_one_letter_are_one(clock: Any) -> None:
    assert mandate(clock, item="Caf\u00e9").hash == mandate(clock, item="Cafe\u0301").hash


def test_it_lasts_half_an_hour_at_most(clock: Any) -> None:
    long = new_mandate(plan(), owner="me", message_id="m", now=clock(), seconds=86400)
    assert (long.expires - long.created).total_seconds() == 1800
    with pytest.raises(ValidationError):
        Mandate(**long.model_dump() | {"expires": long.expires.replace(hour=23)})


@given(st.binary(min_size=1), st.text())
def test_every_code_is_one_that_a_go_can_carry(key: bytes, text: str) -> None:
    word = code(key, text)
    go = parse_go(f"GO {word}")
    assert go is not None
    assert go.code == word


def test_what_is_shown_is_what_is_hashed(clock: Any) -> None:
    long_name = "A very long name " * 40
    view = render(mandate(clock, item=long_name), "Reserve: it", ("Open it", "Press “Yes”"), "7K3F")
    text = plan_text(view)
    assert long_name.strip() in text
    for said in ("Saturday 21 November 2026", "19:30", "2 people", "nothing to pay", "1. Open it", "GO 7K3F", "12:10"):
        assert said in text
    assert plan_text(render(mandate(clock), "t", ())).count(r"\*best\* \_of\_ \[all\]") == 1


def test_money_is_shown_with_its_bound(clock: Any) -> None:
    view = render(mandate(clock, currency="EUR", price_shown="30.00", price_cap="45.00"), "t", ())
    assert "Price: **30.00 EUR**" in plan_text(view)
    assert "At most: **45.00 EUR**" in plan_text(view)


def test_canonical_is_rfc_8785() -> None:
    assert canonical({"b": [1, None, True], "a": "é"}) == '{"a":"é","b":[1,null,true]}'.encode()
