"""What must hold across a whole workflow: the checks that no single line can show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from workflows.bind import CHOICE_URL, flat, names_in, placeholders
from workflows.faults import Fault, did_you_mean, nearest, short
from workflows.front import Lines
from workflows.grammar import COMMIT_EXAMPLE, TOTAL_WORDS
from workflows.model import DetailType, Request, RuleKind, Step, Verb, Workflow

CHOICE_FIELDS = ("name", "url", "price")
"""What every candidate has; any other field is one of the facts that its page states."""

AFTER_COMMIT = (Verb.KEEP, Verb.CHECK_THAT, Verb.WAIT_FOR)
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_BELONGS = {
    Verb.COLLECT: "Search",
    Verb.LOOK_CLOSER: "Search",
    Verb.UPLOAD: "Do",
    Verb.CHECK_THAT: "Do",
    Verb.KEEP: "Search or Do",
    Verb.LOOK_FOR: "Check",
}
_READ_BACK = (DetailType.DATE, DetailType.TIME, DetailType.COUNT, DetailType.CHOICE)


def line_faults(workflow: Workflow) -> Iterator[Fault]:
    """What is wrong with single lines, given the rest: placeholders and addresses."""
    for step in (*workflow.search, *workflow.do, *workflow.check):
        yield from _unknown(workflow, placeholders(step), step.text, step.line, choice=step not in workflow.search)
        for part in flat([step]):
            if part.verb is Verb.OPEN and (fault := _address(part, workflow.sites)):
                yield fault
            if part.verb is Verb.PICK:
                yield from _days(workflow, part)
    yield from _sections(workflow)
    for rule in workflow.rules:
        yield from _unknown(workflow, names_in(rule.text), rule.text, rule.line, choice=False)
        detail = workflow.detail(rule.value) if rule.kind is RuleKind.OPEN_AT else None
        if detail and detail.type is not DetailType.TIME:
            yield Fault(
                rule.line, f"`{{{detail.name}}}`, a {detail.type}", "a time", "Write for example `open at {time}`."
            )


def whole_faults(workflow: Workflow, lines: Lines) -> Iterator[Fault]:
    """What is wrong with the sections together."""
    yield from _starts(workflow, lines)
    yield from _unused(workflow, lines)
    yield from _unknown_terms(workflow, lines)
    yield from _commits(workflow, lines)
    yield from _overlaps(workflow, lines)


def _days(workflow: Workflow, step: Step) -> Iterator[Fault]:
    for text in filter(None, (step.value, step.until)):
        detail = workflow.detail(text.strip("{}")) if text.startswith("{") else None
        given = detail.type is DetailType.DATE if detail else text.startswith("{choice.") or _ISO.fullmatch(text)
        if not given and (detail or not text.startswith("{")):
            mend = f"Write for example `Pick {{date}} in …`, or `Choose {text} in …` where it is no day."
            yield Fault(step.line, f"`{text}` in “{short(step.text)}”", "a detail of the type date", mend)


def _sections(workflow: Workflow) -> Iterator[Fault]:
    """Words that stand in a section where they can do nothing."""
    sections = {"Search": workflow.search, "Do": workflow.do, "Check": workflow.check}
    for name, steps in sections.items():
        for step in steps:
            home = _BELONGS.get(step.verb, name)
            if name not in home.split(" or "):
                seen = f"“{short(step.text)}” in {name}"
                yield Fault(
                    step.line, seen, f"{str(step.verb).capitalize()} in {home} only", "Move it, or take it out."
                )


def _unknown(workflow: Workflow, names: tuple[str, ...], text: str, line: int, *, choice: bool) -> Iterator[Fault]:
    known = [d.name for d in workflow.details]
    for name in names:
        head, _, fact = name.partition(".")
        if head == "choice":
            yield from _choice(fact, text, line, chosen=choice and bool(workflow.search))
        elif name not in known:
            mend = did_you_mean(name, known) if known else "Declare it under `details`."
            yield Fault(line, f"`{{{name}}}` in “{short(text)}”", "a detail that the front matter declares", mend)


def _choice(fact: str, text: str, line: int, *, chosen: bool) -> Iterator[Fault]:
    seen = f"`{{choice.{fact}}}` in “{short(text)}”" if fact else f"`{{choice}}` in “{short(text)}”"
    if not chosen:
        yield Fault(line, seen, "a choice only after a Search", "Use a detail, or move the step below `## Do`.")
    elif not fact:
        yield Fault(line, seen, "a field of the choice", "Write for example `{choice.name}`.")
    elif fact not in CHOICE_FIELDS and (near := nearest(fact, CHOICE_FIELDS, 75)):
        yield Fault(line, seen, "name, url, price, or a fact of the page", f"Did you mean `{{choice.{near}}}`?")


def _address(step: Step, sites: tuple[str, ...]) -> Fault | None:
    """An address of a step must be on a listed site, whatever the values in it will be."""
    target = step.target
    mend = f"List it under `sites`, or write a path such as `/my/reservations`; listed: {', '.join(sites) or 'none'}."
    if target.startswith(CHOICE_URL):
        fits = target == CHOICE_URL or target.removeprefix(CHOICE_URL)[0] in "/?#&"
    elif target.startswith("/"):
        fits = bool(sites) and not target.startswith("//")
    else:
        fits = _origin(target) in sites
    if fits and "\\" not in target and target.isprintable() and " " not in target:
        return None
    return Fault(step.line, f"the address `{short(target)}`", "one on a listed site", mend)


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


def _starts(workflow: Workflow, lines: Lines) -> Iterator[Fault]:
    if not workflow.search and not workflow.do:
        yield Fault(1, "neither Search nor Do", "at least one of them", "Add `## Search` with numbered steps.")
    for steps in (workflow.search, workflow.do, workflow.check):
        if steps and steps[0].verb is not Verb.OPEN:
            mend = "Put a line such as `Open /restaurants` before it."
            yield Fault(steps[0].line, f"“{short(steps[0].text)}” before any Open", "Open as the first step", mend)
    collects = [s.line for s in workflow.search if s.verb is Verb.COLLECT]
    if workflow.search and not collects:
        mend = 'Add for example `Collect every "article" as a candidate`.'
        yield Fault(lines.headings.get("search", 1), "a Search that collects nothing", "a Collect", mend)
    for step in workflow.search:
        if step.verb is Verb.LOOK_CLOSER and not any(line < step.line for line in collects):
            yield Fault(step.line, "Look closer before any Collect", "candidates to look at", "Put Collect before it.")
    closer = [s.line for s in workflow.search if s.verb is Verb.LOOK_CLOSER]
    for step in workflow.search:
        if step.verb is Verb.KEEP and not any(line < step.line for line in closer):
            mend = "Put `Look closer at the best 5` before it: what is kept is read from each one's own page."
            yield Fault(step.line, f"“{short(step.text)}” before any Look closer", "pages to read it from", mend)


def _unused(workflow: Workflow, lines: Lines) -> Iterator[Fault]:
    steps = (*workflow.search, *workflow.do, *workflow.check)
    used = {name for step in steps for name in placeholders(step)}
    used |= {name for rule in workflow.rules for name in names_in(rule.text)}
    for detail in workflow.details:
        if not detail.optional and detail.name not in used:
            mend = f"Use `{{{detail.name}}}` in a step, make it `optional: true`, or take it out."
            yield Fault(
                lines.of("details", detail.name), f"the detail `{detail.name}`, never used", "a step with it", mend
            )


def _unknown_terms(workflow: Workflow, lines: Lines) -> Iterator[Fault]:
    known = ("item", "total", *(d.name for d in workflow.details))
    for term in workflow.terms:
        if term not in known:
            yield Fault(lines.of("terms", term), f"the term `{short(term)}`", "a known term", did_you_mean(term, known))


def _commits(workflow: Workflow, lines: Lines) -> Iterator[Fault]:
    for step in (*workflow.search, *workflow.check):
        if step.commit:
            yield Fault(step.line, f"“{short(step.text)}” outside Do", "Commit in Do only", "Move it below `## Do`.")
    commits = [step for step in workflow.do if step.commit]
    if not commits:
        yield from _no_commit(workflow, lines)
        return
    for extra in commits[1:]:
        yield Fault(extra.line, "a second Commit", "exactly one", "Make it a workflow of its own.")
    yield from _after(workflow, commits[0])
    for step in workflow.do[: workflow.do.index(commits[0])]:
        if step.verb is Verb.KEEP:
            mend = "Put it after Commit: what is kept is the receipt's."
            yield Fault(step.line, f"“{short(step.text)}” before Commit", "Keep after Commit", mend)
    yield from _around(workflow, commits[0])
    yield from _terms(workflow, commits[0])


def _no_commit(workflow: Workflow, lines: Lines) -> Iterator[Fault]:
    mend = f"Mark the step that cannot be taken back: `{COMMIT_EXAMPLE}`."
    if workflow.do:
        yield Fault(lines.headings.get("do", 1), "a Do without Commit", "exactly one Commit", mend)
    elif workflow.requests.commit:
        yield Fault(lines.of("requests", "commit"), "`requests.commit` without a Commit", "a Do with a Commit", mend)


def _after(workflow: Workflow, commit: Step) -> Iterator[Fault]:
    for step in workflow.do[workflow.do.index(commit) + 1 :]:
        if not step.commit and step.verb not in AFTER_COMMIT:
            mend = "Put it before Commit, or leave it out: it is done by then."
            yield Fault(step.line, f"“{short(step.text)}” after Commit", "only Keep, Check that or Wait for", mend)


def _around(workflow: Workflow, commit: Step) -> Iterator[Fault]:
    if not workflow.requests.commit:
        mend = 'Declare what the press sends, for example `requests: {commit: ["POST /reservations"]}`.'
        yield Fault(commit.line, "a Commit without `requests.commit`", "the one request it sends", mend)
    if not any(step.verb is Verb.LOOK_FOR for step in workflow.check):
        mend = "Add `## Check` with an Open and, for example, `Look for {choice.name} on {date}`."
        yield Fault(commit.line, "a Commit without a Check that looks", "a way to tell whether it was done", mend)
    for name in placeholders(commit):
        detail = workflow.detail(name)
        if detail and detail.optional:
            mend = "Ask for it, or press a control of a fixed name."
            yield Fault(commit.line, f"Commit rests on `{{{name}}}`, which is optional", "what is always known", mend)


def _terms(workflow: Workflow, commit: Step) -> Iterator[Fault]:
    before = workflow.do[: workflow.do.index(commit)]
    checked = {value for step in before if step.verb is Verb.CHECK_THAT for value in step.values}
    for term, ways in _needed(workflow).items():
        if term not in workflow.terms and not any(value.casefold() in ways for value in checked):
            mend = f"Add {ways[0]} to a `Check that` before it, or declare `terms: {{{term}: none}}`."
            yield Fault(commit.line, f"Commit without a check of the term `{term}`", "every term checked before", mend)


def _needed(workflow: Workflow) -> dict[str, tuple[str, ...]]:
    """The terms that a Commit rests on, each with what checks it."""
    done = {name for step in workflow.do for name in placeholders(step)}
    used = done | {name for step in workflow.search for name in placeholders(step)}
    needed = {"item": ("{choice.name}",)} if workflow.search else {}
    for detail in workflow.details:
        if detail.name in (used if detail.type in _READ_BACK else done) and detail.type is not DetailType.TEXT:
            needed[detail.name] = (f"{{{detail.name}}}",)
    return needed | {"total": ("{choice.price}", *TOTAL_WORDS)}


def _overlaps(workflow: Workflow, lines: Lines) -> Iterator[Fault]:
    """A request that commits must not be let through earlier under another name."""
    for phase, earlier in (("search", workflow.requests.search), ("prepare", workflow.requests.prepare)):
        for request in earlier:
            if any(_overlap(request, commit) for commit in workflow.requests.commit):
                seen = f"`{request.method} {request.path}` under both {phase} and commit"
                mend = "Name the exact path of each; what commits must not leave before."
                yield Fault(lines.of("requests", phase), seen, "different requests", mend)


def _overlap(one: Request, other: Request) -> bool:
    first, second = one.path.split("/"), other.path.split("/")
    same = one.method == other.method and len(first) == len(second)
    return same and all(_segments_meet(a, b) for a, b in zip(first, second, strict=True))


def _segments_meet(a: str, b: str) -> bool:
    """Whether some text fits both patterns; with a "*" in both, their fixed ends decide."""
    (a_start, a_star, a_rest), (b_start, b_star, b_rest) = a.partition("*"), b.partition("*")
    if not a_star and not b_star:
        return a == b
    a_end, b_end = (a_rest if a_star else a).rpartition("*")[2], (b_rest if b_star else b).rpartition("*")[2]
    starts = a_start.startswith(b_start) or b_start.startswith(a_start)
    return starts and (a_end.endswith(b_end) or b_end.endswith(a_end))
