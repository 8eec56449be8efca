"""Browsers: finding one, and opening it with or without the person's logins, the barrier before its first page."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from filelock import AsyncFileLock
from filelock import Timeout as LockTimeout
from playwright.async_api import Browser, BrowserContext, Dialog, Page, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.executor.barrier import Barrier, Phase, Policy
from agents.executor.bounds import within
from memory.errors import Unavailable

T = TypeVar("T")

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
_SHUT = (  # ways out that the barrier, which sees HTTP requests, would not see
    "--proxy-server=http=direct://;https=direct://;socks=127.0.0.1:1",  # WebSockets take the SOCKS proxy: there is none
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--dns-prefetch-disable",
)
_ENDING = 10  # seconds for a browser to write what it keeps and to end
_LONGEST_RUN = 600  # seconds that a second run waits for the first
_LOCK = "SingletonLock"  # Chromium's link "host-pid" in a profile that is open


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """Which browser, and how.

    Attributes:
        path: the program; None looks for one.
        show: `auto` shows a window where there is a screen.
        timeout: seconds that one browser action may take.
        environ: PATH, DISPLAY and the folders of Windows are read from it.
    """

    path: Path | None = None
    show: Show = "auto"
    timeout: float = 15
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


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


@dataclass  # no slots: Playwright marks the objects whose methods it calls back
class Window:
    """One open browser, its cookies, and the barrier before it."""

    context: BrowserContext
    barrier: Barrier
    process: int | None = None  # its id
    notes: list[str] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        """False once the browser ended or was killed."""
        browser = self.context.browser
        return browser is not None and browser.is_connected()

    async def responds(self) -> bool:
        """Asks the browser itself: the news of its end may be late."""
        try:
            await asyncio.wait_for(self.barrier.ping(), timeout=5)
        except (PlaywrightError, TimeoutError):
            return False
        return self.alive

    async def page(self) -> Page:
        """The first page, or a new one."""
        return self.context.pages[0] if self.context.pages else await self.context.new_page()

    async def close(self) -> None:
        """End the browser; one that is dead already is no error, and one that hangs is killed."""
        try:
            async with within(_ENDING):
                browser = self.context.browser
                await self.context.close()
                if browser is not None:
                    await browser.close()
        except PlaywrightTimeout:
            if self.process is not None:
                os.kill(self.process, getattr(signal, "SIGKILL", signal.SIGTERM))
        except PlaywrightError:
            return

    async def _dismiss(self, dialog: Dialog) -> None:
        self.notes.append(f"The page opened a dialog, which was dismissed: “{dialog.message[:200]}”.")
        try:
            await dialog.dismiss()
        except PlaywrightError:
            return  # the page is gone, and its dialog with it

    def watch(self) -> None:
        """Dismiss every dialog of the pages."""
        self.context.on("dialog", self._dismiss)


class Driver:
    """Playwright's own process, which browsers may share: started with the first, and again where it was killed."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> Driver:
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._playwright is not None:
            await self._playwright.stop()

    async def launch(self, launch: Callable[[Playwright], Awaitable[T]]) -> T:
        """What `launch` makes of the running driver."""
        playwright = await self._started()
        try:
            return await launch(playwright)
        except PlaywrightError:
            if await _answers(playwright):
                raise
            return await launch(await self._started(instead_of=playwright))

    async def _started(self, instead_of: Playwright | None = None) -> Playwright:
        async with self._starting:
            if self._playwright is None or self._playwright is instead_of:
                self._playwright = await async_playwright().start()
            return self._playwright


async def _answers(playwright: Playwright) -> bool:
    try:
        await (await playwright.request.new_context()).dispose()
    except Exception:  # noqa: BLE001 (of a driver that is gone, Playwright raises errors of several kinds)
        return False
    return True


@asynccontextmanager
async def open_profile(
    settings: BrowserSettings,
    profile: Path,
    policy: Policy | None,
    phase: Phase,
    *,
    barrier: bool = True,
    driver: Driver | None = None,
) -> AsyncIterator[Window]:
    """The person's own browser with its logins, for one user at a time; ended when left.

    Args:
        profile: the folder that keeps them, `state/profile`.
        policy: what may leave; None lets nothing out.
        barrier: False where the person logs in by hand, for nothing else.
        driver: one that is there already; None starts one for this browser.

    Raises:
        BrowserMissing: none was found.
        Unavailable: another program has the profile open, or the browser does not start.
    """
    await asyncio.to_thread(profile.mkdir, parents=True, exist_ok=True, mode=0o700)
    async with _alone(profile), AsyncExitStack() as stack:
        used = driver if driver is not None else await stack.enter_async_context(Driver())
        await _free(profile)
        with _starting(settings):
            context = await used.launch(
                lambda playwright: _sandboxed(
                    lambda sandbox: playwright.chromium.launch_persistent_context(
                        profile,
                        executable_path=_program(settings, playwright),
                        headless=not shows_window(settings.show, settings.environ),
                        args=_flags(),
                        accept_downloads=False,
                        chromium_sandbox=sandbox,
                    )
                )
            )
        window = Window(context, Barrier(), await _process(context.browser))
        try:
            if barrier and context.browser is not None:
                await window.barrier.attach(context.browser)
            yield await _ready(window, settings, policy, phase)
        finally:
            await window.close()


@asynccontextmanager
async def open_clean(settings: BrowserSettings, driver: Driver | None = None) -> AsyncIterator[Window]:
    """A browser process of its own, logged out everywhere; its barrier lets nothing out until it has a policy.

    Raises:
        BrowserMissing: none was found.
        Unavailable: the browser does not start.
    """
    async with AsyncExitStack() as stack:
        used = driver if driver is not None else await stack.enter_async_context(Driver())
        with _starting(settings):
            browser = await used.launch(
                lambda playwright: _sandboxed(
                    lambda sandbox: playwright.chromium.launch(
                        executable_path=_program(settings, playwright), args=_flags(), chromium_sandbox=sandbox
                    )
                )
            )
        barrier = Barrier()
        await barrier.attach(browser)
        context = await browser.new_context(accept_downloads=False)
        window = Window(context, barrier, await _process(browser))
        try:
            yield await _ready(window, settings, None, Phase.SEARCH)
        finally:
            await window.close()


async def _process(browser: Browser | None) -> int | None:
    """The id of the browser's main process, as it says itself."""
    if browser is None:
        return None
    session = await browser.new_browser_cdp_session()
    told = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    await session.detach()
    return next((int(process["id"]) for process in told if process["type"] == "browser"), None)


async def _ready(window: Window, settings: BrowserSettings, policy: Policy | None, phase: Phase) -> Window:
    window.barrier.begin(policy, phase)
    window.context.set_default_timeout(settings.timeout * 1000)
    window.watch()
    return window


def _program(settings: BrowserSettings, playwright: Playwright) -> Path:
    return find_browser(settings.path, playwright.chromium.executable_path, settings.environ)


@contextmanager
def _starting(settings: BrowserSettings) -> Iterator[None]:
    try:
        yield
    except PlaywrightError as failed:
        which = settings.path or "The browser"
        raise Unavailable(f"{which} does not start: {_first_line(failed)}.", "Try again.") from failed


@asynccontextmanager
async def _alone(profile: Path) -> AsyncIterator[None]:
    """Two runs at once on one profile: the second waits for the first."""
    try:
        async with AsyncFileLock(profile.with_name(profile.name + ".lock"), timeout=_LONGEST_RUN):
            yield
    except LockTimeout as waited:
        raise Unavailable(
            f"Another run has had the browser profile for {_LONGEST_RUN} s.", "Stop it first."
        ) from waited


def _flags() -> list[str]:
    return [*_QUIET, *_SHUT]


async def _sandboxed(launch: Callable[[bool], Awaitable[T]]) -> T:
    """Launch in Chromium's sandbox where the system lets it: not for root, nor in most containers."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return await launch(False)
    try:
        return await launch(True)
    except PlaywrightError as failed:
        if "sandbox" not in str(failed).lower().replace("chromium_sandbox", ""):
            raise
        return await launch(False)


async def _free(profile: Path) -> None:
    """Take away the lock that a killed browser left; wait a little for one that is ending.

    Raises:
        Unavailable: a browser that runs has the profile open.
    """
    lock = profile / _LOCK
    for _ in range(50):
        if not lock.is_symlink():
            return
        host, _, pid = os.readlink(lock).rpartition("-")
        if host != socket.gethostname() or not _holds(int(pid), profile):
            lock.unlink(missing_ok=True)
            return
        await asyncio.sleep(0.1)
    raise Unavailable(
        f"The browser profile {profile} is open in another browser (process {pid}).", "Close that browser."
    )


def _holds(pid: int, profile: Path) -> bool:
    """Whether that process runs and, where one can tell, is a browser of this profile: ids are given anew."""
    try:
        os.kill(pid, 0)
        return os.fsencode(profile) in Path(f"/proc/{pid}/cmdline").read_bytes()
    except ProcessLookupError:
        return False
    except OSError:  # another person's process, or a system without /proc
        return True


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
