"""Keeps the index equal to the files while home is in use: told by the system of changes, and looking now and then."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchfiles import watch

from memory.errors import RflowError
from memory.index import Index
from memory.scan import FOLDERS
from memory.status import Tell, nobody

DEBOUNCE = 200  # milliseconds for which changes are gathered
WAKE = 1000  # milliseconds between two thoughts about whether to look
SELDOM, OFTEN = 30.0, 1.0  # seconds between two looks at every file, where the system tells of changes and where not
SHARE = 50.0  # looking takes no more than one part in so many of the time
AGAIN = 5.0  # seconds until another try after a failure, such as a full disk
REMOTE = ("nfs", "cifs", "smb", "9p", "fuse", "vboxsf", "prl_fs", "afs")  # where others change files, and nobody tells
log = logging.getLogger(__name__)


@contextmanager
def kept(index: Index, tell: Tell = nobody) -> Iterator[None]:
    """Keeps the index up to date in a thread of its own, as long as the context lasts.

    Args:
        tell: is told how far each file is, in that thread.
    """
    stop = threading.Event()
    index.kept = True
    thread = threading.Thread(target=_keep, args=(index, tell, stop), name="index", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        index.kept = False


def _keep(index: Index, tell: Tell, stop: threading.Event) -> None:
    _sync(index, tell, stop)
    last = time.monotonic()
    for changed, told in _changes([index.home.root / name for name in FOLDERS], stop):
        due = time.monotonic() - last > max(SELDOM if told else OFTEN, SHARE * index.looked)
        if changed or due or index.pending:
            _sync(index, tell, stop)
            last = time.monotonic()


def _sync(index: Index, tell: Tell, stop: threading.Event) -> None:
    try:
        index.sync(tell, stop)
    except (OSError, RflowError) as error:
        log.warning("The index could not be brought up to date: %s", error)
        stop.wait(AGAIN)


def _changes(folders: list[Path], stop: threading.Event) -> Iterator[tuple[bool, bool]]:
    """Each second, and at once after a change: whether something changed, and whether the system tells of changes."""
    told = not any(_remote(folder) for folder in folders)
    while not stop.is_set():
        try:
            for changes in _watched(folders, stop):
                yield changes, told
        except (OSError, RuntimeError) as error:  # no room for another inotify watch, or a folder is gone
            log.info("No word of changes from the system (%s): every file is looked at now and then.", error)
            for _ in range(60):
                yield False, False
                if stop.wait(WAKE / 1000):
                    return


def _watched(folders: list[Path], stop: threading.Event) -> Iterator[bool]:
    """Ends where a folder was replaced by another one, of which nobody would tell."""
    watched, first = [folder.stat().st_ino for folder in folders], True
    for changes in watch(
        *folders,
        watch_filter=None,
        debounce=DEBOUNCE,
        rust_timeout=WAKE,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
    ):
        yield bool(changes) or first  # what changed just before the watch stood was told to nobody
        first = False
        if [folder.stat().st_ino for folder in folders] != watched:
            return


def _remote(folder: Path) -> bool:
    """Whether a folder lies on another machine's disk, as far as Linux says."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text("utf-8", "replace").splitlines()]
    except OSError:
        return False
    where = str(folder.resolve()) + "/"
    found = [(len(at), kind) for at, kind in mounts if where.startswith(at.rstrip("/") + "/")]
    return max(found, default=(0, ""))[1].startswith(REMOTE)
