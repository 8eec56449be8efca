"""Which reasoner answers: those that the settings give, the one chosen for each conversation, and what they took."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy import Column, MetaData, String, Table, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine

from agents.reasoning import turn
from agents.reasoning.chosen import OFFLINE, Chosen
from agents.reasoning.meter import Caps, Meter, Spent, TaskCalls, dollars
from agents.reasoning.port import Reasoner
from agents.redact import Redactor
from agents.types import Clock, Frozen
from app.settings import Settings, is_loopback
from memory.errors import BadInput, RflowError

if TYPE_CHECKING:
    from agents.reasoning.models.metered import Metered

ALIASES = {"openai": "local", "gpt": "local"}
_COMMAND = re.compile(r"\s*/model(?:\s+(\S+))?\s*", re.IGNORECASE)

metadata = MetaData()
choices = Table(
    "model_choices",
    metadata,
    Column("conversation", String, primary_key=True),
    Column("reasoner", String, nullable=False),
)


class ModelsView(Frozen):
    """Which reasoners there are, by name with the model behind each, and what today took."""

    in_use: str
    known: dict[str, str]
    day: Spent = Spent()


class Checkup(Frozen):
    """What came of one cheap call to the model in use."""

    well: bool
    said: str


@dataclass(frozen=True, slots=True)
class Models:
    """The models at hand.

    Attributes:
        models: by the name a person chooses them by; empty where the settings give none.
        seconds: from a turn's beginning, after which no model is asked.
    """

    database: AsyncEngine
    meter: Meter
    reasoner: Chosen
    models: dict[str, Metered] = field(default_factory=dict)
    seconds: float = turn.SECONDS

    async def turn(self, conversation: str) -> AbstractContextManager[turn.Turn]:
        """A turn of a conversation, to be entered: by its reasoner, within its time."""
        return turn.turn(conversation, await self.chosen(conversation), self.seconds)

    async def chosen(self, conversation: str) -> str:
        """What was chosen for a conversation; empty: nothing was."""
        query = select(choices.c.reasoner).where(choices.c.conversation == conversation)
        async with self.database.connect() as conn:
            return str((await conn.execute(query)).scalar() or "")

    async def view(self, conversation: str = "") -> ModelsView:
        """What is in use for a conversation."""
        with turn.turn(conversation, await self.chosen(conversation) if conversation else ""):
            in_use = self.reasoner.name
        known = {name: model.patient.model for name, model in self.models.items()}
        return ModelsView(in_use=in_use, known={**known, OFFLINE: ""}, day=await self.meter.day())

    async def command(self, text: str, conversation: str) -> str | None:
        """What is said to "/model" or "/model NAME"; None for any other message."""
        said = _COMMAND.fullmatch(text)
        if said is None:
            return None
        if said[1] is None:
            return _told(await self.view(conversation))
        try:
            return await self.choose(said[1], conversation)
        except BadInput as unknown:
            return str(unknown)

    async def choose(self, wanted: str, conversation: str) -> str:
        """Who answers in a conversation from now on, in a sentence.

        Raises:
            BadInput: there is none of that name.
        """
        name = self.known(wanted)
        row = {"conversation": conversation, "reasoner": name}
        async with self.database.begin() as conn:
            await conn.execute(upsert(choices).values(row).on_conflict_do_update(["conversation"], set_=row))
        model = f" ({self.models[name].patient.model})" if name in self.models else ": no model is asked"
        return (
            f"From now on, in this conversation: **{name}**{model}. What was said so far stays, and so does what waits."
        )

    def known(self, wanted: str) -> str:
        """The reasoner of that name, however it is called; raises BadInput where there is none."""
        name = ALIASES.get(wanted.lower(), wanted.lower())
        if name != OFFLINE and name not in self.models:
            raise _unknown(wanted, list(self.models))
        return name

    async def check(self, conversation: str = "") -> Checkup:
        """One cheap call to the model in use."""
        name = (await self.view(conversation)).in_use
        if name not in self.models:
            return Checkup(well=True, said="offline: no model is asked")
        from agents.reasoning.models.hello import ASK, HelloSaid

        began, model = time.monotonic(), f"{name} ({self.models[name].patient.model})"
        try:
            HelloSaid.model_validate_json((await self.models[name].say(ASK)).text)
        except RflowError as failed:
            return Checkup(well=False, said=f"{model}: {failed} Until it does, everything goes on offline.")
        except ValidationError:
            said = f"{model} answers, but not in the schema that was asked for; choose a model with structured output."
            return Checkup(well=False, said=said)
        return Checkup(well=True, said=f"{model} answers in {time.monotonic() - began:.1f} s")

    async def calls(self, task: str) -> TaskCalls:
        """Every call for a task, and what it took."""
        return await self.meter.task(task)

    async def aclose(self) -> None:
        """Close the connections."""
        for model in self.models.values():
            await model.patient.aclose()


def open_models(settings: Settings, offline: Reasoner, database: AsyncEngine, clock: Clock) -> Models:
    """The models that the settings give, over the offline reasoner; no SDK is imported before a model is asked.

    Raises:
        BadInput: a model is asked for that the settings do not give.
    """
    redact = Redactor(settings.secrets)
    caps = Caps(settings.task_tokens, settings.day_tokens, settings.task_usd, settings.day_usd)
    meter = Meter(database, clock, redact, caps)
    models = _metered(settings, meter, clock)
    wanted = next(iter(models), OFFLINE) if settings.model == "auto" else settings.model
    if wanted != OFFLINE and wanted not in models:
        raise _unknown(wanted, list(models))
    return Models(
        database, meter, Chosen(offline, _reasoners(models, offline, redact), wanted), models, settings.turn_seconds
    )


def _metered(settings: Settings, meter: Meter, clock: Clock) -> dict[str, Metered]:
    if not (settings.gemini_api_key or settings.openai_model):
        return {}
    from agents.reasoning.models.compatible import Compatible
    from agents.reasoning.models.gemini import Gemini
    from agents.reasoning.models.metered import Metered
    from agents.reasoning.models.patience import Patient
    from agents.reasoning.models.prices import FREE, Price

    given = Price(*settings.model_prices) if settings.model_prices else None
    found: dict[str, Metered] = {}
    if settings.gemini_api_key:
        key = settings.gemini_api_key.get_secret_value()
        gemini = Patient(Gemini(key, settings.gemini_model, settings.gemini_base_url))
        found["gemini"] = Metered(gemini, meter, clock, settings.model_seconds, given)
    if settings.openai_model:
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
        url = settings.openai_base_url
        local = Patient(Compatible(key, settings.openai_model, url, effort=not url))
        free = FREE if is_loopback(settings.openai_host) else given
        found["local"] = Metered(local, meter, clock, settings.model_seconds, free)
    return found


def _reasoners(models: dict[str, Metered], offline: Reasoner, redact: Redactor) -> dict[str, Reasoner]:
    if not models:
        return {}
    from agents.reasoning.checked_model import CheckedModel
    from agents.reasoning.models.reasoner import ModelReasoner

    return {name: CheckedModel(ModelReasoner(model, offline, redact)) for name, model in models.items()}


def _unknown(name: str, known: Sequence[str]) -> BadInput:
    how = "GEMINI_API_KEY gives gemini; OPENAI_MODEL, with OPENAI_BASE_URL for a server of your own, gives local."
    return BadInput(f"There is no model {name!r} here; there is {', '.join((*known, OFFLINE))}.", how)


def _told(view: ModelsView) -> str:
    rows = [
        f"- **{name}** {model}".rstrip() + (" (in use)" if name == view.in_use else "")
        for name, model in view.known.items()
    ]
    day = view.day
    spent = f"Today: {day.calls} calls, {day.tokens:,} tokens, {dollars(day.cost)}." if day.calls else "No call today."
    return "\n".join([*rows, "", spent, "Switch with “/model NAME”; it holds for this conversation only."])
