"""Which Chrome or Chromium is used, whether it shows itself, and the flags that close its side doors."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from memory.errors import Unavailable

Show = Literal["auto", "headless", "window"]

_NAMES = ("google-chrome", "google-chrome-stable", "chrome", "chromium", "chromium-browser")
_PLACES = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
    "win32": (
        r"${PROGRAMFILES}\Google\Chrome\Application\chrome.exe",
        r"${PROGRAMFILES(X86)}\Google\Chrome\Application\chrome.exe",
        r"${LOCALAPPDATA}\Google\Chrome\Application\chrome.exe",
        r"${LOCALAPPDATA}\Chromium\Application\chrome.exe",
    ),
    "linux": ("/opt/google/chrome/chrome", "/usr/lib/chromium/chromium", "/snap/bin/chromium"),
}
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--deny-permission-prompts",
)


def proxied(way: str) -> str:
    """The flag that sends HTTP this way, and WebSockets, which take the SOCKS proxy, nowhere: there is none."""
    return f"--proxy-server=http={way};https={way};socks=127.0.0.1:1"


_CLOSED = (
    "--proxy-bypass-list=<-loopback>",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--dns-prefetch-disable",
)
SHUT = (proxied("direct://"), *_CLOSED)
"""Closes ways out that the barrier, which sees HTTP requests, would not see."""


def flags(wall: int | None) -> list[str]:
    """What a browser of our own is started with.

    Args:
        wall: the port of the proxy that all it opens goes through; None where the person uses it by hand.
    """
    return [*_QUIET, *_CLOSED, proxied("direct://" if wall is None else f"socks5://127.0.0.1:{wall}")]


def running_command(port: int) -> str:
    """How to start a Chrome that can be used while it runs.

    Chrome 136 and later open the port only with a `--user-data-dir` that is not the everyday one.
    """
    flags = " ".join(f"'{flag}'" if "<" in flag or ";" in flag else flag for flag in SHUT)
    own = "--user-data-dir=$HOME/.rflow-chrome"
    return f"google-chrome --remote-debugging-port={port} --enable-automation {own} {flags}"


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """Which browser, and how.

    Attributes:
        path: the program; None looks for one.
        show: `auto` shows a window where there is a screen.
        timeout: seconds that one browser action may take.
        environ: PATH, DISPLAY and the folders of Windows are read from it.
        port: of a Chrome that runs already and is used in place of one of our own; on this machine only.
    """

    path: Path | None = None
    show: Show = "auto"
    timeout: float = 15
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    port: int | None = None


class BrowserMissing(Unavailable):
    """There is no Chrome or Chromium that could be used."""

    def __init__(self, tried: str) -> None:
        super().__init__(
            f"No Chrome or Chromium was found ({tried}).",
            "Install Chrome or Chromium, run `playwright install chromium`, or name one with RFLOW_BROWSER_PATH.",
        )


def find_browser(setting: Path | None, bundled: str, environ: Mapping[str, str]) -> Path:
    """The browser to use: the one that the setting names, else one on PATH or in a usual place, else Playwright's.

    Args:
        bundled: where Playwright would have put its own.
        environ: PATH and the folders of Windows are read from it.

    Raises:
        BrowserMissing: none is there, or the setting names none.
    """
    if setting is not None:
        if shutil.which(setting) is None:
            raise BrowserMissing(f"the setting names {setting}, which is no program")
        return setting
    on_path = (shutil.which(name, path=environ.get("PATH")) for name in _NAMES)
    found = next((Path(path) for path in (*on_path, *_usual(environ), bundled) if path and Path(path).is_file()), None)
    if found is None:
        raise BrowserMissing(f"looked for {', '.join(_NAMES)} and in the usual places")
    return found


def _usual(environ: Mapping[str, str]) -> Iterator[str]:
    for place in _PLACES.get(sys.platform, ()):
        for name, value in environ.items():
            place = place.replace(f"${{{name.upper()}}}", value)
        yield str(Path(place).expanduser())


def shows_window(show: Show, environ: Mapping[str, str]) -> bool:
    """Whether a window can be, and is to be, shown."""
    if show != "auto":
        return show == "window"
    return sys.platform != "linux" or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
