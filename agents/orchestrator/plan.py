"""Plan: turn the choice into exact steps and terms, and offer the mandate for them."""

from __future__ import annotations

from agents.crew import Crew
from agents.executor import account, ledger
from agents.executor.ledger import Entry
from agents.executor.mandate import Plan, code, new_mandate, plan_text, render
from agents.executor.plan import plan_for
from agents.orchestrator import papers, say
from agents.orchestrator.bookings import reference
from agents.reasoning.port import Waiting
from agents.state import TaskState
from agents.types import Candidate, DetailValue, Reply
from memory.errors import RflowError
from memory.style import Style
from workflows.model import Workflow


async def plan(state: TaskState, crew: Crew) -> TaskState:
    """Offer exactly one plan; an older offer of this conversation ends with it."""
    workflow = crew.registry.get(state["workflow"])
    candidate = chosen(state)
    if workflow.account and account.label(crew.home.root, workflow.sites) is None:
        site = workflow.sites[0]
        text = f"I am not logged in at {site} for you yet, so I can plan nothing there. Nothing was done.\n\n"
        text += f"Log in once, in the assistant's own browser: `rflow login {site}`. Then say it again."
        return {"status": "deciding", "reply": Reply(kind="refusal", text=text).model_dump(mode="json")}
    try:
        bound = plan_for(
            workflow,
            _as_they_write(workflow, state["details"], Style.of(crew.home)),
            candidate,
            price=candidate.price,
            account_label=account.label(crew.home.root, workflow.sites) if workflow.account else None,
            tz=crew.timezone,
            files=crew.home.root / "documents",
        )
        offer = new_mandate(
            bound.plan,
            owner=state["owner"],
            message_id=state["message_id"],
            now=crew.clock(),
            seconds=bound.go_expires,
        )
    except RflowError as cannot:
        reply = Reply(kind="refusal", text=f"{cannot} Nothing was done.")
        return {"status": "deciding", "reply": reply.model_dump(mode="json")}
    secret = code(crew.server_key, offer.hash) if bound.code_needed else None
    async with crew.database.begin() as conn:
        already = [e for e in await ledger.done(conn) if _same_day(e.mandate.plan, bound.plan)]
        await ledger.offer(conn, offer, state["conversation"], bound, state["task"], secret)
    view = render(offer, bound.title, bound.sentences, secret)
    text = plan_text(view)
    papers.write_plan(crew.home.root, state["task"], state["request"], text, view.hash)
    lapsed = state.get("signal", {}).get("lapsed", "")
    parts = (lapsed, state.get("noted", ""), "\n".join(_standing(entry) for entry in already), text)
    reply = Reply(kind="plan", text="\n\n".join(p for p in parts if p), plan=view)
    return {
        "status": "offered",
        "mandate": offer.id,
        "receipt": None,
        "noted": "",
        "plan": view.model_dump(mode="json"),
        "waiting": Waiting(kind="plan").model_dump(mode="json"),
        "reply": reply.model_dump(mode="json"),
        "trace": [*state.get("trace", []), f"Offered the plan {view.hash[:12]}; it holds until {view.expires}."],
    }


def _as_they_write(workflow: Workflow, details: dict[str, DetailValue], style: Style) -> dict[str, DetailValue]:
    """The details, what reaches people in the person's name in their style; the plan shows it before the Go."""
    letters = {d.name for d in workflow.details if d.letter}
    return {name: style.letter(str(value)) if name in letters else value for name, value in details.items()}


def _same_day(before: Plan, now: Plan) -> bool:
    return now.date is not None and (before.action, before.date) == (now.action, now.date)


def _standing(entry: Entry) -> str:
    """What was done before for the same day: the person may have forgotten it, or cancelled it on the site."""
    plan = entry.mandate.plan
    when = f" at {plan.time}" if plan.time else ""
    return f"You already have {say.quoted(plan.item)}{when} that day{reference(entry)}; a Go to this makes one more."


def chosen(state: TaskState) -> Candidate:
    """The one of the decision that the person chose."""
    decision = (state["ranked"] or {})["decision"]
    options = [decision["top"], decision["backup"]]
    chosen = options[state.get("choice", 0)] or decision["top"]
    return Candidate.model_validate(next(c for c in state["candidates"] if c["id"] == chosen["id"]))
