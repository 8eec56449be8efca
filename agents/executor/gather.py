"""Gathering: what repeats on a page as candidates, from its schema.org data where it has any, else as one sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

import extruct

from agents.executor.forms import clean, moneys
from agents.executor.page import Said
from agents.types import Candidate
from workflows.model import Step

Thing = dict[str, Any]

SEE = """
all => {
  const seen = e => e.checkVisibility({visibilityProperty: true});
  const text = e => (e?.innerText ?? '').trim();
  const A = 'a[href]:not(svg *)';  // a link inside a drawing has neither text nor address of the kind
  return all.filter(seen).map(e => {
    const heading = e.querySelector('h1, h2, h3, h4, h5, h6, [role=heading]');
    const link = heading?.querySelector(A) ?? heading?.closest(A) ?? e.querySelector(A);
    const price = [...e.querySelectorAll('[class*=price], [itemprop=price], [data-price]')].map(text).find(t => t);
    const name = text(heading) || text(link);
    return {html: e.outerHTML, name, url: link?.href ?? '', price: price ?? '', text: text(e)};
  });
}
"""
"""Run on the elements that repeat; gives each one's markup and what one sees of it."""

_DROPPED = {"@context", "@type", "@id", "name", "url", "offers", "hasMenu", "review", "image", "potentialAction"}
_LONGEST = 2000  # characters of one text of a page
_MOST = 200  # entries of one list of a page


def candidates(base: str, page_html: str, seen: Iterable[dict[str, str]], at: str) -> tuple[Candidate, ...]:
    """A candidate for each element that names itself and links to a page of its own.

    Args:
        base: the page's address, for its relative links.
        page_html: the whole page, for data that stands apart from what it is about.
        seen: what `SEE` gave.
        at: when it was seen, ISO date-time with offset.
    """
    apart: list[Thing] | None = None
    found: dict[str, Candidate] = {}
    for entry in seen:
        things = things_in(entry["html"], base)
        if not things:
            apart = things_in(page_html, base) if apart is None else apart
            things = [t for t in apart if _is_of(t, entry, base)]
        thing = _main(things)
        url = urljoin(base, _text(thing.get("url")) or entry["url"])
        name = clean(_text(thing.get("name")) or entry["name"])[:200]
        if name and url and url not in found:
            found[url] = _candidate(f"c{len(found) + 1}", name, url, thing, entry, at)
    return tuple(found.values())


def merged(candidate: Candidate, page_html: str, url: str, text: str, at: str) -> Candidate:
    """The candidate with what its own page says added; what it said in the list stays where the page is silent."""
    things = [t for t in things_in(page_html, url) if _same(t, candidate, url)]
    thing = _main(things)
    facts = candidate.facts | (facts_of(thing) if thing else {"text": clean(text)[:_LONGEST]})
    slots = tuple(dict.fromkeys((*candidate.slots, *slots_of(thing))))
    price = price_of(thing) or candidate.price
    return candidate.model_copy(update={"facts": facts, "slots": slots, "price": price, "seen_at": at})


def with_kept(candidate: Candidate, said: Said, keeps: Iterable[Step]) -> Candidate:
    """The candidate with the values beside the labels that Search keeps: facts, and what is kept as `price` its price.

    A price that is no one exact amount ("from 20 EUR") is none.
    """
    for step in keeps:
        values = said.labelled(step.target)
        amounts = {amount for value in values for amount in moneys(value)}
        if step.value == "price":
            amount, currency = next(iter(amounts)) if len(amounts) == 1 else (None, "")
            price = {"amount": str(amount), "currency": currency} if amount else None
            candidate = candidate.model_copy(update={"price": price})
        elif values:
            candidate = candidate.model_copy(update={"facts": candidate.facts | {step.value: values[0]}})
    return candidate


def things_in(html: str, base: str) -> list[Thing]:
    """The schema.org things of a piece of markup (JSON-LD and microdata), lists and graphs taken apart."""
    data = extruct.extract(html, base_url=base, syntaxes=["json-ld", "microdata"], uniform=True, errors="ignore")
    return [thing for syntax in ("json-ld", "microdata") for top in data.get(syntax, []) for thing in _apart(top)]


def facts_of(thing: Thing) -> dict[str, Any]:
    """What a thing says, in schema.org's words: plain JSON, texts bounded, menus as one list of dishes."""
    facts = {key: _plain(value) for key, value in thing.items() if key not in _DROPPED and not key.startswith("@")}
    if menu := list(_dishes(thing.get("hasMenu"))):
        facts["menu"] = menu[:_MOST]
    if reviews := [_plain(r) for r in _many(thing.get("review"))]:
        facts["reviews"] = reviews[:_MOST]
    return {key: value for key, value in facts.items() if value not in (None, "", [], {})}


def slots_of(thing: Thing) -> tuple[str, ...]:
    """The bookable starts that its offers name, as local ISO date-times without seconds."""
    starts = (_text(o.get("availabilityStarts") or o.get("validFrom")) for o in _offers(thing))
    return tuple(dict.fromkeys(s[:16] for s in starts if re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", s)))


def price_of(thing: Thing) -> dict[str, str] | None:
    """The lowest price of its offers that is no zero, in normal form."""
    priced = [(o, _text(o.get("price") or o.get("lowPrice"))) for o in _offers(thing)]
    exact = [(float(p), p, _text(o.get("priceCurrency"))) for o, p in priced if re.fullmatch(r"\d+(\.\d+)?", p)]
    amounts = [(value, price, currency) for value, price, currency in exact if value and currency]
    return {"amount": min(amounts)[1], "currency": min(amounts)[2]} if amounts else None


def _candidate(key: str, name: str, url: str, thing: Thing, entry: dict[str, str], at: str) -> Candidate:
    visible = moneys(entry["price"]) or {each for line in entry["text"].splitlines() for each in moneys(line)}
    amount, currency = next(iter(visible)) if len(visible) == 1 else (None, "")
    return Candidate(
        id=key,
        name=name,
        url=url,
        facts=facts_of(thing) if thing else {"text": clean(entry["text"])[:_LONGEST]},
        slots=slots_of(thing),
        price=price_of(thing) or ({"amount": str(amount), "currency": currency} if amount else None),
        seen_at=at,
    )


def _apart(top: Any) -> Iterator[Thing]:
    if not isinstance(top, dict):
        return
    inner = [*_many(top.get("@graph")), *_many(top.get("itemListElement"))]
    if not inner:
        yield top
    for entry in inner:
        yield from _apart(entry.get("item", entry) if isinstance(entry, dict) else entry)


def _main(things: list[Thing]) -> Thing:
    """The thing that says most: a breadcrumb or a rating beside it says little."""
    return max((t for t in things if _text(t.get("name"))), key=lambda t: len(t), default={})


def _is_of(thing: Thing, entry: dict[str, str], base: str) -> bool:
    url = _text(thing.get("url"))
    return bool(url and urljoin(base, url) == entry["url"]) or clean(_text(thing.get("name"))) == clean(entry["name"])


def _same(thing: Thing, candidate: Candidate, base: str) -> bool:
    url = urljoin(base, _text(thing.get("url"))).split("?")[0]
    return clean(_text(thing.get("name"))) == candidate.name or url == candidate.url.split("?")[0]


def _offers(thing: Thing) -> list[Thing]:
    found = [o for o in _many(thing.get("offers")) if isinstance(o, dict)]
    return [inner for o in found for inner in (_many(o.get("offers")) or [o]) if isinstance(inner, dict)]


def _dishes(menu: Any) -> Iterator[dict[str, Any]]:
    for part in _many(menu):
        if isinstance(part, dict):
            yield from (dish for item in _many(part.get("hasMenuItem")) if (dish := _dish(item)))
            yield from _dishes(part.get("hasMenuSection"))


def _dish(item: Any) -> dict[str, Any] | None:
    if not isinstance(item, dict) or not _text(item.get("name")):
        return None
    offers = _offers(item)
    diets = [_text(d).rsplit("/", 1)[-1] for d in _many(item.get("suitableForDiet"))]
    dish = {"name": _plain(item["name"]), "description": _plain(item.get("description")), "diets": diets}
    price = _text(offers[0].get("price")) if offers else ""
    return dish | {"price": f"{price} {_text(offers[0].get('priceCurrency'))}".strip() if price else None}


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _plain(value: Any) -> Any:
    """A value without schema.org's own marks; texts cleaned and bounded."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if not k.startswith("@")}
    if isinstance(value, list):
        return [_plain(v) for v in value[:_MOST]]
    return clean(value)[:_LONGEST] if isinstance(value, str) else value
