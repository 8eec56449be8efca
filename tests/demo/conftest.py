import datetime as dt
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import extruct
import httpx
import pytest

from demo.shared.log import LogLine, read_log
from demo.shared.site import SAMPLE
from demo.tavola.places import Place, load_places
from demo.town import open_town

FRIDAY = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
SATURDAY = "2026-11-21"


@dataclass
class Time:
    now: dt.datetime = FRIDAY

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class Browser:
    """A browser without pictures at one of the sites: follows redirects, keeps cookies."""

    client: httpx.AsyncClient
    site: Any
    data: Path

    async def get(self, path: str, **params: str) -> httpx.Response:
        return await self.client.get(path, params=params or None)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.client.post(path, data=fields)

    async def sign_in(self) -> None:
        await self.post("/login", email=SAMPLE[0], password=SAMPLE[2])

    async def rig(self, mode: str = "normal", ms: int = 0, **more: Any) -> None:
        (await self.client.post("/_rig", json={"mode": mode, "ms": ms, **more})).raise_for_status()

    def log(self) -> list[LogLine]:
        return read_log(self.data, self.site.face.key)

    def outcomes(self, action: str) -> list[str]:
        return [line.outcome for line in self.log() if line.what["action"] == action]


class Visitor(Browser):
    """A browser at Tavola."""

    async def hold(self, place: str = "lanterna", time: str = "20:00", party: str = "2") -> httpx.Response:
        return await self.post("/hold", restaurant=place, date=SATURDAY, time=time, party=party)


@pytest.fixture(scope="session")
def places() -> dict[str, Place]:
    return load_places()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def visitor(tmp_path: Path, time: Time) -> AsyncIterator[Visitor]:
    async with _browsing(tmp_path, time, "tavola") as (client, site):
        yield Visitor(client, site, tmp_path)


@asynccontextmanager
async def _browsing(data: Path, time: Time, key: str) -> AsyncIterator[tuple[httpx.AsyncClient, Any]]:
    with open_town(data, time, rig=True) as town:
        transport = httpx.ASGITransport(app=town.app)
        async with httpx.AsyncClient(
            transport=transport, base_url=f"http://{key}.localhost", follow_redirects=True
        ) as client:
            yield client, town.sites[key]


@pytest.fixture
async def mercato(tmp_path: Path, time: Time) -> AsyncIterator[Browser]:
    async with _browsing(tmp_path, time, "mercato") as (client, site):
        yield Browser(client, site, tmp_path)


@pytest.fixture
async def biglietto(tmp_path: Path, time: Time) -> AsyncIterator[Browser]:
    async with _browsing(tmp_path, time, "biglietto") as (client, site):
        yield Browser(client, site, tmp_path)


@pytest.fixture
async def albergo(tmp_path: Path, time: Time) -> AsyncIterator[Browser]:
    async with _browsing(tmp_path, time, "albergo") as (client, site):
        yield Browser(client, site, tmp_path)


LinkedData = Callable[[httpx.Response, str], list[dict[str, Any]]]


@pytest.fixture
def linked() -> LinkedData:
    """Read the nodes of one schema.org type from a page, as any visitor would."""

    def read(response: httpx.Response, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = extruct.extract(response.text, syntaxes=["json-ld"])["json-ld"]
        return [node for node in found if node["@type"] == kind]

    return read


@dataclass
class Town:
    """The town as its own process; `address` is Tavola's, `sites` are all."""

    address: str
    sites: list[str]
    data: Path

    def log(self) -> list[LogLine]:
        return read_log(self.data, "tavola")


@pytest.fixture
def live_town(tmp_path: Path) -> Iterator[Town]:
    data = tmp_path / "town"
    command = [sys.executable, "-m", "demo.town", "--port", "0", "--data", str(data), "--now", "2026-11-20T12:00"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        sites = [process.stdout.readline().split("open: ")[1].strip() for _ in range(4)]
        yield Town(sites[0], sites, data)
        process.terminate()
