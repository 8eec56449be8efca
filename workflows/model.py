"""A workflow as types: what a markdown file means once it was read and found without fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from workflows.faults import Fault


class DetailType(StrEnum):
    """What a detail's value is, and its normal form as a JSON value."""

    DATE = "date"  # "2026-11-21"
    TIME = "time"  # "19:30", 24 hours
    COUNT = "count"  # 4
    MONEY = "money"  # {"amount": "45.00", "currency": "EUR"}
    TEXT = "text"  # "Old Town"
    CHOICE = "choice"  # one of `options`, spelled as there


@dataclass(frozen=True, slots=True)
class Detail:
    """A slot that the workflow needs filled."""

    name: str
    type: DetailType
    ask: str
    optional: bool = False
    options: tuple[str, ...] = ()  # for `choice`; for `text`, values known to fit
    letter: bool = False  # for `text`: it reaches people in the person's name, and is put as they would write it
    at_least: int | None = None  # for `count`
    at_most: int | None = None  # for `count`


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its ISO 4217 currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one Go may do."""

    total: Money | None = None
    code_above: Money | None = None
    go_expires: int = 600  # seconds, at most 1800


class RuleKind(StrEnum):
    """The closed vocabulary of `## Rules` that code understands."""

    CONFLICT = "conflict"  # never propose … that conflicts with <topic of memory>
    BEEN = "been"  # leave out … I have been to (when I ask for somewhere new, or always)
    ONLY = "only"  # only …
    AT_MOST = "at_most"  # at most <number or money> …
    AT_LEAST = "at_least"
    PREFER = "prefer"
    OPEN_AT = "open_at"  # open at {time}
    FOR_MODEL = "for_model"  # outside the vocabulary: reported when loaded, used by a model only


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of `## Rules`."""

    kind: RuleKind
    text: str  # the sentence as written
    line: int
    topic: str = ""  # conflict: "an allergy"; only, prefer: the phrase after the word; at_most: what is bounded
    value: str = ""  # at_most, at_least: the bound as written; open_at: the detail's name
    when: str = ""  # "When I ask for somewhere new" -> "somewhere new"; empty: always


class Verb(StrEnum):
    """The words a step can start with."""

    OPEN = "open"
    COLLECT = "collect"
    LOOK_CLOSER = "look closer"
    PRESS = "press"
    ENTER = "enter"
    CHOOSE = "choose"
    TICK = "tick"
    PICK = "pick"
    UPLOAD = "upload"
    SCROLL = "scroll"
    GO_BACK = "go back"
    WAIT_FOR = "wait for"
    MAKE_SURE = "make sure that"
    CHECK_THAT = "check that"
    KEEP = "keep"
    LOOK_FOR = "look for"
    IF = "if"
    FOR_EACH = "for each"


PlaceKind = Literal["dialog", "frame", "section", "row"]


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the page that a step keeps to: `in the dialog "Size"`, `in the row of {choice.name}`."""

    kind: PlaceKind
    name: str = ""  # what it is called, or what stands in it; a dialog or frame may be the only one


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered line.

    Attributes by verb:
        open: `target` is the path or URL template.
        collect: `target` is the role or label of what repeats ("article").
        look closer: opens each shortlisted candidate's own page and adds its facts; `count` bounds how many.
        press, tick: `target` is the accessible name; `role` where the sentence names one ("link", "button").
        enter, choose, upload: `value` into or from the control labelled `target`.
        pick: the day `value`, or the days from `value` to `until`, in the calendar labelled `target`.
        scroll: to the text `target`, or to the end of the page where `role` is "end".
        check that: every entry of `values` must be on the page and equal, and again right before Commit.
        make sure that: every entry of `values` must be on the page, here and now.
        keep: the value labelled `target` is kept under the name `value`.
        wait for: `target` is the text to appear.
        look for: every entry of `values` must stand together in one record of the page.
        if: `inner` is the step to take where the page says `target` (does not, where `negated`), and perhaps another
            one for otherwise.
        for each: `inner` is the step to take with each entry of the list `value`, or in each thing of the page that
            has the role or label `target`; `count` is the most.
    """

    verb: Verb
    text: str  # the line as written, without its number
    line: int
    target: str = ""
    value: str = ""
    values: tuple[str, ...] = ()
    role: str = ""
    count: int = 0
    commit: bool = False
    until: str = ""
    places: tuple[Place, ...] = ()  # the innermost first
    negated: bool = False
    inner: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A request that may leave besides GET and HEAD: a method and a path pattern ("*" matches within a segment)."""

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Requests:
    """What may leave at which phase; everything else is stopped."""

    search: tuple[Request, ...] = ()
    prepare: tuple[Request, ...] = ()
    commit: tuple[Request, ...] = ()


@dataclass(frozen=True, slots=True)
class Workflow:
    """One markdown file, read."""

    name: str
    description: str
    path: str  # where it was read from, for messages
    hash: str  # SHA-256 of the file's bytes, hex
    title: str
    examples: tuple[str, ...]
    sites: tuple[str, ...]  # origins: "http://tavola.localhost:8800"
    details: tuple[Detail, ...]
    limits: Limits
    terms: dict[str, str] = field(default_factory=dict)  # {"total": "none"}: said outright not to apply
    requests: Requests = Requests()
    account: str = ""  # text before the account's name on every signed-in page ("Signed in as"); empty: no login
    signed_in_search: bool = False
    rules: tuple[Rule, ...] = ()
    search: tuple[Step, ...] = ()
    do: tuple[Step, ...] = ()
    check: tuple[Step, ...] = ()
    warnings: tuple[Fault, ...] = ()  # what is used, but not all of it understood: rules for a model only

    def detail(self, name: str) -> Detail | None:
        """The detail of that name, or None."""
        return next((d for d in self.details if d.name == name), None)
