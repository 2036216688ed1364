"""Two codes that may be one: nothing tells their quotations apart, or they nearly always fall together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coder.refining.material import Array, Flags, Numbers, Quotations, by_value, drawn, folds, unit
from coder.refining.proposal import Figure, Found, Kind, OnCode, Proposal, Side, Silence

ENOUGH = 12
"""Places that a code needs before anything is said of it; fewer cannot show that nothing tells two codes apart."""

DOCUMENTS = 3
"""Documents that they must come from."""

MOST = 120
"""Quotations of a code that are told apart: more change nothing, and take long."""

ALIKE = 0.7
"""Below this area under the curve two codes count as not told apart (.5 is guessing, 1 is always right)."""

SAME = 0.9
"""From this likeness of what they are on average, freed from chance, two codes count as one. In open coded sets the
halves of codes cut in two at random lie at .92 or above, nearly all; codes that are two, at .87 at most."""

SURE = 0.7
"""What this likeness must be at least in 95 of 100 resamplings."""

WORTH_A_LOOK = 0.75
"""Likeness, over all quotations, from which two codes are compared."""

TOGETHER = 0.6
"""Share of the words under either code that lie under both, from which they fall together."""

FOLDS = 5
RIDGE = 1.0
RESAMPLED = 200
QUOTATIONS = 12


def merges(quotations: Quotations, drifting: Collection[str] = (), on_pair: OnCode | None = None) -> Found:
    """Pairs of codes to merge.

    Told apart: ridge regression between the quotations of two codes, each document predicted by others; the area under
    the curve must lie below ``ALIKE``, and what both are on average must be the same (``likeness``). Codes that only
    resemble each other are hard to tell apart too, but do not mean the same. Falling together: the Jaccard index over
    the words (characters) under either code. Between two codes that are ``drifting`` nothing is said: what wandered
    from one to the other makes them look alike.
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
    moving = {code for code, name in enumerate(quotations.codes) if name in drifting}
    asked = {*_worth_a_look(quotations, able), *(pair for pair, share in together.items() if share >= TOGETHER)}
    pairs = sorted(pair for pair in asked if not moving.issuperset(pair))
    proposals = []
    for done, (a, b) in enumerate(pairs):
        if on_pair is not None:
            on_pair(done, len(pairs))
        shared = together.get((a, b), 0.0)
        compared = _compared(quotations, a, b)
        if shared >= TOGETHER or (compared is not None and compared.one):
            proposals.append(_proposal(quotations, a, b, compared, shared))
    return Found(tuple(sorted(proposals, key=lambda found: -found.strength)), silences)


@dataclass(frozen=True, slots=True)
class Alike:
    """How alike two codes are on average, and the bounds that hold in 95 of 100 resamplings, each by itself."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Told:
    """How well two codes are told apart: area under the curve, and its interval."""

    area: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class _Compared:
    told: Told
    alike: Alike

    @property
    def one(self) -> bool:
        return self.told.area < ALIKE and self.alike.value >= SAME and self.alike.low >= SURE


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
    return Told(area, max(0.0, area - 1.96 * spread), min(1.0, area + 1.96 * spread))


def likeness(x: Array, first: Flags, document: Numbers) -> Alike:
    """How alike those of vectors ``x`` (k, d) that are of one code (``first``, (k,)) and the others are on average.

    The mean cosine between the two, divided by the geometric mean of those within each, so that what single quotations
    have of their own takes nothing away (correction for attenuation: Spearman 1904, doi 10.2307/1412159). Two halves of
    one code lie about 1. Only pairs from different documents count; bounds by resampling documents.
    """
    _, document = np.unique(document, return_inverse=True)
    count = int(document.max()) + 1
    sums, sizes = np.zeros((2, count, x.shape[1])), np.zeros((2, count))
    for side, rows in enumerate((first, ~first)):
        np.add.at(sums[side], document[rows], x[rows])
        sizes[side] = np.bincount(document[rows], minlength=count)
    weights = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), RESAMPLED)
    weights = np.concatenate([np.ones((1, count)), weights])

    def mean(one: int, other: int) -> NDArray[np.float64]:
        likeness, pairs = sums[one] @ sums[other].T, np.outer(sizes[one], sizes[other])
        np.fill_diagonal(likeness, 0.0)
        np.fill_diagonal(pairs, 0.0)
        met = ((weights @ pairs) * weights).sum(axis=1)
        return np.asarray(((weights @ likeness) * weights).sum(axis=1) / np.maximum(met, 1e-9))

    one, other = mean(0, 0), mean(1, 1)
    # A code whose quotations have nothing in common is like no other.
    sound = (one > 0) & (other > 0)
    found = np.where(sound, mean(0, 1) / np.sqrt(np.where(sound, one * other, 1.0)), 0.0)
    low, high = np.quantile(found[1:], (0.05, 0.95))
    return Alike(float(found[0]), float(low), float(high))


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


def _compared(quotations: Quotations, a: int, b: int) -> _Compared | None:
    """None where too few quotations carry only one of the two codes."""
    rows_a, rows_b = quotations.places[a], quotations.places[b]
    # Words that carry both codes say nothing about what tells them apart.
    with_b, with_a = _covered(quotations, rows_a, b), _covered(quotations, rows_b, a)
    rows_a, rows_b = rows_a[~with_b], rows_b[~with_a]
    if min(len(rows_a), len(rows_b)) < ENOUGH:
        return None

    def asked(rows_a: Numbers, rows_b: Numbers) -> tuple[Array, Flags, Numbers]:
        rows = np.concatenate([rows_a, rows_b])
        return quotations.vectors[rows], np.arange(len(rows)) < len(rows_a), quotations.document[rows]

    return _Compared(told_apart(*asked(drawn(rows_a, MOST), drawn(rows_b, MOST))), likeness(*asked(rows_a, rows_b)))


def _covered(quotations: Quotations, rows: Numbers, code: int) -> Flags:
    return np.array([bool((quotations.code[quotations.overlaps[row]] == code).any()) for row in rows], np.bool_)


def _worth_a_look(quotations: Quotations, able: list[int]) -> list[tuple[int, int]]:
    """Pairs whose likeness comes near to ``SAME``, words that they share counted too."""
    count = len(quotations.codes)
    rows = np.concatenate([quotations.places[code] for code in able] or [np.zeros(0, int)])
    likeness, pairs = np.zeros((count, count)), np.zeros((count, count))
    whole, sizes = np.zeros((count, quotations.vectors.shape[1])), np.zeros(count)
    for part in by_value(quotations.document[rows]):
        here, which = np.unique(quotations.code[rows[part]], return_inverse=True)
        sums = np.zeros((len(here), quotations.vectors.shape[1]))
        np.add.at(sums, which, quotations.vectors[rows[part]])
        size = np.bincount(which)
        whole[here] += sums
        sizes[here] += size
        likeness[np.ix_(here, here)] -= sums @ sums.T
        pairs[np.ix_(here, here)] -= np.outer(size, size)
    mean = (likeness + whole @ whole.T) / np.maximum(pairs + np.outer(sizes, sizes), 1e-9)
    within = np.maximum(np.diag(mean), 0)
    near = mean >= WORTH_A_LOOK * np.sqrt(np.outer(within, within))
    near &= (within[:, None] > 0) & (within > 0)
    return [(int(a), int(b)) for a, b in np.argwhere(np.triu(near, 1))]


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


def _proposal(quotations: Quotations, a: int, b: int, compared: _Compared | None, shared: float) -> Proposal:
    # The smaller one goes up in the larger.
    gone, kept = sorted((a, b), key=lambda code: (len(quotations.places[code]), len(quotations.rows[code])))
    strength, figures = 0.0, list[Figure]()
    if compared is not None:
        told, alike = compared.told, compared.alike
        strength = max(0.0, min(1.0, alike.low)) if compared.one else 0.0
        figures.append(Figure("told apart", told.area, told.low, told.high))
        figures.append(
            Figure("alike on average", *(max(0.0, min(1.0, x)) for x in (alike.value, alike.low, alike.high)))
        )
    apart = "A comparison of their words and meanings hardly tells the quotations of {0} from those of {1}."
    both = "{0} and {1} lie on the same words nearly everywhere."
    return Proposal(
        Kind.MERGE,
        (quotations.codes[gone], quotations.codes[kept]),
        max(shared, strength),
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
