"""From scores to probabilities that mean something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

Floats = NDArray[np.float64]

ROWS = 2000
"""Passages that are enough to calibrate by; of more, every so many is taken."""

SPREAD = 0.3
"""Standard deviation of what is expected of a slope, around its prior mean."""

EXPECTED = -3.0
"""Log odds expected of a code where scores say nothing."""

DOUBT = 0.01
"""How little is known of that beforehand: one over a variance."""

STEPS, SMALLEST, ENOUGH = 50, 1e-4, 1e-9
"""Newton steps at most, the shortest one tried, and the relative gain below which no more are made."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """A logistic regression over a few scores of a (passage, code), shared by all codes.

    The intercepts are each code's own, shrunk to a common one. Platt scaling (Platt 1999) with partial pooling
    (Gelman and Hill 2007). Where nothing is learned, the slopes stay at their prior means.
    """

    slopes: Floats
    intercept: Floats

    @classmethod
    def fit(cls, scores: Sequence[Floats], truth: Floats, weight: Floats, prior: Sequence[float]) -> Calibration:
        """From out-of-fold ``scores`` (k, c) or (k, 1), ``truth`` (k, c) in [0, 1], ``weight`` (k, c), 0 if unknown."""
        stride = -(-len(truth) // ROWS)
        x = np.stack([np.broadcast_to(score, truth.shape)[::stride] for score in scores], axis=-1)
        truth, weight = truth[::stride], weight[::stride]
        count, codes = len(prior), truth.shape[1]
        expected: Floats = np.array([*prior, EXPECTED, *np.zeros(codes)])
        certainty = np.array([SPREAD**-2] * count + [DOUBT] + [1.0] * codes)
        found = expected.copy()

        def loss(parameters: Floats) -> tuple[float, Floats]:
            z = x @ parameters[:count] + parameters[count] + parameters[count + 1 :]
            off = parameters - expected
            return float((weight * (np.logaddexp(0, z) - truth * z)).sum() + 0.5 * (certainty * off) @ off), z

        value, z = loss(found)
        for _ in range(STEPS):
            p = expit(z)
            gradient = certainty * (found - expected) + _over_cells(x, weight * (p - truth))
            step = np.linalg.solve(_curvature(x, weight * p * (1 - p)) + np.diag(certainty), gradient)
            size = 1.0
            while (tried := loss(found - size * step))[0] > value and size > SMALLEST:
                size /= 2
            if value - tried[0] <= ENOUGH * max(1.0, value):
                break
            found, (value, z) = found - size * step, tried
        return cls(found[:count], found[count] + found[count + 1 :])

    def __call__(self, scores: Sequence[Floats]) -> Floats:
        """Probabilities, of the shape of each score."""
        total = sum((slope * score for slope, score in zip(self.slopes, scores, strict=True)), self.intercept)
        out: Floats = expit(total)
        return out


def _over_cells(x: Floats, cells: Floats) -> Floats:
    """Sums of ``cells`` (k, c) with every slope's score in ``x`` (k, c, s), over all, and for each code."""
    return np.concatenate([np.einsum("kc,kcs->s", cells, x), [cells.sum()], cells.sum(axis=0)])


def _curvature(x: Floats, cells: Floats) -> Floats:
    """The matrix of second derivatives of a logistic regression, (s + 1 + c) on each side."""
    slopes, codes = x.shape[2], x.shape[1]
    out = np.zeros((slopes + 1 + codes,) * 2)
    scaled = x * cells[:, :, None]
    out[:slopes, :slopes] = np.tensordot(scaled, x, axes=([0, 1], [0, 1]))
    out[:slopes, slopes + 1 :] = scaled.sum(axis=0).T
    out[:slopes, slopes] = scaled.sum(axis=(0, 1))
    out[slopes, slopes] = cells.sum()
    out[slopes, slopes + 1 :] = cells.sum(axis=0)
    out[np.tril_indices_from(out, -1)] = out.T[np.tril_indices_from(out, -1)]
    own = np.arange(slopes + 1, len(out))
    out[own, own] = cells.sum(axis=0)
    return out


def competition(score: Floats) -> Floats:
    """How much all codes together claim a passage, (n, 1): the soft maximum over codes.

    Passages usually carry few codes; where one is likely the others are less so, and the calibration learns how much.
    """
    out: Floats = logsumexp(score, axis=1, keepdims=True)
    return out
