"""Dense vectors in Chroma, in a folder of their own, sealed so that a damaged file is seen before Chroma reads it."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import quote

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from memory.errors import Damaged, Unavailable

Vectors = NDArray[np.float32]
T = TypeVar("T")
UPSERT = 1000  # ids per call, below Chroma's own bound


class VectorStore:
    """One Chroma collection with cosine distance. One process per folder: two break it, silently.

    Args:
        folder: made when missing. Never opened twice with other contents by one process, as Chroma keeps what it
            opened by its path: a rebuilt index takes a new folder.

    Raises:
        Damaged: the files are not as they were sealed, or Chroma cannot read them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seal = folder / "seal.json"
        self._sums: dict[str, tuple[int, int, int]] = {}
        if self._seal.exists() or any(folder.glob("*/*")):  # killed before its first vector, it holds nothing yet
            self._verify()
        folder.mkdir(parents=True, exist_ok=True)
        settings = Settings(anonymized_telemetry=False)
        self._client = _guarded(lambda: chromadb.PersistentClient(folder, settings=settings))
        self._collection = _guarded(
            lambda: self._client.get_or_create_collection(
                "chunks", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        )
        self.seal()

    def ids(self) -> set[str]:
        """Every id that is stored."""
        return set(_guarded(lambda: self._collection.get(include=[]))["ids"])

    def listed(self) -> set[str]:
        """The ids in Chroma's own table, a tenth of what `ids` costs; empty where the table is another one."""
        _guarded(self._collection.count)  # what was still in its queue when it was killed comes with the first question
        where = f"file:{quote(str(self.folder / 'chroma.sqlite3'))}?mode=ro"
        with suppress(sqlite3.Error), closing(sqlite3.connect(where, uri=True)) as database:
            return {row[0] for row in database.execute("SELECT embedding_id FROM embeddings")}
        return set()

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Stores vectors under their ids, over older ones."""
        for at in range(0, len(ids), UPSERT):
            part = slice(at, at + UPSERT)
            _guarded(lambda part=part: self._collection.upsert(ids=list(ids[part]), embeddings=vectors[part]))  # type: ignore[misc]
        self.seal()

    def delete(self, ids: Sequence[str]) -> None:
        """Forgets ids; unknown ones are no error."""
        for at in range(0, len(ids), UPSERT):
            part = list(ids[at : at + UPSERT])
            _guarded(lambda part=part: self._collection.delete(ids=part))  # type: ignore[misc]
        self.seal()

    def nearest(self, vector: Vectors, k: int, within: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """The `k` nearest ids with their cosine similarity, best first; only among `within` where given."""
        if within is not None and not within:
            return []
        found = _guarded(
            lambda: self._collection.query(
                query_embeddings=vector.reshape(1, -1),
                n_results=k,
                ids=list(within) if within is not None else None,
                include=["distances"],
            )
        )
        distances = (found["distances"] or [[]])[0]
        return [(key, 1.0 - float(distance)) for key, distance in zip(found["ids"][0], distances, strict=True)]

    def similarities(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """The cosine similarity of `vector` to each of `ids`."""
        if not ids:
            return {}
        found = _guarded(lambda: self._collection.get(ids=list(ids), include=["embeddings"]))
        stored = np.asarray(found["embeddings"], np.float32)
        norms = np.maximum(np.linalg.norm(stored, axis=1), 1e-9)
        return dict(zip(found["ids"], (stored @ vector / norms).tolist(), strict=True))

    def seal(self) -> None:
        """Writes down the length and checksum of every graph file; they change only while vectors are stored."""
        draft = self._seal.with_suffix(".draft")
        draft.write_text(json.dumps(self._checksums()))
        draft.replace(self._seal)

    def _checksums(self) -> dict[str, list[int]]:
        for file in sorted(self.folder.glob("*/*")):
            name, stat = file.relative_to(self.folder).as_posix(), file.stat()
            if name not in self._sums or self._sums[name][0] != stat.st_mtime_ns:
                self._sums[name] = (stat.st_mtime_ns, stat.st_size, zlib.crc32(file.read_bytes()))
        return {name: [size, crc] for name, (_, size, crc) in self._sums.items() if (self.folder / name).exists()}

    def _verify(self) -> None:
        """Chroma dies (SIGFPE) on some damaged graph files and silently answers wrongly on others."""
        try:
            sealed = json.loads(self._seal.read_text())
            where = f"file:{quote(str(self.folder / 'chroma.sqlite3'))}?mode=rw"
            with closing(sqlite3.connect(where, uri=True)) as database:
                whole = database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        except (OSError, ValueError, sqlite3.Error) as error:
            raise Damaged(f"The vector index cannot be read: {error}.") from error
        if not whole or sealed != self._checksums():
            raise Damaged("The vector index is not as it was left.")

    def close(self) -> None:
        """Lets go of the files; the store must not be used after."""
        cast(Client, self._client).close()
        with suppress(OSError):  # the folder is gone with its index
            self.seal()  # Chroma may write its graphs when it is let go


def _guarded(call: Callable[[], T]) -> T:
    try:
        return call()
    except (ChromaError, sqlite3.Error, OSError, ValueError, RuntimeError, KeyError) as error:
        if "disk is full" in str(error) or "No space left" in str(error):
            raise Unavailable("The vector index cannot be written: the disk is full.", "Free some space.") from error
        raise Damaged(f"The vector index does not answer: {str(error)[:200]}.") from error
