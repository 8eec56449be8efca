"""`make screenshot`: docs/chat.png from a real run, decision to receipt."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.journeys.page import open_page, to_receipt
from tests.journeys.support import ROOT, Service, Town, free_port, move_in

LARGEST = 400_000  # bytes, of a file that every clone fetches


def picture(page: Page, out: Path) -> None:
    """From the decision to the receipt, with what the story needs open and the rest folded."""
    page.screenshot(path=out, full_page=True)


def main() -> int:
    """Tell the story, take the picture."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshot", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "chat.png")
    out: Path = parser.parse_args().out
    with tempfile.TemporaryDirectory(prefix="rflow-picture-", ignore_cleanup_errors=True) as folder:
        town = Town.start(Path(folder) / "town")
        service = Service(move_in(Path(folder) / "marta" / "home", town.site), free_port())
        try:
            with open_page(service.start().url) as (page, _):
                to_receipt(page)
                picture(page, out)
        finally:
            service.stop()
            town.stop()
    size = out.stat().st_size
    print(f"{out}: {size // 1000} kB")
    return 1 if size > LARGEST else 0


if __name__ == "__main__":
    sys.exit(main())
