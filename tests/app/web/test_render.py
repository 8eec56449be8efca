from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from agents.types import Decision, Option, PlanView, Reply, ReplyKind
from app.channels.base import Message
from app.web.render import changes, cite, folds, markdown, moment, preface, terms, wish

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![p](http://evil.example/pixel.png)",
    "![p][1]\n\n[1]: http://evil.example/pixel.png",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "<svg/onload=alert(1)>",
    "<a href='x' onclick='alert(1)'>x</a>",
    '<iframe src="//evil.example"></iframe>',
    "<style>@import '//evil.example'</style>",
    "`<script>alert(1)</script>`",
    "memory/<script>alert(1)</script>.md:3",
    'memory/x".onmouseover="alert(1).md:3',
    "| <b onclick=alert(1)> |\n|---|\n| <object data=x> |",
    "[x]: javascript:alert(1)\n\n[x]",
]
ALLOWED = {"a", "p", "code", "table", "thead", "tbody", "tr", "th", "td", "strong", "em", "ul", "li"}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_foreign_text_becomes_no_code_and_no_request(payload: str) -> None:
    for html in (str(markdown(payload)), str(cite(payload))):
        tags = re.findall(r"<([a-z]+)([^>]*)>", html)
        assert {name for name, _ in tags} <= ALLOWED
        for _, attributes in tags:
            assert not re.search(
                r"\bon\w+\s*=|src\s*=|javascript:|data:", re.sub(r'"[^"]*/files/[^"]*"', "", attributes)
            )


def test_markdown_keeps_what_helps_reading() -> None:
    html = str(markdown("**Lanterna**\n\n- [page](http://tavola.localhost:8800/x)\n\n| a |\n|---|\n| b |"))
    assert "<strong>Lanterna</strong>" in html
    assert '<a href="http://tavola.localhost:8800/x" rel="noopener noreferrer">page</a>' in html
    assert "<td>b</td>" in html


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see memory/food.md:3-5.", "/files/memory/food.md?lines=3-5#L3"),
        ("(documents/guide/old-town.md:12)", "/files/documents/guide/old-town.md?lines=12-12#L12"),
        ("`documents/My guide.md:7`", "/files/documents/My%20guide.md?lines=7-7#L7"),
    ],
)
def test_a_citation_opens_its_very_lines(text: str, link: str) -> None:
    assert f'href="{link}"' in str(markdown(text))


def test_times_and_ratios_are_no_citations() -> None:
    assert "<a" not in str(cite("at 19:30 in state/x.db:3, 4:1"))


def test_a_list_under_a_heading_line_can_be_folded() -> None:
    assert folds("Hello.\n\nFrom your files:\n- a\n- b\n\nWhich day?") == [
        ("", "Hello."),
        ("From your files", "- a\n- b"),
        ("", "Which day?"),
    ]


def test_moments_are_said_as_people_say_them() -> None:
    assert moment("2026-11-21T19:30:00+00:00") == "Sat 21 Nov, 19:30"
    assert moment("soon") == "soon"


DECISION = Decision(top=Option(id="c1", name="Lanterna", url="http://x", seen_at="", fit=1))
PLAN = PlanView(hash="ab", title="Reserve a table", terms={}, steps=(), expires="")


@pytest.mark.parametrize(
    ("kind", "card", "text", "kept"),
    [
        (
            "decision",
            {"decision": DECISION},
            "I heard you.\n\n**Top choice: Lanterna** · 40 EUR\n- Why",
            "I heard you.",
        ),
        ("decision", {"decision": DECISION}, "Mizu: you have been there.", "Mizu: you have been there."),
        ("plan", {"plan": PLAN}, "The old one expired.\n\n**Reserve a table**\n\n- Date", "The old one expired."),
        ("answer", {}, "Plain.\n\n**Lanterna**", "Plain.\n\n**Lanterna**"),
    ],
)
def test_what_a_card_shows_is_not_said_twice_and_nothing_else_is_lost(
    kind: ReplyKind, card: dict[str, Any], text: str, kept: str
) -> None:
    assert preface(Reply(kind=kind, text=text, **card)) == kept


def test_terms_are_told_whole_in_the_order_that_matters() -> None:
    given = {"account_label": "Marta", "currency": None, "date": "2026-11-21", "item": "Lanterna", "party": "1",
             "payee": None, "price_cap": None, "price_shown": None, "odd_one": "kept"}  # fmt: skip
    assert terms(given) == [
        ("What", "Lanterna"),
        ("Date", "Saturday 21 November 2026"),
        ("For", "1 person"),
        ("As", "Marta"),
        ("Odd one", "kept"),
        ("Price", "nothing to pay"),
    ]
    assert ("Price", "12.00") in terms({**given, "price_shown": "12.00"})


def test_a_plan_that_replaces_another_tells_what_is_different() -> None:
    def offered(number: int, hash_: str, task: str = "t", **terms: str | None) -> Message:
        plan = PLAN.model_copy(update={"hash": hash_, "terms": terms})
        at = dt.datetime(2026, 11, 21, 10, number, tzinfo=dt.UTC)
        reply = Reply(kind="plan", text="", plan=plan, task=task)
        return Message(id=f"m{number}", at=at, author="assistant", text="", reply=reply)

    told = changes(
        [
            offered(1, "aa", item="Lanterna", time="20:00", party="2"),
            offered(2, "aa", item="Lanterna", time="20:00", party="2"),
            offered(3, "bb", "another", item="Ortica"),
            offered(4, "cc", item="Lanterna", time="21:00", party="2", quantity="1"),
        ]
    )
    assert told == {"m4": [("Time", "20:00", "21:00"), ("How many", "–", "1")]}


def test_what_a_form_asked_for_is_told_in_words() -> None:
    asked = 'do reserve-table {"date": "2026-11-21", "party_size": 2}'
    assert wish(asked) == "Reserve table: date 2026-11-21, party size 2"
    assert wish("do dishes {now}") == "do dishes {now}"
