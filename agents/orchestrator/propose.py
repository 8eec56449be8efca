"""Propose: one top choice and one backup, as data and in words, or what stands in the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from agents.crew import Crew
from agents.orchestrator import rank as ranking
from agents.orchestrator import say
from agents.reasoning.port import Waiting
from agents.state import Json, TaskState
from agents.types import Candidate, Decision, Exclusion, Option, Preferences, Question, Reply
from memory.evidence import Evidence
from memory.style import Style
from workflows.model import DetailType, Workflow


async def rank(state: TaskState, crew: Crew) -> TaskState:
    """Apply the hard rules, weigh the rest, and take two.

    What was turned down by asking for something different stays out for the rest of the task, unless a changed
    request leaves nothing else.
    """
    different = state["understood"]["intent"] == "different"
    rejected = state.get("shown", []) if different else state.get("rejected", [])
    ranked = await _ranked(state, crew, frozenset(rejected))
    noted = state.get("noted", "")
    if ranked.decision is None and rejected and not different:
        ranked, rejected = await _ranked(state, crew, frozenset()), []
        noted = "\n\n".join(p for p in (noted, "Nothing new fits that, so you have seen these before.") if p)
    said = f"Weighed {len(state['candidates'])}; {len(ranked.excluded)} left out by your rules and notes."
    return {
        "ranked": ranked.model_dump(mode="json"),
        "rejected": rejected,
        "noted": noted if ranked.decision else state.get("noted", ""),
        "trace": [*state.get("trace", []), said],
    }


async def _ranked(state: TaskState, crew: Crew, exclude: frozenset[str]) -> ranking.Ranked:
    return await ranking.rank(
        tuple(Candidate.model_validate(c) for c in state["candidates"]),
        crew.registry.get(state["workflow"]),
        state["details"],
        tuple(state["wishes"]),
        state["new_only"],
        Preferences.model_validate(state["preferences"]),
        crew.retriever,
        crew.reasoner,
        exclude,
        state["request"],
        Style.of(crew.home).tone,
    )


async def propose(state: TaskState, crew: Crew) -> TaskState:
    """Say the decision set, or why there is none and what would do."""
    ranked = ranking.Ranked.model_validate(state["ranked"])
    workflow = crew.registry.get(state["workflow"])
    opening = say.opening(state, workflow, crew.clock().date(), Style.of(crew.home))
    opening = "\n\n".join(filter(None, (state.get("noted"), opening)))
    if ranked.decision is None:
        reply, waiting = _nothing(ranked, workflow, opening, again=bool(state.get("rejected")))
        status: Json = {"status": "asking"}
    else:
        reply, waiting = _decision(ranked.decision, opening)
        shown = [o.name for o in (ranked.decision.top, ranked.decision.backup) if o]
        status = {"status": "deciding", "shown": [*state.get("shown", []), *shown]}
    update: TaskState = {
        "opened": True,
        "noted": "",
        "choice": 0,
        "reply": reply.model_dump(mode="json"),
        "waiting": waiting.model_dump(mode="json"),
    }
    return {**update, **status}  # type: ignore[typeddict-item]


def decision_waits(state: TaskState) -> Json:
    """What a task waits for once a decision set is on the table."""
    decision = Decision.model_validate((state["ranked"] or {})["decision"])
    names = tuple(option.name for option in (decision.top, decision.backup) if option)
    return Waiting(kind="decision", names=names).model_dump(mode="json")


def _decision(decision: Decision, opening: str) -> tuple[Reply, Waiting]:
    evidence = {e.id: e for e in decision.evidence}
    parts = [opening, _option("Top choice", decision.top, evidence)]
    names = [decision.top.name]
    if decision.backup:
        parts.append(_option("Backup", decision.backup, evidence))
        names.append(decision.backup.name)
    parts.append(_left_out(decision.excluded, evidence))
    parts.append(_how_to_choose(names))
    text = "\n\n".join(p for p in parts if p)
    return Reply(kind="decision", text=text, decision=decision), Waiting(kind="decision", names=tuple(names))


def _option(label: str, option: Option, evidence: Mapping[str, Evidence]) -> str:
    seen = dt.datetime.fromisoformat(option.seen_at)
    facts = " · ".join(p for p in (option.price, f"seen {seen:%H:%M}") if p)
    lines = [f"**{label}: {say.quoted(option.name)}** · {say.quoted(facts)}"]
    lines += [f"- {say.quoted(r.text)}{say.cites(r.evidence, evidence)}" for r in option.reasons]
    lines += [f"- But: {say.quoted(t)}" for t in option.tradeoffs]
    return "\n".join(lines)


def _left_out(excluded: tuple[Exclusion, ...], evidence: Mapping[str, Evidence], most: int = 4) -> str:
    if not excluded:
        return ""
    cited = sorted(excluded, key=lambda e: not e.evidence)[:most]
    lines = [f"- {say.quoted(e.name)}: {say.quoted(e.reason)}{say.cites(e.evidence, evidence)}" for e in cited]
    rest = len(excluded) - len(cited)
    more = f"\n- and {rest} more; ask “why not …?”" if rest else ""
    return "Left out:\n" + "\n".join(lines) + more


def _how_to_choose(names: list[str]) -> str:
    names = [say.quoted(name) for name in names]
    other = f", “backup” for {names[1]}" if len(names) > 1 else ""
    return f"Say “top” for {names[0]}{other}, “something different”, or “no thanks”. Nothing is booked yet."


def _nothing(ranked: ranking.Ranked, workflow: Workflow, opening: str, again: bool) -> tuple[Reply, Waiting]:
    evidence = {e.id: e for e in ranked.evidence}
    what = "Nothing else is left" if again else "Nothing fits"
    parts = [opening, f"{what}, and I propose nothing that breaks your rules. Nothing was done."]
    parts.append(_left_out(ranked.excluded, evidence))
    when = next((d for d in workflow.details if d.type is DetailType.TIME), None)
    options = tuple(dict.fromkeys(ranked.nearest))[:5] if when else ()
    if when and options:
        parts.append(f"The nearest that is free: {', '.join(options)}. Take one, or name another day.")
    else:
        parts.append("Change a detail (another day, area or budget), or say “never mind”.")
    detail = when.name if when else ""
    question = Question(detail=detail, type=when.type.value if when else "text", options=options)
    text = "\n\n".join(p for p in parts if p)
    return Reply(kind="question", text=text, question=question), Waiting(
        kind="question", detail=detail or None, options=options
    )
