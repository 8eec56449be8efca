"""Cases as people write them, and the faults that they are told of, by line."""

from __future__ import annotations

from agents.evals.cases import Case, parse_cases

TWO = """# My evenings

These are for me.

## Quiet on a Friday
> somewhere quiet on Friday
> at 20:00
>
> "2"

A note to myself.

- must recommend Lanterna or “Salt or Smoke” first
- It must never suggest Fado Corner.
- should read party_size: 2
- [ ] must not ask

Plain
-----

what do I drink?

* must say verbena
"""


def test_a_heading_names_a_case_whose_quoted_lines_are_its_messages() -> None:
    quiet = parse_cases("evals/mine.md", TWO).cases[0]
    assert (quiet.name, quiet.line, quiet.says) == (
        "Quiet on a Friday",
        5,
        ("somewhere quiet on Friday", "at 20:00", "2"),
    )


def test_what_must_come_out_is_read_in_the_words_that_people_have_for_it() -> None:
    musts = parse_cases("evals/mine.md", TWO).cases[0].musts
    assert [(m.line, m.no, m.verb, m.what) for m in musts] == [
        (13, False, "top", ("Lanterna", "Salt or Smoke")),
        (14, True, "propose", ("Fado Corner",)),
        (15, False, "read", ("party_size: 2",)),
        (16, True, "ask", ()),
    ]


def test_without_a_quote_the_paragraph_is_the_message() -> None:
    plain = parse_cases("evals/mine.md", TWO).cases[1]
    assert (plain.says, plain.musts[0].what) == (("what do I drink?",), ("verbena",))


def test_a_file_without_a_heading_is_one_case() -> None:
    file = parse_cases("evals/wine.md", "> what do I drink?\n\n- must say wine | verbena\n")
    assert [(c.name, c.line, c.musts[0].what) for c in file.cases] == [("wine", 1, ("wine", "verbena"))]


def test_faults_are_named_with_their_line_and_how_to_mend_them() -> None:
    text = """## No message
- must propose Lanterna
## Nothing must come
> hello
## Unknown
> find me dinner
- must proposse Lanterna
- quiet please
- must cite
"""
    file = parse_cases("evals/broken.md", text)
    assert file.cases == ()
    assert [fault.line for fault in file.faults] == [1, 3, 7, 8, 9]
    assert "Did you mean `propose`?" in str(file.faults[2])
    assert "“must …” or “must not …”" in str(file.faults[3])


def test_one_broken_case_leaves_the_others() -> None:
    file = parse_cases("evals/mixed.md", TWO + "\n## Broken\n> hi\n- be nice\n")
    assert len(file.cases) == 2
    assert len(file.faults) == 1


def test_a_broken_front_matter_is_told_and_the_cases_are_read() -> None:
    file = parse_cases("evals/matter.md", "---\na: [\n---\n# A\n> hi\n- must say hello\n")
    assert [type(c) for c in file.cases] == [Case]
    assert file.faults[0].line == 1
