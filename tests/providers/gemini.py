"""Gemini's wire format (generativelanguage.googleapis.com), as far as structured output uses it.

POST /v1/models/{model}:generateContent, the key in the header `x-goog-api-key`.
"""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.providers.modes import Asked, Cut, Mode, Server, fields_of, hang, late, task_of


def app(server: Server) -> Starlette:
    """The service over one `Server`."""

    async def generate(request: Request) -> Response:
        if not request.headers.get("x-goog-api-key"):
            return _error(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
        body = await request.json()
        config = body["generationConfig"]
        assert config["responseMimeType"] == "application/json"
        said = body["contents"][0]["parts"][0]["text"]  # later turns are our own repair
        asked = Asked(task_of(config["responseJsonSchema"]), fields_of(said), body)
        server.asked.append(asked)
        mode = server.next_mode()
        match mode:
            case "hanging":
                return await hang(request)
            case "429":
                return _error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", server.retry_after)
            case "500":
                return _error(500, "INTERNAL", "An internal error has occurred.")
            case "key":
                return _error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.")
            case "slow":
                await late()
        answer = JSONResponse(_answer(server, asked, mode, request.path_params["model"]))
        return Cut(answer) if mode == "cut" else answer

    return Starlette(routes=[Route("/{version}/models/{model}:generateContent", generate, methods=["POST"])])


def _answer(server: Server, asked: Asked, mode: Mode, model: str) -> dict[str, Any]:
    used = {"promptTokenCount": len(str(asked.body)) // 4}
    if mode == "safety":  # the prompt itself was stopped: there are no candidates at all
        return {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": used, "modelVersion": model}
    text = server.answer(asked, mode)
    used |= {"candidatesTokenCount": len(text) // 4, "thoughtsTokenCount": 40}
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}
    if mode == "refusal":  # the answer was stopped while it was written
        candidate = {"content": {"role": "model", "parts": []}, "finishReason": "PROHIBITED_CONTENT"}
    return {
        "candidates": [{**candidate, "index": 0}],
        "usageMetadata": {**used, "totalTokenCount": sum(used.values())},
        "modelVersion": model,
        "responseId": "r-1",
    }


def _error(code: int, status: str, message: str, retry_after: str = "") -> JSONResponse:
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    if retry_after:  # in the body, not in a header
        kind = "type.googleapis.com/google.rpc.RetryInfo"
        error["details"] = [{"@type": kind, "retryDelay": f"{retry_after}s"}]
    return JSONResponse({"error": error}, code)
