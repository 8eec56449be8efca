"""Gemini through google-genai."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx2

from agents.reasoning.models import wire
from agents.reasoning.models.provider import THOUGHT, Ask, ModelFailed, Said, Thinking, Why

if TYPE_CHECKING:
    from google.genai import Client, types

_UNSAFE = {"SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "RECITATION"}


class Gemini:
    """A Gemini model.

    Args:
        key: of Google AI Studio.
        model: such as "gemini-3.8-flash".
        base_url: another address than Google's, for a proxy or a test; empty: Google's.
    """

    name = "gemini"

    def __init__(self, key: str, model: str, base_url: str = "") -> None:
        self.model = model
        self._key, self._base_url = key, base_url
        self._client: Client | None = None
        self._opening = asyncio.Lock()

    async def say(self, ask: Ask) -> Said:
        """See `Provider`."""
        from google.genai import errors  # the SDK takes half a second to import: not before it is needed

        client = await self._open()
        try:
            answer = await client.aio.models.generate_content(
                model=self.model, contents=_contents(ask), config=_config(ask, self.model)
            )
        except errors.APIError as error:
            raise self._failed(error) from error
        except wire.Flooded as error:
            raise ModelFailed(Why.FLOOD, self.name) from error
        except httpx2.TimeoutException as error:
            raise ModelFailed(Why.SLOW, self.name) from error
        except (httpx2.HTTPError, OSError) as error:
            raise ModelFailed(Why.DOWN, self.name, type(error).__name__) from error
        except ValueError as error:  # an answer that the SDK's own types do not take
            raise ModelFailed(Why.CUT, self.name, "no answer in Gemini's format") from error
        return self._read(answer)

    async def aclose(self) -> None:
        """See `Provider`."""
        if self._client is not None:
            await self._client.aio.aclose()

    async def _open(self) -> Client:
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._connect)
        return self._client

    def _connect(self) -> Client:
        from google.genai import Client, types

        options = types.HttpOptions(
            httpx_async_client=wire.client(),
            client_args={
                "verify": wire.certificates()
            },  # the SDK opens clients of its own besides, and never uses them
            async_client_args={"ssl": wire.certificates()},
            base_url=self._base_url or None,
        )
        return Client(api_key=self._key, vertexai=False, http_options=options)

    def _failed(self, error: Exception) -> ModelFailed:
        code, said = int(getattr(error, "code", 0) or 0), str(getattr(error, "message", "") or "")
        response = getattr(error, "response", None)
        told = response.headers.get("retry-after") if response is not None else None
        wait = wire.retry_after(told or _delay(getattr(error, "details", None)))
        keyed = code in (401, 403) or "API key" in said
        why = Why.BUSY if code == 429 else Why.KEY if keyed else Why.REQUEST if 400 <= code < 500 else Why.DOWN
        return ModelFailed(why, self.name, f"{code} {said}".strip(), wait)

    def _read(self, answer: types.GenerateContentResponse) -> Said:
        if answer.prompt_feedback and answer.prompt_feedback.block_reason:
            raise ModelFailed(Why.SAFETY, self.name, answer.prompt_feedback.block_reason.value)
        first = answer.candidates[0] if answer.candidates else None
        reason = first.finish_reason.value if first and first.finish_reason else ""
        parts = first.content.parts if first and first.content and first.content.parts else []
        text = "".join(p.text for p in parts if p.text and not p.thought)
        if reason in _UNSAFE:
            raise ModelFailed(Why.SAFETY, self.name, reason)
        if not text.strip() or not reason:
            raise ModelFailed(Why.CUT if text else Why.EMPTY, self.name)
        if reason == "MAX_TOKENS":
            raise ModelFailed(Why.FLOOD, self.name)
        used = answer.usage_metadata
        return Said(
            text=text,
            tokens_in=(used and used.prompt_token_count) or 0,
            tokens_cached=(used and used.cached_content_token_count) or 0,
            tokens_out=((used and used.candidates_token_count) or 0) + ((used and used.thoughts_token_count) or 0),
        )


def _delay(details: Any) -> str | None:
    """The `retryDelay` of a google.rpc.RetryInfo in an error's body, where Gemini tells how long to wait: "17s"."""
    told = details.get("error", {}).get("details", []) if isinstance(details, dict) else []
    return next((str(d["retryDelay"]).removesuffix("s") for d in told if "retryDelay" in d), None)


def _contents(ask: Ask) -> types.ContentListUnion:
    from google.genai import types

    return [types.Content(role=role, parts=[types.Part(text=text)]) for role, text in ask.turns]


def _config(ask: Ask, model: str) -> types.GenerateContentConfig:
    from google.genai import types

    return types.GenerateContentConfig(
        system_instruction=ask.system,
        response_mime_type="application/json",
        response_json_schema=ask.schema_,
        max_output_tokens=ask.most + THOUGHT[ask.thinking],
        candidate_count=1,
        thinking_config=_thinking(ask.thinking, model),
    )


def _thinking(thinking: Thinking, model: str) -> types.ThinkingConfig:
    """Gemini 2.5 takes a budget in tokens, later ones take a level, of which "low" is the least that all take."""
    from google.genai import types

    if model.startswith("gemini-2"):
        return types.ThinkingConfig(thinking_budget=0 if thinking == "none" else THOUGHT[thinking])
    level = types.ThinkingLevel.MEDIUM if thinking == "medium" else types.ThinkingLevel.LOW
    return types.ThinkingConfig(thinking_level=level)
