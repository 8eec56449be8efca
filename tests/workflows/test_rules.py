import pytest

from workflows.model import RuleKind
from workflows.rules import FORMS, parse_rule


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.kind)
def test_each_form_reads_its_example(form):
    assert parse_rule(form.example, 1).kind is form.kind


@pytest.mark.parametrize(
    ("text", "kind", "topic", "value", "when"),
    [
        ("Never suggest anything that clashes with my diet.", RuleKind.CONFLICT, "my diet", "", ""),
        ("When I ask for something new, leave out shows I've seen", RuleKind.BEEN, "shows", "", "something new"),
        ("Leave out hotels that I have stayed in before.", RuleKind.BEEN, "hotels", "", ""),
        ("When I look for a treat, at most 120.50 EUR a head", RuleKind.AT_MOST, "a head", "120.50 EUR", "a treat"),
        ("At most {budget}", RuleKind.AT_MOST, "", "{budget}", ""),
        ("At least 3 nights", RuleKind.AT_LEAST, "nights", "3", ""),
        ("At most €30 a day", RuleKind.AT_MOST, "a day", "€30", ""),
        ("Open at {time}", RuleKind.OPEN_AT, "", "time", ""),
        ("Only suggest ones that are open on {day}.", RuleKind.OPEN_AT, "", "day", ""),
        ("Prefer places open at {time}", RuleKind.PREFER, "places open at {time}", "", ""),
        ("Only suggest direct trains", RuleKind.ONLY, "direct trains", "", ""),
    ],
)
def test_what_a_sentence_means(text, kind, topic, value, when):
    rule = parse_rule(text, 7)
    assert (rule.kind, rule.topic, rule.value, rule.when, rule.line) == (kind, topic, value, when, 7)
    assert rule.text == text


@pytest.mark.parametrize(
    "text",
    [
        "Be kind.",
        "Never open at {time}",
        "Places that are not open at {time}",
        "When it rains, prefer a roof",
        "At most a few",
        "Never propose a place that I would not like",
        "Only " + "very " * 200 + "good ones",
    ],
)
def test_what_lies_outside_is_for_a_model_only(text):
    assert parse_rule(text, 1).kind is RuleKind.FOR_MODEL
