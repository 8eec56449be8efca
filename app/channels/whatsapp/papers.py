"""Documents that come by phone: held apart until a typed yes, then among the person's documents."""

from __future__ import annotations

import asyncio
import re
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agents.types import Question, Reply
from app.channels.base import Attachment
from app.channels.store import Row
from app.channels.whatsapp.channel import WORDLESS
from app.channels.whatsapp.twilio import Twilio
from memory.errors import BadInput
from memory.home import Home, replace

DETAIL = "document"
"""The detail that the question about a document asks for."""

ENDINGS = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/html": ".html",
    "text/csv": ".csv",
}
"""The media types that can be read later, and how a file of each ends."""

YES = re.compile(r"\s*(?:yes|yes please|y|sure|add it|keep it)[\s.!]*", re.IGNORECASE)
NO = re.compile(r"\s*(?:no|no thanks|n|don['’]t|leave it)[\s.!]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Papers:
    """Holds documents apart and files them.

    Attributes:
        held: the folder of the machine's, one folder in it for each message that waits for its yes.
    """

    home: Home
    held: Path

    async def offered(self, row: Row, attached: Attachment, twilio: Twilio) -> Reply:
        """Fetch a document and ask whether to keep it.

        Raises:
            BadInput: it is of a kind that cannot be read.
            Unavailable: it could not be fetched.
        """
        ending = ENDINGS.get(attached.type)
        if ending is None:
            raise BadInput(f"I cannot read a document of the kind {attached.type or 'it is'}.", "Send a PDF or a text.")
        name = _name(attached.name if row.text != WORDLESS["document"] else "", row, ending)
        await twilio.fetch(attached.url, self.held / row.id / name)
        size = (self.held / row.id / name).stat().st_size
        text = f"Shall I keep “{name}” ({_size(size)}) among your documents? Then I can answer from it. Type yes or no."
        return Reply(kind="question", text=text, question=Question(detail=DETAIL, type="text", options=("yes", "no")))

    async def answered(self, row: Row, shown: list[tuple[str, Reply]]) -> Reply | None:
        """The reply to a yes or no about a document, where one was asked about last; None for everything else."""
        if not shown or shown[0][1].question is None or shown[0][1].question.detail != DETAIL:
            return None
        said = {"1": "yes", "2": "no"}.get(row.text.strip(), row.text)
        if NO.fullmatch(said):
            await asyncio.to_thread(shutil.rmtree, self.held / shown[0][0], True)
            return Reply(kind="answer", text="All right, I did not keep it.")
        if not YES.fullmatch(said):
            return None
        return Reply(kind="answer", text=await asyncio.to_thread(self._keep, self.held / shown[0][0]))

    def _keep(self, folder: Path) -> str:
        """Files the document under a name that is free. It may run again after a crash."""
        file = next(iter(folder.glob("*")), None)
        if file is None:
            return "It is among your documents already."
        data = file.read_bytes()
        path = self._free(file.name, data)
        target = self.home.resolve(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        replace(target, data)
        shutil.rmtree(folder, ignore_errors=True)
        return f"Kept as {path}. Ask me about it in a moment, once it is read."

    def _free(self, name: str, data: bytes) -> str:
        stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
        for number in range(1, 1000):
            path = f"documents/{stem}{'' if number == 1 else f'-{number}'}{ending}"
            there = self.home.resolve(path)
            if not there.exists() or there.read_bytes() == data:
                return path
        raise BadInput(f"There are 1,000 documents named {name}.", "Rename some.")


def _name(given: str, row: Row, ending: str) -> str:
    """A file name of plain characters: the sender's, else the day it came."""
    letters = unicodedata.normalize("NFC", PurePosixPath(given.replace("\\", "/")).stem)
    stem = re.sub(r"[^\w ().-]+", "-", letters).strip(" .-")[:80]
    return f"{stem or f'whatsapp-{row.at[:10]}'}{ending}"


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{max(1, round(size / 1000))} kB"
