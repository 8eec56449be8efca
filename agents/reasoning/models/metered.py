"""Metered: a model that is asked within the caps and the turn's time, and each call of which is on the record."""

from __future__ import annotations

import time
from dataclasses import dataclass

from agents.reasoning import turn
from agents.reasoning.meter import Call, Meter
from agents.reasoning.models import wire
from agents.reasoning.models.patience import Patient
from agents.reasoning.models.prices import Price, price
from agents.reasoning.models.provider import Ask, ModelFailed, Said, Why
from agents.types import Clock


@dataclass(frozen=True, slots=True)
class Metered:
    """A patient model with its meter.

    Attributes:
        seconds: that one question may take, all attempts together.
        price: of the model, where the settings give one; else the table's.
    """

    patient: Patient
    meter: Meter
    clock: Clock
    seconds: float = 20.0
    price: Price | None = None

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.patient.name

    async def say(self, ask: Ask) -> Said:
        """The answer.

        Raises:
            ModelFailed: there is none, and why.
            OverCap: a cap is reached.
        """
        at = turn.current()
        await self.meter.allow(at.task)
        seconds = min(self.seconds, at.left)
        if seconds <= 0:
            raise ModelFailed(Why.SLOW, self.name, "the turn has no time left")
        began, said, outcome = time.monotonic(), Said(text=""), "broken off"
        with wire.kept() as sent:
            try:
                said = await self.patient.say(ask, seconds)
                outcome = "ok"
            except ModelFailed as failed:
                outcome = failed.why.value
                raise
            finally:
                if sent:
                    ms = round(1000 * (time.monotonic() - began))
                    await self.meter.record(self._call(ask, said, outcome, ms, tuple(sent)))
        return said

    def _call(self, ask: Ask, said: Said, outcome: str, ms: int, sent: tuple[str, ...]) -> Call:
        at, now = turn.current(), self.clock()
        cost = self.price or price(self.patient.model, now.date())
        return Call(
            at=now.isoformat(timespec="seconds"),
            conversation=at.conversation,
            task=at.task,
            purpose=ask.task,
            provider=self.name,
            model=self.patient.model,
            tokens_in=said.tokens_in,
            tokens_cached=said.tokens_cached,
            tokens_out=said.tokens_out,
            cost=cost.of(said) if cost else None,
            ms=ms,
            outcome=outcome,
            sent=sent,
            received=said.text,
        )
