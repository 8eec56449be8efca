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
        self._known: dict[str, Vectors] = {}

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row per text; new texts are embedded in one batch."""
        new = [t for t in dict.fromkeys(texts) if t not in self._known]
        if len(self._known) + len(new) > _MOST:
            self._known = {t: self._known[t] for t in texts if t in self._known}
        if new:
            self._known.update(zip(new, np.asarray(self._embed(new), np.float32), strict=True))
        return np.stack([self._known[t] for t in texts]) if texts else np.zeros((0, 1), np.float32)

    def near(self, some: Sequence[str], others: Sequence[str]) -> Vectors:
        """Cosine of each of `some` (rows) with each of `others` (columns)."""
        if not some or not others:
            return np.zeros((len(some), len(others)), np.float32)
        self.vectors([*some, *others])
        return self.vectors(some) @ self.vectors(others).T
