"""What lies near what in meaning: pure over vectors.

Near is no more than near: a passage may be near to a sentence and say the opposite.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

BLOCK = 1_000
"""Rows compared at one time, so that memory stays small."""

_WORD = re.compile(r"\w+")


def unit(vectors: Vectors) -> Vectors:
    """The same vectors (n, d), each of length one; those without length stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def closest_pairs(first: Vectors, second: Vectors, most: int) -> list[tuple[int, int, float]]:
    """The nearest pairs between vectors (n, d) and (m, d): row, row, cosine, nearest first.

    Each row is in one pair at most, so that one passage that is near to many does not fill the list.
    """
    here, there = unit(first), unit(second)
    # No more than ``most`` partners of a row can be taken before it comes to its turn.
    kept = min(most, len(there))
    rows, columns, cosines = [], [], []
    for start in range(0, len(here) if kept else 0, BLOCK):
        block = here[start : start + BLOCK] @ there.T
        best = np.argpartition(-block, kept - 1, axis=1)[:, :kept]
        rows.append(np.repeat(np.arange(start, start + len(block)), kept))
        columns.append(best.ravel())
        cosines.append(np.take_along_axis(block, best, axis=1).ravel())
    if not rows:
        return []
    row, column, cosine = np.concatenate(rows), np.concatenate(columns), np.concatenate(cosines)
    pairs: list[tuple[int, int, float]] = []
    used: tuple[set[int], set[int]] = set(), set()
    for place in np.lexsort((column, row, -cosine)):
        i, j = int(row[place]), int(column[place])
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            pairs.append((i, j, float(cosine[place])))
            if len(pairs) == most:
                break
    return pairs


def likeness(vectors: Vectors, others: Vectors, nearest: int = 3) -> NDArray[np.float32]:
    """(n,), for each of n vectors its mean cosine with those ``nearest`` to it of k others; k is at least 1."""
    there, few = unit(others), min(nearest, len(others))
    found = np.zeros(len(vectors), np.float32)
    for start in range(0, len(vectors), BLOCK):
        cosines = unit(vectors[start : start + BLOCK]) @ there.T
        best = -np.partition(-cosines, few - 1, axis=1)[:, :few]
        found[start : start + BLOCK] = best.mean(axis=1)
    return found


def words_shared(one: str, other: str) -> float:
    """The share of the words of the shorter text that the other has, too; 0 where one has none."""
    sets = [set(_WORD.findall(text.casefold())) for text in (one, other)]
    least = min(map(len, sets))
    return len(sets[0] & sets[1]) / least if least else 0.0
