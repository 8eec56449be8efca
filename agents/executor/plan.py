"""The plan: a workflow's steps bound to details and a candidate, and the terms that a mandate holds of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from agents.executor.bound import BoundStep, as_text, bound_steps, hash_of, search_values
from agents.executor.mandate import Plan
from agents.executor.origins import among, origin_of
from agents.types import Candidate, DetailValue, Frozen
from memory.errors import BadInput
from workflows.bind import placeholders
from workflows.grammar import TOTAL_WORDS
from workflows.model import Detail, DetailType, Limits, Money, Verb, Workflow

_PARTY = {"party", "guest", "guests", "people", "persons", "seats", "diners", "covers", "travellers", "adults"}


class BoundPlan(Frozen):
    """What would be done: the terms, the steps, and the look that tells afterwards whether it was."""

    workflow: str
    title: str
    plan: Plan
    do: tuple[BoundStep, ...]
    check: tuple[BoundStep, ...]
    go_expires: int
    code_needed: bool

    @property
    def steps_hash(self) -> str:
        """SHA-256 over the bound steps, hex."""
        return hash_of(self.do, self.check)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The steps for people."""
        return tuple(step.text for step in self.do)


def plan_for(
    workflow: Workflow,
    details: Mapping[str, DetailValue],
    candidate: Candidate,
    *,
    price: Mapping[str, str] | None,
    account_label: str | None,
    tz: str,
    files: Path | None = None,
) -> BoundPlan:
    """The plan for doing `workflow` with these details and this candidate.

    Args:
        price: what one would pay as shown ({"amount", "currency"}), or None where the site shows none.
        account_label: the name that the site shows when the person is logged in, where the workflow needs a login.
        tz: the home's time zone, for example "Europe/Lisbon".
        files: the folder whose files may be uploaded.

    Raises:
        NotFound: a file to upload is not there.
        BadInput: the candidate is on another site, a value is missing, or a term would not be read back before Commit.
    """
    if not among(candidate.url, workflow.sites):
        raise BadInput(
            f"{candidate.name} is at {candidate.url}, which is not on {' or '.join(workflow.sites)}.",
            f"Add the site to `sites` in {workflow.path} if it is meant.",
        )
    values = _values(details, candidate)
    do = bound_steps(workflow, workflow.do, values, files)
    check = bound_steps(workflow, workflow.check, values)
    _refuse_unchecked(workflow, do, details)
    plan = Plan(
        origin=origin_of(candidate.url) or "",
        action=workflow.name,
        item=candidate.name,
        tz=tz,
        account_label=account_label if workflow.account else None,
        workflow_hash=workflow.hash,
        steps_hash=hash_of(do, check),
        **_detail_terms(workflow, details),
        **_price_terms(workflow, price, candidate),
    )
    return BoundPlan(
        workflow=workflow.name,
        title=f"{workflow.title}: {candidate.name}",
        plan=plan,
        do=do,
        check=check,
        go_expires=workflow.limits.go_expires,
        code_needed=_code_needed(workflow.limits, plan),
    )


def _values(details: Mapping[str, DetailValue], candidate: Candidate) -> dict[str, str]:
    facts = {f"choice.{k}": str(v) for k, v in candidate.facts.items() if isinstance(v, str | int | float)}
    choice = {"choice.name": candidate.name, "choice.url": candidate.url, "choice.id": candidate.id}
    if candidate.price:
        choice["choice.price"] = as_text(dict(candidate.price))
    return search_values(details) | facts | choice


def _used(workflow: Workflow, details: Mapping[str, DetailValue]) -> list[Detail]:
    """The details that Do rests on, in the file's order."""
    names = {name for step in workflow.do for name in placeholders(step)}
    return [d for d in workflow.details if d.name in names and d.name in details]


def _detail_terms(workflow: Workflow, details: Mapping[str, DetailValue]) -> dict[str, object]:
    terms: dict[str, object] = {}
    options: dict[str, str] = {}
    for detail in _used(workflow, details):
        value = details[detail.name]
        field = next((f for f in _fields(detail) if f not in terms), None)
        if field is None:
            options[detail.name] = as_text(value)
        else:
            terms[field] = value
    return terms | {"options": options or None}


def _fields(detail: Detail) -> tuple[str, ...]:
    """The plan's fields that a detail may fill, the first free one being taken."""
    if detail.type is DetailType.DATE:
        return ("date", "end_date")
    if detail.type is DetailType.TIME:
        return ("time",)
    if detail.type is DetailType.COUNT:
        return ("party",) if _PARTY.intersection(re.split(r"[_\W]+", detail.name.lower())) else ("quantity",)
    return ()


def _price_terms(workflow: Workflow, price: Mapping[str, str] | None, candidate: Candidate) -> dict[str, object]:
    if workflow.terms.get("total") == "none":
        return {}
    cap = workflow.limits.total
    if cap is None:
        raise BadInput(
            f"{workflow.path} spends money without a bound.",
            "Add `limits: {total: 100 EUR}`, or `terms: {total: none}`.",
        )
    if price and price["currency"] != cap.currency:
        raise BadInput(
            f"{candidate.name} costs {price['amount']} {price['currency']}; the bound is in {cap.currency}.",
            "Choose another, or give the bound in that currency.",
        )
    return {
        "payee": origin_of(candidate.url),
        "currency": cap.currency,
        "price_shown": price["amount"] if price else None,
        "price_cap": str(cap.amount),
    }


def _code_needed(limits: Limits, plan: Plan) -> bool:
    above = limits.code_above
    if above is None or plan.price_cap is None:
        return False
    amount = Money(type(above.amount)(plan.price_shown or plan.price_cap), plan.currency or "")
    return amount.currency != above.currency or amount.amount > above.amount


def _refuse_unchecked(workflow: Workflow, do: tuple[BoundStep, ...], details: Mapping[str, DetailValue]) -> None:
    """The workflow's own check, once more on what is bound: free text alone need not be read back."""
    commit = next((i for i, step in enumerate(do) if step.commit), None)
    if commit is None:
        raise BadInput(f"{workflow.path} has no **Commit:** step.", "Mark the step that cannot be taken back.")
    terms = [term for step in do[:commit] if step.verb is Verb.CHECK_THAT for term in step.terms]
    read = {"total" if t.type == "phrase" and t.value.casefold() in TOTAL_WORDS else t.name for t in terms}
    needed = [d.name for d in _used(workflow, details) if d.type is not DetailType.TEXT]
    item = ["item"] if workflow.search else []
    missing = [name for name in (*item, *needed, "total") if name not in read and name not in workflow.terms]
    if missing:
        raise BadInput(
            f"{workflow.path} would commit without reading back {', '.join(missing)}.",
            "Name them in a `Check that the page says …` before **Commit:**, or declare them `none` under `terms`.",
        )


Lookup = Callable[[str], Workflow | None]
"""The workflow of that name as its file stands now, or None."""
