from __future__ import annotations

import pytest

from agents.orchestrator.options import among, answered, choosing, unfit
from agents.reasoning.port import Understanding, Waiting

SIZES = ("S", "M", "L")
COLOURS = ("Moss green", "Sea green", "Plum")
WAITING = Waiting(kind="question", detail="size", options=SIZES, proposed="M")
KNOWN = {"of": "http://s/1", "offered": {"size": {"texts": SIZES, "open": True}}}


@pytest.mark.parametrize(
    ("said", "texts", "meant"),
    [
        ("m", SIZES, "M"),
        ("medium", SIZES, "M"),
        ("plum, please", COLOURS, "Plum"),
        ("the moss green one", COLOURS, "Moss green"),
        ("moss", COLOURS, "Moss green"),
        ("green", COLOURS, None),
        ("XL", SIZES, None),
        ("", SIZES, None),
        ("S or M", SIZES, None),
        ("extra large", (*SIZES, "XL"), "XL"),
        ("large please", (*SIZES, "XL"), "L"),
        ("the 40", ("38", "40", "42"), "40"),
        ("30 x 40", ("20 x 30 cm", "30 x 40 cm"), "30 x 40 cm"),
        ("for filter", ("Whole beans", "Ground for filter"), "Ground for filter"),
    ],
)
def test_an_option_is_meant_by_its_words_where_it_alone_has_them(said: str, texts: tuple[str, ...], meant: str) -> None:
    assert among(said, texts) == meant


def test_an_answer_is_one_of_the_options_or_the_proposed_one() -> None:
    assert answered(WAITING, "large", KNOWN) == Understanding(intent="answer", details={"size": "L"})
    assert answered(WAITING, "yes", KNOWN) == Understanding(intent="answer", details={"size": "M"})
    assert answered(WAITING, "something different", KNOWN) is None
    asked = unfit(WAITING, "huge", Understanding(intent="amend", wishes=("huge",)))
    assert asked == Understanding(intent="answer", details={"size": "huge"})
    for read in (Understanding(intent="choose", choice=1), Understanding(intent="amend", details={"quantity": 2})):
        assert unfit(WAITING, "two of them", read) == read


def test_only_the_question_for_an_option_is_one() -> None:
    assert choosing({"waiting": WAITING.model_dump(mode="json"), "options": KNOWN}) == WAITING
    assert choosing({"waiting": WAITING.model_dump(mode="json")}) is None
    assert choosing({"waiting": {"kind": "decision"}, "options": KNOWN}) is None
