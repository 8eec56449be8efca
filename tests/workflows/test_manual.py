import re
from pathlib import Path

import pytest

import workflows
from workflows.faults import WorkflowFault
from workflows.front import DETAIL_KEYS, KEYS, MOST_MINUTES, PHASES
from workflows.grammar import grammar_table
from workflows.model import DetailType
from workflows.parse import parse
from workflows.registry import EXAMPLE
from workflows.rules import vocabulary_table

PATH = "home/workflows/book-ferry.md"


@pytest.fixture(scope="module")
def manual() -> str:
    return (Path(workflows.__file__).parents[1] / "docs" / "workflows.md").read_text("utf-8")


@pytest.fixture(scope="module")
def example(manual) -> str:
    return re.search(r"```markdown\n(.*?)```", manual, re.DOTALL)[1]


def test_a_new_workflow_begins_from_the_worked_example(example):
    assert EXAMPLE.read_text("utf-8") == example


def test_the_worked_example_has_no_fault(example):
    workflow = parse(example, PATH)
    assert workflow.warnings == ()
    assert {step.verb for step in workflow.do} >= {"open", "choose", "tick", "press", "wait for", "check that", "keep"}


def test_the_tables_are_the_grammar(manual):
    assert grammar_table() in manual
    assert vocabulary_table() in manual


def test_every_key_is_taught(manual):
    table = manual.split("## The front matter")[1].split("## Steps")[0]
    for word in (*KEYS[1:], *DETAIL_KEYS, *DetailType, *PHASES):
        assert f"`{word}" in table, word
    assert f"at most {MOST_MINUTES}" in table


def test_the_faults_that_it_shows_are_the_ones_that_are_told(manual, example):
    broken = example.replace('Press "Continue"', 'Prss "Continue"').replace(", {choice.price}\n", "\n")
    with pytest.raises(WorkflowFault) as caught:
        parse(broken, PATH)
    assert f"```text\n{caught.value}\n```" in manual
