"""Checkpoints: the tasks' threads in a file of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agents.executor.failpoint import Failpoint, no_failpoint


class Checkpoints(AsyncSqliteSaver):
    """State is plain JSON: nothing else comes back."""

    failpoint: Failpoint = staticmethod(no_failpoint)

    @classmethod
    @asynccontextmanager
    async def opened(cls, path: Path, failpoint: Failpoint = no_failpoint) -> AsyncIterator[Checkpoints]:
        """The file's threads, until the context ends."""
        async with aiosqlite.connect(path) as connection:
            saver = cls(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
            saver.failpoint = failpoint
            yield saver

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keep a checkpoint. A node's writes are kept before it: a crash between the two must lose neither."""
        self.failpoint("checkpoint.put")
        return await super().aput(config, checkpoint, metadata, new_versions)
