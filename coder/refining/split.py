"""A code that may be two: its quotations fall into two parts, again and again."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from coder.refining.material import Flags, Numbers, Quotations, drawn
from coder.refining.proposal import Figure, Found, Kind, OnCode, Proposal, Side, Silence, discoveries

ENOUGH = 24
DOCUMENTS = 4
LEAST = 0.2
"""Share of the quotations that the smaller part must have."""

STABLE = 0.75
"""Mean Jaccard index of parts found again in resampled quotations, from which they count as stable (Hennig 2007)."""

MOST = 160
DIRECTIONS = 8
"""Directions in which a code's quotations differ most; the rest of a vector is noise for so few quotations."""

RESAMPLED = 40
SIMULATED = 60
ROUNDS = 8
QUOTATIONS = 12

_Cloud = NDArray[np.float64]


def splits(quotations: Quotations, on_code: OnCode | None = None) -> Found:
    """Codes to split in two, with the quotations of each part.

    Two means within each code. They must be found again when the quotations are resampled (Jaccard index of at least
    .75: Hennig 2007, doi 10.1016/j.csda.2006.11.025), lie closer than two means of one Gaussian cloud of the same shape
    would (Liu, Hayes, Nobel and Marron 2008, doi 10.1198/016214508000000454; false discoveries held), and both
    come from several documents.
    """
    silences, able, looked = [], [], []
    for code, rows in enumerate(quotations.places):
        if on_code is not None:
            on_code(code, len(quotations.codes))
        if len(rows) < ENOUGH or len(np.unique(quotations.document[rows])) < DOCUMENTS:
            need = f"{len(rows)} places coded; at least {ENOUGH} in {DOCUMENTS} documents are needed"
            silences.append(Silence(Kind.SPLIT, quotations.codes[code], need))
            continue
        able.append(drawn(rows, MOST))
        looked.append(two_parts(quotations.vectors[able[-1]], quotations.document[able[-1]]))
    stands = discoveries([parts.p for parts in looked])
    proposals = [
        _proposal(quotations, rows, parts)
        for rows, parts, real in zip(able, looked, stands, strict=True)
        if real and parts.stability >= STABLE
    ]
    return Found(tuple(sorted(proposals, key=lambda found: -found.strength)), tuple(silences))


@dataclass(frozen=True, eq=False)
class Parts:
    """Which of the rows are in the second part (k,), how stable both are, silhouette, and p against a single cloud."""

    second: Flags
    stability: float
    silhouette: float
    p: float


def two_parts(x: NDArray[np.floating], document: Numbers) -> Parts:
    """The two parts of vectors (k, d)."""
    cloud = _reduced(np.asarray(x, np.float64))
    chance = np.random.default_rng(0)
    second, inside = _two_means(cloud[None])
    second, index = second[0], float(inside[0])
    smaller = min(second.mean(), 1 - second.mean())
    spread = min(len(np.unique(document[second])), len(np.unique(document[~second])))
    if smaller < LEAST or spread < DOCUMENTS - 1:
        return Parts(second, 0.0, 0.0, 1.0)
    stability = _stability(cloud, second, chance)
    if stability < STABLE:
        return Parts(second, stability, _silhouette(cloud, second), 1.0)
    simulated = chance.normal(size=(SIMULATED, *cloud.shape)) * cloud.std(axis=0)
    _, null = _two_means(simulated - simulated.mean(axis=1, keepdims=True))
    # The p-value of a normal distribution fitted to the simulated ones, as its authors do: few suffice.
    p = NormalDist(float(null.mean()), float(null.std()) + 1e-9).cdf(index)
    return Parts(second, stability, _silhouette(cloud, second), p)


def _reduced(x: _Cloud) -> _Cloud:
    centred = x - x.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    width = min(DIRECTIONS, max(2, len(x) // 4))
    return np.asarray(u[:, :width] * s[:width])


def _two_means(clouds: NDArray[np.float64]) -> tuple[Flags, NDArray[np.float64]]:
    """Two means of each of s clouds (s, k, d): who is in the second (s, k), and the share of variance inside (s,).

    The best of beginnings that cut along each of the first few directions, then Lloyd's iterations (1982).
    """
    total = (clouds**2).sum(axis=(1, 2))
    best, inside = np.zeros(clouds.shape[:2], np.bool_), np.full(len(clouds), np.inf)
    for direction in range(min(4, clouds.shape[2])):
        second = clouds[:, :, direction] > np.median(clouds[:, :, direction], axis=1, keepdims=True)
        for _ in range(ROUNDS):
            share = second.mean(axis=1)[:, None]
            # With the mean of all at zero, both means lie on one line through it.
            towards = (second[:, None].astype(np.float64) @ clouds)[:, 0] / clouds.shape[1]
            one, other = towards / np.maximum(share, 1e-9), -towards / np.maximum(1 - share, 1e-9)
            middle = ((one**2).sum(axis=1) - (other**2).sum(axis=1)) / 2
            second = (clouds @ (one - other)[:, :, None])[:, :, 0] > middle[:, None]
        share = np.clip(second.mean(axis=1), 1e-9, 1 - 1e-9)
        towards = (second[:, None].astype(np.float64) @ clouds)[:, 0] / clouds.shape[1]
        between = clouds.shape[1] * (towards**2).sum(axis=1) * (1 / share + 1 / (1 - share))
        found = 1 - between / np.maximum(total, 1e-12)
        better = found < inside
        best[better], inside[better] = second[better], found[better]
    return best, inside


def _stability(cloud: _Cloud, second: Flags, chance: np.random.Generator) -> float:
    """Of the less stable part, the mean Jaccard index with what is found in resampled quotations."""
    drawn_rows = chance.integers(0, len(cloud), (RESAMPLED, len(cloud)))
    clouds = cloud[drawn_rows]
    again, _ = _two_means(clouds - clouds.mean(axis=1, keepdims=True))
    scores = []
    for rows, found in zip(drawn_rows, again, strict=True):
        before = second[rows]
        same, crossed = _jaccards(before, found), _jaccards(before, ~found)
        scores.append(max(same, crossed, key=sum))
    return float(np.mean(scores, axis=0).min())


def _jaccards(a: Flags, b: Flags) -> tuple[float, float]:
    return tuple(float((x & y).sum() / max(1, (x | y).sum())) for x, y in ((a, b), (~a, ~b)))  # type: ignore[return-value]


def _silhouette(cloud: _Cloud, second: Flags) -> float:
    """How much nearer quotations lie to their own part than to the other (Rousseeuw 1987), -1 to 1."""
    squares = (cloud**2).sum(axis=1)
    away = np.sqrt(np.maximum(0, squares[:, None] + squares - 2 * cloud @ cloud.T))
    same = second[:, None] == second
    own = (away * same).sum(axis=1) / np.maximum(1, same.sum(axis=1) - 1)
    other = (away * ~same).sum(axis=1) / np.maximum(1, (~same).sum(axis=1))
    return float(((other - own) / np.maximum(np.maximum(other, own), 1e-12)).mean())


def _proposal(quotations: Quotations, rows: Numbers, parts: Parts) -> Proposal:
    code = int(quotations.code[rows[0]])
    # The larger part keeps the code.
    second = parts.second if parts.second.mean() <= 0.5 else ~parts.second
    return Proposal(
        Kind.SPLIT,
        (quotations.codes[code],),
        min(1.0, parts.stability),
        "The quotations of {0} fall into two parts, and fall into the same ones when some are left out.",
        "The second part gets a code of its own beside {0}.",
        (Figure("found again", parts.stability), Figure("set apart", parts.silhouette)),
        (
            Side("stays", quotations.named(_typical(quotations, rows[~second], rows[second]))),
            Side("new code", quotations.named(_typical(quotations, rows[second], rows[~second]))),
        ),
        quotations.named(quotations.rows[code]),
    )


def _typical(quotations: Quotations, rows: Numbers, other: Numbers) -> Numbers:
    """Rows of one part, those least like the other part first."""
    towards = quotations.vectors[rows].mean(axis=0) - quotations.vectors[other].mean(axis=0)
    return rows[np.argsort(-(quotations.vectors[rows] @ towards), kind="stable")]
