"""Markdown as a document: front matter, title, sections and blocks, each with the line it stands on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode

from memory.dates import date_in
from memory.errors import BadInput

MAX_FRONT_MATTER = 64 * 1024
BlockKind = Literal["paragraph", "item", "quote", "table", "code"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, quotation, table row or code block.

    Attributes:
        text: as written, inline marks included, without list marker and indentation.
        source: verbatim from the file, from the first character of `text` to its last.
        start: where `source` begins in the text that was parsed, in characters.
        lines: first and last line, counted from 1.
        number: an ordered item's number.
        parents: the items that a nested item stands under, outermost first.
    """

    kind: BlockKind
    text: str
    source: str
    start: int
    lines: tuple[int, int]
    number: int | None = None
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, down to the next heading of any level.

    Attributes:
        heading: empty for what stands before the first heading.
        level: 1 to 6; 0 before the first heading.
        line: the heading's line, counted from 1.
        path: the headings above it and its own, outermost first.
        date: what the heading, or the nearest one above it, states.
    """

    heading: str
    level: int
    line: int
    path: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    date: dt.date | None = None

    @property
    def items(self) -> tuple[Block, ...]:
        """The list items only."""
        return tuple(b for b in self.blocks if b.kind == "item")


@dataclass(frozen=True, slots=True)
class Document:
    """One markdown file, read.

    Attributes:
        front_matter: the YAML mapping between the first two `---` lines; empty where there is none.
        front_matter_lines: the line each of its top-level keys stands on, counted from 1.
        title: the front matter's `title`, else the first heading of level 1, else empty.
        date: the front matter's `date`.
    """

    front_matter: dict[str, Any]
    front_matter_lines: dict[str, int]
    title: str
    sections: tuple[Section, ...]
    date: dt.date | None = None

    def section(self, heading: str) -> Section | None:
        """The first section of that heading, in any case."""
        return next((s for s in self.sections if s.heading.casefold() == heading.casefold()), None)


def parse_markdown(text: str) -> Document:
    """Reads markdown (CommonMark with tables) with optional YAML front matter.

    Raises:
        BadInput: the front matter is broken; the message names the line.
    """
    text = normalised(text)
    body = _body_line(text)
    matter, lines = _front_matter(text, body) if body else ({}, {})
    return _document(text, body, matter, lines)


def parse_leniently(text: str) -> tuple[Document, BadInput | None]:
    """As `parse_markdown`, but a broken front matter is left out, and returned as the fault it is."""
    try:
        return parse_markdown(text), None
    except BadInput as fault:
        text = normalised(text)
        return _document(text, _body_line(text), {}, {}), fault


def parted(text: str) -> tuple[str, str]:
    """The front matter with its fences, empty where there is none, and the text below it."""
    lines = normalised(text).split("\n")
    body = _body_line("\n".join(lines))
    return "\n".join(lines[:body]), "\n".join(lines[body:])


def normalised(text: str) -> str:
    """The text with line ends as markdown counts them, and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _body_line(text: str) -> int:
    """How many lines the front matter takes with its fences; 0 where there is none."""
    if not text.startswith("---\n"):
        return 0
    lines = text.split("\n")
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        # A rule at the top of a text is no front matter, and a key right below it is no text.
        return 1 if ":" in lines[1].partition(" ")[0] else 0
    return end + 1


def _front_matter(text: str, body: int) -> tuple[dict[str, Any], dict[str, int]]:
    if body == 1:
        raise BadInput("Line 1: the front matter begins with --- and never ends.", "Add a line --- after it.")
    source = "\n".join(text.split("\n")[1 : body - 1])
    if len(source) > MAX_FRONT_MATTER:
        raise BadInput(f"Line 1: the front matter has {len(source)} characters; {MAX_FRONT_MATTER} is the most.")
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(source)
        value = yaml.load(source)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        problem = " ".join(str(error.problem or error.context or "not YAML").split())
        raise BadInput(f"Line {line}: the front matter is not YAML: {problem}.", "Mend that line.") from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"Line 1: the front matter is not YAML: {str(error)[:200]}.", "Mend it.") from error
    if value is None:
        return {}, {}
    if not isinstance(value, dict) or not isinstance(node, MappingNode):
        raise BadInput(
            "Line 2: the front matter must be `key: value` lines.", "Write it so, or take out the --- lines."
        )
    return {str(k): v for k, v in value.items()}, {str(k.value): k.start_mark.line + 2 for k, _ in node.value}


def _document(text: str, body: int, matter: dict[str, Any], lines: dict[str, int]) -> Document:
    # The front matter is blanked out, so that every line keeps its number.
    source = text.split("\n")
    builder = _Builder([""] * body + source[body:], _starts(source))
    builder.read()
    title = _whole(str(matter.get("title") or next((s.heading for s in builder.sections if s.level == 1), "")))
    date = matter.get("date")
    date = date.date() if isinstance(date, dt.datetime) else date
    known = date if isinstance(date, dt.date) else date_in(str(date)) if date else None
    return Document(matter, lines, title, tuple(builder.sections), known)


def _whole(text: str) -> str:
    """YAML lets a character be written as the two halves that JSON has for it; alone, a half cannot be stored."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _starts(lines: list[str]) -> list[int]:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return starts


def _blocks_only() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])  # inline marks stay as written; linear on a 10 MB line
    return parser


@dataclass
class _Builder:
    """Walks markdown-it's tokens and keeps the open headings and list items."""

    lines: list[str]
    starts: list[int]
    sections: list[Section] = field(default_factory=list)
    _blocks: list[Block] = field(default_factory=list)
    _headings: list[Section] = field(default_factory=list)
    _items: list[str] = field(default_factory=list)
    _numbers: list[int | None] = field(default_factory=list)
    _quotes: int = 0
    _fresh: bool = False
    _heading: Token | None = None
    _row: list[Token] | None = None

    def read(self) -> None:
        self._headings = []
        self.sections.append(Section("", 0, 1))
        for token in _blocks_only().parse("\n".join(self.lines)):
            getattr(self, f"_on_{token.type}", self._ignore)(token)
        self._close()

    def _ignore(self, token: Token) -> None: ...

    def _close(self) -> None:
        last = self.sections[-1]
        self.sections[-1] = Section(last.heading, last.level, last.line, last.path, tuple(self._blocks), last.date)
        self._blocks = []
        if last.level == 0 and not self.sections[-1].blocks:
            self.sections.pop()

    def _on_heading_open(self, token: Token) -> None:
        self._heading = token

    def _on_heading_close(self, token: Token) -> None:
        self._heading = None

    def _start(self, heading: str, token: Token) -> None:
        self._close()
        level, line = int(token.tag[1]), (token.map or [0])[0] + 1
        self._headings = [h for h in self._headings if h.level < level]
        above = self._headings[-1] if self._headings else None
        date = date_in(heading) or (above.date if above else None)
        section = Section(heading, level, line, (*(above.path if above else ()), heading), (), date)
        self._headings.append(section)
        self.sections.append(section)

    def _on_blockquote_open(self, token: Token) -> None:
        self._quotes += 1

    def _on_blockquote_close(self, token: Token) -> None:
        self._quotes -= 1

    def _on_list_item_open(self, token: Token) -> None:
        self._items.append("")
        self._numbers.append(int(token.info) if token.info.isdigit() else None)
        self._fresh = True

    def _on_list_item_close(self, token: Token) -> None:
        self._items.pop()
        self._numbers.pop()
        self._fresh = False

    def _on_tr_open(self, token: Token) -> None:
        self._row = []

    def _on_tr_close(self, token: Token) -> None:
        cells, self._row = self._row or [], None
        text = " | ".join(c.content for c in cells if c.content)
        if text and cells[0].map:
            self._add("table", text, cells[0].map[0], cells[0].map[0] + 1)

    def _on_fence(self, token: Token) -> None:
        if token.map and token.content.strip():
            first = token.map[0] + 1
            self._add("code", token.content.strip("\n"), first, first + token.content.count("\n"))

    def _on_code_block(self, token: Token) -> None:
        if token.map and token.content.strip():
            self._add("code", token.content.strip("\n"), token.map[0], token.map[1])

    def _on_inline(self, token: Token) -> None:
        if self._row is not None:
            self._row.append(token)
        elif self._heading is not None:
            self._start(token.content.strip().rstrip("#").strip(), self._heading)
        elif token.map and token.content.strip():
            kind: BlockKind = "quote" if self._quotes else "item" if self._items and self._fresh else "paragraph"
            self._add(kind, token.content, token.map[0], token.map[1])
            if self._items and self._fresh:
                self._items[-1], self._fresh = token.content.split("\n")[0], False

    def _add(self, kind: BlockKind, text: str, first: int, end: int) -> None:
        rows = self.lines[first:end]
        while rows and not rows[-1].strip():
            rows.pop()
        if not rows:
            return
        head, tail = text.split("\n")[0].strip(), text.split("\n")[-1].strip()
        left = max(rows[0].find(head), 0) if kind != "table" else len(rows[0]) - len(rows[0].lstrip(" |"))
        at = rows[-1].rfind(tail) if kind not in ("table", "code") else -1
        right = at + len(tail) if at >= 0 else len(rows[-1].rstrip(" |" if kind == "table" else None))
        rows[-1] = rows[-1][:right]
        rows[0] = rows[0][left:]
        number = self._numbers[-1] if kind == "item" else None
        parents = tuple(i for i in (self._items[:-1] if kind == "item" else self._items) if i)
        lines = (first + 1, first + len(rows))
        self._blocks.append(Block(kind, text, "\n".join(rows), self.starts[first] + left, lines, number, parents))
