from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agents.executor.barrier import Asked, Phase, Policy, only_public
from agents.executor.bound import BoundStep
from agents.executor.bounds import leave
from agents.executor.browser import Window, open_profile
from agents.executor.steps import perform
from workflows.model import Request, Requests, Verb

COMMIT = Request("POST", "/reservations")
POLICY = Policy(
    "reserve",
    ("http://shop.localhost:8800",),
    Requests(search=(Request("POST", "/find"),), prepare=(Request("POST", "/carts/*/hold"),), commit=(COMMIT,)),
)
SHOP = "http://shop.localhost:8800"


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize(
    ("method", "path", "phases"),
    [
        ("GET", "/anything?x=1", set(Phase)),
        ("HEAD", "/", set(Phase)),
        ("POST", "/find", {Phase.SEARCH, Phase.CHECK, Phase.TAKEOVER}),
        ("POST", "/carts/7/hold", {Phase.PREPARE, Phase.REHEARSE, Phase.COMMIT, Phase.TAKEOVER}),
        ("POST", "/carts/7/8/hold", {Phase.TAKEOVER}),
        ("POST", "/carts//hold", {Phase.TAKEOVER}),
        ("POST", "/reservations", {Phase.COMMIT}),
        ("POST", "/reservations?again=1", {Phase.COMMIT}),
        ("POST", "/reservations/", {Phase.TAKEOVER}),
        ("PUT", "/reservations", {Phase.TAKEOVER}),
        ("DELETE", "/find", {Phase.TAKEOVER}),
        ("OPTIONS", "/find", {Phase.TAKEOVER}),
    ],
)
def test_only_what_is_declared_for_the_phase_leaves_but_by_the_persons_own_hands(
    phase: Phase, method: str, path: str, phases: set[Phase]
) -> None:
    verdict = POLICY.decide(Asked(method, SHOP + path, "Fetch"), phase)
    assert verdict.allow == (phase in phases)
    assert verdict.allow or "Stopped" in verdict.why


def test_the_irreversible_request_leaves_once() -> None:
    asked = Asked("POST", f"{SHOP}/reservations", "Document")
    first = POLICY.decide(asked, Phase.COMMIT)
    assert first.spends == COMMIT
    assert not POLICY.decide(asked, Phase.COMMIT, frozenset({COMMIT})).allow


def test_a_wider_pattern_does_not_let_the_irreversible_one_out() -> None:
    wide = Policy("w", (SHOP,), Requests(prepare=(Request("POST", "/*"),), commit=(COMMIT,)))
    assert not wide.decide(Asked("POST", f"{SHOP}/reservations", "Fetch"), Phase.PREPARE).allow


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.localhost:8801/",
        "https://shop.localhost:8800/",
        "http://shop.localhost:8800.evil.example/",
        "http://evil.example/?http://shop.localhost:8800/",
        "http://shop.localhost:8800@evil.example/",
        "http://user@shop.localhost:8800/",
        "http://[::1]:8800/",
        "http://127.0.0.1:8800/",
        "http://0x7f000001:8800/",
        "http://shop.localhost.:8800/",
        "file:///etc/passwd",
        "data:text/html,<p>hello",
        "javascript:alert(1)",
        "blob:http://shop.localhost:8800/1",
        "ftp://shop.localhost/",
        "chrome://settings/",
        "http://",
        "//shop.localhost:8800/",
        "http://shop.localhost:99999/",
    ],
)
def test_pages_elsewhere_are_not_opened(url: str) -> None:
    assert not POLICY.decide(Asked("GET", url, "Document"), Phase.PREPARE).allow


@pytest.mark.parametrize(
    "url", ["https://cdn.example.org/a.js", "http://10.0.0.1/x.png", "http://router.local/", "http://[fd00::1]/x"]
)
def test_parts_of_a_page_come_by_get_from_public_hosts(url: str) -> None:
    assert POLICY.decide(Asked("GET", url, "Image"), Phase.SEARCH).resolve
    assert not POLICY.decide(Asked("POST", url, "Fetch"), Phase.SEARCH).allow


PRIVATE = (
    "127.0.0.1 10.1.2.3 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 ::1 fd00::1 fe80::1 ::ffff:10.0.0.1 "
    "2130706433 224.0.0.1 255.255.255.255 localhost x.localhost no-such-host.invalid"
)


@pytest.mark.parametrize("host", PRIVATE.split())
async def test_private_and_unknown_hosts_are_no_public_ones(host: str) -> None:
    assert await only_public(host) == ()


async def test_a_public_address_is_public() -> None:
    assert await only_public("93.184.216.34") == ("93.184.216.34",)
    assert await only_public("2606:2800:220:1::1") == ("2606:2800:220:1::1",)


UNSEEN = ("ahead", "identity")  # what the browser itself sends, which only the wall stops
TRAPS = ("beacon", "keepalive", "worker", "image", "leave", "meta", "autopost", *UNSEEN)
SILENT = ("popup", "websocket", "dialog", *UNSEEN)  # the browser itself, a launch flag, or the wall ends these


async def visit(window: Window, shop: Any, trap: str) -> None:
    """Open the hostile page, give it time for what it tries by and by, and leave it."""
    shop.mode = trap
    page = await window.context.new_page()
    await page.goto(f"{shop.origin}/rooms/maple", wait_until="commit")
    await asyncio.sleep(0.3)
    if trap == "keepalive":
        await page.goto(f"{shop.origin}/rooms", wait_until="commit")
    await leave(page)
    await asyncio.sleep(0.1)


@pytest.mark.parametrize("phase", [pytest.param(Phase.SEARCH, marks=pytest.mark.long), Phase.PREPARE])
async def test_no_way_out_for_a_hostile_page(rig: Any, phase: Phase) -> None:
    policy = Policy("reserve", (rig.shop.origin,), rig.workflow.requests)
    async with open_profile(rig.browser, rig.home.root / "state" / "profile", policy, phase) as window:
        for trap in dict.fromkeys((*TRAPS, *SILENT)):
            window.barrier.begin(policy, phase)
            await visit(window, rig.shop, trap)
            assert rig.shop.writes() == [], trap
            assert rig.shop.elsewhere() == [], trap
            assert window.barrier.stopped or trap in SILENT, trap
    assert rig.shop.writes() == []  # nor when it was closed
    assert rig.shop.elsewhere() == []


@pytest.mark.long  # the row `navigation` of the proof knows which traps are toothless, too
async def test_the_traps_work_where_there_is_no_barrier(rig: Any) -> None:
    """Each of them does reach the site without the barrier: or the test above would show nothing."""
    profile = rig.home.root / "state" / "profile"
    async with open_profile(rig.browser, profile, None, Phase.SEARCH, barrier=False) as window:
        for trap in TRAPS:
            rig.shop.log.clear()
            await visit(window, rig.shop, trap)
            assert rig.shop.writes() or rig.shop.elsewhere(), trap


async def test_a_popup_that_a_press_opens_stays_empty(rig: Any) -> None:
    policy = Policy("reserve", (rig.shop.origin,), rig.workflow.requests)
    async with open_profile(rig.browser, rig.home.root / "state" / "profile", policy, Phase.PREPARE) as window:
        page = await window.page()
        await page.goto(f"{rig.shop.origin}/rooms")
        await page.set_content(f"<button onclick=\"window.open('{rig.shop.evil}/popup')\">Show</button>")
        await page.get_by_role("button").click()
        await page.wait_for_timeout(300)
        assert f"GET {rig.shop.evil}/popup" in window.barrier.blamed
        step = BoundStep(verb=Verb.PRESS, text='Press "Show"', target="Show")
        await perform(page, step, (rig.shop.origin,), window.barrier)
        assert window.context.pages == [page]
    assert rig.shop.elsewhere() == []


async def test_the_enter_key_in_a_form_sends_nothing(rig: Any) -> None:
    policy = Policy("reserve", (rig.shop.origin,), rig.workflow.requests)
    async with open_profile(rig.browser, rig.home.root / "state" / "profile", policy, Phase.SEARCH) as window:
        page = await window.page()
        await page.goto(f"{rig.shop.origin}/login")
        await page.get_by_label("Name").fill("Mallory")
        await page.get_by_label("Name").press("Enter")
        await page.wait_for_timeout(200)
        assert await page.get_by_label("Name").input_value() == "Mallory"  # the form is still on screen
        assert "POST /login" in window.barrier.blamed
        assert "add “POST /login” to `requests`" in window.barrier.blamed
    assert rig.shop.writes() == []


async def test_without_a_policy_nothing_leaves(rig: Any) -> None:
    async with open_profile(rig.browser, rig.home.root / "state" / "profile", None, Phase.SEARCH) as window:
        page = await window.page()
        with pytest.raises(Exception, match="ERR_ABORTED"):
            await page.goto(f"{rig.shop.origin}/rooms")
    assert rig.shop.log == []
