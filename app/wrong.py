"""Wrong: an answer that the person calls wrong becomes a case of theirs, in a file that they can edit."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agents.evals.cases import FOLDER
from agents.executor.mandate import plan_text
from agents.keeper import Keeper
from agents.orchestrator import say
from agents.orchestrator.remember import UNDO
from agents.reasoning.offline.spans import fold
from agents.types import Decision, Reply
from app.channels import store
from app.channels.store import Row
from workflows.faults import short

_LEAD = r"\W*(?:(?:no|hey|hm+|sorry|but|ok(?:ay)?|well)\b\W*)*"
_WRONG = re.compile(
    rf"{_LEAD}(?:(?:that|this|it)(?: was|'s| is|’s) (?:just |simply |all |totally |completely |plain(?:ly)? )?"
    r"(?:wrong|not right|incorrect|a (?:mistake|bad (?:answer|choice|suggestion|idea)))"
    r"|wrong (?:answer|again)|you got (?:that|it|this) wrong)(?P<why>[\s,;:.!–—-].*)?",
    re.DOTALL,
)
_BARE = re.compile(r"\W*wrong\W*")
_CITED = re.compile(r"\s*\([^()]*\.\w+(?::[\d-]+| p\. \d+)?[^()]*\)\s*$")
_TITLE, _SENTENCE, _SAID = 60, 120, 240  # characters


@dataclass(frozen=True, slots=True)
class Wrong:
    """Hears that an answer was wrong, and writes the case down."""

    database: AsyncEngine
    keeper: Keeper

    async def heard(self, row: Row) -> Reply | None:
        """What is said to "that was wrong"; None for any other message."""
        said = _WRONG.fullmatch(fold(row.text))
        if said is None and not _BARE.fullmatch(fold(row.text)):
            return None
        async with self.database.connect() as conn:
            last = await store.last_reply(conn, row.conversation, upto=row.seen)
            waits = last is not None and (last.question or last.decision or last.plan)
            if said is None and waits:
                return None  # a "no" to what waits
            if last is None or last.task is None or (must := await _must_not(conn, last)) is None:
                nothing = "There is no answer of mine before that which could be made a case. Write one by hand: "
                return Reply(kind="answer", text=f"{nothing}a file in {FOLDER}/ of your home.")
            says = await store.said(conn, last.task, row.seq)
        why = row.text[said.start("why") :].strip(" \n,;:.!–—-") if said and said["why"] else ""
        path = await asyncio.to_thread(self._write, row.at[:10], says, must, last, why)
        return _again(self._told(path, must), last)

    def _write(self, day: str, says: Sequence[str], must: str, last: Reply, why: str) -> str:
        title = short(re.sub(r"[\\`*_\[\]<>#|~]", "", says[0]), _TITLE).strip(" .?!-")
        parts = [
            f"# {title or 'A case'}",
            "\n".join(f"> {_message(text)}" for text in says),
            f"Called wrong on {say.day(day)}" + (f": {' '.join(why.split())}" if why else ""),
            f"It said: {short(re.sub(r'[*_`]', '', last.text), _SAID)}",
            f"- {must}",
        ]
        slug = "-".join(re.findall(r"[a-z0-9]+", fold(title))[:6]) or "case"
        return self.keeper.keep(f"{FOLDER}/{day}-{slug}", "\n\n".join(parts) + "\n", f"A case: {title}")

    def _told(self, path: str, must: str) -> str:
        stays = self.keeper.history.why_not
        undo = f"{stays} To take it back, delete the file." if stays else UNDO
        return (
            f"I wrote that down as a case of yours, in {path}:\n> {say.quoted(must)}\n\n"
            f"Say there what must come out instead; `rflow eval` tells whether it does. {undo}"
        )


async def _must_not(conn: AsyncConnection, last: Reply) -> str | None:
    """What must not come out again; None where the last answer was a fault of ours."""
    if last.kind == "error" or last.task is None:
        return None
    if last.kind == "refusal":
        return "must not refuse"
    if last.question:
        return f"must not ask for {last.question.detail}".removesuffix(" for ")
    if last.kind == "answer" or last.again:
        return f"must not say “{_sentence(last.text)}”"
    proposed = await _proposed(conn, last.task)
    return f"must not propose “{proposed}”" if proposed else None


async def _proposed(conn: AsyncConnection, task: str) -> str:
    """What was proposed last: the plan's item, else the top choice."""
    for reply in await store.replies(conn, task):
        if reply.plan and reply.plan.terms.get("item"):
            return str(reply.plan.terms["item"])
        if isinstance(reply.decision, Decision):
            return reply.decision.top.name
    return ""


def _sentence(text: str) -> str:
    """The first thing that an answer states, without marks and its place in the files."""
    lines = [re.sub(r"[*_`“”\"„]|^\W+", "", line).strip() for line in text.split("\n")]
    listed = [lines[n] for n, line in enumerate(text.split("\n")) if line.startswith("- ")]
    line = _CITED.sub("", next(filter(None, [*listed, *lines]), ""))
    return line if len(line) <= _SENTENCE else line[:_SENTENCE].rsplit(" ", 1)[0]


def _message(text: str) -> str:
    """On one line, as it is read back: what markdown would take for a list or a heading is put in quotation marks."""
    line = " ".join(text.split())
    return line if re.match(r"[^\W\d_]|\d+(?![.)\d])", line) else f"“{line}”"


def _again(said: str, last: Reply) -> Reply:
    """What was said, and what still waits: a plan in full, because it is what a Go would approve."""
    if last.plan:
        return last.model_copy(update={"text": f"{said}\n\n{plan_text(last.plan)}"})
    if last.question:
        return last.model_copy(update={"text": "\n\n".join([said, last.text.rsplit("\n\n", 1)[-1]])})
    if last.decision:
        different = "Say “something different” for two others."
        return last.model_copy(update={"text": f"{said}\n\n{different}", "kind": "decision", "again": True})
    return Reply(kind="answer", text=said, task=last.task)
