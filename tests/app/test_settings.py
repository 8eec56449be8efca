from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from app.settings import load_settings
from memory.errors import BadInput


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "HOST", "PORT", "PASSWORD", "CLOCK", "TIMEZONE", "BROWSER", "ALLOWED_HOSTS"):
        monkeypatch.delenv(f"RFLOW_{name}", raising=False)


def test_the_defaults_are_a_folder_here_and_this_machine_only(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.home == tmp_path / "home"
    assert settings.url == "http://127.0.0.1:8000"
    assert settings.loopback
    assert settings.database.endswith("/home/state/rflow.sqlite")


def test_a_dotenv_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("RFLOW_PORT=8101\nRFLOW_ALLOWED_HOSTS=nas.local, Tea.Local\n")
    assert load_settings().port == 8101
    assert load_settings().allowed_hosts == ("nas.local", "tea.local")
    monkeypatch.setenv("RFLOW_PORT", "8102")
    assert load_settings().port == 8102


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "eighty", "a valid integer"),
        ("PORT", "70000", "less than or equal to 65535"),
        ("BROWSER", "netscape", "'auto', 'headless' or 'window'"),
        ("TIMEZONE", "Atlantis/Port_Aurel", "IANA"),
        ("CLOCK", "soon", "ISO date-time"),
    ],
)
def test_a_bad_value_is_told_with_its_variable_and_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"RFLOW_{name}", value)
    with pytest.raises(BadInput) as told:
        load_settings()
    assert f"RFLOW_{name} is '{value}'" in told.value.message
    assert expected in told.value.message


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "nas.local"])
def test_an_open_host_needs_a_password(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("RFLOW_HOST", host)
    monkeypatch.setenv("RFLOW_PASSWORD", "")
    with pytest.raises(BadInput, match="RFLOW_PASSWORD is not set"):
        load_settings()
    monkeypatch.setenv("RFLOW_PASSWORD", "a long one")
    assert not load_settings().loopback


def test_the_password_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RFLOW_PASSWORD", "canary-71")
    assert "canary-71" not in repr(load_settings())


def test_the_clock_starts_where_it_is_told_and_runs_on() -> None:
    clock = load_settings(clock="2026-11-21T18:00", timezone="Europe/Lisbon").now()
    first, second = clock(), clock()
    assert first.isoformat().startswith("2026-11-21T18:00:00")
    assert first.utcoffset() == dt.timedelta(0)
    assert second > first
