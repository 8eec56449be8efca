import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.bind import placeholders
from workflows.faults import Fault
from workflows.grammar import FORMS
from workflows.model import Place, Step, Verb
from workflows.steps import parse_step


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.verb)
def test_each_word_reads_its_example_in_any_case(form):
    step = parse_step(form.example, 3)
    assert isinstance(step, Step)
    assert (step.verb, step.line, step.text) == (form.verb, 3, form.example)
    word = str(form.verb)
    shouted = parse_step(form.example.replace(word.capitalize(), word.upper()), 3)
    assert isinstance(shouted, Step)
    assert (shouted.target, shouted.value, shouted.values) == (step.target, step.value, step.values)


def test_every_word_has_its_row():
    assert [form.verb for form in FORMS] == list(Verb)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("press the button “Book now”.", {"target": "Book now", "role": "button"}),
        ('Press "Book now" link', {"target": "Book now", "role": "link"}),
        ("Press {time}", {"target": "{time}"}),
        ('Enter "a, b" into the "Notes"', {"target": "Notes", "value": "a, b"}),
        ('Enter 12 in "Nights"', {"target": "Nights", "value": "12"}),
        ("Choose „Deck“ from “Seats”", {"target": "Seats", "value": "Deck"}),
        ('Tick the "I agree" box', {"target": "I agree"}),
        ("Collect each article", {"target": "article"}),
        ("Open `/a?b={c}`", {"target": "/a?b={c}"}),
        ("Look closer at the top 3.", {"count": 3}),
        ('Check that {a}, "x, y", no charge and {b}', {"values": ("{a}", "x, y", "no charge", "{b}")}),
        ('Look for {choice.name} on {date}, "No. 4"', {"values": ("{choice.name}", "{date}", "No. 4")}),
        ('Pick {a} to {b} from the "Stay"', {"target": "Stay", "value": "{a}", "until": "{b}"}),
        ('Upload the file "a b.pdf" as "Letter"', {"target": "Letter", "value": "a b.pdf"}),
        ("Scroll down to the end of the page", {"role": "end", "target": ""}),
        ('Scroll to "Reviews"', {"role": "", "target": "Reviews"}),
        ("Make sure that it says {a}", {"values": ("{a}",)}),
        (
            'Press "Add" in the row of {choice.name} in the section “Cart”',
            {"target": "Add", "places": (Place("row", "{choice.name}"), Place("section", "Cart"))},
        ),
        ("Press \"in the dialog\" button in the dialog", {"target": "in the dialog", "places": (Place("dialog"),)}),
        ('Commit: press "Pay"', {"target": "Pay", "commit": True}),
        ('**COMMIT** press\n  "Pay"', {"target": "Pay", "commit": True}),
    ],
)  # fmt: skip
def test_other_ways_to_write_it(text, fields):
    step = parse_step(text, 1)
    assert isinstance(step, Step), step
    assert {name: getattr(step, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("Clikc the thing", "Press"),
        ("Type {date} in “Date”", 'Enter {date} in "Date"'),
        ("Select {a} in “B”", "Choose"),
        ("Go to /restaurants", "Open"),
        ("Verify {date}", "Check that"),
        ("Look closer at the best 400", "Look closer at the best 12"),
        ("Look closer at the best 0", "Look closer at the best 12"),
        ("Look for my table", "Look for {choice.name}"),
        ("Check that {party_size} people", "Check that the page says"),
        ("Keep “Number”", "as reference"),
        ("Press {a b}", "{date}"),
        ("Press", 'Press "Find times"'),
        ("", 'Press "Find times"'),
        ("**Commit:** push it", "**Commit:** press"),
        ('**Commit:** if the page says "x", press "Pay"', "**Commit:** press"),
        ('If the page says "x", **Commit:** press "Pay"', "a numbered step of its own"),
        ('If the page says "x", check that {date}', "a step of its own"),
        ('If the page says "x", if the page says "y", press "z"', "a step of its own"),
        ('If it rains, press "Umbrella"', "If the page says"),
        ('For each "row", at most 51: press "Remove"', "at most 9"),
        ('For each "row": press "Remove"', "at most 9"),
        ('For each "row" and more, at most 3: press "Remove"', "at most 9"),
        ('For each "row", at most 3: **Commit:** press "Pay"', "a numbered step of its own"),
        ("Pick {date}", 'Pick {date} in "Check-in"'),
    ],
)
def test_what_does_not_read_says_how_it_would(text, mend):
    fault = parse_step(text, 9)
    assert isinstance(fault, Fault)
    assert fault.line == 9
    assert mend in fault.mend


def test_both_ways_and_every_round_are_steps_of_their_own():
    step = parse_step('If it does not say "a; otherwise b", then enter "c" in "d"; otherwise, go back', 1)
    assert isinstance(step, Step), step
    assert (step.target, step.negated) == ("a; otherwise b", True)
    assert [(part.verb, part.value, part.target) for part in step.inner] == [("enter", "c", "d"), ("go back", "", "")]
    quoted = parse_step('If the page says "a", enter "b; otherwise c" in "d"', 1)
    assert isinstance(quoted, Step), quoted
    assert [part.value for part in quoted.inner] == ["b; otherwise c"]
    each = parse_step('For each "row" in the section "Cart", at most 9: press "Remove" button', 1)
    assert isinstance(each, Step), each
    assert (each.target, each.count, each.places) == ("row", 9, (Place("section", "Cart"),))
    assert [(part.verb, part.role) for part in each.inner] == [("press", "button")]
    listed = parse_step("For each of {names}, at most 4: enter {each} in “Name {each.number}”", 1)
    assert isinstance(listed, Step), listed
    assert (listed.value, listed.target, placeholders(listed)) == ("{names}", "", ("names",))


@example("open", "``", False)
@given(st.sampled_from([str(v) for v in Verb]), st.text(alphabet='ab {}"“”,.*1-/`'), st.booleans())
def test_a_line_is_a_step_or_a_fault(word, rest, commit):
    step = parse_step(f"{'**Commit:** ' if commit else ''}{word} {rest}", 1)
    if isinstance(step, Step):
        assert step.commit is commit
        assert step.target or step.values or step.count or step.role or step.verb is Verb.GO_BACK
