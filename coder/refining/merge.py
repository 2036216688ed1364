"""Two codes that may be one: nothing tells their quotations apart, or they nearly always fall together."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from coder.refining.material import Array, Flags, Numbers, Quotations, by_value, drawn, folds, unit
from coder.refining.proposal import Figure, Found, Kind, OnCode, Proposal, Side, Silence, discoveries

ENOUGH = 12
"""Places that a code needs before anything is said of it; fewer cannot show that nothing tells two codes apart."""

DOCUMENTS = 3
"""Documents that they must come from."""

NEAREST = 3
"""Codes whose quotations lie nearest, each of which is compared."""

MOST = 120
"""Quotations of a code that are compared: more change nothing, and take long."""

ALIKE = 0.7
"""Below this area under the curve two codes count as not told apart (.5 is guessing, 1 is always right)."""

TOGETHER = 0.6
"""Share of the words under either code that lie under both, from which they fall together."""

FOLDS = 5
RIDGE = 1.0
RESAMPLED = 200
QUOTATIONS = 12


def merges(quotations: Quotations, on_pair: OnCode | None = None) -> Found:
    """Pairs of codes to merge.

    Told apart: ridge regression between the quotations of two codes, each document predicted by others; the area under
    the curve with an interval by resampling documents, and a test of equivalence (it is below ``ALIKE``), false
    discoveries held. Falling together: the Jaccard index over the words (characters) under either code.
    """
    places = quotations.places
    able = [
        code
        for code, rows in enumerate(places)
        if len(rows) >= ENOUGH and len(np.unique(quotations.document[rows])) >= DOCUMENTS
    ]
    silences = tuple(
        Silence(Kind.MERGE, quotations.codes[code], _few(len(rows)))
        for code, rows in enumerate(places)
        if code not in able
    )
    together = _together(quotations, able)
    pairs = sorted(set(_nearest(quotations, able)) | together.keys())
    compared = []
    for done, (a, b) in enumerate(pairs):
        if on_pair is not None:
            on_pair(done, len(pairs))
        compared.append(_compared(quotations, a, b))
    alike = discoveries([each.p for each in compared])
    proposals = []
    for (a, b), each, stands in zip(pairs, compared, alike, strict=True):
        shared = together.get((a, b), 0.0)
        if stands or shared >= TOGETHER:
            proposals.append(_proposal(quotations, a, b, each, shared))
    return Found(tuple(sorted(proposals, key=lambda found: -found.strength)), silences)


@dataclass(frozen=True, slots=True)
class Told:
    """How well two codes are told apart: area under the curve, its interval, p that it is not below ``ALIKE``."""

    area: float
    low: float
    high: float
    p: float


def told_apart(x: Array, first: Flags, document: Numbers) -> Told:
    """How well vectors ``x`` (k, d) tell the quotations of one code (``first``, (k,)) from those of another.

    The area under the curve of predictions for documents left out (Bradley 1997, doi 10.1016/S0031-3203(96)00142-2),
    only between quotations of the two codes; its spread by resampling documents (Efron and Tibshirani 1993).
    """
    scores = _left_out(x, first, folds(document, FOLDS))
    _, document = np.unique(document, return_inverse=True)
    wins = (scores[first][:, None] > scores[~first]) + 0.5 * (scores[first][:, None] == scores[~first])
    count = int(document.max()) + 1
    of_first, of_second = np.eye(count)[document[first]], np.eye(count)[document[~first]]
    won, pairs = of_first.T @ wins @ of_second, of_first.T @ np.ones_like(wins) @ of_second
    weights = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), RESAMPLED).astype(np.float64)
    played = ((weights @ pairs) * weights).sum(axis=1)
    areas = (((weights @ won) * weights).sum(axis=1) / np.maximum(played, 1e-9))[played > 0]
    area = float(wins.mean())
    # Few documents resampled vary too little; pairs that are independent would vary so much at least.
    spread = max(float(areas.std()), np.sqrt((len(x) + 1) / 12 / first.sum() / (~first).sum()))
    low, high = max(0.0, area - 1.96 * spread), min(1.0, area + 1.96 * spread)
    return Told(area, low, high, 1 - NormalDist().cdf((ALIKE - area) / spread))


def _left_out(x: Array, first: Flags, fold: Numbers) -> NDArray[np.float64]:
    """(k,): what ridge regression without its fold says of each row (in closed form, after Cook 1977)."""
    target = np.where(first, 1 / first.sum(), -1 / (~first).sum()) * len(x) / 2
    centred = unit(x - (x[first].mean(axis=0) + x[~first].mean(axis=0)) / 2).astype(np.float64)
    gram = centred @ centred.T
    hat = np.linalg.solve(gram + RIDGE * np.eye(len(x)), gram)
    fitted = hat.T @ target
    scores = np.zeros(len(x))
    for rows in by_value(fold):
        held = hat[np.ix_(rows, rows)].T
        scores[rows] = target[rows] - np.linalg.solve(np.eye(len(rows)) - held, target[rows] - fitted[rows])
    return scores


def _compared(quotations: Quotations, a: int, b: int) -> Told:
    rows_a, rows_b = quotations.places[a], quotations.places[b]
    # Words that carry both codes say nothing about what tells them apart.
    with_b, with_a = _covered(quotations, rows_a, b), _covered(quotations, rows_b, a)
    rows_a, rows_b = drawn(rows_a[~with_b], MOST), drawn(rows_b[~with_a], MOST)
    if min(len(rows_a), len(rows_b)) < ENOUGH:
        return Told(float("nan"), 0.0, 1.0, 1.0)
    rows = np.concatenate([rows_a, rows_b])
    first = np.arange(len(rows)) < len(rows_a)
    return told_apart(quotations.vectors[rows], first, quotations.document[rows])


def _covered(quotations: Quotations, rows: Numbers, code: int) -> Flags:
    return np.array([bool((quotations.code[quotations.overlaps[row]] == code).any()) for row in rows], np.bool_)


def _nearest(quotations: Quotations, able: list[int]) -> list[tuple[int, int]]:
    if len(able) < 2:
        return []
    means = unit(np.array([quotations.vectors[quotations.places[code]].mean(axis=0) for code in able]))
    likeness = means @ means.T
    np.fill_diagonal(likeness, -np.inf)
    near = np.argsort(-likeness, axis=1)[:, : min(NEAREST, len(able) - 1)]
    pairs = ((able[i], able[int(j)]) for i, row in enumerate(near) for j in row)
    return [(min(pair), max(pair)) for pair in pairs]


def _together(quotations: Quotations, able: list[int]) -> dict[tuple[int, int], float]:
    """The Jaccard index of every two codes that share words (Jaccard 1912)."""
    wanted = np.isin(quotations.code, able)
    own, shared = np.zeros(len(quotations.codes)), dict[tuple[int, int], float]()
    for rows in by_value(quotations.document):
        spans = {
            int(quotations.code[group[0]]): _union(quotations.start[group], quotations.end[group])
            for group in (rows[wanted[rows]][part] for part in by_value(quotations.code[rows[wanted[rows]]]))
        }
        for code, (start, end) in spans.items():
            own[code] += (end - start).sum()
        met = {
            (min(quotations.code[row], other), max(quotations.code[row], other))
            for row in rows
            for other in quotations.code[quotations.overlaps[row]]
        }
        for a, b in met:
            if a != b and a in spans and b in spans:
                pair = int(a), int(b)
                shared[pair] = shared.get(pair, 0.0) + _intersection(spans[pair[0]], spans[pair[1]])
    return {pair: size / (own[pair[0]] + own[pair[1]] - size) for pair, size in shared.items()}


def _union(start: Numbers, end: Numbers) -> tuple[Numbers, Numbers]:
    """Stretches that do not touch, covering the same."""
    order = np.argsort(start)
    start, reach = start[order], np.maximum.accumulate(end[order])
    begins = np.append(True, start[1:] > reach[:-1])
    ends = np.append(begins[1:], True)
    return start[begins], reach[ends]


def _intersection(a: tuple[Numbers, Numbers], b: tuple[Numbers, Numbers]) -> float:
    low = np.maximum(a[0][:, None], b[0])
    high = np.minimum(a[1][:, None], b[1])
    return float(np.maximum(0, high - low).sum())


def _proposal(quotations: Quotations, a: int, b: int, told: Told, shared: float) -> Proposal:
    # The smaller one goes up in the larger.
    gone, kept = sorted((a, b), key=lambda code: (len(quotations.places[code]), len(quotations.rows[code])))
    likeness = 1 - abs(told.area - 0.5) * 2 if told.area == told.area else 0.0
    figures = (Figure("told apart", told.area, told.low, told.high),) if told.area == told.area else ()
    apart = "A comparison of their words and meanings hardly tells the quotations of {0} from those of {1}."
    both = "{0} and {1} lie on the same words nearly everywhere."
    return Proposal(
        Kind.MERGE,
        (quotations.codes[gone], quotations.codes[kept]),
        max(shared, likeness),
        both if shared >= TOGETHER else apart,
        "All quotations of {0} will carry {1}, and {0} goes.",
        (*figures, Figure("words under both", shared)),
        (
            Side("{0}", quotations.named(_nearest_to(quotations, gone, kept), QUOTATIONS)),
            Side("{1}", quotations.named(_nearest_to(quotations, kept, gone), QUOTATIONS)),
        ),
        quotations.named(np.concatenate([quotations.rows[gone], quotations.rows[kept]])),
    )


def _nearest_to(quotations: Quotations, code: int, other: int) -> Numbers:
    """The quotations of a code, those most like the other code first."""
    rows = quotations.places[code]
    mean = quotations.vectors[quotations.places[other]].mean(axis=0)
    return rows[np.argsort(-(quotations.vectors[rows] @ mean), kind="stable")]


def _few(count: int) -> str:
    return f"{count} places coded; at least {ENOUGH} in {DOCUMENTS} documents are needed"
