from __future__ import annotations

import datetime as dt

from agents.reasoning.meter import Call, Meter, ModelDay
from tests.agents.reasoning.conftest import NOW


def call(task: str, model: str = "g", cost: int | None = 1000) -> Call:
    return Call(
        at="", task=task, purpose="decide", provider="p", model=model, tokens_in=9, tokens_out=1, cost=cost, ms=7
    )


async def test_the_days_and_the_tasks_of_a_month(meter: Meter) -> None:
    today = NOW.date()
    for ago, task, model, cost in ((40, "old", "g", 1), (29, "a", "g", 5), (0, "a", "g", None), (0, "b", "h", 2)):
        meter._clock = lambda ago=ago: NOW - dt.timedelta(days=ago)  # type: ignore[misc]
        await meter.record(call(task, model, cost))
    meter._clock = lambda: NOW
    await meter.record(call("", "g", 3))
    spent = await meter.spending(30)
    since = (today - dt.timedelta(days=29)).isoformat()
    assert (spent.since, spent.today) == (since, today.isoformat())
    assert spent.days == (
        ModelDay(day=since, model="g", calls=1, tokens=10, cost=5, ms=7),
        ModelDay(day=today.isoformat(), model="g", calls=2, tokens=20, cost=3, ms=14, unpriced=1),
        ModelDay(day=today.isoformat(), model="h", calls=1, tokens=10, cost=2, ms=7),
    )
    assert [(one.task, one.calls, one.cost) for one in spent.tasks] == [("b", 1, 2), ("a", 2, 5)]
    assert [one.task for one in (await meter.spending(1, most=1)).tasks] == ["b"]
