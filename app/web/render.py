"""Text to HTML: markdown through an allowlist, citations as links to the very lines, dates for people."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import nh3
from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

from agents.executor.mandate import WORDS
from agents.reasoning.meter import dollars
from agents.types import Option, PlanView, Receipt, Reply
from app import errand
from app.channels.base import Message
from app.pictured import name_of
from memory.change import diff
from memory.evidence import Evidence

TAGS = {"p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"}
TAGS |= {"h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"}
TEXT_ENDINGS = (".md", ".txt", ".html", ".htm", ".xml", ".atom", ".rss", ".csv")
"""The files that a page can show."""

PRICES = {"price_shown", "price_cap"}
FOLDER = "memory|documents|journal|workflows|evals|runs"
CITATION = re.compile(rf"\b((?:{FOLDER})/[^\s:`\"'<>()\[\],;]+\.\w+):(\d+)(?:[-–](\d+))?")
CITATION_WITH_SPACES = re.compile(rf"((?:{FOLDER})/[^:]+\.\w+):(\d+)(?:[-–](\d+))?")


def markdown(text: str) -> Markup:
    """Markdown as safe HTML: no raw HTML, no images, links to web pages and to our own only."""
    html = _MARKDOWN.render(text)
    return Markup(  # noqa: S704  nh3's allowlist is the sanitiser
        nh3.clean(html, tags=TAGS, attributes={"a": {"href", "class"}}, url_schemes={"http", "https"})
    )


def cite(text: str) -> Markup:
    """Plain text, escaped, in which "memory/food.md:3-5" opens those lines."""
    return _linked(text, CITATION)


def lines_url(path: str, first: int, last: int | None = None) -> str:
    """The address at which those lines of a file in home are shown."""
    return f"/files/{quote(path)}?lines={first}-{last or first}#L{first}"


def file_url(path: str) -> str:
    """The address where a file opens: in an editor, in the reader, or empty where no page shows its kind."""
    if not path.lower().endswith(TEXT_ENDINGS):
        return ""
    folder, _, name = path.partition("/")
    if folder == "workflows":
        return f"/workflows/{quote(name.removesuffix('.md'), safe='')}"
    return f"/memory/{quote(path)}" if path.endswith(".md") else f"/files/{quote(path)}"


def diff_rows(text: str) -> list[tuple[str, str]]:
    """A unified diff as rows (kind, line): `added`, `removed`, `same`, or `gap` with where the next lines stand."""
    kinds = {"+": "added", "-": "removed", "@": "gap"}
    rows = [(kinds.get(line[:1], "same"), line) for line in text.splitlines()[2:]]
    return [(kind, _hunk(line) if kind == "gap" else line[1:]) for kind, line in rows]


def _hunk(head: str) -> str:
    found = re.search(r"\+(\d+)", head)
    return f"line {found[1]}" if found else ""


def evidence_url(evidence: Evidence) -> str:
    """The address of an evidence's place."""
    first, last = evidence.lines or (1, 1)
    return lines_url(evidence.path, first, last)


def picture_url(option: Option, task: str) -> str:
    """The address of what an option looks like."""
    return f"/pictures/{task}/{name_of(option.url)}"


def place(evidence: Evidence) -> str:
    """An evidence's place as people write it: memory/food.md:3-5."""
    if evidence.lines is None:
        return f"{evidence.path}, page {evidence.page}" if evidence.page else evidence.path
    first, last = evidence.lines
    return f"{evidence.path}:{first}" + (f"-{last}" if last != first else "")


def preface(reply: Reply) -> str:
    """The part of a reply's text that the card below it does not show anyway."""
    if reply.again:
        return reply.text
    paragraphs = reply.text.split("\n\n")
    if reply.decision:
        name = f"{reply.decision.top.name}**"
        shown = next((i for i, p in enumerate(paragraphs) if name in p.partition("\n")[0]), None)
        return "\n\n".join(paragraphs[:shown])
    if reply.plan:
        shown = next((i for i, p in enumerate(paragraphs) if p.startswith("**")), None)
        return "\n\n".join(paragraphs[:shown])
    if reply.receipt:
        return "\n\n".join(p for p in paragraphs if not p.startswith(("- ", "Reference: ")))
    return reply.text


def folds(text: str) -> list[tuple[str, str]]:
    """The text in parts (heading, body): a list under a line that ends in a colon can be folded, the rest has none."""
    parts: list[tuple[str, str]] = []
    for paragraph in text.split("\n\n"):
        head, _, rest = paragraph.partition("\n")
        if head.endswith(":") and rest.count("\n- ") >= 1 and rest.startswith("- "):
            parts.append((head.removesuffix(":"), rest))
        elif parts and not parts[-1][0]:
            parts[-1] = ("", f"{parts[-1][1]}\n\n{paragraph}")
        else:
            parts.append(("", paragraph))
    return [part for part in parts if part[1].strip()]


def terms(terms: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """Terms as rows (heading, value); one that does not apply has none."""
    order = {name: place for place, name in enumerate(WORDS)}
    names = sorted(terms, key=lambda name: order.get(name, len(order)))
    rows = [(label(name), _value(name, value)) for name in names if (value := terms[name]) is not None]
    free = all(name in terms and terms[name] is None for name in PRICES)
    return rows + ([("Price", "nothing to pay")] if free else [])


def wish(text: str) -> str:
    """A message's words as one would say them: what a form asked for is stored as a command."""
    try:
        asked = errand.read(text)
    except ValueError:  # words that only look like one
        asked = None
    if asked is None:
        return text
    details = ", ".join(f"{label(name).lower()} {value}" for name, value in asked["details"].items())
    return f"{label(asked['workflow'])}: {details}"


def changes(messages: Sequence[Message]) -> dict[str, list[tuple[str, str, str]]]:
    """For each plan that replaces another of its task, by message id: (term, before, now) where they differ."""
    found, before = {}, dict[str, PlanView]()
    for message in messages:
        reply = message.reply
        if reply is None or reply.plan is None or reply.task is None:
            continue
        if (old := before.get(reply.task)) and old.hash != reply.plan.hash:
            found[message.id] = _differences(dict(terms(old.terms)), dict(terms(reply.plan.terms)))
        before[reply.task] = reply.plan
    return found


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, str, str]]:
    names = list(dict.fromkeys((*new, *old)))
    return [(n, old.get(n, "–"), new.get(n, "–")) for n in names if old.get(n) != new.get(n)]


def said(receipt: Receipt) -> dict[str, str | None]:
    """What the page said, without the reference, which is shown by itself."""
    return {name: value for name, value in receipt.terms.items() if value != receipt.reference or value is None}


def _value(name: str, value: str) -> str:
    if name == "party" and value.isdigit():
        return f"{value} {'person' if value == '1' else 'people'}"
    try:
        date = dt.date.fromisoformat(value)
    except ValueError:
        return value
    return f"{date:%A} {day(date)}"


def moment(value: str | dt.datetime) -> str:
    """A date-time as people read it, "Sat 21 Nov, 19:30"; anything else unchanged."""
    try:
        at = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    return f"{at:%a} {at.day} {at:%b, %H:%M}"


def day(date: dt.date) -> str:
    """A day as people read it, "3 May 2026"."""
    return f"{date.day} {date:%B %Y}"


def when(at: dt.datetime | None) -> str:
    """A date-time as people read it; the day alone where no time of it is known, and nothing where no day is."""
    if at is None or at.year == dt.MINYEAR:
        return ""
    return moment(at) if at.time() != dt.time() else f"{at:%a} {at.day} {at:%b %Y}"


def lasting(seconds: float) -> str:
    """A time that something took: "0.4 s", "12 s", "2 min 5 s", "3 h 4 min"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


def money(cost: int | None) -> str:
    """Millionths of a US dollar in words; the price of a call may not be known."""
    return "price not known" if cost is None else dollars(cost)


def label(name: str) -> str:
    """A term's name as a heading: "party_size" -> "Party size"."""
    if name in WORDS:
        return WORDS[name]
    return name.replace("_", " ").replace("-", " ").capitalize()


def cited(ids: Sequence[str], evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with those ids, in their order; an unknown id is left out."""
    by_id = {e.id: e for e in evidence}
    return [by_id[i] for i in ids if i in by_id]


def live_ids(messages: Sequence[Message]) -> set[str]:
    """The messages whose buttons still mean something: the last reply, and a decision until something follows on it."""
    replies = [m for m in messages if m.reply is not None]
    live = {m.id for m in replies[-1:]}
    for message in reversed(replies):
        kind = message.reply.kind if message.reply else ""
        if kind == "decision":
            return live | {message.id}
        if kind in ("progress", "receipt", "question"):
            break
    return live


def working(messages: Sequence[Message]) -> bool:
    """Whether something is on its way: an unanswered message, or a Go that has not reported."""
    if not messages:
        return False
    reply = messages[-1].reply
    return messages[-1].author == "person" or (reply is not None and reply.kind == "progress")


def environment() -> Environment:
    """The templates, escaping by default."""
    env = Environment(
        loader=PackageLoader("app.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        preface=preface,
        folds=folds,
        said=said,
        terms=terms,
        markdown=markdown,
        cite=cite,
        moment=moment,
        day=day,
        label=label,
        when=when,
        lasting=lasting,
        money=money,
        place=place,
        evidence_url=evidence_url,
        file_url=file_url,
        diff=diff,
        diff_rows=diff_rows,
        cited=cited,
        picture_url=picture_url,
        wish=wish,
    )
    return env


def _linked(text: str, pattern: re.Pattern[str]) -> Markup:
    parts, end = [], 0
    for match in pattern.finditer(text):
        path, first, last = match.group(1), int(match.group(2)), match.group(3)
        url = lines_url(path, first, int(last) if last else None)
        parts += [escape(text[end : match.start()]), Markup('<a class="cite" href="{}">{}</a>').format(url, match[0])]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def _text(_renderer: RendererHTML, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return str(cite(tokens[index].content))


def _code(_renderer: RendererHTML, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    content = tokens[index].content
    if CITATION_WITH_SPACES.fullmatch(content):
        return str(_linked(content, CITATION_WITH_SPACES))
    return f"<code>{escape(content)}</code>"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable(["image"])
    parser.add_render_rule("text", _text)
    parser.add_render_rule("code_inline", _code)
    return parser


_MARKDOWN = _parser()
