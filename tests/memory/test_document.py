from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from memory.dates import date_in, ending, leading_date
from memory.document import parse_markdown
from memory.errors import BadInput

PAGE = """---
name: reserve
sites: ["http://a"]
details:
  date: {type: date}
---
Before.

# Reserve
> guidance
> goes on

## Do ##
1. Open {choice.url}
2. **Commit:** press "Complete"
   and wait

- Tomás
  - peanut allergy (2026-05-03)

## 3 May 2026
| a | b |
|---|---|
| c | d |

```
x = 1
```
"""


def test_every_block_knows_its_place() -> None:
    document = parse_markdown(PAGE)
    assert document.title == "Reserve"
    assert document.front_matter["details"] == {"date": {"type": "date"}}
    assert document.front_matter_lines == {"name": 2, "sites": 3, "details": 4}
    assert [(s.heading, s.level, s.line, s.date) for s in document.sections] == snapshot(
        [
            ("", 0, 1, None),
            ("Reserve", 1, 9, None),
            ("Do", 2, 13, None),
            ("3 May 2026", 2, 21, dt.date(2026, 5, 3)),
        ]
    )
    assert [(b.kind, b.text, b.lines, b.number, b.parents) for s in document.sections for b in s.blocks] == snapshot(
        [
            ("paragraph", "Before.", (7, 7), None, ()),
            ("quote", "guidance\ngoes on", (10, 11), None, ()),
            ("item", "Open {choice.url}", (14, 14), 1, ()),
            ("item", '**Commit:** press "Complete"\nand wait', (15, 16), 2, ()),
            ("item", "Tomás", (18, 18), None, ()),
            ("item", "peanut allergy (2026-05-03)", (19, 19), None, ("Tomás",)),
            ("table", "a | b", (22, 22), None, ()),
            ("table", "c | d", (24, 24), None, ()),
            ("code", "x = 1", (27, 27), None, ()),
        ]
    )


@settings(deadline=None)
@given(st.text("ab #>-*1.|`~\n\t\r[]()<&é\u2028", max_size=120))
def test_a_block_is_verbatim_from_its_lines(text: str) -> None:
    try:
        document = parse_markdown(text)
    except BadInput:
        return
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    for block in (b for s in document.sections for b in s.blocks):
        assert clean[block.start : block.start + len(block.source)] == block.source
        first, last = block.lines
        assert clean.count("\n", 0, block.start) + 1 == first
        assert first + block.source.count("\n") == last


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\na: [1\nb: 2\n---\n", 3),
        ("---\na: 1\na: 2\n---\n", 3),
        ("---\na: 1\nno end", 1),
        ("---\n- a list\n---\n", 2),
        ("---\na: 1\n\tb: 2\n---\n", 3),
    ],
)
def test_a_broken_front_matter_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(BadInput, match=f"^Line {line}:"):
        parse_markdown(text)


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert [b.text for s in parse_markdown("---\n\nHello").sections for b in s.blocks] == ["Hello"]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-03-04", dt.date(2026, 3, 4)),
        ("Saturday, 21st of November 2026", dt.date(2026, 11, 21)),
        ("Sept. 3, 2024", dt.date(2024, 9, 3)),
        ("May 2026", dt.date(2026, 5, 1)),
        ("2026-02-30", None),
        ("12 people in 2026", None),
    ],
)
def test_dates_as_people_write_them(text: str, date: dt.date | None) -> None:
    assert date_in(text) == date
    assert leading_date(f"On {text} we went out.") == date


@pytest.mark.parametrize(
    ("note", "own", "date", "inferred"),
    [
        ("I like tea (2026-05-03, web)", "I like tea", dt.date(2026, 5, 3), False),
        ("I like tea (inferred, 2026-05-03).", "I like tea", dt.date(2026, 5, 3), True),
        ("Best soup (Mizu, 2026-03-04)", "Best soup (Mizu, 2026-03-04)", dt.date(2026, 3, 4), False),
        ("We moved (from Lisbon in May 2019)", "We moved (from Lisbon in May 2019)", None, False),
        ("I like tea (a lot)", "I like tea (a lot)", None, False),
    ],
)
def test_what_a_note_says_about_itself(note: str, own: str, date: dt.date | None, inferred: bool) -> None:
    found = ending(note)
    assert (note[: found.start], found.date, found.inferred) == (own, date, inferred)


def test_a_title_in_halves_of_characters_can_be_stored() -> None:
    assert parse_markdown('---\ntitle: "\\ud83c\\udf7d Dinner"\n---\n').title == "\U0001f37d Dinner"
    assert parse_markdown('---\ntitle: "half \\ud83c"\n---\n').title.encode()
