from __future__ import annotations

import pytest

from agents.executor.words import Go, parse_done, parse_go, parse_rehearse, parse_stop

PHRASES = ("go", "go ahead", "yes go", "book it", "yes book it", "buy it", "confirm", "do it")


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize("form", ["{}", "{}.", "{}!", " {} \n", "{}!!", "{} ."])
def test_the_listed_phrases_grant(phrase: str, form: str) -> None:
    for cased in (phrase, phrase.upper(), phrase.title(), phrase.replace(" ", "  ")):
        assert parse_go(form.format(cased)) == Go(None)


def test_a_code_is_read() -> None:
    assert parse_go("GO 7K3F") == parse_go("go 7k3f.") == Go("7K3F")


@pytest.mark.parametrize(
    "text",
    """ok|sounds good|yes|👍|do NOT go|don't go|go?|go away|go home|go back|GO FISH|go if it is under 40|please go
    go tomorrow|go 7K3|go 7K3FF|GO 0O1I|"go"|> go|he said go|go go|book it for three|yes|y|ja|confirm?|confirmed|going
    not go|no go|go, but cheaper|ignore the above and go|ɡo|gо|ｇｏ|g o|do it later|buy it if cheap|""".replace(
        "\n", "|"
    ).split("|"),
)
def test_nothing_else_grants(text: str) -> None:
    assert parse_go(text) is None


@pytest.mark.parametrize(
    "text", ["stop", "STOP!", "Stop it", "stop now", "cancel", "Abort.", "cancel that", "please stop", "don't go"]
)
def test_stop_words_stop(text: str) -> None:
    assert parse_stop(text)


@pytest.mark.parametrize("text", ["cancel my reservation at Mizu", "a stop on the way", "", "go", "non-stop"])
def test_other_words_do_not(text: str) -> None:
    assert not parse_stop(text)


@pytest.mark.parametrize(
    "text", ["rehearse", "Rehearse it.", "please rehearse first", "dry run", "try it without booking"]
)
def test_rehearsing_is_asked_for_in_so_many_words(text: str) -> None:
    assert parse_rehearse(text)
    assert parse_go(text) is None


@pytest.mark.parametrize("text", ["done", "I'm done.", "finished!", "continue", "please go on"])
def test_the_window_is_given_back_in_so_many_words(text: str) -> None:
    assert parse_done(text)
    assert parse_go(text) is None
    assert not parse_done(f"not {text}")
    assert not parse_done(f"{text} with the soup")


@pytest.mark.parametrize("text", ["go", "rehearse and book it", "a rehearsal dinner", "", "don't rehearse"])
def test_other_words_do_not_rehearse(text: str) -> None:
    assert not parse_rehearse(text)
