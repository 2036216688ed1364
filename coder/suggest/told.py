"""How well a passage fits what the codebook says of a code, before anything is coded. Pure over arrays.

Meaning and words are scored apart and each code is standardised over the project. What all codes have in common is
taken out of their vectors, and what a passage has in common with all codes out of its scores, or the most general
code and the most general passage would be close to everything (hubness, Radovanovic et al. 2010, JMLR 11:2487).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from coder.suggest.material import CodeText
from coder.suggest.views import Lexical, unit

Array = NDArray[np.float32]

CLOSEST = 0.03
"""The share of passages closest to a code that are taken to be examples of it, for want of any."""

FEEDBACK_RIDGE = 10.0


def parts(codes: Sequence[CodeText]) -> list[list[str]]:
    """Each code as three texts: all of it, its name alone, and all but its name where there is more."""
    described = [code.description for code in codes]
    return [described, [code.name for code in codes], [code.told or code.name for code in codes]]


def centred(vectors: Array, centre: Array) -> Array:
    """Unit vectors of codes without what passages, and then codes, have in common.

    The fewer codes there are, the less of their mean is common: of a single code nothing is taken away.
    """
    x = unit(unit(vectors) - centre)
    return unit(x - x.mean(axis=0) * np.float32(1 - 1 / len(x)))


def fit(
    meaning: Array,
    centre: Array,
    lexical: Mapping[str, tuple[Lexical, Any]],
    texts: Sequence[Sequence[str]],
    vectors: Sequence[Array],
) -> Array:
    """(n, c) of standard deviation one, from centred passages (n, d) and the ``parts`` of codes with their vectors."""
    score = np.sum([standardised(meaning @ centred(each, centre).T) for each in vectors], axis=0)
    for reduction, exact in lexical.values():
        for each in texts[:2]:
            score = score + standardised(np.asarray((exact @ reduction.exact(each).T).todense(), np.float32)) / 2
    return _balanced(np.asarray(score, np.float32))


def with_feedback(told: Array, features: Array) -> Array:
    """The same after a look at what the closest passages have in common (pseudo-relevance feedback).

    Rocchio 1971 and its successors, with ridge regression over ``features`` (n, m) in place of a mean.
    """
    chosen = expit(3 * (told - np.quantile(told, 1 - CLOSEST, axis=0))).astype(np.float32)
    gram = features.T @ features
    gram[np.diag_indices_from(gram)] += FEEDBACK_RIDGE
    weights = cho_solve(cho_factor(gram, lower=True, overwrite_a=True), features.T @ chosen)
    score = told + standardised(features @ weights)
    return np.asarray(score / (score.std() + 1e-6), np.float32)


def standardised(x: Array) -> Array:
    """Columns of mean zero and standard deviation one; a constant column becomes zeros."""
    return np.asarray((x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6), np.float32)


def _balanced(score: Array) -> Array:
    score = standardised(score)
    score = score - score.mean(axis=1, keepdims=True) * np.float32(1 - 1 / score.shape[1])
    return np.asarray(score / (score.std() + 1e-6), np.float32)
