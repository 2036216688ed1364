"""Between two learnings: what a few more decisions change, at once. Pure over arrays.

``learn`` weighs everything anew, which takes seconds in a large project. Here a ridge regression of its own, over the
same features, says how far each new decision moves the scores of all passages (recursive least squares, Plackett 1950,
doi 10.1093/biomet/37.1-2.149), and that movement is added to the log odds learned last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit, logit

from coder.suggest.learner import REFUSED, RIDGE, Learned, Prepared
from coder.suggest.material import Judgements

Array = NDArray[np.float32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MANY = 200
"""Passages decided on since the last learning, from which on only learning anew will do."""

SAMPLE = 2000
"""Passages that are enough to see how the scores of the ridge go with the log odds learned."""

_EDGE = 1e-6


@dataclass(frozen=True, eq=False)
class Updating:
    """What is needed to move on from ``learned``, for n passages, m features and c codes.

    ``odds`` (n, c) are logarithms; ``inverse`` (m, m) and ``weights`` (m, c) of the ridge; ``slope``: by how much log
    odds rise with a score of the ridge.
    """

    prepared: Prepared
    learned: Learned
    odds: Floats
    inverse: Array
    weights: Array
    slope: float

    @classmethod
    def of(cls, prepared: Prepared, learned: Learned) -> Updating:
        """Takes a fraction of the time of learning."""
        judgements = learned.judgements
        features = prepared.features[judgements.rows]
        gram = features.T @ features
        gram[np.diag_indices_from(gram)] += RIDGE
        inverse = np.asarray(cho_solve(cho_factor(gram, lower=True), np.eye(len(gram), dtype=np.float32)), np.float32)
        target, known = _targets(judgements), judgements.known
        weights = inverse @ (features.T @ target)
        if not known.all():
            weights = inverse @ (features.T @ np.where(known, target, features @ weights))
        odds = logit(np.clip(learned.probability, _EDGE, 1 - _EDGE))
        step = max(1, len(odds) // SAMPLE)
        slope = _slope((prepared.features[::step] @ weights).astype(np.float64), odds[::step])
        return cls(prepared, learned, odds, inverse, weights, slope)

    def updated(self, judgements: Judgements) -> Learned | None:
        """What was learned, moved by all that was decided since; None if that is too much.

        Skill and warnings stay those of the last learning; passages judged since have no out-of-fold probability (NaN).
        """
        before = self.learned.judgements
        old, new = np.searchsorted(before.rows, judgements.rows), np.arange(len(judgements.rows))
        shared = np.isin(judgements.rows, before.rows)
        old, new = old[shared], new[shared]
        held = np.full(judgements.extent.shape, np.nan)
        held[new] = self.learned.out_of_fold[old]
        differs = (
            (before.extent[old] != judgements.extent[new])
            | (before.refused[old] != judgements.refused[new])
            | (before.read[old] != judgements.read[new])[:, None]
        ).any(axis=1)
        changed = np.concatenate([judgements.rows[new[differs]], np.setxor1d(before.rows, judgements.rows)])
        if len(changed) > MANY:
            return None
        probability = self.learned.probability
        if len(changed):
            probability = expit(self.odds + self.slope * self._moved(judgements, np.sort(changed)))
            # What was decided is shown as it would be had it not been, as learning does.
            rows, known = judgements.rows, judgements.known
            probability[rows] = np.where(known, self.learned.probability[rows], probability[rows])
        return replace(self.learned, probability=probability, out_of_fold=held, judgements=judgements)

    def _moved(self, judgements: Judgements, rows: NDArray[np.int64]) -> Floats:
        """(n, c): how far what is now judged on these passages moves every score."""
        inverse, weights = self.inverse.copy(), self.weights.copy()
        directions, steps = [], []
        for row in rows:
            x = self.prepared.features[row]
            said, direction = x @ weights, inverse @ x
            reach = float(x @ direction)
            was, was_known, learned_from = _at(self.learned.judgements, row)
            now, now_known, _ = _at(judgements, row)
            if learned_from:
                # What is not known any more is taken to be what all the others say.
                without = (said - reach * was) / max(1 - reach, _EDGE)
                step = np.where(now_known, now, np.where(was_known, without, said)) - np.where(was_known, was, said)
            else:
                step = np.where(now_known, now - said, 0) / (1 + reach)
                inverse -= np.outer(direction, direction) / (1 + reach)
            weights += np.outer(direction, step)
            directions.append(direction)
            steps.append(step)
        moved: Floats = ((self.prepared.features @ np.array(directions).T) @ np.array(steps)).astype(np.float64)
        return moved


def _targets(judgements: Judgements) -> Array:
    return np.where(judgements.refused, REFUSED, judgements.extent).astype(np.float32)


def _at(judgements: Judgements, row: int) -> tuple[Array, Flags, bool]:
    """Targets (c,), what of them is known (c,), and whether anything is judged about this passage."""
    place = int(np.searchsorted(judgements.rows, row))
    if place == len(judgements.rows) or judgements.rows[place] != row:
        codes = judgements.extent.shape[1]
        return np.zeros(codes, np.float32), np.zeros(codes, np.bool_), False
    extent, refused = judgements.extent[place], judgements.refused[place]
    target = np.where(refused, REFUSED, extent).astype(np.float32)
    return target, judgements.read[place] | refused | (extent > 0), True


def _slope(score: Floats, odds: Floats) -> float:
    """How log odds go with scores within a code, over all codes."""
    score, odds = score - score.mean(axis=0), odds - odds.mean(axis=0)
    return max(0.0, float((score * odds).sum() / max((score * score).sum(), _EDGE)))
