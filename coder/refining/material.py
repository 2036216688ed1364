"""What proposals are made from: quotations and passages as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

WIDTH = 128
"""Directions that are kept of a vector: what is cut off is mostly noise, and time."""

HALFWAY = 0.5
"""How far the within-code covariance is drawn towards a round one; on open coded sets better than a tenth, or all."""

FITTED = 8000
"""Rows from which these directions are found, drawn evenly from all."""


@dataclass(frozen=True, eq=False)
class Quotations:
    """m codings of c codes.

    ``vectors`` (m, d); ``code``, ``coder`` and ``document`` (m,) whole numbers; ``start`` and ``end`` (m,) code points;
    ``when`` (m,) seconds, in the order of coding; ``codes`` and ``ids`` name columns and rows.
    """

    codes: Sequence[str]
    ids: Sequence[str]
    vectors: Array
    code: Numbers
    coder: Numbers
    document: Numbers
    start: Numbers
    end: Numbers
    when: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def rows(self) -> tuple[Numbers, ...]:
        """Rows of each code."""
        order = np.argsort(self.code, kind="stable")
        ends = np.searchsorted(self.code[order], np.arange(1, len(self.codes) + 1))
        return tuple(np.split(order, ends)[:-1])

    @cached_property
    def places(self) -> tuple[Numbers, ...]:
        """Rows of each code, one for each place: what several coders put on the same words counts once."""
        stamp = np.column_stack([self.code, self.document, self.start, self.end])
        _, first = np.unique(stamp, axis=0, return_index=True)
        single = np.zeros(len(self), np.bool_)
        single[first] = True
        return tuple(rows[single[rows]] for rows in self.rows)

    @cached_property
    def overlaps(self) -> tuple[Numbers, ...]:
        """For each row the rows of the same document whose words it shares, itself among them."""
        found: list[Numbers] = [np.zeros(0, np.int64)] * len(self)
        for rows in by_value(self.document):
            shared = (self.start[rows][:, None] < self.end[rows]) & (self.start[rows] < self.end[rows][:, None])
            for row, others in zip(rows, shared, strict=True):
                found[row] = rows[others]
        return tuple(found)

    def named(self, rows: NDArray[np.integer], most: int | None = None) -> tuple[str, ...]:
        """Ids of rows."""
        return tuple(self.ids[int(row)] for row in rows[:most])


@dataclass(frozen=True, eq=False)
class Passages:
    """n passages offered for coding: ``vectors`` (n, d), ``document`` (n,), is it covered by a code, was it read."""

    ids: Sequence[str]
    texts: Sequence[str]
    vectors: Array
    document: Numbers
    covered: Flags
    read: Flags

    def __len__(self) -> int:
        return len(self.ids)


def by_value(values: NDArray[np.integer]) -> list[Numbers]:
    """The rows of each value that occurs, in the order of values."""
    order = np.argsort(values, kind="stable")
    _, starts = np.unique(values[order], return_index=True)
    return np.split(order.astype(np.int64), starts[1:]) if len(values) else []


def unit(x: Array) -> Array:
    """Rows of length one; a row of zeros stays."""
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9), np.float32)


def in_one_space(quotations: Quotations, passages: Passages) -> tuple[Quotations, Passages]:
    """Both in the space in which this study's codes differ, each row of length one.

    Centred, since what all passages share would make everything look alike; on the principal components; and with the
    directions in which quotations of one code differ anyway made shorter (within-class covariance normalisation: Hatch,
    Kajarekar and Stolcke 2006).
    """
    alike = [part for part in (passages.vectors, quotations.vectors) if len(part)]
    if not alike:
        return quotations, passages
    rows = np.concatenate([part[drawn(np.arange(len(part)), FITTED // len(alike))] for part in alike])
    mean = rows.mean(axis=0)
    rows = rows - mean
    _, directions = np.linalg.eigh(rows.T @ rows)
    basis = directions[:, : -WIDTH - 1 : -1]

    def moved(vectors: Array) -> Array:
        return unit((vectors - mean) @ basis) if len(vectors) else np.zeros((0, basis.shape[1]), np.float32)

    coded, offered = moved(quotations.vectors), moved(passages.vectors)
    metric = _within_codes(coded, quotations.rows)
    return replace(quotations, vectors=unit(coded @ metric)), replace(passages, vectors=unit(offered @ metric))


def _within_codes(x: Array, codes: Sequence[Numbers]) -> Array:
    """(d, d): makes the directions in which rows of one code differ equally long, half-way."""
    rest = x.astype(np.float64)
    for rows in codes:
        if len(rows):
            rest[rows] -= rest[rows].mean(axis=0)
    within = rest.T @ rest
    if not within.trace():
        return np.eye(x.shape[1], dtype=np.float32)
    within = within / within.trace() * len(within)
    values, vectors = np.linalg.eigh((1 - HALFWAY) * within + HALFWAY * np.eye(len(within)))
    return np.asarray(vectors / np.sqrt(values), np.float32)


def drawn(rows: Numbers, most: int) -> Numbers:
    """At most so many of these rows, evenly spread over them."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def folds(document: Numbers, count: int) -> Numbers:
    """(m,): a fold for each row, whole documents to a fold, folds of about the same size."""
    groups = sorted(by_value(document), key=len, reverse=True)
    fold, size = np.zeros(len(document), np.int64), np.zeros(count, np.int64)
    for rows in groups:
        least = int(size.argmin())
        fold[rows], size[least] = least, size[least] + len(rows)
    return fold
