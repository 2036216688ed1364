"""How far a study is from saturation: what each further document still brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coder.refining.material import Flags, Numbers, Passages, Quotations, by_value, drawn

ORDERS = 1000
"""Orders of the documents that intervals are taken from."""

PASSAGES = 60
QUOTATIONS = 4000
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """When saturation counts as reached, in the terms of Guest, Namey and Chen.

    ``base``: documents whose codes are the measure; ``run``: documents in a row that are looked at for new codes;
    ``threshold``: the share of new codes among those of the base that is still allowed.
    """

    base: int = 4
    run: int = 2
    threshold: float = 0.05

    def __post_init__(self) -> None:
        if self.base < 1 or self.run < 1 or not 0 <= self.threshold < 1:
            raise ValueError(f"not a rule for saturation: {self}")


@dataclass(frozen=True, slots=True)
class Run:
    """``new`` codes in documents ``first`` to ``last`` (from 1), as a share of the codes of the base."""

    first: int
    last: int
    new: int
    share: float


@dataclass(frozen=True, slots=True)
class Saturation:
    """``base_codes`` in the base, every run after it, and how many documents were enough (None: not reached).

    ``reached`` documents were coded before the first run that brought no more than the threshold.
    """

    base_codes: int
    runs: tuple[Run, ...]
    reached: int | None


@dataclass(frozen=True, eq=False)
class Curve:
    """Codes found with the documents as they were coded, and as they could have been.

    ``new`` (k,) codes that each document was the first to bring; ``found`` (k,) so far; ``middle``, ``low``, ``high``
    (k,) the median and 95 % interval of ``found`` over orders of the documents. ``reached_in`` is the share of orders
    in which the rule was satisfied within the documents there are.
    """

    new: Numbers
    found: Numbers
    middle: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    reached_in: float


@dataclass(frozen=True, eq=False)
class Distance:
    """How far the passages of each of k documents lie from everything coded in the others (cosine distances, (k,)).

    ``farther`` is the share of the other documents that lie at least as far as the last one.
    """

    far: NDArray[np.float64]
    farther: float


def carried(quotations: Quotations, order: Sequence[int]) -> Flags:
    """(k, c): which of the documents, in this order, carry which codes."""
    place = {document: i for i, document in enumerate(order)}
    found = np.zeros((len(order), len(quotations.codes)), np.bool_)
    for document, code in zip(quotations.document, quotations.code, strict=True):
        if int(document) in place:
            found[place[int(document)], int(code)] = True
    return found


def in_order_of_coding(quotations: Quotations) -> tuple[int, ...]:
    """Documents with codings, by when their coding began; those begun at one time by their number."""
    parts = by_value(quotations.document)
    begun = sorted((float(quotations.when[rows].min()), int(quotations.document[rows[0]])) for rows in parts)
    return tuple(document for _, document in begun)


def newly(carried: Flags) -> Numbers:
    """(k,): codes that each document is the first to carry."""
    seen = np.logical_or.accumulate(carried, axis=0)
    return np.asarray(np.diff(seen.sum(axis=1), prepend=0), np.int64)


def saturation(new: Sequence[int] | Numbers, rule: Rule | None = None) -> Saturation:
    """Guest, Namey and Chen 2020, PLoS ONE 15(5): e0232076, doi 10.1371/journal.pone.0232076.

    New codes in a run of documents, divided by the codes found in the base; the run moves on by one document.
    """
    rule = rule or Rule()
    base = int(sum(new[: rule.base]))
    runs = []
    for first in range(rule.base, len(new) - rule.run + 1):
        count = int(sum(new[first : first + rule.run]))
        runs.append(Run(first + 1, first + rule.run, count, count / base if base else float("inf")))
    reached = next((run.first - 1 for run in runs if run.share <= rule.threshold), None)
    return Saturation(base, tuple(runs), reached)


def curve(carried: Flags, rule: Rule | None = None) -> Curve:
    """Codes found over documents, with intervals over ``ORDERS`` orders drawn at random.

    ``carried`` (k, c) in the order of coding. Guest, Namey and Chen resample documents; here each order has every
    document once, so that the last point of the curve is what was found.
    """
    chance, count = np.random.default_rng(0), len(carried)
    # Which codes a document is the first to carry follows from the place of the earliest document that carries each.
    orders = np.argsort(chance.random((ORDERS, count)), axis=1)
    places = np.argsort(orders, axis=1)
    news = np.zeros((ORDERS, count), np.int64)
    for code in carried[:, carried.any(axis=0)].T:
        np.add.at(news, (np.arange(ORDERS), np.where(code, places, count).min(axis=1)), 1)
    found = news.cumsum(axis=1)
    reached = np.mean([saturation(each, rule).reached is not None for each in news]) if count else 0.0
    new = newly(carried)
    low, middle, high = np.quantile(found, (0.025, 0.5, 0.975), axis=0) if count else np.zeros((3, 0))
    return Curve(new, new.cumsum(), middle, low, high, float(reached))


def distances(quotations: Quotations, passages: Passages, order: Sequence[int]) -> Distance:
    """How far each document lies from all that is coded elsewhere: from its passages to the nearest quotations.

    Large for the last one, against the others, where it says things that nothing coded so far is like.
    """
    coded = drawn(np.arange(len(quotations)), QUOTATIONS)
    x, home = quotations.vectors[coded], quotations.document[coded]
    far = np.full(len(order), np.nan)
    for place, document in enumerate(order):
        rows = drawn(np.flatnonzero(passages.document == document), PASSAGES)
        others = x[home != document]
        if len(rows) and len(others) >= NEAREST:
            likeness = np.partition(passages.vectors[rows] @ others.T, -NEAREST, axis=1)[:, -NEAREST:]
            far[place] = 1 - float(likeness.mean())
    before = far[:-1][np.isfinite(far[:-1])] if len(far) else far
    farther = float((before >= far[-1]).mean()) if len(before) and np.isfinite(far[-1]) else float("nan")
    return Distance(far, farther)
