"""`make bench`: medians and ratios, each beside a peer measured in the same run."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import doing, index, models, pages, papers, start, talk
from tests.benchmarks.errands import SITES
from tests.benchmarks.figures import Figure, table
from tests.journeys.support import ROOT, Service, Town, free_port, move_in, sign_in

PARTS = ("papers", "index", "start", "models", "reply", "go", "pages")


def measure(folder: Path, parts: Sequence[str], rounds: int, conversations: int, crowded: float) -> Iterator[Figure]:
    """One part after the other: what runs at the same time would be measured too."""
    if "papers" in parts:
        yield from papers.figures(folder)
    if "index" in parts:
        yield from index.figures(folder)
    if not set(parts) - {"papers", "index"}:
        return
    with _town(folder / "town") as town, _town(folder / "peer-town") as peer_town:
        home = move_in(folder / "marta" / "home", town.site)
        if "go" in parts:
            sign_in(home, *map(town.at, SITES))
            sign_in(folder / "peer", *map(peer_town.at, SITES))
        vectors = Path(shutil.copytree(next(home.glob("state/index/store-*/vectors")), folder / "vectors"))
        if "start" in parts:
            yield start.cold_starts(home)
            yield start.first_start(folder)
            yield start.first_start_of_a_real_person(folder)
        if "models" in parts:
            yield from models.figures(home, conversations)
        if not set(parts) & {"reply", "go", "pages"}:
            return
        service = Service(home, free_port()).start()
        try:
            if "reply" in parts:
                yield from talk.replies(service, town.site, vectors, conversations)
            if "go" in parts:
                profile = folder / "peer" / "state" / "profile"
                yield from doing.go_to_receipts(service, town, peer_town, profile, rounds)
            if "pages" in parts:
                yield from pages.paints(service)
                yield from pages.crowd(service, crowded)
            yield from start.memory(service)
        finally:
            service.stop()


@contextmanager
def _town(data: Path) -> Iterator[Town]:
    town = Town.start(data)
    try:
        yield town
    finally:
        town.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="only these parts")
    parser.add_argument("--rounds", type=int, default=7, help="of Go to receipt, for each workflow")
    parser.add_argument("--conversations", type=int, default=20, help="over which replies are timed")
    parser.add_argument("--crowded", type=float, default=60, help="seconds that many pages stream")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench.json")
    return parser.parse_args()


def main() -> int:
    """Measure, write the file, print the table."""
    options = _arguments()
    figures = []
    with tempfile.TemporaryDirectory(prefix="rflow-bench-", ignore_cleanup_errors=True) as folder:
        for figure in measure(
            Path(folder), options.only or PARTS, options.rounds, options.conversations, options.crowded
        ):
            print(f"measured: {figure.what}", file=sys.stderr)
            figures.append(figure)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps([figure.as_json() for figure in figures], indent=1) + "\n")
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
