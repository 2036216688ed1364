"""Reading on: what the codes of the passages before say about the next one of the same document. Pure over arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from coder.suggest.calibration import Calibration, together
from coder.suggest.ridge import Ridge
from coder.suggest.views import beside

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]

STEPS = 6
"""How many passages back are looked at."""

DECAY = 0.6
"""What a passage counts less than the one after it."""

RIDGE = 10.0
DOUBT = 5.0
"""Passages that a document's own share of a code is weighed against."""

ENOUGH = 50
"""With fewer passages read on, nothing is learned from what came before."""

_EDGE = 1e-6


@dataclass(frozen=True, eq=False)
class Trail:
    """What was coded before each of n passages: ``recent`` (n, c), fading; ``last`` (n, c), on the one right before;
    ``share`` (n, c), log ratio of the code's share of its document so far to its share of all; ``known`` (n,), whether
    the passage before was read."""

    recent: Array
    last: Array
    share: Array
    known: Flags

    @classmethod
    def of(cls, earlier: Sequence[Rows], extent: Array, read: Flags) -> Trail:
        """``earlier``: for every step back the passage there, or -1; ``extent`` (n, c) and ``read`` (n,) of all."""
        coded = np.where(read[:, None], extent, 0).astype(np.float32)
        recent, weight = np.zeros_like(coded), np.zeros((len(coded), 1), np.float32)
        for step, there in enumerate(earlier):
            recent += DECAY**step * beside(coded, there)
            weight += DECAY**step * beside(read[:, None].astype(np.float32), there)
        overall = (coded.sum(axis=0) + np.float32(0.5)) / np.float32(read.sum() + 1)
        before, seen = (_so_far(x, earlier[0]) for x in (coded, read[:, None].astype(np.float32)))
        share = np.log((before + np.float32(DOUBT) * overall) / ((seen + np.float32(DOUBT)) * overall))
        faded = np.asarray(recent / np.maximum(weight, 1e-6), np.float32)
        return cls(faded, beside(coded, earlier[0]), share, beside(read, earlier[0]))


def read_on(
    trail: Trail, probability: Floats, held: Floats, rows: Rows, fold: Rows, truth: Floats, known: Flags
) -> Floats:
    """``probability`` (n, c), moved where the passage before was read.

    ``held`` (k, c) are the out-of-fold probabilities of the judged ``rows`` and ``fold`` (k,) theirs. How much is to be
    learned from what came before is itself learned, in documents left out: codings of one study follow each
    other, those of another do not.
    """
    judged = np.flatnonzero(trail.known[rows])
    if len(judged) < ENOUGH or not trail.known.any():
        return probability
    here = rows[judged]
    residual = Ridge.of(trail.recent[here], (truth - held)[judged].astype(np.float32), known[judged], ridge=RIDGE)
    left_out = residual.left_out(fold[judged])
    scale = [x.std() + 1e-6 for x in (left_out, trail.recent[here], trail.last[here])]

    def scores(odds_of: Floats, following: Array, at: Rows) -> list[Floats]:
        odds = logit(np.clip(odds_of, _EDGE, 1 - _EDGE))
        before = [trail.recent[at] / scale[1], trail.last[at] / scale[2], trail.share[at].astype(np.float64)]
        return [odds, following / scale[0], *before]

    calibration = Calibration.fit(
        scores(held[judged], left_out, here), truth[judged], known[judged].astype(np.float64), prior=(1, 0, 0, 0, 0)
    )
    out = probability.copy()
    on = np.flatnonzero(trail.known)
    # Halfway only: a document partly coded has been learned from already, unlike those that were left out.
    out[on] = together(probability[on], calibration(scores(probability[on], residual(trail.recent[on]), on)))
    return out


def _so_far(x: Array, before: Rows) -> Array:
    """Sums over all earlier passages of the same document, this one left out."""
    # Passages in reading order: each document begins where nothing is before.
    order = np.empty(len(before), np.int64)
    follows = np.full(len(before), -1, np.int64)
    follows[before[before >= 0]] = np.flatnonzero(before >= 0)
    at = 0
    for first in np.flatnonzero(before < 0):
        here = first
        while here >= 0:
            order[at] = here
            at, here = at + 1, follows[here]
    sums = np.cumsum(x[order].astype(np.float64), axis=0) - x[order]
    starts = np.flatnonzero(before[order] < 0)
    length = np.diff([*starts, len(order)])
    out = np.empty_like(x)
    out[order] = sums - np.repeat(sums[starts], length, axis=0)
    return out
