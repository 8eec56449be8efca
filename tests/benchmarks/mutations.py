"""Mutations: a page rewritten, by a seed, so that it looks different to a program and means the same to a person."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from itertools import groupby

from lxml import html
from lxml.html import HtmlElement

_CONTROLS = "//button | //select | //textarea | //input[not(@type='hidden')]"
_PHRASING = {"p", "span", "label", "button", "a", "h1", "h2", "h3", "legend", "strong", "b", "dt"}
_SHUFFLED = ("li", "label", "article", "tr", "div", "section", "p")
_REFERRING = ("for", "form", "list", "aria-labelledby", "aria-describedby", "aria-controls")
ACTIVATES = "/_mutated.js"
SCRIPT = """
const act = e => {
  const form = e.closest('form'), hidden = document.createElement('button');
  if (!form || e.dataset.kind === 'button') return;
  hidden.hidden = true; hidden.name = e.dataset.name; hidden.value = e.dataset.value;
  form.append(hidden); form.requestSubmit(hidden);
};
for (const e of document.querySelectorAll('[data-mutated]')) {
  e.addEventListener('click', event => { if (!event.defaultPrevented) { event.preventDefault(); act(e); } });
  e.addEventListener('keydown', event => { if (event.key === 'Enter') act(e); });
}
"""
"""Makes what stands in for a button submit its form."""

SAME = (
    ("cart", "basket"), ("cart", "bag"), ("reservation", "booking"), ("booking", "reservation"), ("log in", "sign in"),
    ("find", "show"), ("find", "search"), ("times", "available times"), ("checkout", "check out"), ("buy", "get"),
    ("complete", "confirm"), ("confirm", "complete"), ("remove", "delete"), ("review", "check"), ("and", "&"),
    ("quantity", "qty"), ("hold", "reserve"), ("order", "purchase"), ("delivery", "shipping"), ("address", "street"),
)  # fmt: skip
"""Words that sites use for one another."""


def _named(doc: HtmlElement, rng: random.Random) -> None:
    """Every id and class is renamed, with what refers to it."""
    salt = rng.random()
    for e in doc.iter(html.etree.Element):
        for key in ("id", "class", *_REFERRING):
            if e.get(key):
                e.set(key, " ".join(_renamed(name, salt) for name in e.get(key).split()))
        if (e.get("href") or "").startswith("#") and len(e.get("href")) > 1:
            e.set("href", f"#{_renamed(e.get('href')[1:], salt)}")


def _renamed(name: str, salt: float) -> str:
    return f"x{random.Random(f'{salt}{name}').getrandbits(40):x}"


def _ordered(doc: HtmlElement, rng: random.Random) -> None:
    """Neighbours of one kind change places: fields, rows, entries, cards, groups."""
    for parent in list(doc.body.iter()):
        if not isinstance(parent.tag, str) or parent.tag in ("thead", "tfoot", "svg"):
            continue
        for tag, run in groupby(list(parent), key=lambda e: e.tag):
            neighbours = list(run)
            if tag in _SHUFFLED and len(neighbours) > 1:
                _shuffle(parent, neighbours, rng)


def _shuffle(parent: HtmlElement, neighbours: list[HtmlElement], rng: random.Random) -> None:
    at, tails = parent.index(neighbours[0]), [e.tail for e in neighbours]
    rng.shuffle(neighbours)
    for number, (e, tail) in enumerate(zip(neighbours, tails, strict=True)):
        e.tail = tail
        parent.insert(at + number, e)


def _wrapped(doc: HtmlElement, rng: random.Random) -> None:
    """Controls, texts and parts get elements around them that mean nothing."""
    for e in doc.xpath("//main//*[self::section or self::form or self::table or self::dl or self::article]"):
        if rng.random() < 0.5 and _may_hold_blocks(e.getparent()):
            _wrap(e, "div")
    for e in doc.xpath(_CONTROLS):
        if rng.random() < 0.5 and not e.xpath("../*[@data-step]"):  # which the site's script finds as neighbours
            _wrap(e, "span")
    for e in doc.xpath(
        "//main//button | //main//label | //main//dd | //main//td | //main//th | //main//a | //main//h1"
    ):
        if rng.random() < 0.5 and (e.text or "").strip():
            inner = html.Element("span")
            inner.text, e.text = e.text, None
            e.insert(0, inner)


def _may_hold_blocks(parent: HtmlElement) -> bool:
    return parent is not None and parent.tag in ("main", "div", "section", "aside", "form", "article", "body")


def _wrap(e: HtmlElement, tag: str) -> None:
    around = html.Element(tag)
    around.tail, e.tail = e.tail, None
    parent = e.getparent()
    parent.replace(e, around)
    around.append(e)


def _tagged(doc: HtmlElement, rng: random.Random) -> None:
    """Elements give way to others of the same role."""
    for button in doc.xpath("//main//button"):
        _another_button(button, rng)
    for e in doc.xpath("//main//h2 | //main//h3"):
        if rng.random() < 0.5:
            e.set("role", "heading")
            e.set("aria-level", e.tag[1])
            e.tag = "div" if _may_hold_blocks(e.getparent()) else "span"
    for e in doc.xpath("//main//article"):
        if rng.random() < 0.5:
            e.set("role", "article")
            e.tag = "div"
    for e in doc.xpath("//main//dl[div[dt and dd]]"):
        if rng.random() < 0.5:
            _as_table(e)
    for e in doc.xpath("//main//select[@name]"):
        if rng.random() < 0.5 and 1 < len(e.findall("option")) <= 24 and not _unchosen(e):
            _as_radios(e)
    for e in doc.xpath("//main//input[@type='number' or @type='date']"):
        if rng.random() < 0.5:
            e.set("type", "text")
    doc.body.append(html.Element("script", src=ACTIVATES))


def _another_button(button: HtmlElement, rng: random.Random) -> None:
    plain = not len(button) and button.get("type", "submit") == "submit" and button.get("data-opens") is None
    kind = rng.choice(["button", "input", "a", "div"] if plain else ["button", "a"])
    text = (button.text or "").strip()
    if kind == "input" and (button.get("value") in (None, text)):
        button.tag = "input"
        button.set("type", "submit")
        button.set("value", text)
        button.text = None
    elif kind in ("a", "div") and button.get("disabled") is None and button.get("data-step") is None:
        button.tag = "a" if kind == "a" else "span"
        for key, value in (("role", "button"), ("tabindex", "0"), ("data-mutated", "")):
            button.set(key, value)
        for key in ("name", "value"):
            button.set(f"data-{key}", button.attrib.pop(key, ""))
        button.set("data-kind", button.attrib.pop("type", "submit"))


def _as_table(e: HtmlElement) -> None:
    rows = [(row.find("dt"), row.find("dd")) for row in e.findall("div")]
    e.tag = "table"
    for row in e.findall("div"):
        row.tag = "tr"
    for head, value in rows:
        head.tag, value.tag = "th", "td"


def _unchosen(select: HtmlElement) -> bool:
    """Whether its first entry asks to choose: radio buttons have none such."""
    return any(option.get("value") == "" for option in select.findall("option"))


def _as_radios(select: HtmlElement) -> None:
    label = select.getparent()
    if label.tag != "label" or not (label.text or "").strip():
        return
    chosen = select.xpath("option[@selected]") or select.findall("option")[:1]
    label.tag, legend = "fieldset", html.Element("legend")
    legend.text, label.text = label.text.strip(), None
    radios = [_radio(select.get("name"), option, option is chosen[0]) for option in select.findall("option")]
    label.remove(select)
    label.extend([legend, *radios])


def _radio(name: str, option: HtmlElement, chosen: bool) -> HtmlElement:
    label = html.Element("label")
    radio = html.Element("input", type="radio", name=name, value=option.get("value", option.text or ""))
    if chosen:
        radio.set("checked", "checked")
    radio.tail = f" {option.text}"
    label.append(radio)
    return label


def _labelled(doc: HtmlElement, rng: random.Random) -> None:
    """A field is named by another means: `for`, `aria-label`, `aria-labelledby`, or a label around it."""
    for number, e in enumerate(doc.xpath("//main//label[input or select or textarea]")):
        field = next(child for child in e if child.tag in ("input", "select", "textarea"))
        if field.get("type") in ("radio", "checkbox") or not (e.text or "").strip():
            continue
        way, key = rng.choice(["around", "for", "aria-label", "aria-labelledby"]), f"named-{number}"
        if way == "aria-label":
            field.set("aria-label", e.text.strip())
        elif way == "aria-labelledby":
            field.set("aria-labelledby", key)
        elif way == "for":
            field.set("id", key)
        if way != "around":
            _beside(e, field, way, key)


def _beside(label: HtmlElement, field: HtmlElement, way: str, key: str) -> None:
    """The field after its label instead of in it."""
    around = html.Element("span")
    around.tail, label.tail = label.tail, None
    label.getparent().replace(label, around)
    field.tail = None
    around.extend([label, field])
    if way == "for":
        label.set("for", key)
    else:
        label.tag = "span"
        label.set("id", key)


def _reworded(doc: HtmlElement, rng: random.Random) -> None:
    """Names of buttons, fields and values in other words of the same kind."""
    salt = rng.random()
    for e in doc.xpath("//main//button | //main//a[@class='button']"):
        _reword(e, salt, _BUTTON)
    for e in doc.xpath("//main//label[not(input[@type='radio'])] | //main//legend"):
        _reword(e, salt, _LABEL)
    for e in doc.xpath("//main//dt | //main//tr[count(th)=1]/th"):
        _reword(e, salt, _VALUE)


def _synonyms(doc: HtmlElement, rng: random.Random) -> None:
    """Names of buttons and fields with one word exchanged for another that sites use for it."""
    salt = rng.random()
    for e in doc.xpath("//main//button | //main//a[@class='button'] | //main//label[not(input[@type='radio'])]"):
        _reword(e, salt, (_exchanged,))


def _reword(e: HtmlElement, salt: float, ways: Iterable[Callable[[str, random.Random], str]]) -> None:
    """The same text gets the same new words on every page."""
    text = " ".join((e.text or "").split())
    if not re.search(r"[A-Za-z]{3}", text):
        return
    rng = random.Random(f"{salt}{text.lower()}")
    e.text = rng.choice(tuple(ways))(text, rng) + (" " if len(e) else "")


def _with_article(text: str, rng: random.Random) -> str:
    first, _, rest = text.partition(" ")
    return f"{first} {rng.choice(['your', 'the', 'my'])} {rest}" if rest and not rest.startswith("to ") else text


def _exchanged(text: str, rng: random.Random) -> str:
    fits = [(old, new) for old, new in SAME if re.search(rf"\b{old}\b", text, re.IGNORECASE)]
    if not fits:
        return text
    old, new = rng.choice(fits)
    said = re.sub(rf"\b{old}\b", new, text, count=1, flags=re.IGNORECASE)
    return said[:1].upper() + said[1:]


_BUTTON: tuple[Callable[[str, random.Random], str], ...] = (
    _with_article,
    lambda text, _: text.title(),
    lambda text, _: text.upper(),
    lambda text, rng: text + rng.choice([" →", " ›", "…", "!"]),
    lambda text, _: f"{text} now",
    lambda text, _: f"Please {text[:1].lower()}{text[1:]}",
)
_LABEL: tuple[Callable[[str, random.Random], str], ...] = (
    lambda text, rng: text + rng.choice([":", " *", " (required)", "?"]),
    lambda text, _: text.upper(),
    lambda text, _: f"Your {text[:1].lower()}{text[1:]}",
    lambda text, rng: f"{rng.choice(['Select', 'Choose', 'Enter'])} {text[:1].lower()}{text[1:]}",
    lambda text, _: f"Select the {text[:1].lower()}{text[1:]}",
)
_VALUE: tuple[Callable[[str, random.Random], str], ...] = (
    lambda text, _: f"{text}:",
    lambda text, _: text.upper(),
    lambda text, _: f"Your {text[:1].lower()}{text[1:]}",
)
KINDS: dict[str, Callable[[HtmlElement, random.Random], None]] = {
    "names": _named,
    "order": _ordered,
    "wrappers": _wrapped,
    "tags": _tagged,
    "labels": _labelled,
    "wording": _reworded,
    "synonyms": _synonyms,
}
"""Every kind of mutation, in the order in which they are laid over one another."""


def mutated(page: str, kinds: Iterable[str], seed: int) -> str:
    """The page with mutations of these kinds; the same seed gives the same words and names on every page."""
    doc = html.document_fromstring(page)
    wanted = set(kinds)
    for kind in ("wording", "synonyms", "labels", "tags", "order", "wrappers", "names"):
        if kind in wanted:
            KINDS[kind](doc, random.Random(f"{seed}{kind}"))
    return html.tostring(doc, encoding="unicode", doctype="<!doctype html>")


def script(text: str, kinds: Iterable[str], seed: int) -> str:
    """A script of the site, with the ids by which it finds things as they are called on the mutated pages."""
    if "names" not in kinds:
        return text
    salt = random.Random(f"{seed}names").random()
    return re.sub(r'getElementById\("([^"]+)"\)', lambda m: f'getElementById("{_renamed(m[1], salt)}")', text)
