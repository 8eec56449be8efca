"""The step grammar: one row for each word a step can start with, as the manual prints it."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.model import Verb

QUOTED = r"""(?:"[^"]+"|“[^”]+”|„[^“”]+[“”])"""
BRACED = r"\{[^{}]*\}"
_NAME = rf"(?P<target>{QUOTED}|{BRACED})"
_VALUE = rf"""(?P<value>{QUOTED}|{BRACED}|[^\s"“”„{{}}]+)"""
_UNTIL = _VALUE.replace("<value>", "<until>")
_SAYS = r"(?P<says>says|shows|(?:doesn[’']t|does not) (?:say|show))"
_ROLE = r"(?P<role>button|link|tab)"

NO_CHARGE = ("no charge", "free of charge", "nothing to pay")
"""What `Check that` says of a total of nothing."""

TOTAL_WORDS = ("total", *NO_CHARGE)
"""What `Check that` says of the total, besides `{choice.price}`."""

MOST_CLOSER = 40
"""Pages that one search may open besides its own."""

MOST_EACH = 50
"""Things that one `For each` may go through."""

MOST_SCROLLS = 20
"""Times that one step scrolls to the end of a page that grows."""

INNER = (
    Verb.OPEN, Verb.PRESS, Verb.ENTER, Verb.CHOOSE, Verb.TICK, Verb.PICK, Verb.UPLOAD, Verb.SCROLL, Verb.GO_BACK,
    Verb.WAIT_FOR,
)  # fmt: skip
"""What can stand in an `If` or a `For each`: what can be taken back, and only acts."""

PLACED = (
    Verb.COLLECT, Verb.PRESS, Verb.ENTER, Verb.CHOOSE, Verb.TICK, Verb.PICK, Verb.UPLOAD, Verb.FOR_EACH,
)  # fmt: skip
"""What can keep to a part of the page."""


@dataclass(frozen=True, slots=True)
class Form:
    """One row of the grammar.

    Attributes:
        shape: how the line is written, with … for what varies.
        example: a line that reads without fault.
        meaning: what it does, for the manual.
        patterns: the whole line in regular expressions, named groups being fields of `Step`; the first that fits wins.
    """

    verb: Verb
    shape: str
    example: str
    meaning: str
    patterns: tuple[str, ...]


FORMS: tuple[Form, ...] = (
    Form(
        Verb.OPEN,
        "Open *address*",
        "Open /restaurants?date={date}",
        "Goes to a page: a path on the first site, a full address on a listed site, or `{choice.url}`.",
        (rf"(?:the page )?(?P<target>{QUOTED}|\S+)",),
    ),
    Form(
        Verb.COLLECT,
        'Collect every "…" as a candidate',
        'Collect every "article" as a candidate',
        "Reads each thing of that role or label: its schema.org data where the page has it, else what one sees.",
        (rf"(?:every|each|all) (?P<target>{QUOTED}|[\w-]+)(?: as (?:a )?candidates?)?",),
    ),
    Form(
        Verb.LOOK_CLOSER,
        "Look closer at the best *number*",
        "Look closer at the best 12",
        f"Opens the own page of each of the most promising ones (at most {MOST_CLOSER}) and adds what it says.",
        (r"at the (?:best|first|top) (?P<count>\d{1,3})",),
    ),
    Form(
        Verb.PRESS,
        'Press "…"',
        'Press "Find times"',
        "Clicks the control of that name. `button`, `link` or `tab` after the name says which kind.",
        (rf"(?:the )?{_NAME}(?: {_ROLE})?", rf"(?:the )?{_ROLE} {_NAME}"),
    ),
    Form(
        Verb.ENTER,
        'Enter … in "…"',
        'Enter {date} in "Date"',
        "Types a value into the field of that label.",
        (rf"{_VALUE} (?:in|into) (?:the )?{_NAME}",),
    ),
    Form(
        Verb.CHOOSE,
        'Choose … in "…"',
        'Choose {party_size} in "Party size"',
        "Picks the entry of that list, menu or group of buttons.",
        (rf"{_VALUE} (?:in|from) (?:the )?{_NAME}",),
    ),
    Form(
        Verb.TICK,
        'Tick "…"',
        'Tick "I accept the house rules"',
        "Ticks the box of that label; one that is ticked stays so.",
        (rf"(?:the )?{_NAME}(?: box)?",),
    ),
    Form(
        Verb.PICK,
        'Pick {*date*} in "…"',
        'Pick {date} in "Check-in"',
        "Picks that day in a calendar, turning its months. `Pick {a} until {b} in` picks the first and the last day.",
        (rf"{_VALUE}(?: (?:until|to|through|-|–) {_UNTIL})? (?:in|from|on) (?:the )?{_NAME}",),
    ),
    Form(
        Verb.UPLOAD,
        'Upload … to "…"',
        'Upload {photo} to "Picture"',
        "Gives the field a file of your `documents/`, by its path there; its content is part of what you say Go to.",
        (rf"(?:the file )?{_VALUE} (?:to|into|in|as) (?:the )?{_NAME}",),
    ),
    Form(
        Verb.SCROLL,
        'Scroll to "…"',
        "Scroll to the end",
        f"Brings that text into view; `the end` goes on while more appears, at most {MOST_SCROLLS} times.",
        (r"(?:down )?to the (?P<role>end)(?: of the page)?", rf"(?:down |up )?to (?:the )?{_NAME}"),
    ),
    Form(Verb.GO_BACK, "Go back", "Go back", "Returns to the page before.", (r"(?:to the page before)?",)),
    Form(
        Verb.WAIT_FOR,
        'Wait for "…"',
        'Wait for "Thank you"',
        "Waits until that text is on the page.",
        (rf"{_NAME}",),
    ),
    Form(
        Verb.MAKE_SURE,
        "Make sure that the page says …, …",
        'Make sure that the page says "Your cart is empty"',
        "Reads these back here and now, once, before going on: what must be so before anything is prepared.",
        (r"(?:(?:the page|it) (?:says|shows) )?(?P<values>.+)",),
    ),
    Form(
        Verb.CHECK_THAT,
        "Check that the page says …, …",
        "Check that the page says {choice.name}, {date}, no charge",
        "Reads every one of these back from the page; one that is missing or different stops the run.",
        (r"(?:(?:the page|it) (?:says|shows) )?(?P<values>.+)",),
    ),
    Form(
        Verb.KEEP,
        'Keep "…" as *name*',
        'Keep "Confirmation number" as reference',
        "Keeps the value beside that label for the receipt.",
        (rf"{_NAME} as (?:the )?(?P<value>[A-Za-z][\w-]*)",),
    ),
    Form(
        Verb.LOOK_FOR,
        "Look for … on … at …",
        "Look for {choice.name} on {date} at {time}",
        "Finds one record of the page in which all of these stand together.",
        (r"(?P<values>.+)",),
    ),
    Form(
        Verb.IF,
        'If the page says "…", *step*; otherwise *step*',
        'If the page says "Choose a size", choose {size} in "Size"; otherwise press "Skip"',
        "Takes the one step or the other; `does not say` turns it round, `otherwise` may be left out.",
        (rf"(?:the page|it) {_SAYS} {_NAME},? (?:then )?(?P<rest>.+)",),
    ),
    Form(
        Verb.FOR_EACH,
        'For each "…", at most *number*: *step*',
        'For each "row" in the section "Cart", at most 9: press "Remove"',
        "Takes the step within each thing of that role or label. `For each of {names}, at most 9: enter {each} in "
        '"Name {each.number}"` goes through a list in a detail.',
        (
            rf"(?:of )?(?P<value>{BRACED}), at most (?P<count>\d{{1,3}})[:,] (?P<rest>.+)",
            rf"(?P<target>{QUOTED}|[\w-]+)(?P<places>.*?), at most (?P<count>\d{{1,3}})[:,] (?P<rest>.+)",
        ),
    ),
)

COMMIT_EXAMPLE = '**Commit:** press "Complete reservation"'


def grammar_table() -> str:
    """The grammar as the markdown table of `docs/workflows.md`."""
    rows = (f"| {form.shape} | `{form.example}` | {form.meaning} |" for form in FORMS)
    return "\n".join(("| write | for example | it means |", "|---|---|---|", *rows))
