"""A process that has imported everything, of which services are forked: a start, and each kill, costs no imports."""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Forked:
    """A service that was forked, spoken to as to a `subprocess.Popen`."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._nursery = nursery

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._nursery.ask({"poll": self.pid})
        return self.returncode

    def wait(self, timeout: float) -> int:
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("the forked service", timeout)
            time.sleep(0.02)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class Nursery:
    """The process that forks them; it ends with the tests. Thread-safe."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.journeys.warm"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._lock = threading.Lock()
        atexit.register(self._process.terminate)

    def ask(self, what: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(what) + "\n")
            return json.loads(self._process.stdout.readline())

    def start(self, arguments: list[str], environ: dict[str, str], log: Path) -> Forked:
        """`rflow` with these arguments, its output appended to `log`."""
        return Forked(self, self.ask({"arguments": arguments, "environ": environ, "log": str(log)}))


@cache
def nursery() -> Nursery:
    """The one of this process."""
    return Nursery()


def _child(arguments: list[str], environ: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environ)
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(here, there)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    sys.argv = ["rflow", *arguments]
    code = 1
    try:
        from app.cli import main

        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Fork and report until nobody asks any more."""
    import memory.embed  # noqa: F401

    gc.freeze()
    ended: dict[int, int] = {}
    told = os.fdopen(os.dup(1), "w", buffering=1)
    for line in sys.stdin:
        asked = json.loads(line)
        if "poll" in asked:
            pid = asked["poll"]
            if pid not in ended:
                which, status = os.waitpid(pid, os.WNOHANG)
                if which:
                    ended[pid] = os.waitstatus_to_exitcode(status)
            print(json.dumps(ended.get(pid)), file=told)
            continue
        pid = os.fork()
        if pid == 0:
            _child(**asked)
        print(json.dumps(pid), file=told)


if __name__ == "__main__":
    serve()
