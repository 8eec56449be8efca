"""The plan: a workflow's steps bound to details and a candidate, and the terms that a mandate holds of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from agents.executor.mandate import Plan, canonical
from agents.executor.origins import among, origin_of
from agents.types import Candidate, DetailValue, Frozen
from memory.errors import BadInput
from workflows.bind import bind_all, names_in
from workflows.model import Detail, DetailType, Limits, Money, Step, Verb, Workflow
from workflows.steps import TOTAL_WORDS

TermType = Literal["date", "time", "count", "money", "text", "choice", "name", "phrase"]
"""A detail's type; `name` is the candidate's name; `phrase` is text that must stand on the page as it is."""

_PARTY = {"party", "guest", "guests", "people", "persons", "seats", "diners", "covers", "travellers", "adults"}


class Term(Frozen):
    """One thing that the page must say: the detail's name, its type, and the value in normal form."""

    name: str
    type: TermType
    value: str


class BoundStep(Frozen):
    """A step as it will be taken.

    Attributes:
        text: the sentence shown to the person.
        target, value: bound; `target_type` and `value_type` where the whole of it came from one detail.
        terms: what `check that` and `look for` compare.
    """

    verb: Verb
    text: str
    target: str = ""
    target_type: TermType | None = None
    value: str = ""
    value_type: TermType | None = None
    terms: tuple[Term, ...] = ()
    role: str = ""
    commit: bool = False


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
        return _steps_hash(self.do, self.check)

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
) -> BoundPlan:
    """The plan for doing `workflow` with these details and this candidate.

    Args:
        price: what one would pay as shown ({"amount", "currency"}), or None where the site shows none.
        account_label: the name that the site shows when the person is logged in, where the workflow needs a login.
        tz: the home's time zone, for example "Europe/Lisbon".

    Raises:
        BadInput: the candidate is on another site, a value is missing, or a term would not be read back before Commit.
    """
    if not among(candidate.url, workflow.sites):
        raise BadInput(
            f"{candidate.name} is at {candidate.url}, which is not on {' or '.join(workflow.sites)}.",
            f"Add the site to `sites` in {workflow.path} if it is meant.",
        )
    values = _values(details, candidate)
    types = _types(workflow)
    do = tuple(_bound(workflow, workflow.do, values, types))
    check = tuple(_bound(workflow, workflow.check, values, types))
    _refuse_unchecked(workflow, do, details)
    plan = Plan(
        origin=origin_of(candidate.url) or "",
        action=workflow.name,
        item=candidate.name,
        tz=tz,
        account_label=account_label if workflow.account else None,
        workflow_hash=workflow.hash,
        steps_hash=_steps_hash(do, check),
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


def search_values(details: Mapping[str, DetailValue]) -> dict[str, str]:
    """The details as texts, for addresses and fields."""
    return {name: _text(value) for name, value in details.items()}


def bound_steps(workflow: Workflow, steps: tuple[Step, ...], values: dict[str, str]) -> tuple[BoundStep, ...]:
    """Any of a workflow's steps with values put in."""
    return tuple(_bound(workflow, steps, values, _types(workflow)))


def _steps_hash(do: tuple[BoundStep, ...], check: tuple[BoundStep, ...]) -> str:
    steps = {"do": [s.model_dump(mode="json") for s in do], "check": [s.model_dump(mode="json") for s in check]}
    return hashlib.sha256(canonical(steps)).hexdigest()


def _values(details: Mapping[str, DetailValue], candidate: Candidate) -> dict[str, str]:
    facts = {f"choice.{k}": str(v) for k, v in candidate.facts.items() if isinstance(v, str | int | float)}
    choice = {"choice.name": candidate.name, "choice.url": candidate.url, "choice.id": candidate.id}
    if candidate.price:
        choice["choice.price"] = _text(dict(candidate.price))
    return search_values(details) | facts | choice


def _text(value: DetailValue) -> str:
    return f"{value['amount']} {value['currency']}" if isinstance(value, dict) else str(value)


def _types(workflow: Workflow) -> dict[str, TermType]:
    typed: dict[str, TermType] = {d.name: d.type.value for d in workflow.details}
    return typed | {"choice.name": "name", "choice.price": "money"}


def _bound(
    workflow: Workflow, steps: tuple[Step, ...], values: dict[str, str], types: dict[str, TermType]
) -> Iterator[BoundStep]:
    absent = {d.name for d in workflow.details if d.optional and not values.get(d.name)}
    for step in steps:
        for bound in bind_all(workflow, (step,), values):
            kept = [v for v in step.values if not absent.intersection(names_in(v))]
            yield BoundStep(
                verb=step.verb,
                text=_sentence(bound),
                target=bound.target,
                target_type=_type_of(step.target, types),
                value=bound.value,
                value_type=_type_of(step.value, types),
                terms=tuple(_term(raw, value, types) for raw, value in zip(kept, bound.values, strict=True)),
                role=step.role,
                commit=step.commit,
            )


def _sentence(step: Step) -> str:
    text = re.sub(r"^\W*commit\W+", "", step.text, flags=re.IGNORECASE) if step.commit else step.text
    text = text[:1].upper() + text[1:]
    return f"{text} (this is the step that cannot be taken back)" if step.commit else text


def _whole(text: str) -> str | None:
    """The placeholder that is the whole text, without its braces."""
    names = names_in(text)
    return names[0] if len(names) == 1 and text == f"{{{names[0]}}}" else None


def _type_of(text: str, types: dict[str, TermType]) -> TermType | None:
    name = _whole(text)
    return types.get(name) if name else None


def _term(raw: str, value: str, types: dict[str, TermType]) -> Term:
    name = _whole(raw)
    if name is None:
        return Term(name="", type="phrase", value=value)
    if name == "choice.price":
        return Term(name="total", type="money", value=value)
    return Term(name="item" if name == "choice.name" else name, type=types.get(name, "text"), value=value)


def _used(workflow: Workflow, details: Mapping[str, DetailValue]) -> list[Detail]:
    """The details that Do rests on, in the file's order."""
    names = {n for s in workflow.do for n in names_in(" ".join((s.target, s.value, *s.values)))}
    return [d for d in workflow.details if d.name in names and d.name in details]


def _detail_terms(workflow: Workflow, details: Mapping[str, DetailValue]) -> dict[str, object]:
    terms: dict[str, object] = {}
    options: dict[str, str] = {}
    for detail in _used(workflow, details):
        value = details[detail.name]
        field = next((f for f in _fields(detail) if f not in terms), None)
        if field is None:
            options[detail.name] = _text(value)
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
    missing = [name for name in ("item", *needed, "total") if name not in read and name not in workflow.terms]
    if missing:
        raise BadInput(
            f"{workflow.path} would commit without reading back {', '.join(missing)}.",
            "Name them in a `Check that the page says …` before **Commit:**, or declare them `none` under `terms`.",
        )


Lookup = Callable[[str], Workflow | None]
"""The workflow of that name as its file stands now, or None."""
