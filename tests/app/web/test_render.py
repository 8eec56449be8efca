from __future__ import annotations

import re

import pytest

from app.web.render import cite, folds, markdown, moment

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
