"""What a page says, by structure: labelled values, headings, visible text, schema.org data."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Locator, Page

from agents.executor.bounds import ANSWER, within
from agents.executor.forms import clean
from agents.executor.wording import gist
from agents.types import Frozen

_READ = """
root => {
  const seen = e => e.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const text = e => (e.innerText ?? '').trim();
  const pairs = [];
  const add = (label, value) => { if (label && value) pairs.push([label.replace(/\\s*:\\s*$/, ''), value]); };
  for (const dt of root.querySelectorAll('dt')) {
    for (let dd = dt.nextElementSibling; dd && dd.tagName !== 'DT'; dd = dd.nextElementSibling)
      if (dd.tagName === 'DD' && seen(dt) && seen(dd)) add(text(dt), text(dd));
  }
  for (const row of root.querySelectorAll('tr')) {
    const head = row.querySelectorAll('th'), cells = row.querySelectorAll('td');
    if (!seen(row)) continue;
    const heads = [...(row.closest('table')?.querySelectorAll('thead th') ?? [])];
    if (head.length === 1 && cells.length === 1) add(text(head[0]), text(cells[0]));
    else if (!head.length && cells.length && heads.length === cells.length)
      cells.forEach((cell, i) => add(text(heads[i]), text(cell)));
    else if (!head.length && cells.length === 2) add(text(cells[0]), text(cells[1]));
  }
  for (const strong of root.querySelectorAll('p > strong, p > b, li > strong, li > b, div > strong, div > b')) {
    const label = text(strong), whole = text(strong.parentElement);
    if (seen(strong) && label.endsWith(':') && whole.startsWith(label)) add(label, whole.slice(label.length).trim());
    else if (seen(strong) && whole.startsWith(label + ':')) add(label, whole.slice(label.length + 1).trim());
  }
  for (const field of root.querySelectorAll('output, input[readonly], input[disabled]')) {
    const label = field.labels?.[0];
    if (label && seen(field)) add(text(label), field.value);
  }
  for (const e of root.querySelectorAll('p, li, span, div')) {
    if (e.childElementCount || !seen(e)) continue;
    const match = /^([^:\\n]{2,40}):\\s+(\\S[^\\n]*)$/.exec(text(e));
    if (match) add(match[1], match[2]);
  }
  const visible = selector => [...root.querySelectorAll(selector)].filter(seen).map(text);
  return {
    pairs,
    headings: visible('h1, h2, h3, h4'),
    linked: [...root.querySelectorAll('script[type="application/ld+json"]')].map(s => s.textContent),
    text: root.innerText ?? '',
  };
}
"""


class Said(Frozen):
    """What a page, or a part of it, says.

    Attributes:
        pairs: labels with their values, as visible.
        things: the nodes of its JSON-LD, flat.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    headings: tuple[str, ...] = ()
    things: tuple[dict[str, Any], ...] = ()
    text: str = ""

    def labelled(self, label: str) -> tuple[str, ...]:
        """The values beside that label in any case, else beside one that says the same."""
        wanted, alike = clean(label).casefold(), gist(label)
        found = tuple(value for name, value in self.pairs if name.casefold() == wanted)
        return found or tuple(value for name, value in self.pairs if gist(name) == alike)


async def read(part: Page | Locator) -> Said:
    """What the page, or the one element, says now."""
    root = part.locator("body") if isinstance(part, Page) else part
    async with within(ANSWER):
        raw = await root.evaluate(_READ)
    return Said(
        pairs=tuple((clean(label), clean(value)) for label, value in raw["pairs"]),
        headings=tuple(clean(h) for h in raw["headings"]),
        things=tuple(thing for block in raw["linked"] for thing in things_in(block)),
        text=clean(raw["text"]),
    )


def things_in(block: str) -> list[dict[str, Any]]:
    """The top nodes of a JSON-LD block; none where it is no JSON."""
    try:
        data = json.loads(block)
    except ValueError:
        return []
    found = data if isinstance(data, list) else [data]
    return [n for top in found if isinstance(top, dict) for n in (top.get("@graph") or [top]) if isinstance(n, dict)]
