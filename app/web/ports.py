"""What the web needs from the rest: the assistant's door, home's files, and where a request finds them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, Protocol, TypedDict, cast

from fastapi import Request

from agents.executor.audit import Chain
from agents.keeper import Keeper
from agents.reasoning.meter import Spending, TaskCalls
from agents.types import Clock, Preferences, Reply
from app.channels.base import Event, Inbound, Message, Talk, TaskLine, TaskView
from app.evals import Evals
from app.models import Checkup, ModelsView
from app.runs import Run, RunLine
from app.settings import Settings
from app.usage import Usage
from app.voice import Heard
from memory.evidence import Evidence
from memory.home import Home
from memory.proposals import Proposal
from memory.recalled import Recalled
from memory.status import Status
from workflows.registry import Registry

if TYPE_CHECKING:
    from app.channels.whatsapp.channel import WhatsApp


class Assistant(Protocol):
    """The one door for every channel."""

    @property
    def home(self) -> Home:
        """The person's folder."""
        ...

    @property
    def keeper(self) -> Keeper:
        """Who writes in memory."""
        ...

    @property
    def workflows(self) -> Registry:
        """The workflow files at hand."""
        ...

    @property
    def clock(self) -> Clock:
        """The one clock of the service."""
        ...

    @property
    def evals(self) -> Evals:
        """The person's own cases."""
        ...

    @property
    def usage(self) -> Usage:
        """What came of what was proposed."""
        ...

    async def receive(self, inbound: Inbound) -> None:
        """Stores the message; idempotent by its id."""
        ...

    async def do(self, workflow: str, given: Mapping[str, str], conversation: str, message_id: str) -> Reply:
        """A workflow asked for by its name with its details."""
        ...

    async def reply_to(self, message: str, timeout: float = 90) -> Reply:  # noqa: ASYNC109 (part of the door)
        """The one reply of that message's turn; waits at most `timeout` seconds."""
        ...

    async def talks(self, limit: int = 30) -> list[Talk]:
        """The conversations that were last spoken in, the latest first."""
        ...

    async def history(self, conversation: str, limit: int = 200) -> list[Message]:
        """The last messages, oldest first."""
        ...

    def events(self, conversation: str) -> AsyncIterator[Event]:
        """What happens from now on."""
        ...

    async def go(self, task: str, plan: str, message_id: str) -> Reply:
        """The Go button, for the plan with that hash."""
        ...

    async def stop(self, task: str | None, conversation: str, message_id: str) -> Reply:
        """Stops the task, or whatever runs in the conversation."""
        ...

    async def task(self, task: str) -> TaskView:
        """One task; raises NotFound."""
        ...

    async def picture(self, task: str, name: str) -> Path | None:
        """The file of an option's picture, by the name that its address gives; None where there is none."""
        ...

    async def calls(self, task: str) -> TaskCalls:
        """Every call to a model for a task; raises NotFound."""
        ...

    async def models_view(self, conversation: str) -> ModelsView:
        """Which reasoner answers in a conversation, and what models took today."""
        ...

    async def check_model(self, conversation: str) -> Checkup:
        """One cheap call to the model in use."""
        ...

    async def hear(self, recording: bytes) -> Heard:
        """What was said in a recording; raises BadInput or Unavailable."""
        ...

    async def choose_model(self, conversation: str, name: str) -> str:
        """Who answers in a conversation from now on, in a sentence; raises BadInput."""
        ...

    async def spending(self, days: int) -> Spending:
        """What models took on the last days."""
        ...

    async def today(self) -> list[TaskLine]:
        """The tasks that were spoken of today, the latest first."""
        ...

    async def gallery(self, limit: int) -> list[RunLine]:
        """The runs, the latest first."""
        ...

    async def run(self, task: str) -> Run:
        """One run: its steps, its plan and receipt, and its moves; raises NotFound."""
        ...

    async def check_ledger(self) -> Chain:
        """Whether every link of the ledger fits the one before."""
        ...

    async def recall(self, query: str, k: int) -> Recalled:
        """The passages of the person's files nearest to the query, and how the index stood."""
        ...

    async def propose(self, text: str, why: str) -> Proposal:
        """Puts what another program says of the person before them; it writes no memory."""
        ...

    async def forget(self, notes: Sequence[Evidence], past: Sequence[str]) -> str:
        """Removes notes from everything that is kept, and lines from git's past; what was done."""
        ...

    async def index_status(self) -> Status:
        """How each of the person's files stands in the index."""
        ...

    async def preferences(self, question: str) -> Preferences:
        """What the preference proxy says."""
        ...

    async def health(self) -> dict[str, str]:
        """Each part, "ok" or a sentence."""
        ...


class WebState(TypedDict):
    """What the lifespan yields for the doors and pages.

    Keys:
        examples: what one could ask, from the workflows in use.
        sample: the sample person's name where home is theirs, otherwise empty.
        whatsapp: the channel, where it is on.
    """

    assistant: Assistant
    settings: Settings
    examples: Callable[[], tuple[str, ...]]
    sample: str
    whatsapp: NotRequired[WhatsApp]


def assistant(request: Request) -> Assistant:
    """The running assistant."""
    return cast(Assistant, request.state.assistant)


def examples(request: Request) -> tuple[str, ...]:
    """What the workflows say one could ask."""
    return cast(Callable[[], tuple[str, ...]], request.state.examples)()


def settings(request: Request) -> Settings:
    """The service's settings."""
    return cast(Settings, request.state.settings)
