"""Patience: how long and how often a model is asked, and when it is left alone for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from agents.reasoning.models.provider import OUTAGE, PASSING, Ask, ModelFailed, Provider, Said, Why

ATTEMPTS = 3
FAILURES = 3
"""Calls in a row that fail before a provider is left alone."""
REST = 60.0
"""Seconds that it is left alone; then one call tries."""


class Patient:
    """A provider that is asked again where that may help, within a time limit, and not at all while it is down.

    Args:
        pause: seconds before the second attempt; each further pause is longer. A Retry-After counts instead.
    """

    def __init__(self, provider: Provider, pause: float = 0.5, clock: Callable[[], float] = time.monotonic) -> None:
        self.provider = provider
        self.name, self.model = provider.name, provider.model
        self._pause = wait_exponential_jitter(initial=pause, max=8, jitter=pause)
        self._clock = clock
        self._failed = 0
        self._rests_until = 0.0

    @property
    def resting(self) -> float:
        """Seconds that it is still left alone; 0 where it is asked."""
        return max(0.0, self._rests_until - self._clock())

    async def say(self, ask: Ask, seconds: float) -> Said:
        """The answer, within `seconds`, attempts and pauses included.

        Raises:
            ModelFailed: there is none.
        """
        if self.resting:
            raise ModelFailed(Why.DOWN, self.name, f"it is asked again in {self.resting:.0f} s")
        until = self._clock() + seconds
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                said = await self._attempts(ask, until)
        except TimeoutError as late:
            failed = ModelFailed(Why.SLOW, self.name, f"{seconds:.0f} s")
            self._count(failed)
            raise failed from late
        except ModelFailed as failed:
            self._count(failed)
            raise
        self._failed = 0
        return said

    async def aclose(self) -> None:
        """Close the provider."""
        await self.provider.aclose()

    async def _attempts(self, ask: Ask, until: float) -> Said:
        def beyond(state: RetryCallState) -> bool:
            return self._clock() + state.upcoming_sleep >= until

        retrying = AsyncRetrying(
            retry=retry_if_exception(lambda e: isinstance(e, ModelFailed) and e.why in PASSING),
            wait=self._wait,
            stop=lambda state: stop_after_attempt(ATTEMPTS)(state) or beyond(state),
            reraise=True,
        )
        return await retrying(self.provider.say, ask)

    def _wait(self, state: RetryCallState) -> float:
        failed = state.outcome.exception() if state.outcome else None
        told = failed.wait if isinstance(failed, ModelFailed) else None
        return self._pause(state) if told is None else told

    def _count(self, failed: ModelFailed) -> None:
        if failed.why not in OUTAGE:
            return
        self._failed += 1
        if self._failed >= FAILURES:
            self._failed, self._rests_until = FAILURES - 1, self._clock() + REST  # after the rest, one failure suffices
