"""What an option looks like: its page's picture, kept in home's state under its address's hash."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from agents.executor.search import Searcher
from memory.errors import RflowError
from memory.home import replace


def name_of(url: str) -> str:
    """The name that an address's picture is kept under: 32 hex digits."""
    return hashlib.sha256(url.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Pictured:
    """Pictures in a folder; each address is looked at once, and an empty file stands for none."""

    searcher: Searcher
    folder: Path
    _one_each: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def kept(self, name: str) -> Path | None:
        """The picture's file, where there is one."""
        path = self.folder / f"{name}.jpg"
        return path if path.exists() and path.stat().st_size else None

    async def take(self, url: str, sites: tuple[str, ...]) -> Path | None:
        """The picture of the page at an address; None where it shows none, is on none of the sites, or is silent."""
        name = name_of(url)
        async with self._one_each[name]:
            path = self.folder / f"{name}.jpg"
            if not path.exists():
                try:
                    data = await self.searcher.picture(url, sites)
                except RflowError:
                    return None  # it may answer the next time
                self.folder.mkdir(parents=True, exist_ok=True)
                await asyncio.to_thread(replace, path, data or b"")
        self._one_each.pop(name, None)
        return self.kept(name)
