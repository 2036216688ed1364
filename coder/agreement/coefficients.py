"""Coefficients of agreement, over counts that add up across documents.

Two forms of counts. A ``table`` (..., q, q) says how often one coder gave the value of the row where the other gave the
value of the column. ``patterns`` (p, q) say how many coders gave each value to a unit, and ``weight`` (..., p) how many
units there are of each pattern. Leading axes are samples, so that a bootstrap is one call. A coefficient that is not
defined (everybody gave one value everywhere) is NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def percent_of_pair(table: Floats) -> Floats:
    """The share of units on which two coders gave the same value."""
    return ratio(np.trace(table, axis1=-2, axis2=-1), table.sum((-2, -1)))


def cohen_kappa(table: Floats) -> Floats:
    """Cohen (1960), "A coefficient of agreement for nominal scales", Educ. Psychol. Meas. 20(1), 37-46."""
    total = table.sum((-2, -1))
    # Cohen adds the products of the margins over values; multiplying them instead makes chance look like agreement.
    expected = ratio((table.sum(-1) * table.sum(-2)).sum(-1), total**2)
    return ratio(percent_of_pair(table) - expected, 1 - expected)


def percent(patterns: Ints, weight: Floats) -> Floats:
    """The mean over units of the share of pairs of coders who gave the same value."""
    coders = patterns.sum(-1)
    several = coders > 1
    same = (patterns * (patterns - 1)).sum(-1)[several] / (coders * (coders - 1))[several]
    return ratio(weight[..., several] @ same, weight[..., several].sum(-1))


def presence(patterns: Ints, weight: Floats) -> Floats:
    """Of a coder who gave the last value, how often another did too: Dice's coefficient for two coders.

    Specific agreement as in Spitzer & Fleiss (1974), Brit. J. Psychiatry 125, 341-347.
    """
    coders, gave = patterns.sum(-1), patterns[:, -1]
    several = coders > 1
    both = gave[several] * (gave[several] - 1) / (coders[several] - 1)
    return ratio(weight[..., several] @ both, weight[..., several] @ gave[several].astype(np.float64))


def fleiss_kappa(patterns: Ints, weight: Floats) -> Floats:
    """Fleiss (1971), Psychol. Bulletin 76(5), 378-382; with coders missing as in Gwet (2014), Handbook, 4th ed."""
    expected = (_shares(patterns, weight) ** 2).sum(-1)
    return ratio(percent(patterns, weight) - expected, 1 - expected)


def gwet_ac1(patterns: Ints, weight: Floats) -> Floats:
    """Gwet (2008), Brit. J. Math. Stat. Psychol. 61(1), 29-48."""
    shares = _shares(patterns, weight)
    expected = (shares * (1 - shares)).sum(-1) / (patterns.shape[1] - 1)
    return ratio(percent(patterns, weight) - expected, 1 - expected)


def krippendorff_alpha(patterns: Ints, weight: Floats) -> Floats:
    """Alpha for nominal values: Krippendorff (2011), "Computing Krippendorff's alpha-reliability"."""
    coders = patterns.sum(-1)
    several = coders > 1
    patterns, coders, weight = patterns[several], coders[several], weight[..., several]
    observed = weight @ ((coders**2 - (patterns**2).sum(-1)) / (coders - 1))
    values = weight @ patterns.astype(np.float64)
    total = values.sum(-1)
    expected = total**2 - (values**2).sum(-1)
    return 1 - ratio((total - 1) * observed, expected)


def ratio(above: Floats, below: Floats) -> Floats:
    """Above by below, NaN where there is nothing below."""
    below = np.asarray(below, np.float64)
    out = np.full(np.broadcast(above, below).shape, np.nan)
    return np.asarray(np.divide(above, below, out=out, where=np.abs(below) > 1e-12), np.float64)


def _shares(patterns: Ints, weight: Floats) -> Floats:
    """(..., q), the mean over units of the share of coders who gave each value."""
    return ratio(weight @ (patterns / patterns.sum(-1, keepdims=True)), weight.sum(-1)[..., None])
