"""The browser profile that keeps the person's logins: one browser at a time, and a dead one's lock taken away."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import AsyncFileLock
from filelock import Timeout as LockTimeout

from memory.errors import Unavailable

_LONGEST_RUN = 600  # seconds that a second run waits for the first
_LOCK = "SingletonLock"  # Chromium's link "host-pid" in a profile that is open


@asynccontextmanager
async def held(profile: Path) -> AsyncIterator[Path]:
    """The profile's folder, made where it is not there, for one user at a time; another waits.

    Raises:
        Unavailable: another program has it open, or another run has had it for too long.
    """
    await asyncio.to_thread(profile.mkdir, parents=True, exist_ok=True, mode=0o700)
    try:
        async with AsyncFileLock(profile.with_name(profile.name + ".lock"), timeout=_LONGEST_RUN):
            await _free(profile)
            yield profile
    except LockTimeout as waited:
        raise Unavailable(
            f"Another run has had the browser profile for {_LONGEST_RUN} s.", "Stop it first."
        ) from waited


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
