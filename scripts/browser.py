"""Finds a browser for the executor, or installs one, and says what it did."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from agents.executor.chrome import BrowserMissing, find_browser


async def find() -> Path | None:
    """The browser that would be used, or None."""
    async with async_playwright() as playwright:
        bundled = playwright.chromium.executable_path
    setting = os.environ.get("RFLOW_BROWSER_PATH")
    try:
        return find_browser(Path(setting) if setting else None, bundled, os.environ)
    except BrowserMissing as missing:
        if setting:
            sys.exit(str(missing))
        return None


def installers() -> list[tuple[str, list[str]]]:
    """Ways to get one, in the order to try."""
    ways = [("Playwright's own Chromium", [sys.executable, "-m", "playwright", "install", "chromium"])]
    if shutil.which("apt-get") and os.geteuid() == 0:
        script = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium"
        ways.append(("Chromium from the system's packages", ["sh", "-c", script]))
    return ways


def main() -> int:
    """Find or install; the exit code."""
    if found := asyncio.run(find()):
        print(f"Browser: {found}")
        return 0
    for name, command in installers():
        print(f"No Chrome or Chromium found; installing {name} ...", flush=True)
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=600)
        except (subprocess.SubprocessError, OSError) as error:
            print(f"  that did not work ({type(error).__name__}).")
            continue
        if found := asyncio.run(find()):
            print(f"Browser: {found}")
            return 0
    print(str(BrowserMissing("looked on PATH, in the usual places and for Playwright's own")), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
