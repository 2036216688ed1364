"""Features of a kernel over all views, from landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

SHARPNESS = 1.0
LANDMARKS = 1500
FEWEST = 256
NUMBERS = 20_000_000
"""Features of all passages together, at most: what fits into memory and into seconds decides how many landmarks."""


def drawn(n: int, seed: int = 0) -> NDArray[np.int64]:
    """Which of n rows are landmarks, rising; all of them where n is small."""
    count = max(FEWEST, min(LANDMARKS, NUMBERS // n))
    if n <= count:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, count, replace=False))


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Nystroem features (Williams and Seeger 2001) of ``exp(sharpness * (cosine - 1))`` over stacked views."""

    points: Array
    root: Array

    @classmethod
    def at(cls, x: Array) -> Landmarks:
        """Landmarks at the rows of ``x`` (k, d)."""
        points = _unit(x)
        values, vectors = np.linalg.eigh(_kernel(points, points).astype(np.float64))
        kept = values > 1e-5 * values[-1]
        return cls(points, np.asarray(vectors[:, kept] / np.sqrt(values[kept]), np.float32))

    def features(self, x: Array) -> Array:
        """(n, width): rows whose dot products approximate the kernel."""
        out: Array = _kernel(_unit(x), self.points) @ self.root
        return out


def _kernel(x: Array, y: Array) -> Array:
    out: Array = np.exp(np.float32(SHARPNESS) * (x @ y.T - np.float32(1)))
    return out


def _unit(x: Array) -> Array:
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return np.asarray(x / np.maximum(length, 1e-9), np.float32)
