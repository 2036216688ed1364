"""All codes, and none, against each other: multinomial logistic regression. Pure over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from coder.suggest.ridge import Ridge

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

PENALTY = 0.1
"""The share of the ridge's penalty that is laid on its weights."""

ROUNDS = 15
PARTS = 3
"""So many parts of the documents are left out in turn."""

ROOM = 600_000_000
"""Multiplications in one round, at most: beyond that it takes too long, and there is enough to go by without."""


def fits(features: int, passages: int, codes: int) -> bool:
    """Whether there is room for a regression of so many."""
    return features * passages * (codes + 1) * (PARTS + 1) <= ROOM


def rivalry(
    ridge: Ridge,
    features: Array,
    lessons: tuple[Array, Array, Array],
    extent: Array,
    read: NDArray[np.bool_],
    fold: Rows,
    alike: Array,
) -> tuple[Array, Array]:
    """Scores (n, c + 1) of ``features`` (n, m), and (k, c + 1) of judged passages by what their part has not taught.

    The last column is for none of the codes. ``ridge`` and ``lessons`` (features (t, m), targets (t, c), weights (t,))
    are those of the judged passages, ``extent`` (k, c), ``read`` (k,) and ``fold`` (k,) too: only what was read in full
    says which code won. As ``alike`` (c, c; cosines) as the codebook makes codes, so alike their weights are expected
    to be (learning several tasks with one kernel, Evgeniou et al. 2005, JMLR 6:615). Newton steps with a fixed bound on
    the curvature (Boehning 1992, doi 10.1007/BF00048682), which the ridge has inverted already, with momentum
    (Nesterov 1983); few of them, so that no code runs away.
    """
    k, c = extent.shape
    more, wanted, weight = lessons
    won = np.vstack([extent, np.maximum(wanted, 0)])
    none = np.concatenate([extent.sum(axis=1) == 0, np.zeros(len(more), np.bool_)])
    target = np.column_stack([won, none]).astype(np.float32)
    target /= np.maximum(target.sum(axis=1, keepdims=True), 1e-9)
    counted = np.concatenate([np.ones(k, np.float32), weight])
    taught = counted * np.concatenate([read, target[k:].any(axis=1)])
    part = _parts(fold)
    # One regression for each part, without it, and one with all: a column of weights each.
    without = np.repeat(taught[:, None], part.max() + 2, axis=1)
    without[np.arange(k), part] = 0
    x = np.vstack([ridge.rooted, more @ ridge.root.T])
    weights, intercept = _solve(x, target, without, counted, _apart(alike))
    out = features @ (ridge.root.T @ weights[:, -1]) + intercept[-1]
    left_out = np.empty((k, c + 1), np.float32)
    for each in range(part.max() + 1):
        own = part == each
        left_out[own] = x[:k][own] @ weights[:, each] + intercept[each]
    return out, left_out


def log_shares(score: Floats, told: Floats) -> Floats:
    """(n, c): logarithm of each code's share of a passage, from scores (n, c + 1) and what the codebook adds (n, c)."""
    z = np.column_stack([score[:, :-1] + told, score[:, -1]])
    return np.asarray(z[:, :-1] - logsumexp(z, axis=1, keepdims=True))


def _parts(fold: Rows) -> Rows:
    """(k,): whole folds put together, into as few parts as are needed."""
    folds, place = np.unique(fold, return_inverse=True)
    return np.asarray(place * min(PARTS, len(folds)) // len(folds), np.int64)


def _apart(alike: Array) -> Array:
    """(c + 1, c + 1): penalty of weights, the inverse of how ``alike`` (c, c) codes are; none is like no code.

    What tells the likest codes apart is penalised no harder than the bound on the curvature allows.
    """
    values, vectors = np.linalg.eigh(alike.astype(np.float64))
    out = np.eye(len(alike) + 1)
    out[:-1, :-1] = vectors / np.maximum(values, 2 * PENALTY) @ vectors.T
    return np.asarray(PENALTY * out, np.float32)


def _solve(x: Array, target: Array, taught: Array, counted: Array, penalty: Array) -> tuple[Array, Array]:
    """Weights (m, f, c + 1) and intercepts (f, c + 1) of f regressions, one for each column of ``taught`` (r, f).

    ``x`` (r, m) are features times the root of the ridge, in which its own regression has the unit matrix for its
    curvature; what is laid on the weights follows from the scores, for ``counted`` (r,) rows were in that matrix.
    ``penalty`` (c + 1, c + 1) has no eigenvalue above a half.
    """
    r, (f, c) = len(x), (taught.shape[1], target.shape[1])
    weights = last = np.zeros((x.shape[1], f * c), np.float32)
    score = score_before = np.zeros((r, f * c), np.float32)
    intercept = np.zeros((f, c), np.float32)
    intercept_before = intercept
    total = np.maximum(taught.sum(axis=0), 1)[:, None]
    pace = 1.0
    for _ in range(ROUNDS):
        following = (1 + (1 + 4 * pace**2) ** 0.5) / 2
        ahead, pace = np.float32((pace - 1) / following), following
        w, z = weights + ahead * (weights - last), score + ahead * (score - score_before)
        b = intercept + ahead * (intercept - intercept_before)
        share = z.reshape(r, f, c) + b
        share = np.exp(share - share.max(axis=2, keepdims=True))
        share /= share.sum(axis=2, keepdims=True)
        missed = taught[:, :, None] * (target[:, None] - share)
        last, score_before, intercept_before = weights, score, intercept
        held = ((counted[:, None] * z).reshape(-1, c) @ penalty).reshape(r, f * c)
        pulled = x.T @ (missed.reshape(r, f * c) + held) - (w.reshape(-1, c) @ penalty).reshape(w.shape)
        # The curvature is at most a half of the ridge's: two whole steps at once.
        weights = w + 2 * pulled
        intercept = b + 2 * missed.sum(axis=0) / total
        score = x @ weights
    return weights.reshape(-1, f, c), intercept
