"""Signs a home's browser profile in to Demo Town's sites, as a person would once: `python -m demo.sign_in --home PATH`.

The sample home gets the sample person's account; any other home gets an account of its own, registered on the way.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from agents.executor.account import remember, sign_in_label
from agents.executor.barrier import Phase
from agents.executor.browser import open_profile
from agents.executor.chrome import BrowserSettings
from demo.shared.site import SAMPLE
from demo.shared.store import Account
from memory.errors import Conflict, RflowError, Unavailable

SITES = tuple(f"http://{key}.localhost:8800" for key in ("tavola", "mercato", "biglietto", "albergo"))
SIGNED_IN = "Signed in as"
GUEST_PASSWORD = "a guest of Port Aurel"  # noqa: S105  # opens nothing but an account on the demo's own site


@dataclass(frozen=True)
class Guest:
    """Whom to sign in."""

    account: Account
    password: str


def owner(home: Path) -> str:
    """Give the name in the front matter of the home's `memory/about.md`, or "Guest"."""
    try:
        text = (home / "memory" / "about.md").read_text("utf-8")
        front = YAML(typ="safe").load(text.split("---")[1]) if text.startswith("---") else {}
    except (OSError, UnicodeDecodeError, YAMLError):
        return "Guest"  # a home without that file, or with a broken one, can be a guest too
    name = front.get("name") if isinstance(front, dict) else None
    return " ".join(str(name or "").split())[:80] or "Guest"


def guest_of(home: Path, email: str | None = None, password: str | None = None, name: str | None = None) -> Guest:
    """Give the account for a home: what was named, else the sample person's on their home, else one of its own."""
    name = name or owner(home)
    sample_email, sample_name, sample_password = SAMPLE
    if email is None and name == sample_name:
        return Guest(Account(sample_email, sample_name), password or sample_password)
    mark = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:8]
    return Guest(Account(email or f"guest-{mark}@portaurel.example", name), password or GUEST_PASSWORD)


async def _log_in(page: Page, site: str, guest: Guest) -> None:
    await page.goto(f"{site}/login")
    await page.get_by_label("Email").fill(guest.account.email)
    await page.get_by_label("Password").fill(guest.password)
    await page.get_by_role("main").get_by_role("button", name="Log in").click()


async def _register(page: Page, site: str, guest: Guest) -> None:
    await page.goto(f"{site}/register")
    await page.get_by_label("Name").fill(guest.account.name)
    await page.get_by_label("Email").fill(guest.account.email)
    await page.get_by_label("Password").fill(guest.password)
    await page.get_by_role("main").get_by_role("button", name="Register").click()


async def _signed_in(page: Page, site: str, guest: Guest) -> str:
    """Sign in unless the profile is already, and give the name that the site then shows."""
    await page.goto(f"{site}/login")
    label = await sign_in_label(page, SIGNED_IN)
    if label == guest.account.name:
        return label
    if label is not None:
        await page.get_by_role("button", name="Log out").click()
    for way in (_log_in, _register):
        await way(page, site, guest)
        label = await sign_in_label(page, SIGNED_IN)
        if label is not None:
            return label
    problem = await page.get_by_role("alert").inner_text()
    refused = f"{urlsplit(site).netloc} did not sign in {guest.account.email}: {problem}"
    raise Conflict(refused, "Name another with --email.")


async def sign_in(home: Path, sites: Sequence[str], guest: Guest, browser: BrowserSettings) -> dict[str, str]:
    """Sign the home's browser profile in to each site and record the names that they show, which are given back.

    Raises:
        Unavailable: a site does not answer, or the browser does not start.
        Conflict: a site refuses this account.
    """
    profile, labels = home / "state" / "profile", {}
    async with open_profile(browser, profile, None, Phase.CHECK, barrier=False) as window:
        page = await window.page()
        for site in sites:
            try:
                labels[site] = await _signed_in(page, site, guest)
            except PlaywrightError as error:
                reason = str(error).splitlines()[0]
                mend = "Is `python -m demo.town` running?"
                raise Unavailable(f"Signing in at {site} failed: {reason}.", mend) from error
    for site, label in labels.items():
        remember(home, site, label)
    return labels


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.sign_in", description="Sign a home in to Demo Town.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--site", action="append", help="a site's address; all four where left out")
    parser.add_argument("--email")
    parser.add_argument("--password")
    parser.add_argument("--name")
    return parser.parse_args()


def main() -> int:
    """Sign in, and say so in one line."""
    options = _arguments()
    guest = guest_of(options.home, options.email, options.password, options.name)
    sites = [site.rstrip("/") for site in options.site or SITES]
    path = os.environ.get("RFLOW_BROWSER_PATH")
    browser = BrowserSettings(path=Path(path) if path else None, show="headless", environ=os.environ)
    try:
        labels = asyncio.run(sign_in(options.home, sites, guest, browser))
    except RflowError as error:
        print(error, file=sys.stderr)
        return 1
    for site, label in labels.items():
        print(f"Signed in at {urlsplit(site).netloc} as {label}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
