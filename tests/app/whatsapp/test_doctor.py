from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.channels.whatsapp.doctor import look
from app.settings import Settings
from memory.errors import BadInput
from tests.app.conftest import served
from tests.app.twilio_server import OWNER, twilio
from tests.app.whatsapp.conftest import House, app_of, settings_for
from tests.journeys.support import free_port


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose public address is one of this machine's."""
    with twilio() as server:
        port = free_port()
        home = tmp_path_factory.mktemp("doctor") / "home"
        house = House(settings_for(home, server, port=port, public_url=f"http://127.0.0.1:{port}"), server)
        with served(app_of(house), port) as url:
            server.service = url
            yield house


def but(house: House, **changed: object) -> Settings:
    return house.settings.model_copy(update=changed)


async def test_all_is_well_once_the_owner_wrote(reached: House) -> None:
    reached.server.heard.append(f"whatsapp:{OWNER}")
    parts = await look(reached.settings)
    assert all(state.startswith("ok") for state in parts.values()), parts
    reached.server.heard.clear()
    assert "join" in (await look(reached.settings))["owner number"]


@pytest.mark.parametrize(
    ("changed", "part", "said"),
    [
        ({"twilio_account_sid": ""}, "settings", "Not set: RFLOW_TWILIO_ACCOUNT_SID"),
        ({"twilio_account_sid": "SK123"}, "credentials", "begins with AC"),
        ({"twilio_account_sid": "AC" + "9" * 32}, "credentials", "does not accept RFLOW_TWILIO_ACCOUNT_SID"),
        ({"twilio_api": "http://127.0.0.1:9"}, "credentials", "does not answer"),
        ({"public_url": "http://127.0.0.1:9"}, "public URL", "Is the tunnel up"),
        ({"whatsapp_owner": ""}, "owner number", "not set"),
        ({"whatsapp_owner": "+14155238886"}, "owner number", "your own phone's"),
    ],
)
async def test_each_wrong_setting_is_named(reached: House, changed: dict[str, str], part: str, said: str) -> None:
    assert said in (await look(but(reached, **changed)))[part]


async def test_another_token_than_the_services_is_found_by_the_round_trip(reached: House) -> None:
    from pydantic import SecretStr

    reached.server.token = "another"
    parts = await look(but(reached, twilio_auth_token=SecretStr("another")))
    reached.server.token = reached.settings.twilio_auth_token.get_secret_value()  # type: ignore[union-attr]
    assert parts["credentials"] == "ok"
    assert "started with another RFLOW_TWILIO_AUTH_TOKEN" in parts["signature"]


async def test_what_twilio_noted_is_told(reached: House) -> None:
    reached.server.alerts.append({"error_code": "11200", "request_url": reached.settings.public_url + "/webhooks"})
    assert "error 11200" in (await look(reached.settings))["Twilio's view"]
    reached.server.alerts.clear()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("whatsapp_owner", "0351912345678"),
        ("whatsapp_owner", "+351 912 345 678"),
        ("whatsapp_owner", "+３51912345678"),
        ("public_url", "http://example.org"),
        ("public_url", "example.org"),
    ],
)
def test_a_setting_of_the_wrong_form_is_refused_at_the_start(name: str, value: str) -> None:
    from app.settings import load_settings

    with pytest.raises(BadInput, match=name.upper()):
        load_settings(**{name: value})


def test_without_settings_nothing_changes(tmp_path: Path) -> None:
    import sys

    settings = Settings(_env_file=None, home=tmp_path)
    assert not settings.whatsapp
    from fastapi import FastAPI

    from app.web import site

    app = FastAPI()
    site.mount(app, settings)
    assert not [route for route in app.routes if "twilio" in getattr(route, "path", "")]
    assert sys
