"""The person's files as a tree: folders with what is in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.web.api.files import FileLine, listing
from app.web.ports import Assistant
from memory.scan import FOLDERS

MOST = 300  # files of one folder that are listed; search finds the others


@dataclass(slots=True)
class Folder:
    """A folder of home; `count`: the files in it, at any depth."""

    name: str
    path: str
    folders: dict[str, Folder] = field(default_factory=dict)
    files: list[FileLine] = field(default_factory=list)
    count: int = 0

    @property
    def listed(self) -> list[FileLine]:
        """The files that are shown."""
        return self.files[:MOST]

    @property
    def more(self) -> int:
        """The files that are not listed."""
        return max(len(self.files) - MOST, 0)


async def tree(assistant: Assistant) -> list[Folder]:
    """Memory, journal and documents."""
    return grown(await listing(assistant, FOLDERS))


def grown(files: Iterable[FileLine]) -> list[Folder]:
    """The folders that the paths make; the person's own are there also where they are empty."""
    roots = {name: Folder(name, name) for name in FOLDERS}
    for file in files:
        first, *between, _ = file.path.split("/")
        folder = roots[first]
        folder.count += 1
        for name in between:
            folder = folder.folders.setdefault(name, Folder(name, f"{folder.path}/{name}"))
            folder.count += 1
        folder.files.append(file)
    return list(roots.values())
