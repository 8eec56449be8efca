"""The Recommend Flow: recommend, decide, do.

A task is one thread of this graph. `listen` is the only place that waits for the person and `do` the only one that
waits for the executor; both do nothing else, because a node that was interrupted runs again from its start.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import interrupt

from agents.crew import Crew
from agents.orchestrator import (
    answer,
    consult,
    improvise,
    learn,
    options,
    plan,
    propose,
    refine,
    remember,
    report,
    search,
    understand,
)
from agents.state import TaskState

Graph = CompiledStateGraph[TaskState, None, TaskState, TaskState]
Node = Callable[[TaskState, Crew], Awaitable[TaskState]]


def build(crew: Crew, checkpointer: BaseCheckpointSaver[Any]) -> Graph:
    """The flow, compiled."""
    flow = StateGraph(TaskState)

    # recommend
    _add(flow, crew, "understand", understand.understand)
    _add(flow, crew, "consult", consult.consult)
    _add(flow, crew, "refine", refine.refine)
    _add(flow, crew, "search", search.search)
    _add(flow, crew, "rank", propose.rank)
    _add(flow, crew, "propose", propose.propose)
    flow.add_edge(START, "understand")
    flow.add_conditional_edges(
        "understand",
        understand.where_next,
        ["consult", "refine", "search", "rank", "options", "answer", "improvise", "remember", "close", "listen"],
    )
    flow.add_edge("consult", "refine")
    flow.add_conditional_edges("refine", refine.where_next, ["listen", "search"])
    flow.add_conditional_edges("search", search.where_next, ["listen", "rank"])
    flow.add_edge("rank", "propose")
    flow.add_edge("propose", "listen")

    # decide
    flow.add_node("listen", _listen)
    _add(flow, crew, "options", options.options)
    _add(flow, crew, "plan", plan.plan)
    _add(flow, crew, "answer", answer.answer)
    _add(flow, crew, "improvise", improvise.improvise)
    _add(flow, crew, "remember", remember.remember)
    _add(flow, crew, "close", report.close)
    flow.add_conditional_edges("listen", _heard, ["understand", "plan", "do", "close"])
    flow.add_conditional_edges("options", options.where_next, ["listen", "plan"])
    flow.add_edge("plan", "listen")
    flow.add_conditional_edges("improvise", improvise.where_next, ["answer", "listen", END])
    flow.add_conditional_edges("answer", answer.where_next, ["listen", END])
    flow.add_conditional_edges("remember", remember.where_next, ["listen", "rank", END])
    flow.add_edge("close", END)

    # do
    flow.add_node("do", _do)
    _add(flow, crew, "report", report.report)
    _add(flow, crew, "learn", learn.learn)
    flow.add_edge("do", "report")
    flow.add_conditional_edges("report", report.where_next, ["learn", "listen"])
    flow.add_edge("learn", END)

    return flow.compile(checkpointer=checkpointer)


def _add(flow: StateGraph[TaskState, None, TaskState, TaskState], crew: Crew, name: str, node: Node) -> None:
    async def run(state: TaskState) -> TaskState:
        update = await node(state, crew)
        crew.failpoint(f"node.{name}")
        return update

    flow.add_node(name, run)


def _listen(state: TaskState) -> TaskState:
    """Wait for the person. The turn resumes it with the message and what code decided about it."""
    heard: TaskState = interrupt(state.get("status"))
    return {**heard, "handoff": False}


def _heard(state: TaskState) -> str:
    signal = state["signal"]
    if signal.get("stop"):
        return "close"
    if signal.get("lapsed"):
        return "plan"
    return "do" if signal.get("go") else "understand"


def _do(state: TaskState) -> TaskState:
    """Wait for the executor, which works under the mandate and reports what the page said."""
    return {"receipt": interrupt(state["mandate"]), "status": "doing"}
