"""Several codes on one unit: sets of codes, more or less alike.

Passonneau (2006), "Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation", LREC.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coder.agreement.coefficients import Floats

_BLOCK = 512


def masi_distance(one: Floats, other: Floats) -> Floats:
    """(n, m), distances between sets (n, codes) and (m, codes) of zeros and ones."""
    return apart(one @ other.T, one.sum(-1)[:, None], other.sum(-1)[None, :])


def apart(shared: Floats, first: Floats, second: Floats) -> Floats:
    """1 - Jaccard x monotonicity, from how many codes sets share and how many each has (arrays that broadcast).

    Monotonicity is 1 for equal sets, 2/3 where one holds the other, 1/3 where they share something, else 0. Two empty
    sets are equal.
    """
    union = first + second - shared
    jaccard = np.divide(shared, union, out=np.ones(np.shape(shared)), where=union > 0)
    within = np.where(shared == np.minimum(first, second), 2 / 3, 1 / 3)
    monotone = np.where(shared == union, 1.0, np.where(shared == 0, 0.0, within))
    return np.asarray(1 - jaccard * monotone, np.float64)


def as_rows(sets: Sequence[int]) -> Floats:
    """(n, codes), sets given as the bits of a number in zeros and ones."""
    width = max((each.bit_length() for each in sets), default=0)
    rows = np.zeros((len(sets), max(1, width)), np.float64)
    for number, each in enumerate(sets):
        rows[number] = [each >> bit & 1 for bit in range(rows.shape[1])]
    return rows


def quadratic(counts: Floats, sets: Floats) -> Floats:
    """(d, d), counts x distances x counts, for ``counts`` (d, n) of each set in each document."""
    used = np.flatnonzero(counts.any(0))
    counts, sets = counts[:, used], sets[used]
    total = np.zeros((len(counts), len(counts)))
    for start in range(0, len(used), _BLOCK):
        block = slice(start, start + _BLOCK)
        total += counts[:, block] @ (masi_distance(sets[block], sets) @ counts.T)
    return total
