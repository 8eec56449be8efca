"""A numbered line read by the step grammar, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from workflows.bind import PLACEHOLDER, names_in
from workflows.faults import Fault, nearest, short
from workflows.grammar import (
    BRACED,
    COMMIT_EXAMPLE,
    FORMS,
    INNER,
    MOST_CLOSER,
    MOST_EACH,
    PLACED,
    QUOTED,
    TOTAL_WORDS,
    Form,
)
from workflows.model import Place, Step, Verb

_BY_VERB = {form.verb: form for form in FORMS}
_COMMIT = re.compile(r"(?:\*\*commit:?\*\*|__commit:?__|commit):?\s+", re.IGNORECASE)
_BRACES = re.compile(r"[{}]")
_OTHERWISE = re.compile(r"[;,.] *otherwise,? +", re.IGNORECASE)
_PLACED_IN = re.compile(
    rf"(?P<rest>.*?),? (?:in|inside|within|of) the (?:(?P<kind>dialog|frame|section)(?: (?P<name>{QUOTED}|{BRACED}))?"
    rf"|row (?:of|with|for) (?P<row>{QUOTED}|{BRACED}))",
    re.IGNORECASE,
)
_TOKEN = re.compile(rf"""{QUOTED}|{BRACED}|,|[^\s,"“„{{]+|.""")
_JOINING = frozenset([",", "and", "at", "by", "for", "from", "in", "of", "on", "the", "to", "until", "with"])
_OTHER_WORDS = {  # words of other languages for browsers, and what they are here
    **dict.fromkeys(("click", "tap", "push", "hit", "submit"), Verb.PRESS),
    **dict.fromkeys(("type", "fill", "write", "input", "put", "set"), Verb.ENTER),
    "select": Verb.CHOOSE,
    "attach": Verb.UPLOAD,
    "back": Verb.GO_BACK,
    **dict.fromkeys(("repeat", "every", "foreach"), Verb.FOR_EACH),
    **dict.fromkeys(("when", "unless"), Verb.IF),
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
    places: tuple[Place, ...] = ()
    if form.verb in PLACED and form.verb is not Verb.FOR_EACH:
        rest, places = _placed(rest)
    match = next((m for p in form.patterns if (m := re.fullmatch(p, rest, re.IGNORECASE))), None)
    if match is None:
        return _misfit(form, body, step.line)
    found = {key: value for key, value in match.groupdict().items() if value}
    if "target" in found and not _bare(found["target"]):  # "open ``"
        return _misfit(form, body, step.line)
    values = _values(form.verb, found["values"]) if "values" in found else ()
    if values is None or not _counts(form.verb, found.get("count")):
        return _misfit(form, body, step.line)
    step = replace(
        step,
        target=_bare(found.get("target", "")),
        value=_bare(found.get("value", "")),
        until=_bare(found.get("until", "")),
        values=values,
        role=found.get("role", "").lower(),
        count=int(found.get("count", 0)),
        places=places,
    )
    return _compound(form, body, step, found) if "rest" in found else step


def _counts(verb: Verb, written: str | None) -> bool:
    most = MOST_EACH if verb is Verb.FOR_EACH else MOST_CLOSER
    return written is None or 1 <= int(written) <= most


def _compound(form: Form, body: str, step: Step, found: dict[str, str]) -> Step | Fault:
    """An `If` or a `For each` with the steps in it."""
    left, places = _placed("x" + found.get("places", ""))  # what may stand between the thing and its bound
    if left != "x":
        return _misfit(form, body, step.line)
    parts = _OTHERWISE.split(found["rest"], 1) if form.verb is Verb.IF else [found["rest"]]
    if not all(part.count('"') % 2 == 0 for part in parts):  # the word stands inside a quotation
        parts = [found["rest"]]
    inner = [_inner(part.strip(), form, step.line) for part in parts]
    fault = next((part for part in inner if isinstance(part, Fault)), None)
    negated = not re.fullmatch("says|shows", found.get("says", "says"), re.IGNORECASE)
    steps = tuple(part for part in inner if isinstance(part, Step))
    return fault or replace(step, places=places, negated=negated, inner=steps)


def _inner(text: str, form: Form, line: int) -> Step | Fault:
    found = parse_step(text, line)
    if isinstance(found, Fault):
        return found
    word = str(form.verb).capitalize()
    if found.commit:
        mend = "Write the Commit as a numbered step of its own: whether it is pressed must not rest on a page."
        return Fault(line, f"a Commit inside {word}", "Commit on a line of its own", mend)
    if found.verb not in INNER:
        allowed = ", ".join(str(verb).capitalize() for verb in INNER)
        return Fault(line, f"“{short(text)}” inside {word}", f"one of {allowed}", "Make it a step of its own.")
    return found


def _placed(text: str) -> tuple[str, tuple[Place, ...]]:
    """The text without the parts of the page that it ends with, and these, the innermost first."""
    places: list[Place] = []
    while match := _PLACED_IN.fullmatch(text):
        kind = (match["kind"] or "row").lower()
        places.insert(0, Place(kind, _bare(match["name"] or match["row"] or "")))  # type: ignore[arg-type]
        text = match["rest"]
    return text, tuple(places)


def _misfit(form: Form, body: str, line: int) -> Fault:
    return Fault(line, f"“{short(body)}”", form.shape.replace("*", ""), f"Write for example `{form.example}`.")


def _bare(text: str) -> str:
    quoted = re.fullmatch(QUOTED, text)
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
    return re.fullmatch(rf"{QUOTED}|{BRACED}", word) is not None
