"""Choosing a few of many that are not all alike. Pure over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

AGAIN = 0.7
"""What a candidate is still worth after another one of its kind."""


def spread(
    worth: NDArray[np.float64],
    vectors: NDArray[np.float32],
    group: NDArray[np.int64],
    kind: NDArray[np.int64],
    count: int,
) -> list[int]:
    """Up to ``count`` of the k candidates, the worthiest first, each worth less the more it is like one chosen before.

    ``worth`` (k,) at least 0, those of 0 are never chosen; ``vectors`` (k, d) of unit length. At most one candidate of
    each ``group`` (k,) is chosen, and those of one ``kind`` (k,) by turns with others. Greedy maximal marginal
    relevance (Carbonell and Goldstein 1998, doi 10.1145/290941.291025), as a product.
    """
    left = worth.astype(np.float64)
    chosen: list[int] = []
    while len(chosen) < count and len(left) and left.max() > 0:
        best = int(np.argmax(left))
        chosen.append(best)
        left *= 1 - np.clip(vectors @ vectors[best], 0, 1) ** 2
        left[group == group[best]] = 0
        left[kind == kind[best]] *= AGAIN
    return chosen
