"""A workflow's front matter, key by key: what it means, and each thing in it that does not fit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from workflows.faults import Fault, did_you_mean, short
from workflows.model import Detail, DetailType, Limits, Money, Request, Requests, Workflow

KEYS = (
    "name", "description", "examples", "sites", "account", "search", "details", "limits", "terms", "requests",
)  # fmt: skip
DETAIL_KEYS = ("type", "ask", "optional", "options", "letter", "at_least", "at_most")
PHASES = ("search", "prepare", "commit")
MOST_MINUTES = 30

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What a workflow can be called."""

_DETAIL_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_MONEY = re.compile(r"(\d{1,9}(?:\.\d{1,2})?) ([A-Z]{3})")
_MINUTES = re.compile(r"(\d{1,3}) ?(?:min|minutes?)")
_REQUEST = re.compile(r"(POST|PUT|PATCH|DELETE) (/[^\s?#\\{}]*)")

Path = tuple[str, ...]


@dataclass
class Lines:
    """Where things stand in the file, and what is wrong with them.

    Attributes:
        keys: the line of each key of the front matter, by its path ("details", "date", "type").
        headings: the line of each section's heading, by its name in lower case.
        faults: all that was found so far.
    """

    keys: dict[Path, int] = field(default_factory=dict)
    headings: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def of(self, *path: str) -> int:
        """The line of a key, or of the nearest one above it that the file has."""
        return next((self.keys[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.keys), 1)


@dataclass(frozen=True)
class _Mapping:
    """One mapping of the front matter; what is read from it has the right type, or a fault is noted."""

    data: dict[str, Any]
    path: Path
    lines: Lines

    def fault(self, key: str, seen: str, expected: str, mend: str) -> None:
        self.lines.faults.append(Fault(self.lines.of(*self.path, key), seen, expected, mend))

    def wrong(self, key: str, expected: str, example: str) -> None:
        told = ".".join((*self.path, key))
        seen = f"`{told}: {_shown(self.data[key])}`" if key in self.data else f"no `{told}`"
        self.fault(key, seen, expected, f"Write for example `{example}`.")

    def only(self, known: tuple[str, ...]) -> None:
        for key in self.data.keys() - set(known):
            self.fault(key, f"the key `{short(key)}`", "one of " + ", ".join(known), did_you_mean(key, known))

    def text(self, key: str, example: str, *, required: bool = False) -> str:
        value = self.data.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if required or key in self.data:
            self.wrong(key, "text", example)
        return ""

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        value = self.data.get(key, [])
        if isinstance(value, list) and all(isinstance(v, str) and v.strip() for v in value):
            return tuple(v.strip() for v in value)
        self.wrong(key, "a list of texts", example)
        return ()

    def mapping(self, key: str, example: str) -> _Mapping:
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            self.wrong(key, "keys with their values", example)
            value = {}
        return _Mapping({str(k): v for k, v in value.items()}, (*self.path, key), self.lines)

    def whole(self, key: str) -> int | None:
        value = self.data.get(key)
        if key not in self.data or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self.wrong(key, "a whole number", f"{key}: 1")
        return None

    def flag(self, key: str) -> bool:
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            self.wrong(key, "true or false", f"{key}: true")
        return value is True

    def money(self, key: str) -> Money | None:
        value = self.data.get(key)
        match = _MONEY.fullmatch(value.strip()) if isinstance(value, str) else None
        if match:
            return Money(Decimal(match[1]), match[2])
        if key in self.data:
            self.wrong(key, "an amount and its currency in three letters", f"{key}: 200 EUR")
        return None


def read_front(matter: dict[str, Any], title: str, path: str, digest: str, lines: Lines) -> Workflow:
    """The front matter as a workflow that has no sections yet; what does not fit is noted in `lines`."""
    front = _Mapping(matter, (), lines)
    front.only(KEYS)
    name = _name(front, path)
    return Workflow(
        name=name,
        description=front.text("description", "description: Find a table and reserve it.", required=True),
        path=path,
        hash=digest,
        title=title or name,
        examples=front.texts("examples", 'examples: ["book a table for two"]'),
        sites=_sites(front),
        details=_details(front),
        limits=_limits(front),
        terms=_terms(front),
        requests=_requests(front),
        account=front.text("account", 'account: "Signed in as"'),
        signed_in_search=_signed_in(front),
    )


def _name(front: _Mapping, path: str) -> str:
    name = front.text("name", "name: reserve-table", required=True)
    file = PurePath(path)
    if name and not NAME.fullmatch(name):
        front.wrong("name", "small letters, digits and hyphens", "name: reserve-table")
    elif name and file.suffix == ".md" and file.stem != name:
        mend = f"Write `name: {file.stem}`, or call the file {name}.md."
        front.fault("name", f"the name `{name}` in the file {file.name}", "the file's own name", mend)
    return name


def _sites(front: _Mapping) -> tuple[str, ...]:
    sites = tuple(site.removesuffix("/").lower() for site in front.texts("sites", 'sites: ["https://example.com"]'))
    for site in sites:
        if not _ORIGIN.fullmatch(site):
            expected = "http:// or https://, a host, perhaps a port, and nothing more"
            front.fault("sites", f"the site `{short(site)}`", expected, "Write for example `https://example.com`.")
    return sites


def _details(front: _Mapping) -> tuple[Detail, ...]:
    details = front.mapping("details", 'date: {type: date, ask: "For which day?"}')
    return tuple(_detail(details, name) for name in details.data)


def _detail(details: _Mapping, name: str) -> Detail:
    if not _DETAIL_NAME.fullmatch(name) or name == "choice":
        expected = "small letters, digits and underscores, and not `choice`"
        details.fault(name, f"the detail `{short(name)}`", expected, "Write for example `party_size`.")
    one = details.mapping(name, f'{name}: {{type: text, ask: "Which one?"}}')
    one.only(DETAIL_KEYS)
    detail = Detail(
        name=name,
        type=_type(one),
        ask=one.text("ask", 'ask: "For which day?"'),
        optional=one.flag("optional"),
        options=one.texts("options", "options: [small, large]"),
        letter=one.flag("letter"),
        at_least=one.whole("at_least"),
        at_most=one.whole("at_most"),
    )
    _check_detail(one, detail)
    return detail


def _type(one: _Mapping) -> DetailType:
    written = one.text("type", "type: date", required=True)
    if written in set(DetailType):
        return DetailType(written)
    if written:
        one.fault(
            "type", f"the type `{short(written)}`", "one of " + ", ".join(DetailType), did_you_mean(written, DetailType)
        )
    return DetailType.TEXT


def _check_detail(one: _Mapping, detail: Detail) -> None:
    if not detail.ask and not detail.optional and "ask" not in one.data:
        one.wrong("ask", "the question that asks for it", 'ask: "For which day?"')
    if detail.type is DetailType.CHOICE and not detail.options:
        one.wrong("options", "what one can choose from", "options: [small, large]")
    if detail.options and detail.type not in (DetailType.CHOICE, DetailType.TEXT):
        one.wrong("options", "options for a choice or a text only", "type: choice")
    if detail.letter and detail.type is not DetailType.TEXT:
        one.wrong("letter", "a text that reaches people in your name", "type: text")
    for key in ("at_least", "at_most"):
        if key in one.data and detail.type is not DetailType.COUNT:
            one.wrong(key, "bounds for a count only", "type: count")
    if detail.at_least is not None and detail.at_most is not None and detail.at_least > detail.at_most:
        one.wrong("at_most", f"no less than at_least, {detail.at_least}", f"at_most: {detail.at_least}")


def _limits(front: _Mapping) -> Limits:
    limits = front.mapping("limits", "limits: {total: 200 EUR}")
    limits.only(("total", "code_above", "go_expires"))
    total, above = limits.money("total"), limits.money("code_above")
    if total and above and total.currency != above.currency:
        limits.wrong("code_above", f"the currency of total, {total.currency}", f"code_above: 100 {total.currency}")
    minutes = _minutes(limits)
    return Limits(total=total, code_above=above, **({"go_expires": minutes * 60} if minutes else {}))


def _minutes(limits: _Mapping) -> int | None:
    written = limits.text("go_expires", "go_expires: 10 min")
    match = _MINUTES.fullmatch(written)
    if match and 1 <= int(match[1]) <= MOST_MINUTES:
        return int(match[1])
    if written:
        limits.wrong("go_expires", f"1 to {MOST_MINUTES} minutes", "go_expires: 10 min")
    return None


def _terms(front: _Mapping) -> dict[str, str]:
    terms = front.mapping("terms", "terms: {total: none}")
    for key, value in terms.data.items():
        if value != "none":
            terms.wrong(key, "`none`: terms that apply are checked before **Commit** instead", f"{key}: none")
    return dict.fromkeys(terms.data, "none")


def _requests(front: _Mapping) -> Requests:
    requests = front.mapping("requests", 'requests: {commit: ["POST /reservations"]}')
    requests.only(PHASES)
    found = {phase: _phase(requests, phase) for phase in PHASES}
    return Requests(**found)


def _phase(requests: _Mapping, phase: str) -> tuple[Request, ...]:
    matches = []
    for written in requests.texts(phase, f'{phase}: ["POST /hold"]'):
        if match := _REQUEST.fullmatch(" ".join(written.split())):
            matches.append(Request(match[1], match[2]))
        else:
            expected = "POST, PUT, PATCH or DELETE and a path without query; reading by GET needs no word"
            requests.fault(phase, f"the request `{short(written)}`", expected, "Write for example `POST /hold`.")
    return tuple(matches)


def _signed_in(front: _Mapping) -> bool:
    written = front.text("search", "search: signed-in")
    if written and written != "signed-in":
        front.wrong("search", "`signed-in`, or no such key: a search is logged out", "search: signed-in")
    return written == "signed-in"


def _shown(value: Any) -> str:
    """A value for a message; never the inside of a list or mapping, which YAML's aliases can make endless."""
    if isinstance(value, dict | list | set | tuple):
        return "a list" if isinstance(value, list) else "a mapping"
    return "nothing" if value is None else short(str(value), 60)
