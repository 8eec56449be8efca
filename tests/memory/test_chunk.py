from __future__ import annotations

from memory.chunk import CONTEXT, chunks_of, plain_tail
from memory.readers import read_document

TALK = """# Ana and Ben

## 3 May 2025

Ana: Did the plumber come?

Ben: He came at
noon.

Ana: And the tap?

Ben: Drips as before.

## 4 May 2025

Ana: Good morning!
"""


def contexts(path: str, text: str) -> list[str]:
    return [chunk.context for chunk in chunks_of(path, read_document(path, text.encode()))]


def test_a_turn_is_found_by_the_two_before_it_on_the_same_day() -> None:
    assert contexts("documents/talk.md", TALK) == [
        "",
        "Ana: Did the plumber come?",
        "Ana: Did the plumber come?\nBen: He came at noon.",
        "Ben: He came at noon.\nAna: And the tap?",
        "",
    ]


def test_an_item_is_found_by_what_leads_its_list_in_and_a_note_stands_for_itself() -> None:
    text = "Rain again.\n\nPlaces to try:\n\n- Mizu\n- Tavola\n"
    assert contexts("documents/list.md", text)[2:] == ["Rain again.\nPlaces to try:"] * 2
    assert contexts("memory/list.md", text) == [""] * 4


def test_a_long_paragraphs_end_leads_on_and_says_which_it_was() -> None:
    long = " ".join(f"Sentence {n} is about the tap." for n in range(60))
    (*_, last, after) = chunks_of("documents/a.txt", read_document("documents/a.txt", f"{long}\n\nSo?".encode()))
    assert after.text == "So?"
    assert len(after.context) <= CONTEXT
    assert plain_tail(after.context) == plain_tail(last.text)
