"""Ridge regression of all codes at once, and what it would have said of passages it had not seen. Pure over arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import nnls
from threadpoolctl import threadpool_limits

Array = NDArray[np.float32]
Rows = NDArray[np.int64]

ROUNDS = 4
"""How often unknown targets are filled in with what the known ones predict."""


@dataclass(frozen=True, eq=False)
class Ridge:
    """``weights`` (m, c), and what leaving out needs: ``root`` (m, m), whose ``root.T @ root`` inverts the Gram matrix,
    the judged ``features`` (k, m) and their ``target`` (k, c), unknown ones filled in."""

    weights: Array
    root: Array
    features: Array
    target: Array

    @classmethod
    def of(
        cls,
        features: Array,
        target: Array,
        known: NDArray[np.bool_],
        *,
        ridge: float,
        lessons: tuple[Array, Array, Array] | None = None,
    ) -> Ridge:
        """Fit ``target`` (k, c) on ``features`` (k, m) where ``known`` (k, c).

        ``lessons`` are further features (t, m), targets (t, c) and weights (t,) that are never left out. A target that
        is not known is taken to be what the rest predicts (EM for missing responses, Dempster et al. 1977).
        """
        gram = features.T @ features
        right = np.zeros((features.shape[1], target.shape[1]), np.float32)
        if lessons is not None:
            more, wanted, weight = lessons
            gram += (more * weight[:, None]).T @ more
            right += (more * weight[:, None]).T @ wanted
        gram[np.diag_indices_from(gram)] += ridge
        lower = cholesky(gram, lower=True, overwrite_a=True)
        root = np.asarray(solve_triangular(lower, np.eye(len(lower), dtype=np.float32), lower=True), np.float32)
        filled = np.where(known, target, 0).astype(np.float32)
        weights = root.T @ (root @ (right + features.T @ filled))
        if not known.all():
            for _ in range(ROUNDS):
                filled = np.where(known, target, features @ weights)
                weights = root.T @ (root @ (right + features.T @ filled))
        return cls(weights, root, features, filled)

    @cached_property
    def rooted(self) -> Array:
        """(k, m): the judged features once through the root, after which what remains to be done is small."""
        return self.features @ self.root.T

    def __call__(self, features: Array) -> Array:
        """Scores (n, c) of ``features`` (n, m)."""
        return features @ self.weights

    def left_out(self, fold: Rows) -> Array:
        """Scores (k, c) of the judged passages, each as if none of its ``fold`` (k,) had been seen.

        In closed form, as Cook 1977 for single rows.
        """
        out = self(self.features)
        missed = self.target - out
        judged = self.rooted
        # Many small products: several threads would mostly wait for each other, ten times as long on a busy machine.
        with threadpool_limits(limits=1, user_api="blas"):
            for each in np.unique(fold):
                own = np.flatnonzero(fold == each)
                hat = judged[own] @ judged[own].T
                error = np.linalg.solve(np.eye(len(own), dtype=np.float32) - hat, missed[own])
                out[own] -= hat @ error
        return out


def shares(left_out: Sequence[Array], target: Array, known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much each of several regressions is to be trusted, none less than nothing, in all one.

    Their out-of-fold scores (each (k, c)) are fitted to ``target`` where ``known``: stacked regressions (Breiman 1996,
    doi 10.1007/BF00117832). Where none of them says anything, all are trusted alike.
    """
    said = np.stack([score[known] for score in left_out], axis=1).astype(np.float64)
    # By the normal equations: two numbers a side, however many passages there are.
    gram = said.T @ said + 1e-9 * np.eye(len(left_out))
    root = np.linalg.cholesky(gram)
    found, _ = nnls(root.T, np.linalg.solve(root, said.T @ target[known].astype(np.float64)))
    total = found.sum()
    return np.asarray(found / total if total > 0 else np.full(len(left_out), 1 / len(left_out)))
