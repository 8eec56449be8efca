"""What a model costs: calls and tokens to a decision, and our own time around it, where the model answers at once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

import httpx
from google.genai import Client, types
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph

from memory.embed import MiniLM
from tests.benchmarks.figures import Figure
from tests.benchmarks.talk import ANSWERS, Talk
from tests.journeys.support import OPENING, Service, free_port
from tests.providers.brain import Brain
from tests.providers.modes import Server
from tests.providers.served import served
from workflows.registry import LIBRARY, Registry

BARE = "a bare LangGraph loop with a checkpoint in SQLite and the same call"


class Remembering(Brain):
    """Thinks once about a question; from then on it answers at once."""

    def __call__(self, task: str, fields: dict[str, Any]) -> dict[str, Any]:
        key = task + json.dumps(fields, sort_keys=True)
        self.known: dict[str, dict[str, Any]] = getattr(self, "known", {})
        if key not in self.known:
            self.known[key] = super().__call__(task, fields)
        return self.known[key]


def figures(home: Path, rounds: int) -> Iterator[Figure]:
    """The story so many times, with a model that answers at once."""
    server = Server(Remembering(MiniLM(threads=1), Registry(LIBRARY, LIBRARY).all()))
    with served(server) as url:
        keys = {"GEMINI_API_KEY": "k", "GEMINI_BASE_URL": f"{url}/gemini", "RFLOW_DAY_TOKENS": "100000000"}
        service = Service(home, free_port(), settings=keys | {"RFLOW_DAY_USD": "1000"}).start()
        try:
            opening, again, calls, tokens = _conversations(service, rounds)
        finally:
            service.stop()
        bodies = {asked.task: asked.body for asked in server.asked}
        bare = {
            task: asyncio.run(_bare(f"{url}/gemini", bodies[task], home, rounds)) for task in ("understand", "decide")
        }
    yield Figure("model: calls to a decision", calls, "calls")
    yield Figure("model: tokens to a decision", tokens, "tokens")
    for what, took, task in (("understand", opening, "understand"), ("decide", again, "decide")):
        yield Figure(f"model: our own time in a turn that {what}s", [t - ms for t, ms in took], "s")
        yield Figure(f"model: a whole turn that {what}s", [t for t, _ in took], "s", BARE, bare[task])


def _conversations(
    service: Service, rounds: int
) -> tuple[list[tuple[float, float]], list[tuple[float, float]], list[float], list[float]]:
    """Seconds of the opening and of another choice, each with what the model took; calls and tokens to a decision."""
    opening, again, calls, tokens = [], [], [], []
    with httpx.Client(base_url=service.url, timeout=120) as client:
        for n in range(rounds + 1):  # the first opens the connections and the browser
            talk = Talk(client, {})  # type: ignore[arg-type]
            reply, took = talk.say(OPENING)
            opened = (took, _model_seconds(client, reply["task"])[-1])
            while reply["kind"] == "question":
                asked = reply["question"]
                reply, _ = talk.say("yes" if asked["proposed"] else ANSWERS[asked["detail"]])
            made = client.get(f"/api/v1/tasks/{reply['task']}/calls").json()["task"]
            _, took = talk.say("something different")
            if n:
                opening.append(opened)
                again.append((took, _model_seconds(client, reply["task"])[-1]))
                calls.append(float(made["calls"]))
                tokens.append(float(made["tokens"]))
    return opening, again, calls, tokens


def _model_seconds(client: httpx.Client, task: str) -> list[float]:
    made = client.get(f"/api/v1/tasks/{task}/calls").json()
    return [call["ms"] / 1000 for call in made["calls"]]


class _State(TypedDict, total=False):
    said: str


async def _bare(url: str, body: dict[str, Any], folder: Path, rounds: int) -> list[float]:
    """Seconds of one turn of a graph of one node, which asks the model the same."""
    client = Client(api_key="k", vertexai=False, http_options=types.HttpOptions(base_url=url))
    config = types.GenerateContentConfig(
        system_instruction=body["systemInstruction"]["parts"][0]["text"],
        response_mime_type="application/json",
        response_json_schema=body["generationConfig"]["responseJsonSchema"],
    )

    async def ask(_: _State) -> _State:
        text = body["contents"][0]["parts"][0]["text"]
        answer = await client.aio.models.generate_content(model="gemini-3.8-flash", contents=text, config=config)
        return {"said": answer.text or ""}

    flow = StateGraph(_State)
    flow.add_node("ask", ask)
    flow.add_edge(START, "ask")
    flow.add_edge("ask", END)
    took = []
    async with AsyncSqliteSaver.from_conn_string(str(folder / "state" / "bare.sqlite")) as saver:
        graph = flow.compile(checkpointer=saver)
        for n in range(rounds + 1):
            began = time.perf_counter()
            await graph.ainvoke({}, {"configurable": {"thread_id": str(n)}}, durability="sync")
            took.append(time.perf_counter() - began)
    return took[1:]
