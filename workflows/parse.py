"""Markdown text to a workflow: read whole, with every fault found, or not at all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from memory.document import Block, Document, Section, normalised, parse_markdown
from memory.errors import BadInput, NotFound
from workflows.check import line_faults, whole_faults
from workflows.faults import Fault, WorkflowFault, nearest, short
from workflows.front import Lines, read_front
from workflows.model import Rule, RuleKind, Step, Workflow
from workflows.rules import outside, parse_rule
from workflows.steps import guess_step, parse_step, starts_like_step

SECTIONS = ("rules", "search", "do", "check")
MOST_BYTES = 64 * 1024
MOST_STEP = 1000  # characters


def read_workflow(path: Path) -> Workflow:
    """The workflow of a file.

    Raises:
        NotFound: there is no such file.
        WorkflowFault: it cannot be read or has faults.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"There is no workflow file {path}.", "See `rflow workflow list`.") from error
    except OSError as error:
        fault = Fault(1, f"a file that cannot be read ({error.strerror})", "a readable file", "Mend its permissions.")
        raise WorkflowFault(str(path), [fault]) from error
    return parse_bytes(data, str(path))


def parse_bytes(data: bytes, path: str) -> Workflow:
    """As `parse`, from a file's bytes."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Fault(line, f"the byte {data[error.start]:#04x}", "text in UTF-8", "Save the file as UTF-8.")
        raise WorkflowFault(path, [fault]) from error
    return parse(text, path)


def parse(text: str, path: str = "workflow") -> Workflow:
    """A workflow from its markdown.

    Args:
        text: the file's whole text.
        path: where it comes from, for messages; a file `x.md` must hold the workflow `x`.

    Raises:
        WorkflowFault: with all faults, each with its line.
    """
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > MOST_BYTES:
        fault = Fault(1, f"{len(data)} bytes", f"{MOST_BYTES} at most", "Split it into several workflows.")
        raise WorkflowFault(path, [fault])
    try:
        document = parse_markdown(text)
    except BadInput as error:
        raise WorkflowFault(path, [_yaml_fault(error)]) from error
    if not document.front_matter:
        mend = "Begin the file with a line `---`, then `name: …` and `description: …`, then `---`."
        raise WorkflowFault(path, [Fault(1, "no front matter", "a name and a description", mend)])
    lines = Lines(keys=_key_lines(text))
    workflow = read_front(document.front_matter, _title(document), path, hashlib.sha256(data).hexdigest(), lines)
    workflow = _with_sections(workflow, document, lines)
    if lines.faults:
        raise WorkflowFault(path, lines.faults)
    return workflow


def _with_sections(workflow: Workflow, document: Document, lines: Lines) -> Workflow:
    found = dict(_sections(document, lines))
    rules = tuple(_rules(found.get("rules"), lines))
    search, do, check = (tuple(_steps(found.get(name), lines)) for name in SECTIONS[1:])
    warnings = tuple(outside(rule) for rule in rules if rule.kind is RuleKind.FOR_MODEL)
    workflow = replace(workflow, rules=rules, warnings=warnings, search=search, do=do, check=check)
    told = {fault.line for fault in lines.faults}
    across = [*line_faults(workflow), *whole_faults(workflow, lines)]
    lines.faults.extend(fault for fault in across if fault.line not in told)  # a line's own fault comes first
    return workflow


def _title(document: Document) -> str:
    return next((section.heading for section in document.sections if section.level == 1), "")


def _yaml_fault(error: BadInput) -> Fault:
    match = re.match(r"Line (\d+): (.*)", error.message, re.DOTALL)
    line, seen = (int(match[1]), match[2].rstrip(".")) if match else (1, error.message)
    return Fault(line, short(seen, 200), "front matter in YAML", error.next_step or "Mend that line.")


def _key_lines(text: str) -> dict[tuple[str, ...], int]:
    """The line of every key in the front matter; it is known to be good YAML."""
    rows = normalised(text).split("\n")
    end = next((i for i, row in enumerate(rows) if i and row.rstrip() in ("---", "...")), len(rows))
    found: dict[tuple[str, ...], int] = {}
    _walk(YAML(typ="safe", pure=True).compose("\n".join(rows[:end])), (), found, set())
    return found


def _walk(node: Any, path: tuple[str, ...], found: dict[tuple[str, ...], int], seen: set[int]) -> None:
    if not isinstance(node, MappingNode) or id(node) in seen:  # an alias may lead back to what holds it
        return
    seen.add(id(node))
    pairs: list[tuple[Node, Node]] = node.value
    for key, value in pairs:
        if isinstance(key, ScalarNode):
            here = (*path, key.value)
            found[here] = key.start_mark.line + 1
            _walk(value, here, found, seen)


def _sections(document: Document, lines: Lines) -> Iterator[tuple[str, Section]]:
    for section in document.sections:
        name = section.heading.casefold()
        if name in SECTIONS and name not in lines.headings:
            lines.headings[name] = section.line
            yield name, section
        lines.faults.extend(_heading_faults(section, name, lines))


def _heading_faults(section: Section, name: str, lines: Lines) -> Iterator[Fault]:
    written = f"`{'#' * section.level} {short(section.heading, 40)}`"
    if name in SECTIONS:
        if section.level != 2:
            yield Fault(section.line, written, "two # before it", f"Write `## {name.capitalize()}`.")
        if lines.headings[name] != section.line:
            yield Fault(section.line, f"a second {written}", "each section once", "Put its lines into the first one.")
        if not section.items:
            yield Fault(section.line, f"{written} without a list", "a list below it", "Add a line, or take it out.")
    elif any(above.casefold() in SECTIONS for above in section.path[:-1]) and section.items:
        yield Fault(section.line, f"a list under {written}", "no headings within a section", "Take the heading out.")
    elif near := nearest(name, SECTIONS, 70):
        yield Fault(section.line, written, "Rules, Search, Do or Check", f"Did you mean `## {near.capitalize()}`?")


def _items(section: Section, kind: str, lines: Lines) -> Iterator[Block]:
    for item in section.items:
        if item.parents:
            mend = f"Make it a {kind} of its own, after the other."
            lines.faults.append(Fault(item.lines[0], f"a list inside a {kind}", "one list, one level", mend))
        else:
            yield item


def _rules(section: Section | None, lines: Lines) -> Iterator[Rule]:
    if section is None:
        return
    for item in _items(section, "rule", lines):
        yield parse_rule(item.text, item.lines[0])
    for line, text in _loose(section):
        if parse_rule(text, line).kind is not RuleKind.FOR_MODEL:
            lines.faults.append(
                Fault(line, f"“{short(text)}” outside the list", "a list item", f"Write `- {short(text)}`.")
            )


def _steps(section: Section | None, lines: Lines) -> Iterator[Step]:
    if section is None:
        return
    for item in _items(section, "step", lines):
        text, line = item.text[:MOST_STEP], item.lines[0]
        found = parse_step(text, line)
        if isinstance(found, Fault):
            lines.faults.append(found)
            found = guess_step(text, line)
        yield found
    for line, text in _loose(section):
        if starts_like_step(text):
            mend = f"Write `1. {short(text)}`, or begin the sentence with another word."
            lines.faults.append(Fault(line, f"“{short(text)}” without a number", "a numbered step", mend))


def _loose(section: Section) -> Iterator[tuple[int, str]]:
    """The lines of a section that stand outside its list."""
    for block in section.blocks:
        if block.kind == "paragraph":
            yield from enumerate(block.text.split("\n"), block.lines[0])
