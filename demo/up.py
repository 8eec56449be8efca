"""`make run`: Demo Town, the sample person's home and the assistant, with a line for each thing done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from app.errors import to_terminal
from app.main import serve
from app.settings import Settings, load_settings
from demo.seed import seed
from memory.errors import Conflict, RflowError, Unavailable
from memory.home import Home

TOWN_PORT = 8800  # the shipped workflows name it in their `sites`


def main() -> int:
    """Run until interrupted; the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that Demo Town ends with us
    try:
        settings = load_settings()
        if "home" not in settings.model_fields_set and seed(settings.home):
            print(f"Put the sample person's home into {settings.home}.")
        home = Home.open(settings.home)
        with _town(settings):
            _sign_in(home)
            print("Reading the files of the home; the first time this takes about half a minute ...", flush=True)
            serve(settings, lambda: print(f"\nThe chat is at {settings.url} (Ctrl-C ends it)", flush=True))
    except RflowError as error:
        text, code = to_terminal(error)
        print(text, file=sys.stderr)
        return code
    return 0


@contextmanager
def _town(settings: Settings) -> Iterator[None]:
    """Demo Town as a process of its own: to the assistant it is the outside world."""
    if _answers():
        raise Conflict(
            f"Port {TOWN_PORT}, which Demo Town needs, is taken.",
            "Is another `make run` on? Stop it, or whatever holds that port, and try again.",
        )
    command = [sys.executable, "-m", "demo.town", "--port", str(TOWN_PORT), "--data", str(settings.state / "demo-town")]
    town = subprocess.Popen(command + (["--now", settings.clock.isoformat()] if settings.clock else []))
    try:
        _wait_for(town)
        yield
    finally:
        town.terminate()
        town.wait(timeout=10)


def _answers() -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{TOWN_PORT}/", timeout=1):
            return True
    except (URLError, OSError):
        return False


def _wait_for(town: subprocess.Popen[bytes], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not _answers():
        if town.poll() is not None or time.monotonic() > until:
            raise Unavailable("Demo Town did not start.", "What it said stands above this line.")
        time.sleep(0.1)


def _sign_in(home: Home) -> None:
    """Log the home's browser profile in to the town's sites, as a person would once."""
    command = [sys.executable, "-m", "demo.sign_in", "--home", str(home.root)]
    if subprocess.run(command, check=False, env=os.environ).returncode != 0:
        raise Unavailable("The browser profile could not be logged in to Demo Town.", "What it said stands above.")


if __name__ == "__main__":
    sys.exit(main())
