"""An assistant kept in memory: real hub, real home, and replies that a test scripts."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from agents.executor.audit import Chain, Move
from agents.executor.mandate import plan_text
from agents.keeper import Keeper
from agents.orchestrator import papers
from agents.reasoning.meter import Spending, TaskCalls
from agents.reasoning.offline.meaning import Meaning
from agents.types import (
    Clock,
    Decision,
    Exclusion,
    Option,
    PlanView,
    Preference,
    Preferences,
    Question,
    Reason,
    Receipt,
    Reply,
)
from app.channels.base import Event, Inbound, Message, Talk, TaskLine, TaskView
from app.channels.hub import Hub
from app.evals import Evals
from app.models import Checkup, ModelsView
from app.runs import LIVE, Run, RunLine, day_of, lasted, line, steps_of
from app.settings import Settings
from app.usage import Used
from app.voice import Heard
from app.web import site
from app.web.ports import WebState
from memory.embed import MiniLM
from memory.errors import BadInput, NotFound
from memory.evidence import Evidence
from memory.history import History
from memory.home import Home
from memory.proposals import Proposal
from memory.recalled import IndexState, Recalled
from memory.status import FileStatus, Status
from workflows.registry import LIBRARY, Registry

HASH = "ab" * 32
TASK = "2026-11-21-1a2b3c4d"
LINES = Evidence(id="e1", path="memory/evenings.md", lines=(3, 4), quote="Small, quiet rooms with candles.")
MENU = Evidence(id="e2", path="documents/My guide.md", lines=(9, 9), quote="Handwritten menus win.", stated=False)

QUESTION = Reply(
    kind="question",
    task=TASK,
    text="**Reserve a table**: date today; you want “usual vibe”.\n\nFrom your own files:\n"
    "- Likes small, quiet rooms (memory/evenings.md:3-4)\n- Likes natural wine (memory/evenings.md:4)\n"
    "- Never shellfish (memory/evenings.md:1)\n\n"
    "For how many people? Your notes say “usually two” (memory/evenings.md:4), so: **2**?",
    question=Question(detail="party_size", type="count", options=("2", "3", "4"), proposed="2"),
    trace=("Read memory/evenings.md:3 and 11 other places.", "Asked for what is missing."),
)
DECISION = Reply(
    kind="decision",
    task=TASK,
    text="**Top choice: Lanterna** · 42.00 EUR\n- Candles (memory/evenings.md:3)\n\nSay “top” for Lanterna.",
    decision=Decision(
        top=Option(
            id="c1",
            name="Lanterna",
            url="http://tavola.localhost:8800/restaurants/lanterna",
            price="about 42.00 EUR a head",
            seen_at="2026-11-21T18:01:40+00:00",
            fit=0.91,
            reasons=(
                Reason(text="24 seats by candle light, and it is quiet.", evidence=("e1",)),
                Reason(text="The menu is written by hand every day.", evidence=("e2",)),
            ),
            tradeoffs=("A little over your usual budget.", "Only 19:30 and 21:15 are free."),
        ),
        backup=Option(
            id="c2",
            name="Ortica",
            url="http://tavola.localhost:8800/restaurants/ortica",
            seen_at="2026-11-21T18:01:44+00:00",
            fit=0.84,
            reasons=(Reason(text="Vegetable cooking and natural wine.", evidence=("e2",)),),
            tradeoffs=("No candles.",),
        ),
        excluded=(
            Exclusion(name="Sete Mares", reason="shellfish in nearly every dish; you are allergic.", evidence=("e1",)),
        ),
        evidence=(LINES, MENU),
    ),
    trace=("Searched 63 places.",),
)
PLAN = Reply(
    kind="plan",
    task=TASK,
    text="**Reserve a table at Lanterna**\n\n- Place: **Lanterna**",
    plan=PlanView(
        hash=HASH,
        title="Reserve a table at Lanterna",
        terms={
            "item": "Lanterna",
            "date": "2026-11-21",
            "time": "19:30",
            "party": "2",
            "end_date": None,
            "payee": None,
        },
        steps=("Open Lanterna's page.", "Choose 2 in “Party size”.", "Press “Complete reservation”."),
        expires="2026-11-21T18:12:00+00:00",
    ),
)
RECEIPT = Reply(
    kind="receipt",
    task=TASK,
    text="**Done.** The page says so.\n\nReference: **TV-48213**",
    receipt=Receipt(
        state="done",
        reference="TV-48213",
        terms={"restaurant": "Lanterna", "time": "19:30"},
        screenshot=f"runs/{TASK}/receipt.png",
        at="2026-11-21T18:03:10+00:00",
    ),
)
PROGRESS = Reply(kind="progress", task=TASK, text="Going ahead. **STOP** ends it before the last click.")

Script = Callable[[str], Reply]


def story(text: str) -> Reply:
    """The main job, by the words that lead through it; anything else is echoed."""
    said = {"2": DECISION, "top": PLAN, "no thanks": Reply(kind="answer", text="All right. Nothing was booked.")}
    if text.startswith("find"):
        return QUESTION
    return said.get(text) or Reply(kind="answer", text=f"You said: {text}")


class MemoryAssistant:
    """The assistant's doors over a list; what it answers is `script`'s."""

    def __init__(self, home: Home, clock: Clock, script: Script = story) -> None:
        self.home = home
        self.clock = clock
        self.keeper = Keeper(home, History(home), Meaning(MiniLM(threads=1).embed), clock)
        self.workflows = Registry(LIBRARY, home.root / "workflows")
        crew: Any = SimpleNamespace(home=home)
        self.evals = Evals(crew, crew)  # what has a home, and no flow
        self.usage: Any = SimpleNamespace(since=self._used)
        self.script = script
        self.hub = Hub()
        self.lines: dict[str, list[Message]] = {}
        self.replies: dict[str, Reply] = {}
        self.receipt: Receipt | None = None
        self.goes: list[str] = []
        self.stopped: list[str] = []
        self.index = IndexState()
        self.found: tuple[Evidence, ...] = (LINES, MENU)
        self.status = Status(chunks=2, pending=0, files=(FileStatus(path=LINES.path, state="indexed", chunks=2),))
        self.proposed: list[tuple[str, str]] = []
        self.made = TaskCalls()
        self.checkup = Checkup(well=True, said="offline: no model is asked")
        self.work = 0.05  # seconds that doing takes
        self.in_use = "gemini"
        self.spent = Spending(since="2026-10-23", today="2026-11-21")
        self.tasks: list[TaskLine] = []
        self.moves: tuple[Move, ...] = ()
        self.chain = Chain(links=5)
        self.yours = False
        self._running: set[asyncio.Task[None]] = set()

    async def _used(self, day: str = "") -> tuple[Used, ...]:
        return (Used(workflow="reserve-table", month="2026-11", asked=5, proposed=4, top=2, backup=1, neither=1),)

    async def receive(self, inbound: Inbound) -> None:
        if inbound.id in self.replies:
            return
        if inbound.text == "go":
            self._begin(inbound)
        else:
            self._answer(inbound, self.script(inbound.text))

    def _begin(self, inbound: Inbound) -> None:
        self.goes.append(inbound.id)
        self._answer(inbound, PROGRESS)
        doing = asyncio.create_task(self._do(inbound.conversation))
        self._running.add(doing)
        doing.add_done_callback(self._running.discard)

    def _answer(self, inbound: Inbound, reply: Reply) -> None:
        self.replies[inbound.id] = reply
        said = Message(id=inbound.id, at=inbound.at, author="person", text=inbound.text)
        self._publish(inbound.conversation, said)
        self._publish(inbound.conversation, self._line(f"re:{inbound.id}", reply))

    def _line(self, number: str, reply: Reply) -> Message:
        return Message(id=number, at=self.clock(), author="assistant", text=reply.text, reply=reply)

    def _publish(self, conversation: str, message: Message) -> None:
        self.lines.setdefault(conversation, []).append(message)
        self.hub.publish(conversation, Event(kind="message", message=message))

    async def do(self, workflow: str, given: Mapping[str, str], conversation: str, message_id: str) -> Reply:
        text = f"do {workflow} {dict(given)}"
        await self.receive(Inbound(id=message_id, conversation=conversation, channel="do", text=text, at=self.clock()))
        return await self.reply_to(message_id)

    async def reply_to(self, message: str, timeout: float = 90) -> Reply:  # noqa: ASYNC109
        return self.replies[message]

    async def picture(self, task: str, name: str) -> Path | None:
        return None

    async def hear(self, recording: bytes) -> Heard:
        return Heard(recording[:200].decode(), 1.0, clear=not recording.startswith(b"?"))

    async def talks(self, limit: int = 30) -> list[Talk]:
        return [Talk(id=name, title=lines[0].text, at=lines[-1].at) for name, lines in self.lines.items()][:limit]

    async def history(self, conversation: str, limit: int = 200) -> list[Message]:
        return list(self.lines.get(conversation, []))[-limit:]

    def events(self, conversation: str) -> AsyncIterator[Event]:
        return self.hub.events(conversation)

    def _conversation(self) -> str:
        return next(c for c, lines in self.lines.items() if any(m.reply and m.reply.task == TASK for m in lines))

    async def go(self, task: str, plan: str, message_id: str) -> Reply:
        await self.task(task)
        if plan != HASH:
            return Reply(kind="refusal", text="That plan is not the one that is offered.")
        if message_id not in self.replies:
            who = self._conversation()
            self._begin(Inbound(id=message_id, conversation=who, channel="web", text="Go", at=self.clock()))
        return self.replies[message_id]

    async def pause(self) -> None:
        """Before each step."""
        await asyncio.sleep(self.work / 2)

    async def _do(self, conversation: str) -> None:
        assert PLAN.plan is not None
        papers.write_plan(self.home.root, TASK, "find me a place", plan_text(PLAN.plan), HASH)
        for step in ("Opening Lanterna's page.", "Checking the terms."):
            await self.pause()
            papers.add_step(self.home.root, TASK, step, None, self.clock())
            self.hub.publish(conversation, Event(kind="progress", text=step))
        self.receipt = RECEIPT.receipt
        assert self.receipt is not None
        papers.write_receipt(self.home.root, TASK, self.receipt)
        self._publish(conversation, self._line("re:done", RECEIPT))

    async def stop(self, task: str | None, conversation: str, message_id: str) -> Reply:
        self.stopped.append(message_id)
        reply = Reply(kind="answer", text="Stopped before the last click: nothing was booked.")
        self._answer(
            Inbound(id=message_id, conversation=conversation, channel="web", text="STOP", at=self.clock()), reply
        )
        return reply

    async def task(self, task: str) -> TaskView:
        if task != TASK:
            raise NotFound(f"There is no task {task!r}.", "The ids stand in each reply.")
        state = "done" if self.receipt else "doing" if self._running else "offered"
        return TaskView(
            id=TASK, state=state, request="find me a place", receipt=self.receipt, trace=("Searched 63 places.",)
        )

    async def calls(self, task: str) -> TaskCalls:
        await self.task(task)
        return self.made

    async def models_view(self, conversation: str) -> ModelsView:
        return ModelsView(in_use=self.in_use, known={"gemini": "gemini-3.8-flash", "offline": ""})

    async def check_model(self, conversation: str) -> Checkup:
        return self.checkup

    async def choose_model(self, conversation: str, name: str) -> str:
        if name not in ("gemini", "offline"):
            raise BadInput(f"There is no model {name!r} here; there is gemini, offline.", "Choose one of them.")
        self.in_use = name
        return f"From now on, in this conversation: **{name}**."

    async def spending(self, days: int) -> Spending:
        return self.spent

    async def today(self) -> list[TaskLine]:
        return self.tasks

    async def gallery(self, limit: int) -> list[RunLine]:
        names = sorted(papers.tasks(self.home.root), reverse=True)[:limit]
        return [line(n, papers.read(self.home.root, n), None, day_of(n, self.clock())) for n in names]

    async def run(self, task: str) -> Run:
        read = papers.read(self.home.root, task)
        if read == papers.Papers():
            raise NotFound(f"There is no run {task!r}.", "The gallery at /runs has all of them.")
        state = (await self.task(task)).state if task == TASK else None
        top = line(task, read, state, day_of(task, self.clock()))
        return Run(
            **dict(top),
            conversation=self._conversation() if state else "",
            steps=steps_of(task, read, self.moves),
            seconds=lasted(self.moves, self.clock()),
            live=state in LIVE,
            yours=self.yours,
            plan=PLAN.plan if state else None,
            receipt=self.receipt if state else None,
            moves=self.moves,
        )

    async def check_ledger(self) -> Chain:
        return self.chain

    async def recall(self, query: str, k: int) -> Recalled:
        return Recalled(evidence=self.found[:k], index=self.index)

    async def propose(self, text: str, why: str) -> Proposal:
        self.proposed.append((text, why))
        return Proposal(id="1a2b3c4d", text=text, source="mcp", why=why, made=dt.datetime(2026, 11, 21, tzinfo=dt.UTC))

    async def index_status(self) -> Status:
        return self.status

    async def preferences(self, question: str) -> Preferences:
        statement = Preference(
            id="p1",
            text="Likes small, quiet rooms",
            subject="quiet",
            polarity="likes",
            strength=0.9,
            evidence=("e1",),
            stated=True,
        )
        return Preferences(question=question, statements=(statement,), unknown=("parking",), evidence=(LINES,))

    async def health(self) -> dict[str, str]:
        return {"database": "ok", "index": "is behind by 2 files"}


def make_app(assistant: MemoryAssistant, settings: Settings, sample: str = "") -> FastAPI:
    """The real site over the in-memory assistant."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[WebState]:
        examples = ("find me a place for dinner tonight", "book a table for two on Friday")
        yield {"assistant": assistant, "settings": settings, "examples": lambda: examples, "sample": sample}

    app = FastAPI(lifespan=lifespan)
    site.mount(app, settings)
    return app


@contextmanager
def served(app: FastAPI, port: int) -> Iterator[str]:
    """The app on a real uvicorn, in a thread; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            httpx.get(f"{url}/healthz")
            break
        except httpx.TransportError:
            threading.Event().wait(0.05)
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(5)


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def a_home(folder: Path) -> Home:
    home = Home.open(folder / "home")
    home.write("memory/evenings.md", "# Evenings\n\n- Small, quiet rooms with candles.\n- Natural wine.\n", None)
    return home


def settings_of(home: Home, port: int) -> Settings:
    return Settings(_env_file=None, home=home.root, port=port, timezone="UTC", clock=dt.datetime(2026, 11, 21, 18, 2))


@pytest.fixture
def free_port() -> int:
    """A port that nothing listens on."""
    return a_free_port()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home with one file of memory."""
    return a_home(tmp_path)


@pytest.fixture
def settings(home: Home, free_port: int) -> Settings:
    """Settings of this test alone."""
    return settings_of(home, free_port)


@pytest.fixture
def memory_assistant(home: Home, settings: Settings) -> MemoryAssistant:
    """An assistant that follows `story`."""
    return MemoryAssistant(home, settings.now())


@pytest.fixture
def app(memory_assistant: MemoryAssistant, settings: Settings) -> FastAPI:
    """The site over the in-memory assistant."""
    return make_app(memory_assistant, settings)


@pytest.fixture
def url(app: FastAPI, settings: Settings) -> Iterator[str]:
    """The site on a real server."""
    with served(app, settings.port) as address:
        yield address
