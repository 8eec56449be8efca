"""Any server that speaks OpenAI's chat completions (GPT, Ollama, llama.cpp, vLLM), through the openai SDK."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from agents.reasoning.models import wire
from agents.reasoning.models.provider import THOUGHT, Ask, ModelFailed, Said, Why

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion


class Compatible:
    """A model behind an OpenAI-compatible server.

    Args:
        key: what the server asks for; servers on one's own machine ask for none.
        model: as the server names it.
        base_url: up to and with "/v1"; empty: OpenAI's own.
        effort: whether the server knows `reasoning_effort`; only OpenAI's own surely does.
    """

    name = "local"

    def __init__(self, key: str, model: str, base_url: str = "", effort: bool = False) -> None:
        self.model = model
        self._key, self._base_url, self._effort = key, base_url, effort
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()

    async def say(self, ask: Ask) -> Said:
        """See `Provider`."""
        client = await self._open()
        import openai

        try:
            answer = await client.chat.completions.create(**self._request(ask))
        except openai.APITimeoutError as error:
            raise ModelFailed(Why.SLOW, self.name) from error
        except openai.APIStatusError as error:
            raise self._failed(error.status_code, error.message, error.response.headers.get("retry-after")) from error
        except (openai.APIError, wire.Flooded) as error:
            cause = error.__cause__
            flooded = isinstance(error, wire.Flooded) or isinstance(cause, wire.Flooded)
            said = type(cause or error).__name__
            raise ModelFailed(Why.FLOOD if flooded else Why.DOWN, self.name, said) from error
        except ValueError as error:
            raise ModelFailed(Why.CUT, self.name, "no answer in OpenAI's format") from error
        return self._read(answer)

    async def aclose(self) -> None:
        """See `Provider`."""
        if self._client is not None:
            await self._client.close()

    async def _open(self) -> AsyncOpenAI:
        async with self._opening:
            if self._client is None:
                try:
                    self._client = await asyncio.to_thread(self._connect)
                except ImportError as missing:
                    how = "pip install 'recommend-flow[openai]'"
                    raise ModelFailed(Why.MISSING, f"{self.name}: openai", how) from missing
        return self._client

    def _connect(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI  # an extra, and slow to import

        return AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self._base_url or "https://api.openai.com/v1",  # never the SDK's own look into the environment
            max_retries=0,
            timeout=None,
            http_client=wire.client(),
        )

    def _request(self, ask: Ask) -> dict[str, Any]:
        roles = {"user": "user", "model": "assistant"}
        messages = [{"role": "system", "content": ask.system}]
        messages += [{"role": roles[role], "content": text} for role, text in ask.turns]
        most = "max_completion_tokens" if self._effort else "max_tokens"  # other servers know the older name
        schema = {"name": ask.task, "schema": ask.schema_, "strict": True}
        request: dict[str, Any] = {
            "model": self.model,
            "messages": messages,
            "response_format": {"type": "json_schema", "json_schema": schema},
            most: ask.most + THOUGHT[ask.thinking],
        }
        if self._effort:
            request["reasoning_effort"] = "medium" if ask.thinking == "medium" else "low"
        return request

    def _failed(self, code: int, said: str, wait: str | None) -> ModelFailed:
        why = Why.BUSY if code == 429 else Why.KEY if code in (401, 403) else Why.REQUEST if code < 500 else Why.DOWN
        return ModelFailed(why, self.name, f"{code} {said}", wire.retry_after(wait))

    def _read(self, answer: ChatCompletion) -> Said:
        first = answer.choices[0] if getattr(answer, "choices", None) else None
        if first is None or first.message is None:
            raise ModelFailed(Why.EMPTY, self.name)
        if first.message.refusal:
            raise ModelFailed(Why.REFUSAL, self.name)
        if first.finish_reason in ("content_filter", "length"):
            raise ModelFailed(Why.SAFETY if first.finish_reason == "content_filter" else Why.FLOOD, self.name)
        text = first.message.content or ""
        if not text.strip() or not first.finish_reason:
            raise ModelFailed(Why.CUT if text else Why.EMPTY, self.name)
        used = answer.usage
        cached = used.prompt_tokens_details.cached_tokens if used and used.prompt_tokens_details else 0
        return Said(
            text=text,
            tokens_in=used.prompt_tokens if used else 0,
            tokens_cached=cached or 0,
            tokens_out=used.completion_tokens if used else 0,
        )
