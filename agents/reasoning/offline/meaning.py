"""Meaning: how near texts are to each other, by embeddings that are computed once per text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]
_MOST = 20_000  # texts remembered: about 30 MB


class Meaning:
    """A cache before an embedding.

    Args:
        embed: texts to one vector of length 1 each, in their order.
    """

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._rows: dict[str, int] = {}
        self._known = np.zeros((0, 0), np.float32)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row per text; new texts are embedded in one batch."""
        new = [t for t in dict.fromkeys(texts) if t not in self._rows]
        if new and len(self._rows) + len(new) > _MOST:
            self._rows, self._known, new = {}, np.zeros((0, 0), np.float32), list(dict.fromkeys(texts))
        if new:
            fresh = np.asarray(self._embed(new), np.float32)
            self._known = np.concatenate([self._known, fresh]) if len(self._rows) else fresh
            self._rows.update((t, n) for n, t in enumerate(new, len(self._rows)))
        return self._known[[self._rows[t] for t in texts]] if texts else np.zeros((0, 1), np.float32)

    def near(self, some: Sequence[str], others: Sequence[str]) -> Vectors:
        """Cosine of each of `some` (rows) with each of `others` (columns)."""
        if not some or not others:
            return np.zeros((len(some), len(others)), np.float32)
        both = self.vectors([*some, *others])
        return np.asarray(both[: len(some)] @ both[len(some) :].T, np.float32)
