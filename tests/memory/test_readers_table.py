"""Tables: rows with their columns' names and their lines."""

from __future__ import annotations

import datetime as dt

import pytest

from memory import readers
from memory.chunk import Chunk, chunks_of
from memory.readers import read_document
from tests.memory.samples import TABLE


def chunks(text: str, path: str = "documents/a.csv") -> tuple[Chunk, ...]:
    return chunks_of(path, read_document(path, text.encode()))


def test_rows_come_with_the_names_of_their_columns_and_their_lines() -> None:
    assert [(c.text, c.lines, c.date) for c in chunks(TABLE)] == [
        ("Place: Café Sol; City: Lund; old town; Visited: 2025-05-01", (2, 2), dt.date(2025, 5, 1)),
        ("Place: The Barn; City: Ystad; Visited: 2025-06-02", (4, 5), dt.date(2025, 6, 2)),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters(mark: str) -> None:
    rows = [("Place", "Note"), ("Sol", "1 of 2, good")]
    text = "\n".join(mark.join(f'"{cell}"' for cell in row) for row in rows)
    assert [c.text for c in chunks(text)] == ["Place: Sol; Note: 1 of 2, good"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1,2\n3,4\n", ["1; 2", "3; 4"]),  # no names at the top
        ("Only words here.\n", ["Only words here."]),
        ('Place,"Note\nSol,good\n', ['Place,"Note\nSol,good']),  # a quotation mark that is never closed
        ("Place,Note\nSol\nBarn,x,more\n", ["Place: Sol", "Place: Barn; Note: x; more"]),
    ],
)
def test_tables_that_are_not_quite_tables(text: str, shown: list[str]) -> None:
    assert [c.text for c in chunks(text)] == shown


def test_of_a_huge_table_the_first_rows_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MOST_TEXT", 100_000)
    reading = read_document("documents/a.csv", b"Place,Note\n" + b"Sol,a quiet place\n" * 20_000)
    assert 5_000 < len(reading.passages) < 6_000
    assert "Only its first" in str(reading.fault)
