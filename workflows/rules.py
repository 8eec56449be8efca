"""The closed vocabulary of `## Rules`: what a sentence means to code, or that it means nothing to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workflows.faults import Fault, short
from workflows.model import Rule, RuleKind

_BOUND = r"(?P<value>\{\w+\}|(?:[A-Z]{3} ?|[€$£] ?)?\d+(?:[.,]\d+)*(?: ?(?:[€$£%]|[A-Z]{3}\b))?)"
_VISITED = (
    r"I(?:'ve|’ve| have)? (?:already |ever )?"
    r"(?:been (?:to|in|at|on)|visited|seen|stayed at|stayed in|bought|had|read)"
)
_PROPOSE = r"(?:propose|suggest|recommend|offer|show)"
_OPEN_PLACE = r"(?:propose|suggest|places?|ones?|those|shops?|that|are|is|it|must|be)"
MOST_RULE = 500  # characters


@dataclass(frozen=True, slots=True)
class RuleForm:
    """One row of the vocabulary; named groups of the pattern are fields of `Rule`."""

    kind: RuleKind
    shape: str
    example: str
    meaning: str
    pattern: str


FORMS: tuple[RuleForm, ...] = (
    RuleForm(
        RuleKind.CONFLICT,
        "Never propose … that conflicts with *a topic of memory*",
        "Never propose a place that conflicts with an allergy",
        "Excludes what breaks something that your notes say on that topic.",
        rf"never {_PROPOSE} .+? (?:that|which|who) (?:conflicts?|clash(?:es)?) with (?P<topic>.+)",
    ),
    RuleForm(
        RuleKind.BEEN,
        "Leave out … I have been to",
        "When I ask for somewhere new, leave out places I have been to",
        "Excludes what your notes say you visited. With “When I ask for …, ” in front: only when you ask for that.",
        rf"(?:leave out|skip|never {_PROPOSE}) (?P<topic>.+?) (?:that |which )?{_VISITED}(?: before| already)?",
    ),
    RuleForm(
        RuleKind.PREFER,
        "Prefer …",
        "Prefer what my notes like",
        "Ranks these higher; excludes nothing.",
        r"prefer (?P<topic>.+)",
    ),
    RuleForm(
        RuleKind.OPEN_AT,
        "Only … open at {*detail*}",
        "Only places open at {time}",
        "Excludes what is closed at that time.",
        rf"(?:only )?(?:{_OPEN_PLACE} )*open (?:at|on) {{(?P<value>\w+)}}",
    ),
    RuleForm(
        RuleKind.AT_MOST,
        "At most *number or money* …",
        "At most 60 EUR a head",
        "Excludes what is known to lie above. `{a detail}` may be the bound.",
        rf"at most {_BOUND}(?: (?P<topic>.+))?",
    ),
    RuleForm(
        RuleKind.AT_LEAST,
        "At least *number or money* …",
        "At least 4 stars",
        "Excludes what is known to lie below.",
        rf"at least {_BOUND}(?: (?P<topic>.+))?",
    ),
    RuleForm(
        RuleKind.ONLY,
        "Only …",
        "Only vegetarian kitchens",
        "Excludes what is known not to be so.",
        rf"only (?:{_PROPOSE} )?(?P<topic>.+)",
    ),
)

_WHEN = re.compile(
    r"(?:when|if|whenever) I (?:ask|asked|look|am looking) for (?P<when>[^,]+), *(?P<rest>.+)", re.IGNORECASE
)


def parse_rule(text: str, line: int) -> Rule:
    """One sentence; what lies outside the vocabulary comes back as `FOR_MODEL`."""
    written = " ".join(text.split())
    if len(written) > MOST_RULE:
        return Rule(RuleKind.FOR_MODEL, written, line)
    body, when = written.rstrip(" ."), ""
    if condition := _WHEN.fullmatch(body):
        body, when = condition["rest"], condition["when"].strip()
    for form in FORMS:
        if match := re.fullmatch(form.pattern, body, re.IGNORECASE):
            found = {key: value.strip() for key, value in match.groupdict().items() if value}
            value = found.get("value", "").strip("{}") if form.kind is RuleKind.OPEN_AT else found.get("value", "")
            return Rule(form.kind, written, line, topic=found.get("topic", ""), value=value, when=when)
    return Rule(RuleKind.FOR_MODEL, written, line)


def outside(rule: Rule) -> Fault:
    """The warning for a rule that code does not understand."""
    known = "; ".join(form.shape.replace("*", "") for form in FORMS)
    mend = "It is for a model only: without one it has no effect. Put it in one of these forms, or leave it."
    return Fault(rule.line, f"the rule “{short(rule.text)}”", f"one of: {known}", mend)


def vocabulary_table() -> str:
    """The vocabulary as the markdown table of `docs/workflows.md`."""
    rows = (f"| {form.shape} | `{form.example}` | {form.meaning} |" for form in FORMS)
    return "\n".join(("| write | for example | it means |", "|---|---|---|", *rows))
