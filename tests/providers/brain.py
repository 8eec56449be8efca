"""What a fake model thinks: the offline rules, over nothing but the fields of the prompt that it was sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agents.reasoning.offline.lexis import content
from agents.reasoning.offline.meaning import Meaning
from agents.reasoning.offline.taste import preferences
from agents.reasoning.offline.understand import understand
from agents.reasoning.offline.weigh import weigh
from agents.reasoning.port import Heard, Waiting
from agents.types import Candidate, Preference
from memory.embed import MiniLM
from memory.evidence import Evidence
from workflows.model import Workflow

WORKFLOW = """---
name: order-candles
description: Order candles.
examples: ["order three candles"]
sites: ["{site}"]
details:
  count: {{type: count, ask: "How many?"}}
terms: {{total: none}}
requests:
  commit: ["POST /orders"]
---
# Order candles

## Search
1. Open /candles
2. Collect every "article" as a candidate

## Do
1. Open {{choice.url}}
2. Enter {{count}} in "How many"
3. Check that the page says {{choice.name}}, {{count}}, no charge
4. **Commit:** press "Order"
5. Keep "Number" as reference

## Check
1. Open /my/orders
2. Look for {{choice.name}} for {{count}}
"""


class Brain:
    """Answers every prompt as well as the offline rules can.

    Args:
        workflows: those that the prompts speak of; a prompt names their details, not all that they are.
    """

    def __init__(self, model: MiniLM, workflows: tuple[Workflow, ...]) -> None:
        self._embed, self._meaning, self._workflows = model.embed, Meaning(model.embed), workflows

    def __call__(self, task: str, fields: dict[str, Any]) -> dict[str, Any]:
        thought: dict[str, Any] = getattr(self, f"_{task}")(fields)
        return thought

    def _hello(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ready": True}

    def _understand(self, fields: dict[str, Any]) -> dict[str, Any]:
        text = fields["message"]
        now = dt.datetime.strptime(fields["now"].split(" ", 1)[1], "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC)
        waiting = Waiting.model_validate(fields["waiting"]) if fields["waiting"] else None
        heard = Heard(text=text, now=now, waiting=waiting, **fields["known"])
        read = understand(heard, self._workflows, self._embed)
        return {
            "intent": read.intent,
            "workflow": read.workflow if read.workflow and read.intent == "request" else "",
            "details": [{"name": k, "said": text, "value": _written(v)} for k, v in read.details.items()],
            "declined": list(read.declined),
            "wishes": list(read.wishes),
            "new_only": read.new_only,
            "choice": {0: "top", 1: "backup", None: ""}[read.choice],
            "subject": read.subject,
        }

    def _preferences(self, fields: dict[str, Any]) -> dict[str, Any]:
        found = preferences(fields["question"], _evidence(fields["notes"]), self._meaning)
        said = {n["id"]: n["says"] for n in fields["notes"]}
        note = {s.id: s.evidence[0] for s in found.statements}
        older = {new: note[old] for new, old in found.contradictions if new in note and old in note}
        statements = [_taste(s, said) | {"outdates": older.get(s.id, "")} for s in found.statements]
        return {"statements": statements, "unknown": list(found.unknown)}

    def _decide(self, fields: dict[str, Any]) -> dict[str, Any]:
        known = preferences("", _evidence(fields["notes"]), self._meaning).statements
        said = {n["id"]: n["says"] for n in fields["notes"]}
        candidates = tuple(_candidate(c) for c in fields["candidates"])
        scores = weigh(candidates, known, tuple(fields["wishes"]), fields["details"], self._meaning)
        weighed = [
            {
                "candidate": s.candidate,
                "fit": s.fit,
                "reasons": [{"text": r.text, "notes": list(r.evidence), "page": ""} for r in s.reasons[:2]],
                "tradeoffs": list(s.tradeoffs[:1]),
            }
            for s in scores
        ]
        return {"tastes": [_taste(s, said) for s in known[:8]], "weighed": weighed}

    def _improvise(self, fields: dict[str, Any]) -> dict[str, Any]:
        wanted = content(fields["request"])
        read = [one["id"] for one in fields["links"] if not fields["pages"] and wanted & content(one["text"])][:2]
        sources = [(n["id"], n["says"]) for n in fields["notes"] if wanted & content(n["says"])][:2]
        pages = [(p["id"], p["title"], p["text"].strip().splitlines()[0]) for p in fields["pages"]]
        things = [
            {"name": title, "fit": 0.9 - n / 10, "reasons": [_claim("Its page says so.", name, line)], "tradeoffs": []}
            for n, (name, title, line) in enumerate(pages)
        ]
        return {
            "read": read,
            "paragraphs": [_claim("Your notes speak of it.", name, says) for name, says in sources],
            "things": things,
            "unknown": [] if sources or pages else [fields["request"]],
            "doing": "order it" if "order" in wanted else "",
        }

    def _draft(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {"markdown": WORKFLOW.format(site=fields["sites"][0])}

    def _ground(self, fields: dict[str, Any]) -> dict[str, Any]:
        wanted = content(fields["step"])
        fits = [c["ref"] for c in fields["controls"] if wanted & content(c["name"])]
        return {"ref": fits[0] if len(fits) == 1 else ""}


def _claim(text: str, source: str, quote: str) -> dict[str, Any]:
    return {"text": text, "sources": [source], "quote": quote}


def _written(value: Any) -> str:
    return f"{value['amount']} {value['currency']}" if isinstance(value, dict) else str(value)


def _evidence(notes: list[dict[str, Any]]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(id=n["id"], path="memory/notes.md", section=n["under"], quote=n["says"], date=n.get("date"))
        for n in notes
    )


def _taste(statement: Preference, said: dict[str, str]) -> dict[str, Any]:
    note = statement.evidence[0]
    return {
        "note": note,
        "quote": statement.text if statement.text in said[note] else said[note],
        "subject": statement.subject,
        "polarity": statement.polarity,
        "strength": statement.strength,
    }


def _candidate(brief: dict[str, Any]) -> Candidate:
    facts = {"description": ". ".join(brief.get("says", [])), "servesCuisine": brief.get("kind", [])}
    return Candidate(id=brief["id"], name=brief["name"], url="http://x.localhost/", facts=facts, seen_at="2026-11-21")
