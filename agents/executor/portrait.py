"""A page's picture: what it shows of the thing that it is about, photographed, so that any format comes as a JPEG."""

from __future__ import annotations

from playwright.async_api import Page

from agents.executor.bounds import ANSWER, within

QUALITY = 82
_LARGEST = """() => {
  const fits = box => box.width >= 160 && box.height >= 90 && box.width / box.height < 5
    && box.height / box.width < 2 && box.top < 2 * innerHeight;
  const area = e => { const box = e.getBoundingClientRect(); return fits(box) ? box.width * box.height : 0; };
  const there = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && (e.tagName !== 'IMG' || e.naturalWidth > 1);
  const found = [...document.querySelectorAll('img, svg, [role=img], video[poster]')].filter(there);
  return found.sort((a, b) => area(b) - area(a)).find(area) ?? null;
}"""


async def portrait(page: Page) -> bytes | None:
    """The largest picture near the top of a page as JPEG bytes; None where there is none.

    Raises:
        PlaywrightTimeout: the page does not answer.
    """
    async with within(ANSWER):
        await page.wait_for_load_state("load")
        found = (await page.evaluate_handle(_LARGEST)).as_element()
        if found is None:
            return None
        return await found.screenshot(type="jpeg", quality=QUALITY, animations="disabled")
