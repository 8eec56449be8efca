"""The HTTP doors that other programs use, under /api/v1, and the service's own state."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from agents.reasoning.meter import TaskCalls
from agents.types import Preferences, Reply
from app.channels.base import Event, Inbound, Message, Talk, TaskView
from app.errors import Problem
from app.models import Checkup, ModelsView
from app.web import ports, sse
from app.web.metrics import Metrics
from app.web.session import Sessions
from memory.evidence import Evidence
from memory.status import Status

REPLY_SECONDS = 180.0
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "What was wrong with the request, and what to do next.",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
}

api = APIRouter(prefix="/api/v1", responses=PROBLEMS)
state = APIRouter()

Assistant = Annotated[ports.Assistant, Depends(ports.assistant)]
Conversation = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.+@:-]{1,64}$")]
Conversation_ = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.+@:-]{0,64}$", alias="conversation")]
TaskId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,128}$", default_factory=lambda: uuid.uuid4().hex)]


class MessageIn(BaseModel):
    """Words of the person; the same `id` again acts once and gets the same reply."""

    conversation: str = Field(default="api", pattern=r"^[A-Za-z0-9_.+@:-]{1,64}$")
    text: str
    id: MessageId


class DoIn(BaseModel):
    """A workflow by its name, with its details as one would write them; the same `id` again acts once."""

    workflow: str
    details: dict[str, str] = {}
    conversation: str = Field(default="api", pattern=r"^[A-Za-z0-9_.+@:-]{1,64}$")
    id: MessageId


class GoIn(BaseModel):
    """The Go button: `plan` is the hash of the plan that was shown."""

    plan: str = Field(pattern=r"^[0-9a-f]{64}$")
    id: MessageId


class StopIn(BaseModel):
    """STOP; the same `id` again acts once."""

    id: MessageId


class RecallIn(BaseModel):
    """What to look for in the person's files."""

    query: str
    k: int = Field(default=8, ge=1, le=50)


class QuestionIn(BaseModel):
    """A question about the person's taste."""

    question: str


class FileText(BaseModel):
    """A markdown file's whole text."""

    text: str


class FileOut(FileText):
    """A markdown file with the version that a write must name in If-Match."""

    path: str
    etag: str


class State(BaseModel):
    """Whether the service is there, and how each part is."""

    status: str
    parts: dict[str, str] = {}


@api.post("/messages")
async def post_message(body: MessageIn, request: Request, assistant: Assistant) -> Reply:
    """Says something; answers when the turn is done."""
    inbound = Inbound(id=body.id, conversation=body.conversation, channel="api", text=body.text, at=assistant.clock())
    await assistant.receive(inbound)
    return counted(request, await assistant.reply_to(body.id, REPLY_SECONDS))


@api.post("/do")
async def post_do(body: DoIn, request: Request, assistant: Assistant) -> Reply:
    """Asks for a workflow by its name; answers with what it proposes. The plan and the Go follow as messages do."""
    return counted(request, await assistant.do(body.workflow, body.details, body.conversation, body.id))


@api.get("/conversations")
async def get_conversations(assistant: Assistant, limit: Annotated[int, Query(ge=1, le=1000)] = 30) -> list[Talk]:
    """The conversations that were last spoken in, the latest first, each with its latest tasks."""
    return await assistant.talks(limit)


@api.get("/conversations/{conversation}/messages")
async def get_messages(
    conversation: Conversation, assistant: Assistant, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> list[Message]:
    """The last messages, oldest first."""
    return await assistant.history(conversation, limit)


@api.get(
    "/conversations/{conversation}/events",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events named message or progress."}},
)
async def get_events(
    conversation: Conversation,
    request: Request,
    assistant: Assistant,
    after: str | None = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    """What happens from now on, as server-sent events; with `after`, first the messages since that message id."""

    async def show(event: Event) -> str:
        return event.model_dump_json()

    return sse.stream(assistant, conversation, last_event_id or after, show, request.app.state.metrics)


@api.get("/tasks/{task}")
async def get_task(task: TaskId, assistant: Assistant) -> TaskView:
    """One task: state, decision, plan, receipt, trace."""
    return await assistant.task(task)


@api.get("/tasks/{task}/calls")
async def get_calls(task: TaskId, assistant: Assistant) -> TaskCalls:
    """What models were asked for a task: every byte that was sent, and what it took; beside it the whole day."""
    return await assistant.calls(task)


@api.get("/models")
async def get_models(assistant: Assistant, conversation: Conversation_ = "") -> ModelsView:
    """Which reasoners there are, which one answers, and what models took today."""
    return await assistant.models_view(conversation)


@api.post("/models/check")
async def post_check(assistant: Assistant, conversation: Conversation_ = "") -> Checkup:
    """Asks the model in use one cheap question."""
    return await assistant.check_model(conversation)


@api.post("/tasks/{task}/go")
async def post_go(task: TaskId, body: GoIn, request: Request, assistant: Assistant) -> Reply:
    """The Go for the plan with that hash; answers `progress` at once, the receipt follows."""
    return counted(request, await assistant.go(task, body.plan, body.id))


@api.post("/tasks/{task}/stop")
async def post_stop(task: TaskId, request: Request, assistant: Assistant, body: StopIn | None = None) -> Reply:
    """Stops the task before its next browser action."""
    return counted(request, await assistant.stop(task, "api", body.id if body else uuid.uuid4().hex))


@api.post("/conversations/{conversation}/stop")
async def post_stop_all(
    conversation: Conversation, request: Request, assistant: Assistant, body: StopIn | None = None
) -> Reply:
    """Stops whatever runs in the conversation."""
    return counted(request, await assistant.stop(None, conversation, body.id if body else uuid.uuid4().hex))


@api.post("/recall")
async def post_recall(body: RecallIn, assistant: Assistant, response: Response) -> list[Evidence]:
    """The passages of the person's files nearest to the query, best first.

    The header `Index-State` says how the index stood (`found`, `nothing`, `behind`, `not indexed`), `Index-Pending` how
    many files waited.
    """
    recalled = await assistant.recall(body.query, body.k)
    response.headers["Index-State"] = recalled.index.kind
    response.headers["Index-Pending"] = str(recalled.index.pending)
    return list(recalled.evidence)


@api.get("/index")
async def get_index(assistant: Assistant, since: str = "") -> Status:
    """How the index stands, and each file in it; with `since`, only files that wait or were read after that time."""
    status = await assistant.index_status()
    kept = tuple(f for f in status.files if f.at > since or f.state == "waiting")
    return status.model_copy(update={"files": kept}) if since else status


@api.post("/preferences")
async def post_preferences(body: QuestionIn, assistant: Assistant) -> Preferences:
    """What is known of the person's taste, with evidence."""
    return await assistant.preferences(body.question)


@state.get("/healthz")
async def healthz() -> State:
    """Whether the process answers."""
    return State(status="ok")


@state.get("/readyz")
async def readyz(request: Request, assistant: Assistant) -> State:
    """Whether everything is open; each part's state for whoever may know it."""
    parts = await assistant.health()
    status = "ready" if all(state == "ok" for state in parts.values()) else "degraded"
    sessions: Sessions = request.app.state.sessions
    open_to_all = not sessions.needed or sessions.valid(request.headers)
    return State(status=status, parts=parts if open_to_all else {})


@state.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request, assistant: Assistant) -> Response:
    """Counters and gauges in Prometheus' text format."""
    counters: Metrics = request.app.state.metrics
    return PlainTextResponse(counters.text(await assistant.health()), media_type="text/plain; version=0.0.4")


def counted(request: Request, reply: Reply) -> Reply:
    """The same reply, counted by its kind."""
    request.app.state.metrics.count("replies", f'kind="{reply.kind}"')
    return reply
