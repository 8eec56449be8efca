"""A workflow for the shop, and an executor on a home whose profile is logged in there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from agents.executor import ledger
from agents.executor.chrome import BrowserSettings
from agents.executor.execute import Executor
from agents.executor.mandate import code, new_mandate
from agents.executor.plan import BoundPlan, plan_for
from agents.types import Candidate
from memory.home import Home
from workflows.model import Workflow

ZONE = ZoneInfo("Europe/Lisbon")
WORKFLOW = """---
name: reserve-room
description: Reserve a room.
examples: ["reserve a room"]
sites: ["{origin}"]
account: "Signed in as"
details:
  date:   {{type: date, ask: "When?"}}
  time:   {{type: time, ask: "At what time?"}}
  guests: {{type: count, ask: "How many?"}}
  area:   {{type: text, ask: "Where?", optional: true}}
terms: {{total: none}}
requests:
  prepare: ["POST /hold"]
  commit: ["POST /reservations"]
---
# Reserve a room
## Search
1. Open /rooms?area={{area}}&date={{date}}
2. Collect every "article" as a candidate
3. Look closer at the best 2
## Do
1. Open {{choice.url}}
2. Choose {{guests}} in "Guests"
3. Enter {{date}} in "Date"
4. Press "Find times"
5. Press "{{time}}"
6. Check that the page says {{choice.name}}, {{date}}, {{time}}, {{guests}}, no charge
7. **Commit:** press "Complete reservation"
8. Keep "Confirmation number" as reference
## Check
1. Open /my/reservations
2. Look for {{choice.name}} on {{date}} at {{time}} for {{guests}}
"""
DETAILS: dict[str, Any] = {"date": "2026-11-21", "time": "19:30", "guests": 2}


@dataclass
class Ticking:
    """A clock that a test moves."""

    now: dt.datetime = dt.datetime(2026, 11, 20, 12, 0, tzinfo=ZONE)

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@dataclass
class Rig:
    """An executor on a home whose profile is logged in to the shop, and what a test does with it."""

    shop: Any
    home: Home
    database: AsyncEngine
    clock: Ticking
    workflow: Workflow
    browser: BrowserSettings
    told: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    at: dict[str, Any] = field(default_factory=dict)  # failpoint -> what happens there

    def bound(self, **changes: Any) -> BoundPlan:
        choice = Candidate(
            id="c1", name="Maple Room", url=f"{self.shop.origin}/rooms/maple", seen_at="2026-11-20T12:00"
        )
        return plan_for(
            self.workflow, DETAILS | changes, choice, price=None, account_label="Ada Marsh", tz="Europe/Lisbon"
        )

    async def offer(self, bound: BoundPlan | None = None, secret: bool = False) -> str:
        bound = bound or self.bound()
        mandate = new_mandate(bound.plan, owner="me", message_id="m1", now=self.clock(), seconds=600)
        async with self.database.begin() as conn:
            word = code(b"key", mandate.hash) if secret else None
            await ledger.offer(conn, mandate, "web", bound, "task1", word)
        return mandate.id

    async def granted(self, bound: BoundPlan | None = None) -> str:
        mandate_id = await self.offer(bound)
        async with self.database.begin() as conn:
            await ledger.grant(conn, mandate_id, f"go-{mandate_id}", self.clock())
        return mandate_id

    def executor(self, **changes: Any) -> Executor:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        def passed(name: str) -> None:
            if name in self.at:
                self.at[name]()

        settings: dict[str, Any] = {
            "database": self.database,
            "home": self.home,
            "lookup": lambda name: self.workflow,
            "browser": self.browser,
            "clock": self.clock,
            "failpoint": passed,
            "sleep": sleep,
        }
        return Executor(**settings | changes)

    async def execute(self, mandate_id: str, **changes: Any) -> Any:
        executor = self.executor(**changes)
        receipt = await executor.execute(mandate_id, lambda text, shot: self.told.append(text))
        await executor.aclose()
        return receipt

    async def entry(self, mandate_id: str) -> ledger.Entry:
        async with self.database.connect() as conn:
            return await ledger.get(conn, mandate_id)

    def patient(self, seconds: float) -> None:
        self.browser = replace(self.browser, timeout=seconds)
