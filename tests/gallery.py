"""Every page and state in pictures: light, dark, on a phone; each looked over by axe. `python -m tests.gallery`."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.page import open_page, to_decision, to_plan
from tests.journeys.support import ROOT, Service, Town, free_port, move_in

WIDE, NARROW = (1280, 900), (390, 844)
LOOKS = (("light", "light", WIDE), ("dark", "dark", WIDE), ("phone", "light", NARROW), ("phone-dark", "dark", NARROW))
COUNTED = ("serious", "critical")
CAP = 4000  # pixels of a picture's height: a long conversation is cut


@dataclass
class Gallery:
    """Takes the pictures of whatever the tab shows, in every look, and keeps what axe finds."""

    page: Page
    out: Path
    found: list[str] = field(default_factory=list)
    shown: int = 0

    def show(self, name: str) -> None:
        """One page in one state."""
        for look, scheme, (width, height) in LOOKS:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.wait_for_timeout(150)  # what fades ends
            whole = self.page.evaluate("document.documentElement.scrollHeight")
            clip = {"x": 0, "y": 0, "width": width, "height": min(max(whole, height), CAP)}
            modal = self.page.locator("dialog[open]").count()
            path = self.out / f"{self.shown:02d}-{name}-{look}.png"
            self.page.screenshot(path=path, full_page=not modal, clip=None if modal else clip, caret="initial")  # type: ignore[arg-type]
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                self.found.append(f"{name} ({look}): {wide - width} pixels wider than the screen")
            self._looked_over(f"{name} ({look})")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        self.shown += 1

    def _looked_over(self, what: str) -> None:
        for fault in Axe().run(self.page).response["violations"]:
            if fault["impact"] in COUNTED:
                places = ", ".join(node["target"][0] for node in fault["nodes"][:3])
                self.found.append(f"{what}: {fault['impact']}, {fault['help']} at {places}")


def walk(gallery: Gallery, url: str) -> Iterator[str]:
    """Go from state to state; each name is one that can be shown."""
    page = gallery.page

    def at(path: str) -> None:
        page.goto(url + path)

    at("/")
    yield "chat-empty"
    to_decision(page)
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    yield "chat-decision"
    page.locator("article[data-kind=decision] a.cite:visible").first.click()
    page.locator("#drawer .marked").first.wait_for()
    yield "chat-drawer"
    page.keyboard.press("Escape")
    to_plan(page)
    yield "chat-plan"
    _say(page, "make it for three")
    page.get_by_role("button", name=re.compile("^Choose ")).last.click()
    page.locator("article[data-kind=plan]").last.locator(".changed").wait_for()
    yield "chat-plan-changed"
    go = page.locator("article[data-kind=plan]").last.get_by_role("button", name="Go", exact=True)
    go.scroll_into_view_if_needed()  # it counts only once it was in sight
    go.click()
    page.locator(".watch li").first.wait_for()
    yield "chat-watching"
    page.locator("article[data-kind=receipt]").wait_for()
    yield "chat-receipt"
    at("/runs")
    yield "runs"
    page.locator("main a[href^='/runs/']").first.click()
    page.locator("h1").wait_for()
    yield "run"
    yield from _plain(page, at, PLACES)
    at("/workflows/reserve-table/edit")
    page.locator("textarea").fill(page.locator("textarea").input_value().replace("4. Press", "4. Prod"))
    page.get_by_text("Line ").first.wait_for()
    yield "workflow-fault"


PLACES = {
    "memory": "/memory",
    "memory-editor": "/memory/memory/food.md",
    "memory-history": "/memory/history",
    "memory-search": "/memory/search?q=candles",
    "memory-nothing-found": "/memory/search?q=zyzzyva",
    "memory-new": "/memory/new",
    "file": "/files/memory/food.md?lines=5-7",
    "workflows": "/workflows",
    "workflow": "/workflows/reserve-table",
    "workflow-bad-name": "/new-workflow?name=Bad+Name",
    "today": "/today",
    "welcome": "/welcome",
    "error": "/files/memory/nothing-here.md",
}


def _plain(page: Page, at: Callable[[str], None], places: dict[str, str]) -> Iterator[str]:
    for name, path in places.items():
        at(path)
        page.wait_for_load_state("load")
        yield name


def _say(page: Page, text: str) -> None:
    told = page.locator("article.assistant")
    count = told.count()
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")
    expect(told).to_have_count(count + 1, timeout=60_000)


def main() -> int:
    """Take them all; 1 where axe or the width finds fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "pages")
    out: Path = parser.parse_args().out
    refused: list[str] = []
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rflow-gallery-", ignore_cleanup_errors=True) as folder:
        town = Town.start(Path(folder) / "town")
        service = Service(move_in(Path(folder) / "marta" / "home", town.site), free_port())
        try:
            with open_page(service.start().url, *WIDE) as (page, errors):
                gallery = Gallery(page, out)
                page.on(
                    "response", lambda answer: answer.status >= 400 and refused.append(f"{answer.status} {answer.url}")
                )
                for name in walk(gallery, service.url):
                    gallery.show(name)
        finally:
            service.stop()
            town.stop()
    told = [*gallery.found, *(f"refused: {answer}" for answer in refused), *(f"console: {error}" for error in errors)]
    print(f"{gallery.shown} states in {len(LOOKS)} looks: {out}")
    print(
        "\n".join(dict.fromkeys(told)) or "axe finds nothing serious or critical, and nothing is wider than the screen."
    )
    return bool(gallery.found)


if __name__ == "__main__":
    sys.exit(main())
