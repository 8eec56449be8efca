from __future__ import annotations

import pytest

from agents.redact import GONE, Redactor


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key AIzaSyA-0123456789abcdefghijklmnopqrstu here", "AIza"),
        ("export OPENAI_API_KEY=sk-proj-abc123DEF456ghi789", "sk-proj"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "ghp_"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIA"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0", "eyJ"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIE"),
        ("http://ana:s3cret@router.localhost/", "s3cret"),
        ("My password is hunter2!", "hunter2"),
        ("PIN: 4711", "4711"),
        ("api key = zz9-plural-z", "zz9"),
        ("card 4111 1111 1111 1111, please", "4111"),
        ("held: correct-horse", "correct-horse"),
    ],
)
def test_secrets_go(text: str, secret: str) -> None:
    shown = Redactor(["correct-horse", ""])(text)
    assert secret not in shown
    assert GONE in shown


@pytest.mark.parametrize(
    "text",
    [
        "a table for 2 on 2026-11-21 at 20:00, about 45.00 EUR",
        "call +351 912 345 678 or 1234 5678 9012 3456",
        "I forgot my password again, so typical",
        "the pin on the map is near the bearer of the ring",
        "order TV-48213, room 4711",
        "https://tavola.localhost:8800/restaurants/lanterna?party=2",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert Redactor()(text) == text
