"""The write barrier: every request of a browser, decided in its own network layer, closed by default."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, CDPSession
from playwright.async_api import Error as PlaywrightError

from agents.executor.origins import among, origin_of, place_of
from workflows.model import Request, Requests

READING = frozenset({"GET", "HEAD"})


class Phase(StrEnum):
    """What is being done: each phase lets more or less leave."""

    SEARCH = "search"
    PREPARE = "prepare"
    COMMIT = "commit"
    CHECK = "check"
    REHEARSE = "rehearse"
    TAKEOVER = "takeover"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that wants to leave; `kind` is the DevTools protocol's ResourceType."""

    method: str
    url: str
    kind: str

    @property
    def path(self) -> str:
        """The path without its query."""
        return urlsplit(self.url).path or "/"

    def __str__(self) -> str:
        shown = self.url.split("?")[0]
        return f"{self.method} {shown if len(shown) <= 200 else shown[:199] + '…'}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it may leave.

    Attributes:
        why: where it may not: what stopped it and how to declare it, in a sentence.
        spends: the declared commit request that this one is.
        resolve: it may leave if this host has public addresses only.
    """

    allow: bool
    why: str = ""
    spends: Request | None = None
    resolve: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a workflow lets leave. Pure: the same question has the same answer."""

    workflow: str
    sites: tuple[str, ...]
    requests: Requests

    def decide(self, asked: Asked, phase: Phase, spent: frozenset[Request] = frozenset()) -> Verdict:
        """Whether a request may leave at a phase, given the commit requests that did."""
        scheme = urlsplit(asked.url).scheme.lower()
        if scheme in {"data", "blob"} and asked.kind != "Document":
            return Verdict(True)  # nothing leaves the browser
        if origin_of(asked.url) is None:
            return self._stop(asked, f"{scheme}: addresses are never opened" if scheme else "it is no http(s) address")
        commit = self._match(asked, self.requests.commit)
        if commit is not None:  # before anything else: a wider pattern must not let it out at another phase
            return self._commit(asked, commit, phase, spent)
        if phase is Phase.TAKEOVER:
            # The person's own hands, on whatever public page they are led to.
            return Verdict(True, resolve="" if among(asked.url, self.sites) else urlsplit(asked.url).hostname or "")
        if asked.method in READING:
            return self._reading(asked)
        if self._match(asked, self._open_at(phase)):
            return Verdict(True)
        return self._stop(asked, f"it is not declared for this phase; if the site needs it, add {self._line(asked)}")

    def _commit(self, asked: Asked, commit: Request, phase: Phase, spent: frozenset[Request]) -> Verdict:
        if phase is not Phase.COMMIT:
            return self._stop(asked, "it is the irreversible one, and leaves only after Go, at the Commit step")
        if commit in spent:
            return self._stop(asked, "it has left once under this Go already")
        return Verdict(True, spends=commit)

    def _reading(self, asked: Asked) -> Verdict:
        if among(asked.url, self.sites):
            return Verdict(True)
        if asked.kind == "Document":
            site = origin_of(asked.url)
            return self._stop(asked, f"pages are opened on declared sites only; if it is meant, add {site} to `sites`")
        if asked.method != "GET":
            return self._stop(asked, "only GET goes to hosts that are not declared")
        return Verdict(True, resolve=urlsplit(asked.url).hostname or "")

    def _open_at(self, phase: Phase) -> tuple[Request, ...]:
        """After Go, or in a rehearsal, what prepares may leave; a look, before or after, sends what a search may."""
        return self.requests.search if phase in {Phase.SEARCH, Phase.CHECK} else self.requests.prepare

    def _match(self, asked: Asked, declared: Iterable[Request]) -> Request | None:
        if not among(asked.url, self.sites):
            return None
        return next((r for r in declared if r.method == asked.method and _path_fits(r.path, asked.path)), None)

    def _line(self, asked: Asked) -> str:
        where = "" if among(asked.url, self.sites) else f" and {origin_of(asked.url)} to `sites`"
        return f"“{asked.method} {asked.path}” to `requests`{where}"

    def _stop(self, asked: Asked, because: str) -> Verdict:
        return Verdict(False, f"Stopped {asked}: {because} (in {self.workflow}).")


def _path_fits(pattern: str, path: str) -> bool:
    """ "*" stands for something within one segment."""
    return re.fullmatch("[^/]+".join(map(re.escape, pattern.split("*"))), path) is not None


@dataclass(frozen=True, slots=True)
class Stop:
    """A request that did not leave, and the sentence why."""

    asked: Asked
    why: str


Resolve = Callable[[str], Awaitable[tuple[str, ...]]]
"""The addresses of a host, where every one of them is public; else none."""


async def only_public(host: str) -> tuple[str, ...]:
    """Look the host up; where an address of it is not public, or there is no answer, there is none."""
    found = await addresses_of(host)
    return found if all(_public(address) for address in found) else ()


async def addresses_of(host: str) -> tuple[str, ...]:
    """Look the host up in a thread; none where there is no answer."""
    if host == "localhost" or host.endswith(".localhost"):  # not every system knows the names below it
        return "127.0.0.1", "::1"
    try:
        found = await asyncio.to_thread(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found))


def _public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast


@dataclass  # no slots: Playwright marks the objects whose methods it calls back
class Barrier:
    """Stands before one browser from its start, with the policy and phase of whoever uses it; without one, closed.

    It is fed by browser-level CDP `Fetch`, which also sees redirect hops, workers, beacons, popups and frames; the wall
    asks it where a connection may go.
    """

    resolve: Resolve = only_public
    policy: Policy | None = None
    phase: Phase = Phase.SEARCH
    stopped: list[Stop] = field(default_factory=list)
    spent: set[Request] = field(default_factory=set)
    _session: CDPSession | None = None
    _reached: set[tuple[str, int]] = field(default_factory=set)  # where a request that may leave goes
    _found: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the public addresses of hosts
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def attach(self, browser: Browser) -> None:
        """Close the browser's network; from here on each request waits for a decision."""
        self._session = await browser.new_browser_cdp_session()
        self._session.on("Fetch.requestPaused", self._paused)
        await self._session.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    async def detach(self) -> None:
        """Open the network again, of a browser that goes on without us."""
        self.policy = None
        if self._session is not None:
            await self._session.send("Fetch.disable")

    async def ping(self) -> None:
        """One question to the browser and its answer."""
        if self._session is not None:
            await self._session.send("Browser.getVersion")

    def begin(self, policy: Policy | None, phase: Phase) -> None:
        """Serve another user: nothing is carried over from the one before."""
        self.policy, self.phase = policy, phase
        self.stopped.clear()
        self.spent.clear()
        self._reached.clear()
        self._found.clear()

    async def admit(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses that a connection to a host may go to: of a site, or of a public host that a request that may
        leave goes to, or that the person's own hands lead to.

        A public host's are the very ones that were judged: what a name stands for may change from question to question.
        """
        if self.policy is None:
            return ()
        if (host, port) in map(place_of, self.policy.sites):
            return await addresses_of(host)
        asked_for = self.phase is Phase.TAKEOVER or (host, port) in self._reached
        return await self._public(host) if asked_for else ()

    @property
    def blamed(self) -> str:
        """The last stop that may be why a page does not go on: of a page or of a write; empty where there is none."""
        heavy = (s.why for s in reversed(self.stopped) if s.asked.kind == "Document" or s.asked.method not in READING)
        return next(heavy, "")

    def _paused(self, event: dict[str, Any]) -> None:
        task = asyncio.ensure_future(self._answer(event))
        self._tasks.add(task)  # asyncio itself holds tasks weakly
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, event: dict[str, Any]) -> None:
        request = event["request"]
        asked = Asked(request["method"].upper(), request["url"], event.get("resourceType", ""))
        allowed = await self._allows(asked)
        # "Aborted" leaves a form on screen; other reasons replace the page by an error page.
        name = "Fetch.continueRequest" if allowed else "Fetch.failRequest"
        params = {"requestId": event["requestId"]} | ({} if allowed else {"errorReason": "Aborted"})
        try:
            if self._session is not None:
                await self._session.send(name, params)
        except PlaywrightError:
            return  # the page or the browser is gone, and its request with it

    async def _allows(self, asked: Asked) -> bool:
        if self.policy is None:
            self.stopped.append(Stop(asked, f"Stopped {asked}: no workflow is at work."))
            return False
        verdict = self.policy.decide(asked, self.phase, frozenset(self.spent))
        if verdict.spends is not None:
            self.spent.add(verdict.spends)  # before anything is awaited: two at once are one too many
        if verdict.resolve and not await self._public(verdict.resolve):
            why = f"{verdict.resolve} is no public host; if it is meant, add {origin_of(asked.url)} to `sites`"
            verdict = Verdict(False, f"Stopped {asked}: {why} (in {self.policy.workflow}).")
        if not verdict.allow:
            self.stopped.append(Stop(asked, verdict.why))
        elif place := place_of(asked.url):
            self._reached.add(place)
        return verdict.allow

    async def _public(self, host: str) -> tuple[str, ...]:
        if host not in self._found:
            self._found[host] = await self.resolve(host)
        return self._found[host]
