"""From scores to probabilities that mean something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

Floats = NDArray[np.float64]

ROWS = 2000
"""Passages that are enough to calibrate by; of more, every so many is taken."""

SPREAD = 0.3
"""Standard deviation of what is expected of a slope, around its prior mean."""

EXPECTED = -3.0
"""Log odds expected of a code where scores say nothing."""


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
        step = -(-len(truth) // ROWS)
        x = np.stack([np.broadcast_to(score, truth.shape)[::step] for score in scores], axis=-1)
        truth, weight = truth[::step], weight[::step]
        expected = np.asarray(prior, np.float64)
        count = len(expected)

        def loss(parameters: Floats) -> tuple[float, Floats]:
            slopes, common, own = parameters[:count], parameters[count], parameters[count + 1 :]
            z = x @ slopes + common + own
            error = weight * (expit(z) - truth)
            off = (slopes - expected) / SPREAD**2
            value = (weight * (np.logaddexp(0, z) - truth * z)).sum()
            value += 0.5 * (off @ (slopes - expected) + own @ own + 0.01 * (common - EXPECTED) ** 2)
            slopes_gradient = np.tensordot(error, x, axes=([0, 1], [0, 1])) + off
            common_gradient = error.sum() + 0.01 * (common - EXPECTED)
            return float(value), np.concatenate([slopes_gradient, [common_gradient], error.sum(axis=0) + own])

        start = np.concatenate([expected, [EXPECTED], np.zeros(truth.shape[1])])
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
        return cls(found[:count], found[count] + found[count + 1 :])

    def __call__(self, scores: Sequence[Floats]) -> Floats:
        """Probabilities, of the shape of each score."""
        total = sum((slope * score for slope, score in zip(self.slopes, scores, strict=True)), self.intercept)
        out: Floats = expit(total)
        return out


def competition(score: Floats) -> Floats:
    """How much all codes together claim a passage, (n, 1): the soft maximum over codes.

    Passages usually carry few codes; where one is likely the others are less so, and the calibration learns how much.
    """
    out: Floats = logsumexp(score, axis=1, keepdims=True)
    return out
