"""The one door for every channel: a message goes in, and exactly one reply comes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agents.executor import ledger
from agents.executor.audit import Chain
from agents.executor.words import parse_stop
from agents.graph import Graph
from agents.keeper import Keeper
from agents.orchestrator.forget import gone_for, kept_by
from agents.preference_proxy import PreferenceProxy
from agents.reasoning.meter import Spending, TaskCalls
from agents.state import Json
from agents.types import Clock, Decision, PlanView, Preferences, Receipt, Reply
from app import errand
from app.channels import store
from app.channels.base import Event, Inbound, Message, Talk, TaskLine, TaskView
from app.channels.hub import Hub
from app.engine import Engine
from app.evals import Evals
from app.models import Checkup, Models, ModelsView
from app.pictured import Pictured, name_of
from app.records import Records
from app.runs import Run, RunLine, Runs
from app.threads import thread_of
from app.turns import stopped
from app.usage import Usage
from app.voice import Heard, Voice
from memory import proposals
from memory.errors import BadInput, NotFound, Unavailable
from memory.evidence import Evidence
from memory.home import Home
from memory.index import Index
from memory.proposals import Proposal
from memory.recalled import Recalled
from memory.retrieve import Retriever
from memory.status import Status
from workflows.registry import Registry

LATE = 120
"""Seconds of waiting from which on a file that was not read yet is a fault."""

MANY = 50
"""Messages in line from which on the service says that it is behind."""


@dataclass(frozen=True, slots=True)
class Assistant:
    """What channels talk to.

    Attributes:
        extras: parts that are not always there, and how each is: "ok" or a sentence.
    """

    home: Home
    database: AsyncEngine
    engine: Engine
    graph: Graph
    hub: Hub
    proxy: PreferenceProxy
    retriever: Retriever
    index: Index
    workflows: Registry
    keeper: Keeper
    models: Models
    clock: Clock
    records: Records
    pictured: Pictured
    voice: Voice
    evals: Evals
    usage: Usage
    runs: Runs
    extras: Mapping[str, Callable[[], Awaitable[str]]] = field(default_factory=dict)

    async def receive(self, inbound: Inbound) -> None:
        """Store a message and start its turn. A second delivery of the same id changes nothing."""
        async with self.database.begin() as conn:
            fresh = await self.keep(conn, inbound)
        await self.begin(inbound, fresh)

    async def keep(self, conn: AsyncConnection, inbound: Inbound, seen: int | None = None) -> bool:
        """Store a message; False where it came before. A STOP takes effect with it, before any reasoning."""
        fresh = await store.take_in(conn, inbound, seen=seen)
        if fresh and parse_stop(inbound.text):
            await store.note(conn, inbound.id, stopped=await stopped(conn, inbound.id, self.clock()))
        return fresh

    async def begin(self, inbound: Inbound, fresh: bool) -> None:
        """Show a stored message to whoever looks on, and start its turn."""
        if fresh:
            line = Message(id=inbound.id, at=inbound.at, author="person", text=inbound.text)
            self.hub.publish(inbound.conversation, Event(kind="message", message=line))
        await self.engine.start_turn(inbound.id)

    async def recover(self) -> None:
        """Start again every turn and every execution that a crash left unfinished."""
        async with self.database.connect() as conn:
            rows = await store.undone(conn)
            untold = [m for m in await ledger.granted(conn) if await store.row(conn, store.outcome_id(m)) is None]
        for row in rows:
            await self.engine.start_turn(row)
        for mandate in untold:
            await self.engine.start_execution(mandate)

    async def do(self, workflow: str, given: Mapping[str, str], conversation: str, message_id: str) -> Reply:
        """A workflow asked for by its name with its details; what follows is as in any conversation.

        Raises:
            NotFound: there is no such workflow.
            BadInput: it has faults, or a detail is missing or cannot be so.
        """
        known = self.workflows.get(workflow)
        await self.receive(errand.inbound(known, given, conversation, message_id, self.clock()))
        return await self.reply_to(message_id)

    async def reply_to(self, message: str, timeout: float = 90) -> Reply:  # noqa: ASYNC109 (part of the door)
        """The one reply of that message's turn; waits for it, `timeout` seconds at most."""
        async with self.database.connect() as conn:
            row = await store.row(conn, message)
        if row is None:
            raise NotFound(f"No message has the id {message!r}.", "Send it first.")
        try:
            async with asyncio.timeout(timeout):
                return await self._when_there(message, row.conversation)
        except TimeoutError:
            wait = f"No answer after {timeout:.0f} seconds; the message is kept and its turn goes on."
            raise Unavailable(wait, "Look at the conversation again in a moment.") from None

    async def _when_there(self, message: str, conversation: str) -> Reply:
        with self.hub.listening(conversation) as happened:
            while True:
                async with self.database.connect() as conn:
                    if reply := await store.reply_to(conn, message):
                        return reply
                await happened.get()

    async def talks(self, limit: int = 30) -> list[Talk]:
        """The conversations that were last spoken in, the latest first."""
        async with self.database.connect() as conn:
            return await store.talks(conn, limit)

    async def history(self, conversation: str, limit: int = 200) -> list[Message]:
        """The latest lines of a conversation, oldest first."""
        async with self.database.connect() as conn:
            return await store.history(conn, conversation, limit)

    def events(self, conversation: str) -> AsyncIterator[Event]:
        """What happens in a conversation from now on."""
        return self.hub.events(conversation)

    async def go(self, task: str, plan: str, message_id: str) -> Reply:
        """The Go button: grants the plan of that hash, and no other."""
        async with self.database.connect() as conn:
            if (await ledger.by_hash(conn, plan)).task != task:
                raise BadInput(f"The plan {plan[:12]} is not one of the task {task}.", "Look at the task's plan.")
        return await self._say(task, "Go", message_id, go_plan=plan)

    async def stop(self, task: str | None, conversation: str, message_id: str) -> Reply:
        """STOP: nothing that was not yet pressed is pressed."""
        if task is not None:
            return await self._say(task, "STOP", message_id)
        return await self._send(conversation, "STOP", message_id)

    async def _say(self, task: str, text: str, message_id: str, go_plan: str | None = None) -> Reply:
        return await self._send((await self._task_row(task))["conversation"], text, message_id, go_plan)

    async def _send(self, conversation: str, text: str, message_id: str, go_plan: str | None = None) -> Reply:
        inbound = Inbound(
            id=message_id, conversation=conversation, channel="web", text=text, at=self.clock(), go_plan=go_plan
        )
        await self.receive(inbound)
        return await self.reply_to(message_id)

    async def _task_row(self, task: str) -> Json:
        async with self.database.connect() as conn:
            row = await store.task(conn, task)
        if row is None:
            raise NotFound(f"There is no task {task!r}.", "The ids stand in each reply and in home/runs.")
        return dict(row)

    async def task(self, task: str) -> TaskView:
        """One task as it stands."""
        row = await self._task_row(task)
        state = await self._state(task)
        plan, receipt = state.get("plan"), state.get("receipt")
        return TaskView(
            id=task,
            state=row["status"],
            request=row["request"],
            decision=(state.get("ranked") or {}).get("decision"),
            plan=PlanView.model_validate(plan) if plan else None,
            receipt=Receipt.model_validate(receipt) if receipt and "state" in receipt else None,
            trace=tuple(state.get("trace", ())),
        )

    async def _state(self, task: str) -> Json:
        state: Json = (await self.graph.aget_state(thread_of(task))).values
        return state

    async def picture(self, task: str, name: str) -> Path | None:
        """The file of an option's picture, by the name that its address gives; None where there is none."""
        if kept := self.pictured.kept(name):
            return kept
        state = await self._state(task)
        decided = (state.get("ranked") or {}).get("decision")
        workflow = self.workflows.find(state.get("workflow", ""))
        if decided is None or workflow is None:
            return None
        decision = Decision.model_validate(decided)
        urls = [option.url for option in (decision.top, decision.backup) if option]
        url = next((url for url in urls if name_of(url) == name), None)
        return await self.pictured.take(url, workflow.sites) if url else None

    async def calls(self, task: str) -> TaskCalls:
        """Every call to a model for a task, with what was sent, and what they took."""
        await self._task_row(task)
        return await self.models.calls(task)

    async def models_view(self, conversation: str) -> ModelsView:
        """Which reasoner answers in a conversation, and what models took today."""
        return await self.models.view(conversation)

    async def check_model(self, conversation: str) -> Checkup:
        """One cheap call to the model in use."""
        return await self.models.check(conversation)

    async def hear(self, recording: bytes) -> Heard:
        """What was said in a recording of any format that FFmpeg reads."""
        with NamedTemporaryFile(suffix=".audio") as file:
            file.write(recording)
            file.flush()
            return await asyncio.to_thread(self.voice.transcribe, Path(file.name))

    async def choose_model(self, conversation: str, name: str) -> str:
        """Who answers in a conversation from now on, in a sentence."""
        return await self.models.choose(name, conversation)

    async def spending(self, days: int) -> Spending:
        """What models took on the last days."""
        return await self.models.meter.spending(days)

    async def today(self) -> list[TaskLine]:
        """The tasks that were spoken of today, the latest first."""
        async with self.database.connect() as conn:
            return await store.tasks_of_day(conn, self.clock().date().isoformat())

    async def gallery(self, limit: int) -> list[RunLine]:
        """The runs, the latest first."""
        return await self.runs.gallery(limit)

    async def run(self, task: str) -> Run:
        """One run: its steps, its plan and receipt, and its moves."""
        return await self.runs.run(task)

    async def check_ledger(self) -> Chain:
        """Whether every link of the ledger fits the one before."""
        return await self.runs.check()

    async def recall(self, query: str, k: int) -> Recalled:
        """Evidence for a query, best first, and how the index stood."""
        if not query.strip():
            raise BadInput("The query is empty.", "Say in a few words what you look for.")
        return await asyncio.to_thread(self.retriever.search, query, k)

    async def preferences(self, question: str) -> Preferences:
        """Cited statements about the person's taste."""
        if not question.strip():
            raise BadInput("The question is empty.", "Ask about a taste, such as “does he like spicy food?”.")
        return await self.proxy.ask(question)

    async def propose(self, text: str, why: str) -> Proposal:
        """Puts what another program says of the person before them; it writes no memory."""
        return await asyncio.to_thread(proposals.propose, self.home, text, source="mcp", why=why)

    async def forget(self, notes: Sequence[Evidence], past: Sequence[str]) -> str:
        """Removes notes from everything that is kept, and lines from git's past; what was done, in a sentence or two.

        Args:
            past: lines of git's past (`Keeper.past`) to purge; none: git's past is left as it is.
        """
        await self.records.forget([*(note.quote for note in notes), *past])
        told = await asyncio.to_thread(gone_for, self.keeper, self.retriever, notes) if notes else ""
        if not past:
            return f"{told} {kept_by(self.keeper.history)}"
        commits = await asyncio.to_thread(self.keeper.purge, past)
        return f"{told} Purged from git's past: {commits} commits said it; every commit has a new name.".strip()

    async def index_status(self) -> Status:
        """How each of the person's files stands in the index."""
        return await asyncio.to_thread(self.index.status)

    async def health(self) -> dict[str, str]:
        """Each part and how it is: "ok" or a sentence."""
        async with self.database.connect() as conn:
            behind = await store.undone(conn)
        # Looked at anew, so that a file just broken is named, and one just mended is not.
        index = await self.index_status()
        late = f"is behind: {index.pending} files wait" if index.waited > LATE else ""
        faults = "; ".join(str(fault) for fault in self.workflows.faults())
        waiting = f"{len(behind)} messages wait" if len(behind) >= MANY else ""
        return {
            "turns": waiting or "ok",
            "index": "; ".join(s for s in (late, *index.unread) if s) or "ok",
            "workflows": faults or "ok",
            **{part: await look() for part, look in self.extras.items()},
        }
