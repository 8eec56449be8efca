from __future__ import annotations

import datetime as dt

from agents.executor.audit import Move
from agents.executor.tables import State
from agents.orchestrator.papers import Papers, Step
from app.runs import day_of, lasted, line, steps_of

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def at(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def move(to: State, before: State | None, seconds: float, mandate: str = "m") -> Move:
    return Move(mandate=mandate, before=before, to=to, cause="", at=at(seconds), detail="")


GO = (move(State.OFFERED, None, -9), move(State.GRANTED, State.OFFERED, -1), move(State.CLAIMED, State.GRANTED, 0))


def test_each_step_took_the_time_since_what_came_before_it() -> None:
    steps = (Step("rehearsed", at(-300)), Step("opened", at(2)), Step("pressed", at(2.5)), Step("of before times"))
    taken = steps_of("t", Papers(steps=steps), GO)
    assert [step.seconds for step in taken] == [None, 2.0, 0.5, None]
    assert steps_of("t", Papers(), GO) == ()


def test_a_run_lasts_from_its_claim_to_its_end() -> None:
    assert lasted((), at(7)) is None
    assert lasted(GO[:2], at(7)) is None
    assert lasted(GO, at(7)) == 7.0
    taken_over = move(State.CLAIMED, State.CLAIMED, 5)
    assert lasted((*GO, taken_over), at(7)) == 7.0
    over = move(State.CANCELLED, State.CLAIMED, 6)
    assert lasted((*GO, over, move(State.OFFERED, None, 20, "n")), at(90)) == 6.0


def test_a_line_is_told_by_its_task_or_by_its_receipt() -> None:
    read = Papers(plan="You asked: “x”\n\n**Y**\n", receipt="# Not done\n")
    assert line("t", read, None, NOON).state == "refused"
    assert line("t", read, "deciding", NOON).state == "deciding"
    assert line("t", Papers(), None, NOON).state is None
    assert day_of("2026-01-05-aaaaaaaa", NOON).date() == dt.date(2026, 1, 5)
    assert day_of("elsewhere", NOON).year == 1
