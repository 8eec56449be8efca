"""Chat exports of both systems in the orders and marks of their locales."""

from __future__ import annotations

import datetime as dt

import pytest

from memory.chunk import Chunk, chunks_of
from memory.readers import read_document
from tests.memory.samples import CHAT

MAY = dt.date(2025, 5, 12)


def chunks(text: str, path: str = "documents/chat.txt") -> tuple[Chunk, ...]:
    return chunks_of(path, read_document(path, text.encode()))


def test_messages_come_with_writer_day_lines_and_what_was_said_before() -> None:
    found = chunks(CHAT)
    assert [(c.text, c.lines, c.section, c.date) for c in found] == [
        ("Ada: Any food that you avoid?", (2, 2), ("Monday 12 May 2025",), MAY),
        ("Bo: Peanuts,\nand anything with celery", (3, 4), ("Monday 12 May 2025",), MAY),
        ("Ada: The quiet table was lovely: again?", (6, 6), ("Tuesday 13 May 2025",), dt.date(2025, 5, 13)),
    ]
    assert found[1].context == "Ada: Any food that you avoid?"
    assert {c.title for c in found} == {"Chat of Ada and Bo"}
    assert not any(c.stated for c in found), "whose home it is among the writers is not known"


@pytest.mark.parametrize(
    "line",
    [
        "12/05/2025, 18:03 - Ada: yes",
        "12.05.25, 18:03 - Ada: yes",
        "12-05-2025 18:03 - Ada: yes",
        "12/05/2025 à 18:03 - Ada: yes",
        "12.5.2025 klo 18.03 - Ada: yes",
        "12. 5. 2025, 18:03 - Ada: yes",
        "2025-05-12 18:03 - Ada: yes",
        "2025/05/12, 18:03 - Ada: yes",
        "2025. 05. 12. 18:03 - Ada: yes",
        "2025년 5월 12일 오후 6:03, Ada : yes",
        "2025/5/12 下午6:03 - Ada: yes",
        "12/5/25, 6:03 p.\u00a0m. - Ada: yes",
        "12/05/25, 6:03 pm - Ada: yes",
        "5/12/25, 6:03\u202fPM - Ada: yes",
        "‏12‏/5‏/2025، 6:03 م - Ada: yes",
        "[12/05/2025, 18:03:22] Ada: yes",
        "[12.05.25, 18:03:22] Ada: yes",
        "[5/12/25, 6:03:22\u202fPM] Ada: yes",
        "\u200e[2025-05-12, 6:03:22 PM] Ada: yes",
    ],
)
def test_locales(line: str) -> None:
    (chunk,) = chunks(f"{line}\n")
    assert (chunk.text.replace(" :", ":"), chunk.date) == ("Ada: yes", MAY)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (("5/1/25", "5/2/25", "5/3/25"), (5, 5, 5)),  # three days in a row, not a month apart
        (("1/5/25", "2/5/25", "4/5/25"), (5, 5, 5)),
        (("1/4/25", "13/4/25"), (4, 4)),
        (("4/1/25", "4/13/25"), (4, 4)),
    ],
)
def test_the_order_of_day_and_month_is_told_from_the_whole_chat(
    days: tuple[str, ...], expected: tuple[int, ...]
) -> None:
    found = chunks("".join(f"{day}, 18:03 - Ada: number {n}\n" for n, day in enumerate(days)))
    assert tuple(c.date.month for c in found if c.date) == expected


@pytest.mark.parametrize(
    "said",
    [
        "- Ada: <Media omitted>",
        "- Ada: <Medien ausgeschlossen>",
        "- Ada: IMG-20250512-WA0001.jpg (file attached)",
        "- Ada: This message was deleted",
        "- Ada: \u200eimage omitted",
        "- Ada: 👍",
        "- Ada added Bo",
        '- Ada changed the group name from "Trip: old" to "Trip: new"',
    ],
)
def test_what_nobody_said_is_left_out(said: str) -> None:
    found = chunks(f"12/05/25, 18:02 - Bo: before\n12/05/25, 18:03 {said}\n12/05/25, 18:04 - Bo: after\n")
    assert [c.text for c in found] == ["Bo: before", "Bo: after"]


def test_a_diary_is_no_chat() -> None:
    (chunk,) = chunks("12/05/2025 we went to the sea\nwhat I noted: salt\n", "documents/diary.txt")
    assert chunk.stated
