"""Interview: up to five yes/no questions on a topic, one at a time; each answer is written down at once."""

from __future__ import annotations

import asyncio
import re

from agents.crew import Crew
from agents.orchestrator import say
from agents.orchestrator.dialogue import Said, yes_or_no
from agents.reasoning.offline.asking import Ask, next_question
from agents.reasoning.offline.lexis import content
from agents.state import Json, TaskState
from agents.types import Candidate, Question
from memory.notes import Place, shelves

MOST = 5
OPTIONS = ("Yes", "No", "Not sure")


async def interview(state: TaskState, crew: Crew) -> Said:
    """Begin with the question that would tell most, or take the answer and ask the next."""
    going = state.get("memory")
    if going is not None and going["kind"] == "interview":
        return await _answered(going, state, crew)
    topic = _topic(state, crew)
    if not topic:
        return Said("About what? Say “ask me five questions about music”, for example.")
    return await _ask({"kind": "interview", "topic": topic, "asked": [], "written": 0}, "", state, crew)


def _topic(state: TaskState, crew: Crew) -> str:
    said = re.sub(r"[^\w' &-]", " ", state["understood"]["subject"])
    topic = re.sub(r"^(?:my|the|our) ", "", " ".join(said.split())[:60].strip())
    if topic or "workflow" not in state:
        return topic
    return crew.registry.get(state["workflow"]).title.lower()


async def _answered(going: Json, state: TaskState, crew: Crew) -> Said:
    answer, now = yes_or_no(state["message"]), going["now"]
    done = ""
    if answer in ("yes", "no"):
        kept = await asyncio.to_thread(_write, going["topic"], now[answer], state, crew)
        done = f"Noted in {kept}: “{say.quoted(now[answer])}”"
        going = {**going, "written": going["written"] + 1}
    return await _ask({**going, "now": None}, done, state, crew)


def _write(topic: str, text: str, state: TaskState, crew: Crew) -> str:
    kept = crew.keeper.note(text, state.get("source", ""), _place(topic, text, crew))
    return say.cite(kept.note)


def _place(topic: str, text: str, crew: Crew) -> Place:
    """The person's own file on the topic; a new one of that name where there is none."""
    wanted = content(topic)
    own = [s for s in shelves(crew.home) if wanted & content(f"{s.path[7:-3].replace('-', ' ')} {' '.join(s.above)}")]
    if own:
        return crew.keeper.place(text, own)
    name = "-".join(re.findall(r"[^\W_]+", topic.lower()))[:40].strip("-") or "notes"
    return f"memory/{name}.md", topic[:1].upper() + topic[1:]


async def _ask(going: Json, done: str, state: TaskState, crew: Crew) -> Said:
    question = await _next(going, state, crew) if len(going["asked"]) < MOST else None
    if question is None:
        end = f"That was all: {going['written']} noted. Say “undo” to take the last one back." if going["asked"] else ""
        text = "\n\n".join(p for p in (done, end or "I have nothing to ask about that.") if p)
        return Said(text, learned=going["written"] > 0, trace=f"Asked {len(going['asked'])} questions.")
    asked = [*going["asked"], question.about]
    now = {"yes": question.yes, "no": question.no}
    count = f"**{len(asked)} of {MOST}.** {say.quoted(question.text)}"
    how = "" if len(asked) > 1 else "Yes, No or Not sure; STOP ends it."
    return Said(
        "\n\n".join(p for p in (done, count, how) if p),
        question=Question(detail="memory", type="choice", options=OPTIONS),
        dialogue={**going, "asked": asked, "now": now},
        trace=f"Asked about {question.about}: it would tell {question.gain:.2f} bits.",
    )


async def _next(going: Json, state: TaskState, crew: Crew) -> Ask | None:
    known = (await crew.proxy.ask(f"{going['topic']}: what do I like and dislike?")).statements
    candidates = [Candidate.model_validate(c) for c in state.get("candidates", [])]
    return await asyncio.to_thread(
        next_question, going["topic"], going["asked"], known, candidates, crew.keeper.meaning
    )
