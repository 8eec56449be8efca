"""Each thing that can be looked for: held where it came out, broken where it did not, and what was seen instead."""

from __future__ import annotations

import datetime as dt

import pytest

from agents.evals.cases import parse_cases
from agents.evals.outcome import Came, Outcome, judge
from agents.types import Decision, Exclusion, Option, Question, Reply
from memory.evidence import Evidence
from tests.agents.town import workflow

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
SEEN = "2026-11-21T10:00:00+00:00"
ROOMS = Evidence(id="e1", path="memory/food.md", lines=(3, 3), quote="Small, quiet rooms.")
DECISION = Decision(
    top=Option(id="1", name="Lanterna", url="", seen_at=SEEN, fit=0.9),
    backup=Option(id="2", name="Café Órbita", url="", seen_at=SEEN, fit=0.8),
    excluded=(Exclusion(name="Sete Mares", reason="shellfish"),),
    evidence=(ROOMS,),
)
CAME = Came(
    replies=(
        Reply(kind="question", text="For how **many**?", question=Question(detail="people", type="count")),
        Reply(kind="decision", text="**Top choice: Lanterna**", decision=DECISION),
    ),
    now=NOW,
    workflow=workflow(),
    details={"date": "2026-11-22", "time": "19:30", "people": 2, "budget": {"amount": "40.00", "currency": "EUR"}},
    decision=DECISION,
)


def judged(line: str, came: Came = CAME) -> str:
    case = parse_cases("evals/a.md", f"> hi\n\n- {line}\n").cases[0]
    return judge(case.musts[0], came).verdict


@pytest.mark.parametrize(
    "line",
    [
        "must propose Lanterna",
        "must propose cafe orbita",
        "must propose Somewhere or Lanterna",
        "must propose",
        "must put first Lanterna",
        "must not propose Sete Mares",
        "must leave out Sete Mares",
        "must ask for people",
        "must not ask for time",
        "must read people as 2",
        "must read date = tomorrow",
        "must read time: half past seven in the evening",
        "must read budget as 40 EUR",
        "must not read people as 12",
        "must use w",
        "must cite memory/food.md",
        "must say top choice: lanterna",
        "must not say lantern",
        "must not refuse",
    ],
)
def test_it_holds(line: str) -> None:
    assert judged(line) == "held"


@pytest.mark.parametrize(
    "line",
    [
        "must propose Sete Mares",
        "must not propose Lanterna",
        "must not propose anything",
        "must put first Café Órbita",
        "must not leave out Sete Mares",
        "must not ask",
        "must read people as 3",
        "must read area as Harbour",
        "must use order-groceries",
        "must cite memory/money.md",
        "must say verbena",
        "must refuse",
    ],
)
def test_it_does_not_hold(line: str) -> None:
    assert judged(line) == "broken"


def test_what_was_seen_instead_is_told() -> None:
    must = parse_cases("evals/a.md", "> hi\n\n- must propose Sete Mares\n").cases[0].musts[0]
    assert judge(must, CAME).seen == "proposed: Lanterna, Café Órbita"


def test_where_the_site_is_away_only_what_rests_on_it_is_not_judged() -> None:
    away = Came(CAME.replies, NOW, CAME.workflow, CAME.details, None, away="The site does not answer.")
    assert judged("must propose Lanterna", away) == "not judged"
    assert judged("must not propose Lanterna", away) == "not judged"
    assert judged("must read people as 2", away) == "held"


def test_a_case_is_broken_where_one_thing_is() -> None:
    case = parse_cases("evals/a.md", "> hi\n\n- must propose Lanterna\n- must refuse\n").cases[0]
    outcome = Outcome(case=case, judged=tuple(judge(must, CAME) for must in case.musts))
    assert outcome.verdict == "broken"
