"""Checked once more, for a language model: its values are what the message says, its reasons what was read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal

from agents.reasoning.checked import NUMBER, Checked, verbatim
from agents.reasoning.offline.numbers import NUMBER as NUMBER_SAID
from agents.reasoning.offline.numbers import amount
from agents.reasoning.offline.reading import read_details
from agents.reasoning.offline.remarks import may_be_passed_on, remark
from agents.reasoning.offline.spans import fold
from agents.reasoning.port import Case, Heard, Judgement, Score, Understanding
from agents.types import Candidate, DetailValue
from workflows.model import Detail, DetailType, Workflow


class CheckedModel(Checked):
    """What holds for every reasoner, and that nothing rests on the model's word alone.

    - A date, a time, a number or an amount is what code reads in the message, where it reads one. Where it reads none,
      the model's stands if it is not in the past, and of an amount the number is said; it is told to the person before
      anything rests on it.
    - Wishes are stretches of the message.
    - What it would write down of a message that may hold somebody else's words is proposed.
    - A reason or tradeoff holds no number that stands in nothing the model was given.
    """

    async def understand(self, heard: Heard, workflows: tuple[Workflow, ...]) -> Understanding:
        """See `Checked`."""
        read = await super().understand(heard, workflows)
        named = read.workflow or heard.workflow
        workflow = next((w for w in workflows if w.name == named), None)
        wishes = tuple(w for w in read.wishes if verbatim(w, heard.text))
        passed_on = read.intent == "remember" and remark(heard.text) is None and may_be_passed_on(heard.text)
        return read.model_copy(
            update={"wishes": wishes, "passed_on": passed_on, **(_as_parsed(read, heard, workflow) if workflow else {})}
        )

    async def decide(self, case: Case) -> Judgement:
        """See `Checked`."""
        judged = await super().decide(case)
        candidates = {c.id: c for c in case.candidates}
        quotes = {e.id: e.quote for e in (*case.preferences.evidence, *case.preferences.further)}
        asked = json.dumps([case.details, case.wishes, case.request], ensure_ascii=False)
        scores = tuple(_sober(s, candidates[s.candidate], (asked, *quotes.values())) for s in judged.scores)
        return judged.model_copy(update={"scores": scores})


def _as_parsed(read: Understanding, heard: Heard, workflow: Workflow) -> dict[str, object]:
    parsed = read_details(heard, workflow, heard.waiting.detail if heard.waiting else None)
    impossible = {p.detail for p in parsed.problems}
    details: dict[str, DetailValue] = {}
    for name, value in read.details.items():
        detail = workflow.detail(name)
        if detail is None or name in impossible:
            continue
        if name in parsed.values and detail.type not in (DetailType.TEXT, DetailType.CHOICE):
            details[name] = parsed.values[name]
        elif _stands_alone(detail, value, heard):
            details[name] = value
    problems = tuple(p for p in parsed.problems if p.detail in read.details or p in read.problems)
    return {"details": details, "problems": tuple(dict.fromkeys((*read.problems, *problems)))}


def _stands_alone(detail: Detail, value: DetailValue, heard: Heard) -> bool:
    """Whether a value counts that code does not read in the message."""
    if isinstance(value, dict):  # an amount that code does not know for one: its number stands in the message
        said = {amount(found[0]) for found in re.finditer(NUMBER_SAID, fold(heard.text))}
        return Decimal(value["amount"]) in said
    if detail.type is DetailType.DATE:
        return str(value) >= heard.now.date().isoformat()
    return detail.type is not DetailType.TEXT or value in detail.options or verbatim(str(value), heard.text)


def _sober(score: Score, candidate: Candidate, known: Iterable[str]) -> Score:
    """A score without what names a number that stands nowhere."""
    told = json.dumps(candidate.model_dump(mode="json", exclude={"url", "seen_at"}), ensure_ascii=False)
    numbers = set(NUMBER.findall(" ".join((told, *known))))
    return score.model_copy(
        update={
            "reasons": tuple(r for r in score.reasons if set(NUMBER.findall(r.text)) <= numbers),
            "tradeoffs": tuple(t for t in score.tradeoffs if set(NUMBER.findall(t)) <= numbers),
        }
    )
