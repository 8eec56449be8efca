from __future__ import annotations

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from agents.types import Question, Reply
from app.channels.store import Row
from app.channels.whatsapp import show
from app.voice import Voice
from tests.app.conftest import DECISION, PLAN
from tests.app.whatsapp.conftest import House
from tests.phone_story import note

TIMES = Question(detail="time", type="time", options=("19:30", "20:00", "21:00"), proposed="20:00")
heard = pytest.mark.skipif(
    not Voice.installed() or shutil.which("espeak-ng") is None, reason="needs the voice extra and espeak-ng"
)


def ask(house: House, *texts: str) -> list[str]:
    """Write one after the other; what came back."""
    for text in texts:
        before = len(house.server.sent)
        house.server.post(house.server.message(text))
        house.server.wait(before + 1)
        _settled(house)
    return [sent.body for sent in house.server.sent]


def _settled(house: House) -> None:
    import time

    until = time.monotonic() + 20
    while house.rows("SELECT 1 FROM deliveries WHERE state IN ('queued', 'sending', 'accepted')"):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_number_means_what_the_phone_showed(house: House) -> None:
    house.answer = lambda row: (
        Reply(kind="question", text="At what time?", question=TIMES) if row.text == "dinner" else _said(row)
    )
    first, second = ask(house, "dinner", "2")
    assert first == "At what time?\n\n1. 20:00\n2. 19:30\n3. 21:00"
    assert second == "19:30"


def test_what_only_the_page_showed_takes_no_number_from_the_phone(house: House) -> None:
    house.answer = lambda row: (
        Reply(kind="question", text="At what time?", question=TIMES) if row.text == "dinner" else _said(row)
    )
    ask(house, "dinner")
    house.change(
        "INSERT INTO inbox (id, conversation, channel, text, at, voice, seen, done)"
        " SELECT 'page', conversation, 'web', 'thanks', at, 0, seen, 1 FROM inbox LIMIT 1"
    )
    house.change(
        "INSERT INTO outbox (answers, conversation, at, reply)"
        " SELECT 'page', conversation, at, reply FROM outbox LIMIT 1"
    )
    assert ask(house, "2")[-1] == "19:30"


def _said(row: Row) -> Reply:
    return Reply(kind="answer", text=row.text)


def test_a_number_counts_until_something_else_is_asked_and_never_grants(house: House) -> None:
    tricky = Question(detail="do", type="text", options=("go", "book it"))
    replies = {
        "dinner": DECISION,
        "why?": _said_("Because."),
        "trick": Reply(kind="question", text="?", question=tricky),
    }
    house.answer = lambda row: replies.get(row.text) or _said(row)
    texts = ask(house, "dinner", "why?", "2", "1", "trick", "1")
    assert texts[2:4] == ["backup", "top"]
    assert texts[-1] == "1", "no number ever stands for a Go"


def _said_(text: str) -> Reply:
    return Reply(kind="answer", text=text)


def test_more_tells_the_rest_of_the_decision(house: House) -> None:
    house.answer = lambda row: DECISION if row.text == "dinner" else _said(row)
    decision, more = ask(house, "dinner", "More!")
    assert "*Top choice: Lanterna* · about 42.00 EUR a head · 91% your taste" in decision
    assert "- But: A little over your usual budget." in decision
    assert "memory/" not in decision
    assert "Sete Mares" not in decision
    assert "Sete Mares: shellfish in nearly every dish" in more
    assert "*Left out*" in more


def test_a_plan_that_does_not_fit_is_no_offer(house: House) -> None:
    assert PLAN.plan is not None
    long = PLAN.model_copy(update={"plan": PLAN.plan.model_copy(update={"steps": ("Open a page. " * 20,) * 8})})
    house.answer = lambda row: long if row.text == "top" else PLAN
    refused, fits = ask(house, "top", "shorter")
    assert "I offer nothing here" in refused
    assert house.settings.url in refused
    assert house.rows("SELECT count(*) FROM deliveries WHERE offer") == [(1,)]
    assert fits == show.offer_text(PLAN)


@pytest.mark.parametrize(
    ("type_", "said"),
    [("image/jpeg", "pictures"), ("video/mp4", "videos"), ("text/vcard", "contacts"), ("x/y", "none")],
)
def test_what_is_not_understood_gets_a_kind_answer(house: House, type_: str, said: str) -> None:
    house.server.post(house.server.message(**house.server.keep(b"\x00", type_)))
    assert said in house.server.wait(1)[0].body


def test_a_photo_with_words_goes_by_its_words(house: House) -> None:
    house.answer = _said
    house.server.post(house.server.message("somewhere like this", **house.server.keep(b"\x00", "image/jpeg")))
    assert house.server.wait(1)[0].body == "somewhere like this"


def test_a_location_answers_a_question_about_a_place(house: House) -> None:
    where = Question(detail="area", type="text")
    house.answer = lambda row: (
        Reply(kind="question", text="Which part of town?", question=where) if row.text == "dinner" else _said(row)
    )
    place = {"Latitude": "38.71", "Longitude": "-9.14", "Label": "Harbour", "MessageType": "location"}
    house.server.post(house.server.message("dinner"))
    house.server.wait(1)
    _settled(house)
    house.server.post(house.server.message(**place))
    assert house.server.wait(2)[1].body == "Harbour"
    house.server.post(house.server.message(**{**place, "Label": ""}))
    assert "Type it" in house.server.wait(3)[2].body


def test_a_document_is_kept_after_a_typed_yes_only(house: House) -> None:
    house.answer = _said
    kept = house.server.keep(b"The lease ends in May.\n", "text/plain")
    house.server.post(house.server.message("../lease 2026.txt", **kept))
    asked = house.server.wait(1)[0].body
    assert asked.startswith("Shall I keep “lease 2026.txt” (1 kB) among your documents?")
    folder = house.settings.home / "documents"
    assert not list(folder.iterdir())
    _settled(house)
    answers = ask(house, "maybe")
    assert not list(folder.iterdir())
    assert answers[-1] == "maybe"
    house.server.post(house.server.message("other.txt", **kept))
    house.server.wait(3)
    _settled(house)
    assert "Kept as documents/other.txt" in ask(house, "Yes")[-1]
    assert (folder / "other.txt").read_text() == "The lease ends in May.\n"


def test_media_is_fetched_from_twilio_only(house: House) -> None:
    elsewhere = {"NumMedia": "1", "MediaUrl0": f"{house.settings.url}/healthz", "MediaContentType0": "text/plain"}
    house.server.post(house.server.message("x.txt", **elsewhere))
    assert "not kept at Twilio's" in house.server.wait(1)[0].body


@heard
def test_a_voice_note_is_heard_and_echoed(house: House) -> None:
    house.answer = _said
    house.server.post(house.server.message(**house.server.keep(note("something different please"), "audio/ogg")))
    said = house.server.wait(1)[0].body
    assert said == "I heard: “Something different please.”\n\nSomething different please."
    assert house.said == ["Something different please."]
    assert not list((house.settings.state / "media").glob("*.audio"))


@heard
def test_noise_is_asked_back(house: House, tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    with wave.open(str(tmp_path / "noise.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((rng.normal(0, 0.2, 48_000) * 32_767).clip(-32_768, 32_767).astype("<i2").tobytes())
    data = (tmp_path / "noise.wav").read_bytes()
    house.server.post(house.server.message(**house.server.keep(data, "audio/wav")))
    assert "did nothing" in (said := house.server.wait(1)[0].body) or "Nothing was done" in said


def test_a_file_that_is_no_recording_is_said_to_be_none(house: House) -> None:
    if not Voice.installed():
        pytest.skip("needs the voice extra")
    house.server.post(house.server.message(**house.server.keep(b"no sound" * 50, "audio/ogg")))
    assert "no voice note that I can play" in house.server.wait(1)[0].body
