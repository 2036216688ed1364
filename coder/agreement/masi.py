"""Several codes on one unit: sets of codes, more or less alike.

Passonneau (2006), "Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation", LREC.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coder.agreement.coefficients import Floats

_BLOCK = 512


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
    # Only now: every table would wait for it.
    from scipy.sparse import csr_array

    used = np.flatnonzero(counts.any(0))
    counts, rows = counts[:, used], csr_array(sets[used])
    where = csr_array(counts.T)
    size, total = sets[used].sum(1), counts.sum(1)
    empty = counts[:, size == 0].sum(1)
    # Sets that share nothing are 1 apart, and most do; only the others are looked at.
    alike = np.outer(empty, empty)
    for start in range(0, len(used), _BLOCK):
        block = slice(start, start + _BLOCK)
        shared = (rows[block] @ rows.T).tocoo()
        near = 1 - apart(shared.data, size[block][shared.row], size[shared.col])
        similar = csr_array((near, (shared.row, shared.col)), shape=shared.shape)
        alike += (where[block].T @ (similar @ where)).toarray()
    return np.asarray(np.outer(total, total) - alike, np.float64)
