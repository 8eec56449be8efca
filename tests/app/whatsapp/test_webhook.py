from __future__ import annotations

import asyncio
import json
import os
import random
import uuid
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from tests.app.twilio_server import ACCOUNT, OURS, OWNER, PUBLIC, TOKEN
from tests.app.whatsapp.conftest import House
from tests.app.whatsapp.forgery import SPOILT, STRANGERS, fuzzed

PATH = "/webhooks/twilio/whatsapp"
HOST = PUBLIC.removeprefix("https://")


def test_it_is_known_when_a_phone_was_heard_last(house: House) -> None:
    assert house.channel
    house.server.post(house.server.message("what are my allergies?"))
    house.server.wait(1)
    [(at,)] = house.rows("SELECT at FROM inbox ORDER BY seq DESC LIMIT 1")
    assert asyncio.run(house.channel.last()) == at


def test_a_message_is_stored_and_answered_on_the_phone(house: House) -> None:
    form = house.server.message("  find me a quiet place ")
    answer = house.server.post(form)
    assert (answer.status_code, answer.content) == (200, b"")
    assert house.server.wait(1)[0].body == "You said:   find me a quiet place"
    assert house.said == ["  find me a quiet place "], "nothing is trimmed"
    assert house.server.typing == [form["MessageSid"]]


def test_a_message_delivered_again_acts_once(house: House) -> None:
    form = house.server.message("once")
    for _ in range(4):
        assert house.server.post(form).status_code == 200
    house.server.post(house.server.message("then"))
    house.server.wait(2)
    assert house.said == ["once", "then"]
    assert [s.body for s in house.server.sent] == ["You said: once", "You said: then"]


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda spoil: spoil.__name__)
def test_what_twilio_did_not_sign_is_refused(house: House, spoilt: object) -> None:
    form = house.server.message("let me in")
    url, body, headers = spoilt(PUBLIC + PATH, form, TOKEN)  # type: ignore[operator]
    answer = httpx.post(house.settings.url + url.removeprefix(PUBLIC), content=body, headers={"host": HOST, **headers})
    assert answer.status_code in (400, 403, 415)
    assert house.said == []


def test_without_a_signature_the_body_is_not_even_looked_at(house: House) -> None:
    answer = httpx.post(house.settings.url + PATH, content=b"\xff" * 70_000, headers={"host": HOST})
    assert answer.status_code == 403


def test_a_body_over_64_kb_is_refused(house: House) -> None:
    assert house.server.post(house.server.message("x" * 70_000)).status_code == 413


def test_fuzzed_bodies_are_neither_accepted_nor_an_error_of_ours(house: House) -> None:
    rng = random.Random(6)
    with httpx.Client(base_url=house.settings.url) as http:
        for _ in range(200):
            body, headers = fuzzed(rng, house.server.message("hello"))
            answer = http.post(PATH, content=body, headers={"host": HOST, **headers})
            assert answer.status_code in (400, 403, 408, 413, 415)
    assert house.said == []


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda make: make.__name__)
def test_strangers_get_silence_and_one_audit_line(house: House, stranger: object) -> None:
    form = house.server.message("Go", stranger(OWNER, random.Random(1)))  # type: ignore[operator]
    for _ in range(2):
        answer = house.server.post(form)
        assert (answer.status_code, answer.content) == (200, b"")
    told = house.rows(f"SELECT what FROM audit WHERE message = '{form['MessageSid']}'")
    assert told == [("a message from somebody else",)]
    assert OWNER not in str(house.rows("SELECT * FROM audit"))
    assert house.said == []
    assert house.server.sent == []


def test_the_audit_trail_can_only_grow(house: House) -> None:
    for number in range(2):
        house.server.post(house.server.message("hi", f"whatsapp:+49151000000{number}"))
    second, first = house.rows("SELECT hash, prev FROM audit ORDER BY seq DESC LIMIT 2")
    assert second[1] == first[0]
    with pytest.raises(Exception, match="append-only"):
        house.rows("DELETE FROM audit")


@pytest.mark.parametrize(
    "more",
    [{"GroupId": "120363"}, {"WaId": "4915123456789"}, {"To": "whatsapp:+15550000000"}, {"AccountSid": "AC1"}],
    ids=["a group", "another person's id", "another number of the account", "another account"],
)
def test_the_owner_in_a_group_or_elsewhere_is_nobody(house: House, more: dict[str, str]) -> None:
    assert house.server.post(house.server.message("hello", **more)).status_code == 200
    assert house.said == []


def test_the_public_name_leads_to_the_webhook_only(house: House) -> None:
    for path in ("/", "/api/v1/conversations/web/messages", "/phones", "/docs/../", "/healthz"):
        answer = httpx.get(house.settings.url + path, headers={"host": HOST})
        assert answer.status_code == 421, path


def test_a_new_phone_is_paired_by_the_code_on_the_page(house: House) -> None:
    phone, page = "whatsapp:+4915112345678", httpx.Client(base_url=house.settings.url)
    shown = page.post("/phones/code", headers={"origin": house.settings.url}).text
    code = shown.partition("pair ")[2].partition("<")[0]
    assert len(code) == 9
    house.server.post(house.server.message("pair AAAA-AAA2", phone))
    house.server.post(house.server.message("hello", phone))
    assert house.server.sent == [], "a wrong code is silence"
    house.server.post(house.server.message(f"Pair {code.lower().replace('-', ' ')} ", phone))
    assert "yours now" in house.server.wait(1)[0].body
    house.server.post(house.server.message("hello from the new one", phone))
    assert house.server.wait(2)[1].to == phone
    house.server.post(house.server.message(f"pair {code}", "whatsapp:+4915187654321"))
    assert len(house.rows("SELECT * FROM phones")) == 1, "a code counts once"
    page.post("/phones/remove", data={"phone": phone}, headers={"origin": house.settings.url})
    house.server.post(house.server.message("still me?", phone))
    assert "still me?" not in house.said


def test_five_wrong_codes_end_a_code(house: House) -> None:
    page = httpx.Client(base_url=house.settings.url)
    code = page.post("/api/v1/phones/code").json()["code"]
    for number in range(5):
        house.server.post(house.server.message(f"pair BBBB-BBB{number + 2}", "whatsapp:+4915100000001"))
    house.server.post(house.server.message(f"pair {code}", "whatsapp:+4915100000002"))
    assert house.rows("SELECT * FROM phones") == []


def test_the_documented_signatures(house: House) -> None:
    file = Path(os.environ.get("RFLOW_DATA", "../shared/data")) / "8_channel" / "twilio_signatures.json"
    if not file.is_file():
        pytest.skip(f"{file} is not here: set RFLOW_DATA")
    vectors = json.loads(file.read_text())
    validator = RequestValidator(vectors["auth_token"])
    for case in vectors["cases"]:
        pairs = case.get("params_list") or list(case["params"].items())
        form = ImmutableMultiDict([tuple(pair) for pair in pairs])
        assert validator.validate(case["url"], form, case["signature"]) is case["valid"], case


def test_a_status_of_a_message_that_is_not_ours_changes_nothing(house: House) -> None:
    told = {"MessageSid": f"SM{uuid.uuid4().hex}", "MessageStatus": "failed", "AccountSid": ACCOUNT}
    path = "/webhooks/twilio/status?" + urlencode({"id": "nobody:0"})
    assert house.server.post(told | {"To": f"whatsapp:{OURS}"}, path).status_code == 200
