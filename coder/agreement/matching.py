"""Codings of two coders matched one to one, where both ends lie near each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coder.agreement.coefficients import Floats, Ints
from coder.agreement.continuum import Coded


def matches(coded: Coded, codes: frozenset[int], tolerance: int) -> Floats:
    """(d, 2), by document: codings of these codes that have a match, and all codings, summed over pairs of coders.

    Two codings match where they overlap and neither end differs by more than ``tolerance`` characters; of all ways to
    match them one to one, one with the most matches counts. A coding counts where the other coder has read all of it.
    F1 is the first by the second, the harmonic mean of precision and recall whichever coder is taken for right.
    """
    found = np.zeros((len(coded.length), 2))
    place = coded.codings.place
    wanted = np.isin(coded.codings.code, list(codes))
    for i in range(coded.coders):
        for j in range(i + 1, coded.coders):
            read = wanted & (place.end <= np.minimum(coded.read[i], coded.read[j])[place.document])
            one, other = (_distinct(coded, read & (coded.codings.coder == each)) for each in (i, j))
            _add(found, one, other, tolerance)
    return found


def _distinct(coded: Coded, rows: NDArray[np.bool_]) -> Ints:
    """(n, 3), document, start, end: two codes of a branch on the same words are one coding of the branch."""
    place = coded.codings.place
    return np.unique(np.column_stack([place.document, place.start, place.end])[rows], axis=0)


def _add(found: Floats, one: Ints, other: Ints, tolerance: int) -> None:
    for side in (one, other):
        np.add.at(found[:, 1], side[:, 0], 1)
    if not len(one) or not len(other):
        return
    far = int(max(one[:, 2].max(), other[:, 2].max())) + 2 * tolerance + 2
    at, there = one[:, 0] * far + one[:, 1], other[:, 0] * far + other[:, 1]
    first, last = np.searchsorted(there, at - tolerance), np.searchsorted(there, at + tolerance, "right")
    lengths = last - first
    row = np.repeat(np.arange(len(one)), lengths)
    column = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(first, lengths)
    near = np.abs(one[row, 2] - other[column, 2]) <= tolerance
    near &= (one[row, 0] == other[column, 0]) & (
        np.minimum(one[row, 2], other[column, 2]) > np.maximum(one[row, 1], other[column, 1])
    )
    row, column = row[near], column[near]
    if not len(row):
        return
    # Only now: every table would wait for it.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    graph = csr_array((np.ones(len(row), np.int8), (row, column)), shape=(len(one), len(other)))
    matched = maximum_bipartite_matching(graph, perm_type="column") >= 0
    np.add.at(found[:, 0], one[matched, 0], 2)
