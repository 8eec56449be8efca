"""The settings: read once from the environment and `.env`, checked, and passed down."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzlocal
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from agents.executor.chrome import BrowserSettings
from agents.types import Clock
from memory.errors import BadInput

PREFIX = "RFLOW_"
SANDBOX = "+14155238886"
"""Twilio's WhatsApp sandbox: one number that every account may write from."""

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SECRETS = {"password", "twilio_auth_token", "gemini_api_key", "openai_api_key"}
EXPECTED = {"clock": "an ISO date-time, like 2026-11-21T18:00"}  # where pydantic's own words do not help


class Settings(BaseSettings):
    """Everything that can be set from outside, by `RFLOW_<NAME>` or a line in `.env`.

    Attributes:
        home: the person's folder, absolute once loaded.
        password: asked for by the web page and sent by programs as a bearer token; needed for a non-loopback host.
        timezone: IANA name; the machine's where not given.
        clock: ISO date-time at which the assistant's clock starts, for tests and demos; it then runs on.
        settle_seconds: how long a slow site may take to show a booking after a crash, in seconds.
        database_url: where inbox, outbox, ledger and checkpoints live; SQLite in home/state where not given.
        model: who answers where nothing else was chosen in a conversation; `auto`: the first that has a key.
        gemini_api_key, gemini_model, gemini_base_url: Gemini; without a key it is not there.
        openai_model, openai_base_url, openai_api_key: any server that speaks OpenAI's chat completions; without a model
            it is not there, so that a key which lies about in the environment sends nothing anywhere.
        model_seconds: how long one question to a model may take, attempts together.
        turn_seconds: from a turn's beginning, after which no model is asked nor waited for; more suits a slow model of
            one's own.
        model_prices: US dollars for a million tokens read, read from a cache, written: "0.75/0.075/3.75".
        task_tokens, day_tokens, task_usd, day_usd: what models may take; at a cap it goes on offline.
        allowed_hosts: further names under which the page may be opened, besides loopback's and `host`.
        twilio_account_sid, twilio_auth_token: of the Twilio account whose webhooks are believed.
        public_url: where Twilio reaches this service: the tunnel's address, without a path of ours.
        whatsapp_owner: the owner's number in E.164 ("+351912345678"); further phones are paired.
        whatsapp_from: the number that we write from; Twilio's shared sandbox where none is given.
        whatsapp_template: the Content SID of an approved template for outside of WhatsApp's 24 hours; {{1}} is a link.
        twilio_api: Twilio's REST API elsewhere, for tests.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    home: Path = Path("home")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    password: SecretStr | None = None
    timezone: str = Field(default_factory=tzlocal.get_localzone_name)
    clock: dt.datetime | None = None
    browser: Literal["auto", "headless", "window"] = "auto"
    browser_path: Path | None = None
    browser_port: int | None = None  # of a Chrome that runs already, on this machine
    settle_seconds: float = Field(default=120, ge=0)
    database_url: str = ""
    model: Literal["auto", "gemini", "local", "offline"] = "auto"
    gemini_api_key: SecretStr | None = Field(default=None, validation_alias="GEMINI_API_KEY")
    gemini_model: str = Field(default="gemini-3.8-flash", validation_alias="GEMINI_MODEL")
    gemini_base_url: str = Field(default="", validation_alias="GEMINI_BASE_URL")
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_model: str = Field(default="", validation_alias="OPENAI_MODEL")
    openai_base_url: str = Field(default="", validation_alias="OPENAI_BASE_URL")
    model_seconds: float = Field(default=20, gt=0, le=600)
    turn_seconds: float = Field(default=55, gt=0, le=900)
    model_prices: Annotated[tuple[float, ...], NoDecode] = ()
    task_tokens: int = Field(default=60_000, ge=0)
    day_tokens: int = Field(default=1_000_000, ge=0)
    task_usd: float = Field(default=0.25, ge=0)
    day_usd: float = Field(default=2, ge=0)
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    public_url: str = ""
    whatsapp_owner: str = ""
    whatsapp_from: str = SANDBOX
    whatsapp_template: str = ""
    twilio_api: str = ""

    @field_validator("home", "browser_path")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(h.strip().lower() for h in value.split(",") if h.strip()) if isinstance(value, str) else value

    @field_validator("whatsapp_owner", "whatsapp_from")
    @classmethod
    def _e164(cls, number: str) -> str:
        if number and not E164.fullmatch(number):
            raise ValueError("a number with its country code and nothing else, like +351912345678")
        return number

    @field_validator("public_url")
    @classmethod
    def _public(cls, url: str) -> str:
        parts = urlsplit(url)
        local = parts.hostname is not None and is_loopback(parts.hostname)
        if url and ((parts.scheme != "https" and not local) or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("an address that Twilio can reach, like https://example.trycloudflare.com")
        return url.rstrip("/")

    @field_validator("model_prices", mode="before")
    @classmethod
    def _three(cls, value: object) -> object:
        parts = [p for p in value.split("/") if p.strip()] if isinstance(value, str) else value
        if isinstance(parts, list) and len(parts) not in (0, 3):
            raise ValueError("three numbers, like 0.75/0.075/3.75")
        return parts

    @field_validator(
        "password",
        "twilio_auth_token",
        "clock",
        "browser_path",
        "browser_port",
        "gemini_api_key",
        "openai_api_key",
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("a time zone of the IANA list, like Europe/Lisbon") from None
        return name

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if not self.loopback and self.password is None:
            raise BadInput(
                f"RFLOW_HOST is {self.host!r}, which other machines can reach, and RFLOW_PASSWORD is not set.",
                "Set RFLOW_PASSWORD to a long password, or leave RFLOW_HOST at 127.0.0.1.",
            )
        return self

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.openai_base_url and not self.openai_model:
            raise BadInput(
                f"OPENAI_BASE_URL is {self.openai_base_url!r}, and OPENAI_MODEL is not set.",
                "Set OPENAI_MODEL to the model's name on that server.",
            )
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must stand in no prompt and no record."""
        held = (self.password, self.gemini_api_key, self.openai_api_key, self.twilio_auth_token)
        return tuple(s.get_secret_value() for s in held if s)

    @property
    def openai_host(self) -> str:
        """The host that the OpenAI-compatible server runs on."""
        return urlsplit(self.openai_base_url or "https://api.openai.com").hostname or ""

    @property
    def loopback(self) -> bool:
        """Whether the service can be reached from this machine only."""
        return is_loopback(self.host)

    @property
    def browsing(self) -> BrowserSettings:
        """Which browser is used, and how."""
        return BrowserSettings(path=self.browser_path, show=self.browser, port=self.browser_port)

    @property
    def twilio_missing(self) -> tuple[str, ...]:
        """The variables that WhatsApp still needs; all of them missing means that it was never asked for."""
        needed = ("twilio_account_sid", "twilio_auth_token", "public_url")
        return tuple(PREFIX + name.upper() for name in needed if not getattr(self, name))

    @property
    def whatsapp(self) -> bool:
        """Whether the WhatsApp channel is on."""
        return not self.twilio_missing

    @property
    def state(self) -> Path:
        """The machine's own folder in home."""
        return self.home / "state"

    @property
    def database(self) -> str:
        """The URL of the database, SQLite in home/state by default."""
        return self.database_url or f"sqlite+aiosqlite:///{self.state / 'rflow.sqlite'}"

    @property
    def url(self) -> str:
        """Where a browser or program on this machine finds the service."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def now(self) -> Clock:
        """A clock in the home's time zone: the machine's, or one that starts at `clock` and runs on."""
        zone = ZoneInfo(self.timezone)
        if self.clock is None:
            return lambda: dt.datetime.now(zone)
        start = self.clock.replace(tzinfo=self.clock.tzinfo or zone).astimezone(zone)
        began = time.monotonic()
        return lambda: start + dt.timedelta(seconds=time.monotonic() - began)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def load_settings(**given: Any) -> Settings:
    """The settings from the environment and `.env`; `given` wins over both.

    Raises:
        BadInput: naming the variable, the value seen and what was expected.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        raise _sentence(error.errors()[0]) from None


def _sentence(error: ErrorDetails) -> BadInput:
    name = str(error["loc"][0]) if error["loc"] else "settings"
    variable = name if name.isupper() else PREFIX + name.upper()  # an alias is the variable's own name
    seen = "a value that cannot be shown" if name.lower() in SECRETS else repr(error["input"])
    expected = (
        EXPECTED.get(name)
        or str(error.get("ctx", {}).get("error", ""))
        or error["msg"].removeprefix("Input should be ")
    )
    return BadInput(
        f"{variable} is {seen}; expected {expected}.", f"Change {variable} in the environment or in .env, or remove it."
    )
