"""From scores to probabilities that mean something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, logsumexp

Floats = NDArray[np.float64]

CELLS = 200_000
"""Passages times codes that are enough to calibrate by; of more, every so many passages are taken."""

SPREAD = 0.3
"""Standard deviation of what is expected of a slope, around its prior mean."""

EXPECTED = -3.0
"""Log odds expected of a code where scores say nothing."""

DOUBT = 0.01
"""How little is known of that beforehand: one over a variance."""

EDGE = 1e-6
"""How close to nought or one a probability is taken for granted."""

SHIFTS = 20

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
    def fit(
        cls,
        scores: Sequence[Floats],
        truth: Floats,
        weight: Floats,
        prior: Sequence[float],
        *,
        expecting: float = EXPECTED,
    ) -> Calibration:
        """From out-of-fold ``scores`` (k, c) or (k, 1), ``truth`` (k, c) in [0, 1], ``weight`` (k, c), 0 if unknown."""
        stride = max(1, -(-truth.size // CELLS))
        x = np.stack([np.broadcast_to(score, truth.shape)[::stride] for score in scores], axis=-1)
        truth, weight = truth[::stride], weight[::stride]
        count, codes = len(prior), truth.shape[1]
        expected: Floats = np.array([*prior, expecting, *np.zeros(codes)])
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


@dataclass(frozen=True, eq=False)
class Shape:
    """What makes probabilities too bold or too timid where they are high or low, the same for all codes.

    Beta calibration (Kull et al. 2017, PMLR 54:623): it keeps every ranking, and where nothing is learned, everything.
    """

    calibration: Calibration

    @classmethod
    def fit(cls, held: Floats, truth: Floats, weight: Floats) -> Shape:
        """From out-of-fold probabilities, what was true, and weights, all (k, c)."""
        columns = [each.reshape(-1, 1) for each in _logarithms(held)]
        found = Calibration.fit(columns, truth.reshape(-1, 1), weight.reshape(-1, 1), prior=(1, 1), expecting=0.0)
        return cls(Calibration(np.maximum(found.slopes, EDGE), found.intercept))

    def __call__(self, probability: Floats) -> Floats:
        """Probabilities of the same shape."""
        return self.calibration(_logarithms(probability))


def _logarithms(probability: Floats) -> list[Floats]:
    return [np.log(np.maximum(probability, EDGE)), -np.log(np.maximum(1 - probability, EDGE))]


def together(first: Floats, second: Floats) -> Floats:
    """The probability halfway between two, in log odds."""
    out: Floats = expit((_odds(first) + _odds(second)) / 2)
    return out


def shifted(probability: Floats, held: Floats, elsewhere: NDArray[np.bool_], share: float) -> Floats:
    """``probability`` (n, c) with every code as frequent as passages not judged yet (``elsewhere`` (n,)) suggest.

    Where passages were picked because a code is on them, they do not tell how frequent it is. By expectation and
    maximisation (Saerens, Latinne and Decaestecker 2002, doi 10.1162/089976602753284446), held back by how frequent the
    code was ``held`` (k, c) to be among those judged, which keeps 1 - ``share`` of its say.
    """
    if share == 0 or not elsewhere.any() or not len(held):
        return probability
    odds = _odds(probability)
    some = odds[elsewhere][:: max(1, -(-int(elsewhere.sum()) * odds.shape[1] // CELLS))]
    before = np.clip(held.mean(axis=0), EDGE, 1 - EDGE)
    move = np.zeros(odds.shape[1])
    for _ in range(SHIFTS):
        found = (1 - share) * before + share * expit(some + move).mean(axis=0)
        move = _odds(found) - _odds(before)
    out: Floats = expit(odds + move)
    return out


def _odds(probability: Floats) -> Floats:
    out: Floats = logit(np.clip(probability, EDGE, 1 - EDGE))
    return out


def competition(score: Floats) -> Floats:
    """How much all codes together claim a passage, (n, 1): the soft maximum over codes.

    Passages usually carry few codes; where one is likely the others are less so, and the calibration learns how much.
    """
    out: Floats = logsumexp(score, axis=1, keepdims=True)
    return out
