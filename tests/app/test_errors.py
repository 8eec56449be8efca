from __future__ import annotations

import logging

import pytest

from app.errors import to_problem, to_reply, to_terminal
from memory.errors import BadInput, Conflict, NotFound, RflowError, Unavailable


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BadInput("25:00 is no time.", "Say 19:30."), 422, 2),
        (NotFound("No task x."), 404, 2),
        (Conflict("It changed."), 409, 2),
        (Unavailable("The site is down."), 503, 1),
        (RflowError("Broken."), 500, 1),
    ],
)
def test_one_error_speaks_alike_through_every_door(error: RflowError, status: int, code: int) -> None:
    problem = to_problem(error)
    assert (problem.status, problem.message, problem.next_step) == (status, error.message, error.next_step)
    assert to_reply(error, "t1").model_dump(include={"kind", "text", "task"}) == {
        "kind": "error",
        "text": str(error),
        "task": "t1",
    }
    assert to_terminal(error) == (str(error), code)


def test_a_fault_of_ours_gives_an_id_and_neither_answer_nor_log_quotes_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    try:
        raise KeyError("my diary says canary-72")
    except KeyError as error:
        problem = to_problem(error)
    number = problem.message.split("id ")[1].split(")")[0]
    assert problem.status == 500
    assert number in problem.next_step
    assert number in caplog.text
    assert "KeyError" in caplog.text
    assert "test_errors.py" in caplog.text
    assert "canary-72" not in problem.message + problem.next_step + caplog.text
