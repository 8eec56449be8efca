"""Accounts: under which name each site shows the person as logged in."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from playwright.async_api import Page

from agents.executor.bounds import ANSWER, within
from agents.executor.forms import clean
from agents.executor.origins import origin_of
from memory.errors import Conflict, Unavailable

FILE = "state/accounts.json"

# The text after the prefix in its own text node, else the next visible text.
_AFTER = """
prefix => {
  const walk = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  const fold = s => s.replace(/\\s+/g, ' ').toLowerCase();
  const wanted = fold(prefix).trim();
  let found = false;
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (!node.parentElement.checkVisibility({visibilityProperty: true}) || !node.data.trim()) continue;
    if (found) return node.data;
    const at = fold(node.data).indexOf(wanted);
    if (at < 0) continue;
    const rest = fold(node.data).length === node.data.length ? node.data.slice(at + wanted.length) : '';
    if (rest.trim().replace(/^:/, '').trim()) return rest.trim().replace(/^:/, '');
    found = true;
  }
  return null;
}
"""


class SignedOut(Conflict):
    """The site does not show the person as logged in, or shows somebody else."""


async def sign_in_label(page: Page, prefix: str) -> str | None:
    """The name after `prefix` ("Signed in as") on the page; None where it does not stand there."""
    async with within(ANSWER):
        await page.wait_for_load_state("domcontentloaded")  # a page just arrived at has no text yet, nor a body
        name = await page.evaluate(_AFTER, prefix)
    return clean(name) or None if isinstance(name, str) else None


async def require_account(page: Page, prefix: str, expected: str | None) -> None:
    """Compare the name on the live page with the one that the plan was made for.

    Raises:
        SignedOut: nobody or somebody else is logged in.
    """
    seen = await sign_in_label(page, prefix)
    site = origin_of(page.url) or page.url
    if seen is None:
        raise SignedOut(
            f"{site} does not say “{prefix} …”: nobody is logged in there in this browser.",
            f"Log in once with `rflow login {site}`, then ask again.",
        )
    if seen != expected:
        raise SignedOut(
            f"{site} says “{prefix} {seen}”, and the plan is for {expected or 'nobody'}.",
            f"Log in as {expected or 'yourself'} with `rflow login {site}`, then ask again.",
        )


def label(home: Path, sites: Iterable[str]) -> str | None:
    """The name recorded in this home for the first of these sites that has one."""
    known = _load(home / FILE)
    return next((known[o] for o in map(origin_of, sites) if o in known), None)


def remember(home: Path, site: str, name: str | None) -> None:
    """Record the name, or forget the site where it is None."""
    file = home / FILE
    known = _load(file)
    origin = origin_of(site) or site
    known.pop(origin, None)
    if name is not None:
        known[origin] = name
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as out:
        json.dump(known, out, ensure_ascii=False, indent=1, sort_keys=True)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def _load(file: Path) -> dict[str, str]:
    try:
        known = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as broken:
        raise Unavailable(f"{file} cannot be read: {broken}.", "Delete it and log in again.") from broken
    return {str(k): str(v) for k, v in known.items()} if isinstance(known, dict) else {}
