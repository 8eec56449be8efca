"""The worked example of docs/workflows.md, done as it stands on the site that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import workflows
from agents.executor import account
from agents.executor.plan import plan_for
from agents.executor.search import Searcher
from tests.agents.executor import ferry as company
from workflows.parse import parse

DETAILS: dict[str, Any] = {"port": "Sant Roc", "date": "2026-12-05", "passengers": 2, "seat": "Deck"}


@pytest.fixture
def ferry() -> Iterator[company.Ferry]:
    with company.opened() as served:
        yield served


async def test_the_ferry_is_found_prepared_paid_once_and_kept(rig: Any, ferry: company.Ferry) -> None:
    manual = (Path(workflows.__file__).parents[1] / "docs" / "workflows.md").read_text("utf-8")
    example = re.search(r"```markdown\n(.*?)```", manual, re.DOTALL)
    assert example
    rig.workflow = parse(example[1].replace("https://ferries.example", ferry.origin), "book-ferry.md")
    account.remember(rig.home.root, ferry.origin, "Ada Marsh")
    ferry.basket = "a cabin that was left there"
    async with Searcher(rig.browser, rig.clock) as searcher:
        found = await searcher.collect(rig.workflow, DETAILS)
    assert [(c.name, c.price) for c in found][1] == ("Petrel", {"amount": "46.00", "currency": "EUR"})
    bound = plan_for(
        rig.workflow, DETAILS, found[1], price=found[1].price, account_label="Ada Marsh", tz="Europe/Lisbon"
    )
    receipt = await rig.execute(await rig.granted(bound))
    assert (receipt.state, receipt.reference) == ("done", "F-001"), receipt
    assert ferry.log == ["empty", "basket", "pay"]
    assert ferry.booked[0]["Seat"] == "Deck"
    assert any(line.startswith("As the page says “Your basket holds”: Press") for line in rig.told)
