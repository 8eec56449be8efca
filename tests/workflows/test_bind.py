from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.errors import BadInput
from workflows.bind import bind, bind_all, placeholders
from workflows.model import Step
from workflows.parse import parse
from workflows.steps import parse_step


def step(text: str) -> Step:
    found = parse_step(text, 4)
    assert isinstance(found, Step), found
    return found


def test_values_go_everywhere_and_nothing_is_read_twice():
    found = step('Look for {choice.name} on {date} and "{date}, late"')
    assert placeholders(found) == ("choice.name", "date")
    bound = bind(found, {"choice.name": 'The "{date}"', "date": "2026-11-21"})
    assert bound.values == ('The "{date}"', "2026-11-21", "2026-11-21, late")
    assert bound.text == 'Look for The "{date}" on 2026-11-21 and "2026-11-21, late"'


def test_a_missing_value_is_named():
    with pytest.raises(BadInput, match=r"Line 4.*needs a value for \{date\}; known: time"):
        bind(step('Enter {date} in "Date"'), {"time": "19:30"})
    with pytest.raises(BadInput, match="does not state it"):
        bind(step("Check that {choice.price}"), {"choice.name": "X"})


@given(st.text().filter(lambda text: text not in {".", ".."}))
def test_a_value_stays_one_value_of_the_address(value):
    address = bind(step("Open /r/{area}?area={area}&x=1"), {"area": value}).target
    parts = urlsplit(address)
    assert parts.path.count("/") == 2
    assert parse_qs(parts.query, keep_blank_values=True) == {"area": [value], "x": ["1"]}
    assert not parts.netloc


@pytest.mark.parametrize("value", [".", ".."])
def test_a_value_does_not_climb(value):
    with pytest.raises(BadInput, match="cannot stand in an address"):
        bind(step("Open /r/{area}/x"), {"area": value})


def test_the_address_of_the_choice_is_taken_as_it_is():
    url = "http://tavola.localhost:8800/restaurants/lanterna?date=2026-11-21"
    bound = bind(step("Open {choice.url}&party={n}"), {"choice.url": url, "n": "2 & 3"})
    assert bound.target == url + "&party=2%20%26%203"
    with pytest.raises(BadInput, match="not an http"):
        bind(step("Open {choice.url}"), {"choice.url": "javascript:alert(1)"})


def test_optional_details_that_were_not_given_drop_out(shipped):
    text = shipped.replace("8. Keep", "8. Keep").replace(
        '4. Press "Find', '4. Choose {area} in "Part of town"\n5. Press "Find'
    )
    text = text.replace("{party_size}, no charge", "{party_size}, {area}, no charge")
    workflow = parse(text, "reserve-table.md")
    values = {"date": "2026-11-21", "time": "19:30", "party_size": "2", "choice.name": "X", "choice.url": "http://x/"}
    assert bind_all(workflow, workflow.search, values)[0][1].target.endswith(
        "?area=&date=2026-11-21&time=19%3A30&party=2&q="
    )
    without = [s for _, s in bind_all(workflow, workflow.do, values)]
    given_one = [s for _, s in bind_all(workflow, workflow.do, values | {"area": "Harbour"})]
    assert [s.value for s in given_one if s.target == "Part of town"] == ["Harbour"]
    assert len(without) == len(given_one) - 1
    assert [s.values for s in without if s.values] == [("X", "2026-11-21", "19:30", "2", "no charge")]
    (said,) = [s.text for s in without if s.values]
    assert said == "Check that the page says X, 2026-11-21, 19:30, 2, no charge"
    with pytest.raises(BadInput, match="party_size"):
        bind_all(workflow, workflow.do, {k: v for k, v in values.items() if k != "party_size"})
