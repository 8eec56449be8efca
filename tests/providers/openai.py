"""OpenAI's wire format (chat completions), which Ollama, llama.cpp and vLLM speak too, as far as we use it.

POST /v1/chat/completions, the key as a bearer token.
"""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.providers.modes import Asked, Cut, Mode, Server, fields_of, hang, late


def app(server: Server) -> Starlette:
    """The service over one `Server`."""

    async def complete(request: Request) -> Response:
        assert request.headers["authorization"].startswith("Bearer ")
        body = await request.json()
        asked_for = body["response_format"]
        assert asked_for["type"] == "json_schema"
        assert body["messages"][0]["role"] == "system"
        said = body["messages"][1]["content"]  # later messages are our own repair
        asked = Asked(asked_for["json_schema"]["name"], fields_of(said), body)
        server.asked.append(asked)
        mode = server.next_mode()
        match mode:
            case "hanging":
                return await hang(request)
            case "429":
                return _error(429, "rate_limit_exceeded", "Rate limit reached.", server.retry_after)
            case "500":
                return _error(500, "server_error", "The server had an error.")
            case "key":
                return _error(401, "invalid_api_key", "Incorrect API key provided.")
            case "slow":
                await late()
        answer = JSONResponse(_answer(server, asked, mode))
        return Cut(answer) if mode == "cut" else answer

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])


def _answer(server: Server, asked: Asked, mode: Mode) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": server.answer(asked, mode), "refusal": None}
    if mode == "refusal":
        message |= {"content": None, "refusal": "I'm sorry, I can't help with that."}
    if mode == "safety":
        message |= {"content": ""}
    read, written = len(str(asked.body)) // 4, len(message["content"] or "") // 4
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795255200,
        "model": asked.body["model"],
        "choices": [
            {"index": 0, "message": message, "finish_reason": "content_filter" if mode == "safety" else "stop"}
        ],
        "usage": {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
            "prompt_tokens_details": {"cached_tokens": 0},
        },
    }


def _error(code: int, kind: str, message: str, retry_after: str = "") -> JSONResponse:
    headers = {"retry-after": retry_after} if retry_after else {}
    return JSONResponse({"error": {"message": message, "type": kind, "code": kind, "param": None}}, code, headers)
