"""A change of a text: shown as a diff, or carried to another version of that text, where only its own lines move."""

from __future__ import annotations

from difflib import SequenceMatcher, unified_diff

Spans = list[tuple[int, int, int, int]]


def diff(path: str, before: str, after: str, context: int = 1) -> str:
    """The change as a unified diff with so many lines around it; empty where there is none."""
    lines = unified_diff(before.splitlines(), after.splitlines(), path, path, n=context, lineterm="")
    return "\n".join(lines)


def carry(before: str, after: str, onto: str) -> str | None:
    """The change from `before` to `after`, made on `onto`; every other line of `onto` stays.

    Returns:
        None where the lines that the change touches are not in `onto` as they are in `before`.
    """
    old, new, here = (text.split("\n") for text in (before, after, onto))
    if old == here:
        return after
    where = _same(old, here)
    made, at = list[str](), 0
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        place = _place(old, here, where, first, last)
        if place is None or place[0] < at:
            return None
        made += here[at : place[0]] + new[start:end]
        at = place[1]
    return "\n".join(made + here[at:])


def _same(old: list[str], here: list[str]) -> dict[int, int]:
    """For each old line that is still there, where."""
    blocks = SequenceMatcher(None, old, here, autojunk=False).get_matching_blocks()
    return {b.a + n: b.b + n for b in blocks for n in range(b.size)}


def _place(old: list[str], here: list[str], where: dict[int, int], first: int, last: int) -> tuple[int, int] | None:
    """Which lines stand there for the old ones from `first` up to `last`; an empty span is a place between two."""
    if first == last:
        if first - 1 in where:
            return where[first - 1] + 1, where[first - 1] + 1
        if first in where:
            return where[first], where[first]
        return (0, 0) if first == 0 else None
    found = [where.get(n) for n in range(first, last)]
    start = found[0]
    if start is None or found != list(range(start, start + len(found))):
        return None
    orphaned = any(line.startswith("#") for line in old[first:last]) and where.get(last) != start + len(found)
    if orphaned and start + len(found) < len(here) and here[start + len(found)].strip():
        return None  # something was written since under a heading that would go
    return start, start + len(found)
