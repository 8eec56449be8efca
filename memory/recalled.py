"""What a search gives: the passages found, and how the index stood."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from memory.evidence import Evidence

UNREAD = 3
"""How many files that could not be read are named to a person who did not ask."""


class IndexState(BaseModel):
    """Why an answer from the person's files is what it is.

    Attributes:
        kind: `found`; `nothing` in the person's notes; `behind`: changed files still wait to be read; `not indexed`:
            nothing was found, and some files could not be read.
        pending: how many files wait.
        unread: the files that could not be read, each with why.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["found", "nothing", "behind", "not indexed"] = "found"
    pending: int = 0
    unread: tuple[str, ...] = ()

    @property
    def caution(self) -> str:
        """What a person must know who relies on the answer; empty where there is nothing."""
        if self.kind == "behind":
            files = "1 file waits" if self.pending == 1 else f"{self.pending} files wait"
            return f"The index is behind: {files} to be read, so something may be missing here."
        if self.kind == "not indexed":
            more = f"; and {len(self.unread) - UNREAD} more: rflow index --status" if len(self.unread) > UNREAD else ""
            return f"Not indexed: {'; '.join(self.unread[:UNREAD])}{more}"
        return ""


class Recalled(BaseModel):
    """Evidence for a query, best first, and how the index stood."""

    model_config = ConfigDict(frozen=True)

    evidence: tuple[Evidence, ...] = ()
    index: IndexState = IndexState()
