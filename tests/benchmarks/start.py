"""Cold start to ready, the first start of a new home, and memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from demo.seed import seed
from tests.benchmarks.figures import Figure
from tests.journeys.support import ROOT, Service, free_port

STARTS = 5
LIBRARIES = """
import sys
import app.cli, app.main
ours = {"app", "agents", "workflows", "memory", "demo", "__main__"}
print("\\n".join(name for name in sys.modules if name.partition(".")[0] not in ours))
"""
IMPORT = """
import contextlib, importlib, sys
for name in sys.argv[1].split():
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
"""
IMPORTS = "import of the same libraries alone"


def cold_starts(home: Path) -> Figure:
    """`rflow serve` on an indexed home, from the command to ready."""
    waits, bare = [], []
    modules = libraries()
    for _ in range(STARTS):
        waits.append(_until_ready(home))
        bare.append(_timed(lambda: _python(IMPORT, modules)))
    return Figure("cold start to ready", waits, "s", IMPORTS, bare)


def first_start(folder: Path) -> Figure:
    """The very first start on the sample person's files: every one is read and indexed before it is ready."""
    home = folder / "first" / "home"
    seed(home)
    modules = libraries()
    return _first("first start, sample home indexed", home, modules)


def first_start_of_a_real_person(folder: Path) -> Figure:
    """The same on a real person's feed, which is only there to measure."""
    what = "first start, a real blog indexed"
    feed = Path(os.environ.get("RFLOW_DATA", "")) / "9_real_person" / "feed.xml"
    if not os.environ.get("RFLOW_DATA") or not feed.is_file():
        return Figure(what, (), "s", note="skipped: RFLOW_DATA names no folder with 9_real_person/feed.xml")
    home = folder / "real" / "home"
    (home / "documents").mkdir(parents=True)
    shutil.copyfile(feed, home / "documents" / "feed.xml")
    return _first(what, home, libraries())


def _first(what: str, home: Path, modules: str) -> Figure:
    return Figure(what, [_until_ready(home)], "s", IMPORTS, [_timed(lambda: _python(IMPORT, modules))])


def _until_ready(home: Path) -> float:
    service = Service(home, free_port())
    try:
        return _timed(service.start)
    finally:
        service.stop()


def libraries() -> str:
    """The names of every module of others that the service loads, in their order."""
    return _python(LIBRARIES)


def _python(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def memory(service: Service) -> list[Figure]:
    """Resident memory of the service as it stands; pages that browsers share count for each of them."""
    assert service.process is not None
    try:
        listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], check=True, capture_output=True, text=True)
    except FileNotFoundError:
        return [Figure("memory of the service", (), "MB", note="skipped: there is no ps on this machine")]
    processes = {
        int(pid): (int(parent), int(kb) / 1024) for pid, parent, kb in map(str.split, listing.stdout.splitlines())
    }
    own = processes[service.process.pid][1]
    children = sum(processes[pid][1] for pid in _below(service.process.pid, processes))
    return [
        Figure("memory, the service alone", [own], "MB"),
        Figure("memory, with its browsers", [own + children], "MB"),
    ]


def _below(pid: int, processes: dict[int, tuple[int, float]]) -> Iterator[int]:
    for child, (parent, _) in processes.items():
        if parent == pid:
            yield child
            yield from _below(child, processes)
