"""A run's papers: plan.md, steps.md and receipt.md in home/runs/<task>/, written for a person, and read back."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from agents.types import Receipt, ReceiptState
from memory.home import replace

HEADINGS: dict[str, ReceiptState] = {"Done": "done", "Not done": "refused", "Unclear whether it was done": "unknown"}
_ASKED = re.compile(r"^You asked: “(.*)”$", re.MULTILINE)
_TITLE = re.compile(r"^\*\*(.+)\*\*$", re.MULTILINE)
_STEP = re.compile(r"- (?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d) )?(.*)")
_PICTURE = re.compile(r"!\[.*\]\(([\w-]+\.png)\)$", re.MULTILINE)
_REFERENCE = re.compile(r"^- Reference: \*\*(.+)\*\*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it was taken.

    Attributes:
        at: when it was done; None in papers of before times were written whole.
        picture: the screenshot's name in the run's folder; empty where there is none.
    """

    text: str
    at: dt.datetime | None = None
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Papers:
    """A run's papers as they stand; a text is empty where that paper is missing."""

    plan: str = ""
    steps: tuple[Step, ...] = ()
    receipt: str = ""

    @property
    def asked(self) -> str:
        """The person's words."""
        return _first(_ASKED, self.plan)

    @property
    def title(self) -> str:
        """What the plan is called."""
        return re.sub(r"\\(.)", r"\1", _first(_TITLE, self.plan))

    @property
    def state(self) -> ReceiptState | None:
        """How it ended, or None."""
        return HEADINGS.get(self.receipt.partition("\n")[0].removeprefix("# "))

    @property
    def reference(self) -> str:
        """What the site calls it."""
        return _first(_REFERENCE, self.receipt)

    @property
    def picture(self) -> str:
        """The receipt's picture, else the last step's."""
        seen = [step.picture for step in self.steps if step.picture]
        return _first(_PICTURE, self.receipt) or next(reversed(seen), "")


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def tasks(home: Path) -> list[str]:
    """The runs that have papers."""
    return [path.parent.name for path in (home / "runs").glob("*/plan.md")]


def read(home: Path, task: str) -> Papers:
    """A run's papers; what cannot be read is missing."""
    return Papers(_text(home, task, "plan"), steps_in(_text(home, task, "steps")), _text(home, task, "receipt"))


def _text(home: Path, task: str, name: str) -> str:
    try:
        return (home / "runs" / task / f"{name}.md").read_text("utf-8", "replace")
    except OSError:
        return ""


def steps_in(text: str) -> tuple[Step, ...]:
    """The steps of a steps.md."""
    steps: list[Step] = []
    for line in text.splitlines():
        if step := _STEP.fullmatch(line):
            steps.append(Step(step[2], dt.datetime.fromisoformat(step[1]) if step[1] else None))
        elif steps and line.startswith("  ![") and (name := _first(_PICTURE, line)):
            steps[-1] = Step(steps[-1].text, steps[-1].at, name)
    return tuple(steps)


def folder(home: Path, task: str) -> Path:
    """The run's folder, made when first needed."""
    path = home / "runs" / task
    path.mkdir(parents=True, exist_ok=True)
    return path


def write_plan(home: Path, task: str, request: str, text: str, plan_hash: str) -> None:
    """What was offered. A later offer of the same task replaces it."""
    asked = " ".join(request.split())
    page = f"# The plan\n\nYou asked: “{asked}”\n\n{text}\n\nThe Go is bound to exactly this: `{plan_hash}`\n"
    replace(folder(home, task) / "plan.md", page.encode())


def add_step(home: Path, task: str, text: str, screenshot: str | None, at: dt.datetime) -> None:
    """One step as it was taken, with what the page showed. Appended at once: a crash leaves what was done."""
    path = folder(home, task) / "steps.md"
    start = "" if path.exists() else "# What was done\n\n"
    picture = f"\n  ![]({Path(screenshot).name})" if screenshot else ""
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{start}- {at.isoformat(' ', 'milliseconds')} {' '.join(text.split())}{picture}\n")


def write_receipt(home: Path, task: str, receipt: Receipt) -> None:
    """What the page said, or what is known where it was not done."""
    lines = [f"# {next(heading for heading, state in HEADINGS.items() if state == receipt.state)}", ""]
    if receipt.note:
        lines += [receipt.note, ""]
    if receipt.reference:
        lines.append(f"- Reference: **{receipt.reference}**")
    lines += [f"- {name}: {value}" for name, value in receipt.terms.items() if value not in (None, receipt.reference)]
    lines.append(f"- At: {dt.datetime.fromisoformat(receipt.at):%A %d %B %Y, %H:%M:%S}")
    if receipt.screenshot:
        lines += ["", f"![The page as it stood]({Path(receipt.screenshot).name})"]
    replace(folder(home, task) / "receipt.md", ("\n".join(lines) + "\n").encode())
