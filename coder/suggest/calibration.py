"""From scores to probabilities that mean something."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calibration:
    """``expit(slope * score + intercept)``: one slope, an intercept for each code shrunk to a common one.

    Platt scaling (Platt 1999) with partial pooling over codes.
    """

    slope: float
    intercept: Floats

    @classmethod
    def fit(cls, score: Floats, truth: Floats, weight: Floats) -> Calibration:
        """From out-of-fold ``score``, ``truth`` in [0, 1] and ``weight``, all (k, c)."""
        codes = score.shape[1]

        def loss(parameters: Floats) -> tuple[float, Floats]:
            slope, common, own = parameters[0], parameters[1], parameters[2:]
            z = slope * score + common + own
            error = weight * (expit(z) - truth)
            value = (
                (weight * (np.logaddexp(0, z) - truth * z)).sum()
                + 0.5 * own @ own
                + 0.05 * (slope - 1) ** 2
                + 0.005 * (common + 3) ** 2
            )
            gradient = [
                (error * score).sum() + 0.1 * (slope - 1),
                error.sum() + 0.01 * (common + 3),
                *(error.sum(axis=0) + own),
            ]
            return float(value), np.array(gradient)

        start = np.zeros(2 + codes)
        start[0], start[1] = 1.0, -3.0
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
        return cls(float(max(found[0], 0.0)), found[1] + found[2:])

    def __call__(self, score: Floats) -> Floats:
        """Probabilities, of the shape of ``score``."""
        out: Floats = expit(self.slope * score + self.intercept)
        return out
