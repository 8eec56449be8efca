"""The step grammar: one row per verb, and a numbered line read by it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from workflows.bind import PLACEHOLDER, names_in
from workflows.faults import Fault, nearest, short
from workflows.model import Step, Verb

_QUOTED = r"""(?:"[^"]+"|“[^”]+”|„[^“”]+[“”])"""
_PLACE = r"\{[^{}]*\}"
_NAME = rf"(?P<target>{_QUOTED}|{_PLACE})"
_VALUE = rf"""(?P<value>{_QUOTED}|{_PLACE}|[^\s"“”„{{}}]+)"""
_ROLE = r"(?P<role>button|link|tab)"

NO_CHARGE = ("no charge", "free of charge", "nothing to pay")
"""What `Check that` says of a total of nothing."""

TOTAL_WORDS = ("total", *NO_CHARGE)
"""What `Check that` says of the total, besides `{choice.price}`."""

MOST_CLOSER = 40  # pages that one search may open besides its own


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
        (rf"(?:the page )?(?P<target>{_QUOTED}|\S+)",),
    ),
    Form(
        Verb.COLLECT,
        'Collect every "…" as a candidate',
        'Collect every "article" as a candidate',
        "Reads each thing of that role or label: its schema.org data where the page has it, else what one sees.",
        (rf"(?:every|each|all) (?P<target>{_QUOTED}|[\w-]+)(?: as (?:a )?candidates?)?",),
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
        Verb.WAIT_FOR,
        'Wait for "…"',
        'Wait for "Thank you"',
        "Waits until that text is on the page.",
        (rf"{_NAME}",),
    ),
    Form(
        Verb.LOOK_FOR,
        "Look for … on … at …",
        "Look for {choice.name} on {date} at {time}",
        "Finds one record of the page in which all of these stand together.",
        (r"(?P<values>.+)",),
    ),
)

COMMIT_EXAMPLE = '**Commit:** press "Complete reservation"'

_BY_VERB = {form.verb: form for form in FORMS}
_COMMIT = re.compile(r"(?:\*\*commit:?\*\*|__commit:?__|commit):?\s+", re.IGNORECASE)
_BRACES = re.compile(r"[{}]")
_TOKEN = re.compile(rf"""{_QUOTED}|{_PLACE}|,|[^\s,"“„{{]+|.""")
_JOINING = frozenset([",", "and", "at", "by", "for", "from", "in", "of", "on", "the", "to", "until", "with"])
_OTHER_WORDS = {  # words of other languages for browsers, and what they are here
    **dict.fromkeys(("click", "tap", "push", "hit", "submit"), Verb.PRESS),
    **dict.fromkeys(("type", "fill", "write", "input", "put", "set"), Verb.ENTER),
    **dict.fromkeys(("select", "pick"), Verb.CHOOSE),
    **dict.fromkeys(("go", "navigate", "visit", "load", "browse"), Verb.OPEN),
    **dict.fromkeys(("verify", "check", "ensure", "confirm", "assert"), Verb.CHECK_THAT),
    **dict.fromkeys(("save", "remember", "note", "store"), Verb.KEEP),
    **dict.fromkeys(("find", "search", "see"), Verb.LOOK_FOR),
    **dict.fromkeys(("gather", "read", "scrape", "list"), Verb.COLLECT),
    **dict.fromkeys(("wait", "pause", "until"), Verb.WAIT_FOR),
    "mark": Verb.TICK,
}


def parse_step(text: str, line: int) -> Step | Fault:
    """One line, without its number, as a step, or what is wrong with it."""
    written = " ".join(text.split())
    mark = _COMMIT.match(written)
    body = (written[mark.end() :] if mark else written).removesuffix(".").rstrip()
    form = _form_of(body)
    if form is None:
        return _unknown_word(body, line, commit=bool(mark))
    if mark and form.verb is not Verb.PRESS:
        return Fault(line, f"“{short(written)}”", "the last press after **Commit:**", f"Write `{COMMIT_EXAMPLE}`.")
    if _BRACES.search(PLACEHOLDER.sub("", body)):
        mend = "Write a detail's name between two braces, as in `{date}` or `{choice.name}`."
        return Fault(line, f"a brace that holds no name in “{short(body)}”", "placeholders such as {date}", mend)
    return _read(form, body, Step(form.verb, written, line, commit=bool(mark)))


def guess_step(text: str, line: int) -> Step:
    """What a line with a fault was probably meant to be, so that the rest of the file can still be checked."""
    written = " ".join(text.split())
    mark = _COMMIT.match(written)
    body = written[mark.end() :] if mark else written
    form = _form_of(body)
    verb = form.verb if form else _nearest_verb(_first_word(body)) or Verb.WAIT_FOR
    names = tuple(f"{{{name}}}" for name in names_in(body))
    said = tuple(phrase for phrase in TOTAL_WORDS if phrase in body.casefold())
    return Step(verb, written, line, values=names + said, commit=bool(mark))


def starts_like_step(text: str) -> bool:
    """Whether a line reads like a step, wherever it stands."""
    return not isinstance(parse_step(text, 0), Fault)


def grammar_table() -> str:
    """The grammar as the markdown table of `docs/workflows.md`."""
    rows = (f"| {form.shape} | `{form.example}` | {form.meaning} |" for form in FORMS)
    return "\n".join(("| write | for example | it means |", "|---|---|---|", *rows))


def _form_of(body: str) -> Form | None:
    return next((f for f in FORMS if re.match(rf"{f.verb}\b", body, re.IGNORECASE)), None)


def _unknown_word(body: str, line: int, *, commit: bool) -> Fault:
    word = _first_word(body)
    verb = Verb.PRESS if commit else _nearest_verb(word)
    expected = "a step that starts with " + ", ".join(v.capitalize() for v in Verb)
    if verb is None:
        return Fault(line, f"“{short(body)}”", expected, f"Write for example `{_BY_VERB[Verb.PRESS].example}`.")
    example = COMMIT_EXAMPLE if commit else _BY_VERB[verb].example
    mend = f"Did you mean {verb.capitalize()}? Write for example `{example}`."
    return Fault(line, f"the word “{word}” in “{short(body)}”", expected, mend)


def _first_word(body: str) -> str:
    return (body.split() or [""])[0].strip(":,").lower()


def _nearest_verb(word: str) -> Verb | None:
    known = {form.verb.split()[0]: form.verb for form in reversed(FORMS)} | _OTHER_WORDS
    near = nearest(word, known, 70)
    return known[near] if near else None


def _read(form: Form, body: str, step: Step) -> Step | Fault:
    rest = body[len(form.verb) :].strip()
    match = next((m for p in form.patterns if (m := re.fullmatch(p, rest, re.IGNORECASE))), None)
    if match is None:
        return _misfit(form, body, step.line)
    found = {key: value for key, value in match.groupdict().items() if value}
    values = _values(form.verb, found["values"]) if "values" in found else ()
    count = int(found.get("count", 0))
    if values is None or ("count" in found and not 1 <= count <= MOST_CLOSER):
        return _misfit(form, body, step.line)
    return replace(
        step,
        target=_bare(found.get("target", "")),
        value=_bare(found.get("value", "")),
        values=values,
        role=found.get("role", "").lower(),
        count=count,
    )


def _misfit(form: Form, body: str, line: int) -> Fault:
    return Fault(line, f"“{short(body)}”", form.shape.replace("*", ""), f"Write for example `{form.example}`.")


def _bare(text: str) -> str:
    quoted = re.fullmatch(_QUOTED, text)
    return text[1:-1] if quoted else text.strip("`<>")


def _values(verb: Verb, text: str) -> tuple[str, ...] | None:
    """The entries of a list; None where it cannot be told what belongs together."""
    tokens = _TOKEN.findall(text)
    entries = _records(tokens) if verb is Verb.LOOK_FOR else _phrases(tokens)
    return tuple(entries) if entries else None


def _records(tokens: Iterable[str]) -> list[str] | None:
    """Placeholders and quotations, with nothing but joining words between."""
    units = [word for word in tokens if not (word.isspace() or word.lower() in _JOINING)]
    return [_bare(unit) for unit in units] if all(map(_is_unit, units)) else None


def _phrases(tokens: Iterable[str]) -> list[str] | None:
    """What stands between commas and "and": one placeholder, one quotation, or plain words."""
    groups: list[list[str]] = [[]]
    for word in tokens:
        if word.lower() in (",", "and"):
            groups.append([])
        elif not word.isspace():
            groups[-1].append(word)
    filled = [group for group in groups if group]
    if any(len(group) > 1 and any(map(_is_unit, group)) for group in filled):
        return None
    return [_bare(group[0]) if len(group) == 1 else " ".join(group) for group in filled]


def _is_unit(word: str) -> bool:
    return re.fullmatch(rf"{_QUOTED}|{_PLACE}", word) is not None
