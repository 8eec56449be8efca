"""`make screenshot`: docs/chat.png from a real run, decision to receipt."""

from __future__ import annotations

import argparse
import struct
import sys
import tempfile
import zlib
from base64 import b64decode, b64encode
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page

from tests.journeys.page import open_page, to_decision, to_plan, to_receipt
from tests.journeys.support import ROOT, Service, Town, free_port, move_in

LARGEST = 550_000  # bytes, of a file that every clone fetches


COLUMN, TALL = 780, 6000  # pixels; so tall that nothing lies under the message box
SHEET = """<!doctype html>
<body style="margin: 0; padding: 28px; display: flex; gap: 28px; align-items: start; background: {paper}">
{parts}</body>"""
PIXELS = """async (png) => {
  const image = await createImageBitmap(await (await fetch(png)).blob());
  const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const pixels = new Blob([pen.getImageData(0, 0, image.width, image.height).data]);
  const reader = new FileReader();
  await new Promise((done) => { reader.onload = done; reader.readAsDataURL(pixels); });
  return [image.width, reader.result.split(",")[1]];
}"""


def picture(page: Page, out: Path) -> None:
    """Tell the story; recommending on the left, doing on the right, each as the page shows it at that moment."""
    decision = to_decision(page)
    left = _part(page, page.locator("article.person").first, decision)
    said = page.locator("article.person")
    chosen = said.nth(said.count())  # the next one, which chooses the top
    to_plan(page)
    right = _part(page, chosen, to_receipt(page))
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    images = (f'<img src="{_as_url(part)}">' for part in (left, right))
    page.set_viewport_size({"width": 2 * COLUMN + 3 * 28, "height": 100})
    page.goto("about:blank")
    page.set_content(SHEET.format(paper=paper, parts="".join(images)))
    out.write_bytes(_packed(page, page.screenshot(full_page=True)))


def _as_url(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _packed(page: Page, png: bytes) -> bytes:
    """The same pixels without PNG's line filters, which suit photographs: letters on flat colours take a fifth less."""
    width, pixels = page.evaluate(PIXELS, _as_url(png))
    lines = np.frombuffer(b64decode(pixels), np.uint8).reshape(-1, width, 4)[:, :, :3]
    unfiltered = np.insert(lines.reshape(len(lines), -1), 0, 0, axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, len(lines), 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(unfiltered, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def _part(page: Page, first: Locator, last: Locator) -> bytes:
    """The conversation from one message to another, once the page has come to rest."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(700)  # scrolling and fading end
    top, bottom = first.bounding_box(), last.bounding_box()
    assert top is not None
    assert bottom is not None
    height = bottom["y"] + bottom["height"] - top["y"]
    return page.screenshot(clip={"x": 0, "y": top["y"], "width": COLUMN, "height": height})


def main() -> int:
    """Tell the story, take the picture."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshot", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "chat.png")
    out: Path = parser.parse_args().out
    with tempfile.TemporaryDirectory(prefix="rflow-picture-", ignore_cleanup_errors=True) as folder:
        town = Town.start(Path(folder) / "town")
        service = Service(move_in(Path(folder) / "marta" / "home", town.site), free_port())
        try:
            with open_page(service.start().url, COLUMN, TALL) as (page, _):
                picture(page, out)
        finally:
            service.stop()
            town.stop()
    size = out.stat().st_size
    print(f"{out}: {size // 1000} kB")
    return 1 if size > LARGEST else 0


if __name__ == "__main__":
    sys.exit(main())
