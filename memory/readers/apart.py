"""A process of its own for parsers that hostile bytes can crash, hang or fill: kept warm, bounded, started anew."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from memory.errors import BadInput, Unavailable
from memory.readers.base import Reading

SECONDS = 30  # for one file
MEMORY = 1 << 30  # bytes of address space, where the system keeps to it (Linux)
FULL = 12  # its exit code where the memory was not enough, as ENOMEM
IDLE = 60  # seconds without work after which the process ends
ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR")  # of the environment: a key is nothing to a parser
_SMALLER = "Split it, or save it as text."


class Worker:
    """One process at a time, started with the first file. Thread-safe.

    Args:
        seconds, memory, idle: as the constants of the module.
    """

    def __init__(self, seconds: int = SECONDS, memory: int = MEMORY, idle: int = IDLE) -> None:
        self._seconds, self._memory, self._idle = seconds, memory, idle
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None

    def read(self, kind: str, data: bytes) -> Reading:
        """Reads a file there.

        Raises:
            BadInput: it cannot be read, crashed its parser, or took more time or memory than a file may.
            Unavailable: no process can be started.
        """
        with self._lock:
            answer = self._asked(kind, data)
        if isinstance(answer, BadInput):
            raise answer
        return answer

    def stop(self, kill: bool = False) -> int:
        """Ends the process (at once, or when it is seen to end) and gives its exit code; `read` starts another."""
        process, line = self._process, self._line
        self._process = self._line = None
        if line:
            line.close()
        if not process:
            return 0
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(0 if kill else 1)
        process.kill()
        return process.wait()

    def _asked(self, kind: str, data: bytes) -> Reading | BadInput:
        for line in (self._ready(), None):
            try:
                return self._ask(line or self._started(), kind, data)
            except (EOFError, OSError):
                if code := self.stop():
                    return self._crashed(code)
                # It had ended for want of work just now.
        raise Unavailable("The process that reads documents ends at once.", "Look at the memory that is free.")

    def _ask(self, line: Connection, kind: str, data: bytes) -> Reading | BadInput:
        line.send(kind)
        line.send_bytes(data)
        if line.poll(self._seconds):
            answer: Reading | BadInput = line.recv()
            return answer
        self.stop(kill=True)
        return BadInput(f"Reading it takes longer than {self._seconds} seconds.", _SMALLER)

    def _ready(self) -> Connection | None:
        """The line to the process that runs, if one does."""
        if self._process and self._process.poll() is not None:
            self.stop()
        return self._line

    def _started(self) -> Connection:
        self._line, theirs = Pipe()
        limits = (theirs.fileno(), self._seconds, self._memory, self._idle)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "memory.readers", *map(str, limits)],
                cwd=ROOT,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                process_group=0,  # Ctrl+C is for the assistant; this ends when its line does
            )
        except OSError as error:
            self.stop()
            raise Unavailable(f"The process that reads documents does not start: {error}.") from error
        finally:
            theirs.close()
        return self._line

    def _crashed(self, code: int) -> BadInput:
        if code == FULL:
            return BadInput(f"Reading it takes more than {self._memory / 1e9:.1f} GB of memory.", _SMALLER)
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"code {code}"
        return BadInput(f"It crashed its reader ({name}).", "Open it, and save it anew or as text.")


__all__ = ["Worker"]
