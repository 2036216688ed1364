"""Codings of two coders matched one to one, where both ends lie near each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coder.agreement.coefficients import Floats, Ints
from coder.agreement.continuum import Coded


def matches(coded: Coded, codes: Sequence[frozenset[int]], tolerance: int) -> Floats:
    """(d, 2), by document: codings that have a match, and all codings, summed over pairs of coders.

    ``codes`` are groups that share nothing; codings of one group can match. Two codings match where they overlap and
    neither end differs by more than ``tolerance`` characters; of all ways to match them one to one, one with the most
    matches counts. A coding counts where the other coder has read all of it. F1 is the first by the second, the
    harmonic mean of precision and recall whichever coder is taken for right.
    """
    found = np.zeros((len(coded.length), 2))
    place = coded.codings.place
    group = np.full(max(int(coded.codings.code.max(initial=0)), *(max(each, default=0) for each in codes)) + 1, -1)
    for number, each in enumerate(codes):
        group[list(each)] = number
    of = group[coded.codings.code]
    rows = np.column_stack([place.document, of, place.start, place.end])
    for i in range(coded.coders):
        for j in range(i + 1, coded.coders):
            read = (of >= 0) & (place.end <= np.minimum(coded.read[i], coded.read[j])[place.document])
            # Two codes of a group on the same words are one coding of the group.
            one, other = (np.unique(rows[read & (coded.codings.coder == each)], axis=0) for each in (i, j))
            _add(found, one, other, tolerance)
    return found


def _add(found: Floats, one: Ints, other: Ints, tolerance: int) -> None:
    """Count codings (n, 4) and (m, 4), each document, group, start and end, in order."""
    for side in (one, other):
        np.add.at(found[:, 1], side[:, 0], 1)
    if not len(one) or not len(other):
        return
    far = int(max(one[:, 3].max(), other[:, 3].max())) + 2 * tolerance + 2
    groups = int(max(one[:, 1].max(), other[:, 1].max())) + 1
    at, there = ((side[:, 0] * groups + side[:, 1]) * far + side[:, 2] for side in (one, other))
    first, last = np.searchsorted(there, at - tolerance), np.searchsorted(there, at + tolerance, "right")
    lengths = last - first
    row = np.repeat(np.arange(len(one)), lengths)
    column = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(first, lengths)
    near = (one[row, :2] == other[column, :2]).all(1) & (np.abs(one[row, 3] - other[column, 3]) <= tolerance)
    near &= np.minimum(one[row, 3], other[column, 3]) > np.maximum(one[row, 2], other[column, 2])
    row, column = row[near], column[near]
    if not len(row):
        return
    # Only now: every table would wait for it.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    graph = csr_array((np.ones(len(row), np.int8), (row, column)), shape=(len(one), len(other)))
    matched = maximum_bipartite_matching(graph, perm_type="column") >= 0
    np.add.at(found[:, 0], one[matched, 0], 2)
