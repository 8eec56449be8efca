"""A run's papers: plan.md, steps.md and receipt.md in home/runs/<task>/, for a person to read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from agents.types import Receipt
from memory.home import replace


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
        file.write(f"{start}- {at:%H:%M:%S} {text}{picture}\n")


def write_receipt(home: Path, task: str, receipt: Receipt) -> None:
    """What the page said, or what is known where it was not done."""
    heading = {"done": "Done", "refused": "Not done", "unknown": "Unclear whether it was done"}[receipt.state]
    lines = [f"# {heading}", ""]
    if receipt.note:
        lines += [receipt.note, ""]
    if receipt.reference:
        lines.append(f"- Reference: **{receipt.reference}**")
    lines += [f"- {name}: {value}" for name, value in receipt.terms.items() if value not in (None, receipt.reference)]
    lines.append(f"- At: {dt.datetime.fromisoformat(receipt.at):%A %d %B %Y, %H:%M:%S}")
    if receipt.screenshot:
        lines += ["", f"![The page as it stood]({Path(receipt.screenshot).name})"]
    replace(folder(home, task) / "receipt.md", ("\n".join(lines) + "\n").encode())
