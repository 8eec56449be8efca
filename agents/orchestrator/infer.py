"""Infer: what the person's choices have in common; it is proposed, never written down unasked."""

from __future__ import annotations

from pydantic import TypeAdapter

from agents.crew import Crew
from agents.reasoning.offline.facts import area, cuisines, phrases, price
from agents.reasoning.offline.polarity import addressed
from agents.state import TaskState
from agents.types import Candidate, Decision, Frozen
from memory.errors import NotFound
from memory.proposals import propose

FILE = "state/choices.json"
TIMES = 3
"""Choices of the backup over the top, for one and the same thing, that make a proposal."""
_KEPT = 200  # choices, the latest
_SHORT = 5  # words of a page's own description that can be a reason


class Choice(Frozen):
    """The backup was taken: what it has that the top has not, and the other way round, as notes would say it."""

    task: str
    day: str
    took: str
    over: str
    gained: tuple[str, ...]
    gave_up: tuple[str, ...]


_LIST = TypeAdapter(tuple[Choice, ...])


def infer(state: TaskState, crew: Crew) -> None:
    """Remember the choice, and propose what `TIMES` of them were made for; a task counts once."""
    choice = _choice(state, crew)
    if choice is None:
        return
    try:
        file = crew.home.read(FILE)
        known, etag = _LIST.validate_json(file.text), file.etag
    except NotFound:
        known, etag = (), None
    if any(c.task == choice.task for c in known):
        return
    known = (*known, choice)[-_KEPT:]
    crew.home.write(FILE, _LIST.dump_json(known, indent=1).decode(), etag)
    for thing in choice.gained:
        made_for = [c for c in known if thing in c.gained]
        against = [c for c in known if thing in c.gave_up]
        if len(made_for) >= TIMES and len(against) * TIMES <= len(made_for):
            why = f"{len(made_for)} times you took the backup that has this over a top choice that has not."
            propose(crew.home, thing, None, "inferred", why, [f"{c.day}: {c.took} over {c.over}" for c in made_for])


def _choice(state: TaskState, crew: Crew) -> Choice | None:
    decision = Decision.model_validate((state.get("ranked") or {})["decision"])
    if state.get("choice") != 1 or decision.backup is None:
        return None  # taking the top says that the ranking was right, which nobody needs to be told
    by_id = {c["id"]: Candidate.model_validate(c) for c in state["candidates"]}
    took, over = by_id[decision.backup.id], by_id[decision.top.id]
    has, lacks = _things(took, over), _things(over, took)
    gained, gave_up = tuple(t for t in has if t not in lacks), tuple(t for t in lacks if t not in has)
    day = crew.clock().date().isoformat()
    return Choice(task=state["task"], day=day, took=took.name, over=over.name, gained=gained, gave_up=gave_up)


def _things(candidate: Candidate, other: Candidate) -> tuple[str, ...]:
    """What a page says of itself, each as a note about liking it; letters and blanks only: it is a page's text."""
    told = (*cuisines(candidate), *(p.shown for p in phrases(candidate)))
    short = (t.strip().casefold() for t in told if len(t.split()) <= _SHORT and not addressed(t))
    things = [f"I like {t}." for t in short if t.replace(" ", "").replace("-", "").isalpha()]
    if (part := area(candidate)).replace(" ", "").isalpha():
        things.append(f"I like places in {part}.")
    here, there = price(candidate), price(other)
    if here and there and here[1] == there[1] and here[0] < there[0]:
        things.append("I prefer the cheaper of two places.")
    return tuple(dict.fromkeys(things))
