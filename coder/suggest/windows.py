"""From tokens to vectors, whatever computes the layers.

A long text is read in several windows, and windows go in batches of equal length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

Progress = Callable[[int, int], None]
"""Called with how many of how many texts (or windows of long texts) are done."""

Sums = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]
"""Token ids and mask, both (batch, tokens), to the sums over tokens of every layer, (batch, layers, width)."""


def embed(
    tokens: Sequence[Sequence[int]],
    sums: Sums,
    *,
    ends: tuple[int, int],
    window: int,
    batch: int,
    width: int,
    shares: Sequence[float],
    at_once: int = 1,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Unit vectors, shape (texts, layers x width): the layers side by side, each with its share of the squared length.

    ``tokens`` come without special tokens; ``ends`` are put around every window of at most ``window`` of them.
    A text without tokens is a window of the two ends. ``sums`` is asked from so many threads ``at_once``.
    """
    windows = [(i, t[at : at + window]) for i, t in enumerate(tokens) for at in range(0, max(1, len(t)), window)]
    # A batch of equal lengths spends nothing on padding. Longest first: memory that suffices then suffices.
    windows.sort(key=lambda found: -len(found[1]))
    total = np.zeros((len(tokens), len(shares), width), np.float32)
    batches = [windows[start : start + batch] for start in range(0, len(windows), batch)]
    done = 0
    with ThreadPoolExecutor(at_once) as pool:
        try:
            found = pool.map(lambda several: sums(*_padded([[ends[0], *t, ends[1]] for _, t in several])), batches)
            for several, sum_of in zip(batches, found, strict=True):
                np.add.at(total, [i for i, _ in several], sum_of)
                done += len(several)
                if progress:
                    progress(done, len(windows))
        finally:
            pool.shutdown(cancel_futures=True)  # Where somebody stops it, what has not begun is not begun.
    # The sum over tokens has the direction of their mean, and only the direction is kept.
    return (unit(total) * np.sqrt(np.asarray(shares, np.float32))[:, None]).reshape(len(tokens), len(shares) * width)


def unit(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every vector of the last axis brought to length one; a vector of zeros stays one."""
    length: NDArray[np.float32] = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.asarray(x / np.maximum(length, 1e-9), np.float32)


def _padded(sequences: list[list[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    longest = max(len(s) for s in sequences)
    ids = np.zeros((len(sequences), longest), np.int64)
    mask = np.zeros((len(sequences), longest), np.int64)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = 1
    return ids, mask
