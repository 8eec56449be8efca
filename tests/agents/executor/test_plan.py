from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from agents.executor.plan import BoundPlan, plan_for
from agents.types import Candidate
from memory.errors import BadInput
from workflows.model import Limits, Money, Workflow

DETAILS: dict[str, Any] = {"date": "2026-11-21", "time": "19:30", "guests": 2, "area": "Old Town"}
PRICE = {"amount": "30.00", "currency": "EUR"}


def bind(workflow: Workflow, path: str = "/rooms/maple", **changes: Any) -> BoundPlan:
    url = path if "://" in path else workflow.sites[0] + path
    choice = Candidate(id="c1", name=changes.pop("name", "Maple Room"), url=url, seen_at="now")
    price = changes.pop("price", None)
    return plan_for(workflow, DETAILS | changes, choice, price=price, account_label="Ada", tz="Europe/Lisbon")


def test_details_become_the_terms_of_the_plan(workflow: Workflow) -> None:
    bound = bind(workflow)
    plan = bound.plan.model_dump(exclude={"workflow_hash", "steps_hash"}, exclude_none=True)
    assert plan == {
        "origin": workflow.sites[0],
        "action": "reserve-room",
        "item": "Maple Room",
        "date": "2026-11-21",
        "time": "19:30",
        "party": 2,
        "tz": "Europe/Lisbon",
        "account_label": "Ada",
    }
    assert bound.sentences[1] == 'Choose 2 in "Guests"'
    assert bound.sentences[6] == 'Press "Complete reservation" (this is the step that cannot be taken back)'
    assert bound.plan.steps_hash == bound.steps_hash
    assert BoundPlan.model_validate_json(bound.model_dump_json()) == bound


def test_any_change_of_a_step_changes_the_plan(workflow: Workflow) -> None:
    hashes = {bind(workflow, **c).steps_hash for c in ({}, {"time": "20:00"}, {"guests": 3}, {"name": "Birch"})}
    assert len(hashes) == 4


@pytest.mark.parametrize("url", ["http://evil.localhost/rooms/maple", "https://shop.localhost/rooms", "file:///x"])
def test_a_choice_on_another_site_is_refused(workflow: Workflow, url: str) -> None:
    with pytest.raises(BadInput, match="is not on"):
        bind(workflow, url)


def test_a_missing_detail_is_named(workflow: Workflow) -> None:
    with pytest.raises(BadInput, match="time"):
        plan_for(
            workflow,
            {"date": "2026-11-21", "guests": 2},
            Candidate(id="c", name="M", url=workflow.sites[0], seen_at=""),
            price=None,
            account_label=None,
            tz="UTC",
        )


def test_a_workflow_that_would_not_read_back_is_refused(workflow: Workflow) -> None:
    check = workflow.do[5]
    for value in check.values:
        kept = tuple(v for v in check.values if v != value)
        lax = replace(workflow, terms={}, do=(*workflow.do[:5], replace(check, values=kept), *workflow.do[6:]))
        with pytest.raises(BadInput, match="without reading back"):
            bind(lax)


def test_money_is_bounded_and_a_code_asked_for_above_the_limit(workflow: Workflow) -> None:
    paid = replace(workflow, terms={"total": "none"}, limits=Limits(total=Money(Decimal(45), "EUR")))
    assert bind(paid).plan.price_cap is None
    paid = replace(paid, terms={})
    bound = bind(paid, price=PRICE)
    terms = bound.plan
    assert (terms.price_shown, terms.price_cap, terms.currency, terms.payee) == ("30.00", "45", "EUR", terms.origin)
    assert not bound.code_needed
    for limit, needed in ((29, True), (30, False)):
        limits = replace(paid.limits, code_above=Money(Decimal(limit), "EUR"))
        assert bind(replace(paid, limits=limits), price=PRICE).code_needed is needed
    with pytest.raises(BadInput, match="bound is in EUR"):
        bind(paid, price={"amount": "30", "currency": "USD"})
    with pytest.raises(BadInput, match="without a bound"):
        bind(replace(paid, limits=Limits()))
