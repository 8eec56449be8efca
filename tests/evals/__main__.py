"""`python -m tests.evals`: how well memory finds, words are understood and choices made, on data of third parties."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from agents.reasoning.offline.reasoner import OfflineReasoner
from memory.embed import MiniLM
from tests.evals import choice, locomo, prefeval, requests, restaurants, slots, specs, woz
from tests.evals.support import F1, Measured, data_folder

Figures = Sequence[Measured | F1]
Part = Callable[[Path, Path, MiniLM, int], Figures]
PARTS: dict[str, Part] = {
    "locomo": lambda data, folder, model, every: locomo.measure(data, folder, model),
    "prefeval": lambda data, folder, model, every: prefeval.recall(data, folder, model),
    "proxy": lambda data, folder, model, every: prefeval.proxy(
        data, folder, model, OfflineReasoner(model.embed), every
    ),
    "choice": lambda data, folder, model, every: choice.choose(data, OfflineReasoner(model.embed), every),
    "requests": lambda data, folder, model, every: requests.routed(data, model, every),
    "go": lambda data, folder, model, every: requests.confirmed(data),
    "slots": lambda data, folder, model, every: slots.measure(data, every),
    "woz": lambda data, folder, model, every: woz.measure(data, model.embed),
    "specs": lambda data, folder, model, every: specs.measure(data),
    "restaurants": lambda data, folder, model, every: restaurants.measure(data, folder, model),
}


def main() -> int:
    """Measure what is asked for, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="only these")
    parser.add_argument("--every", type=int, default=4, help="of the long ones, each so manieth case")
    options = parser.parse_args()
    data = data_folder()
    if data is None:
        print("Skipped: RFLOW_DATA does not name the folder of measuring data.")
        return 0
    print(f"{'percent':48}{'n':>6}{'all':>10}{'fitted':>10}{'held back':>10}")
    model = MiniLM()
    for name in options.only or PARTS:
        with tempfile.TemporaryDirectory(prefix="rflow-evals-", ignore_cleanup_errors=True) as folder:
            for figure in PARTS[name](data, Path(folder), model, options.every):
                print(figure.row(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
