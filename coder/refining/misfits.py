"""Quotations that look like another code than theirs, or like passages that were read and left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coder.refining.material import Array, Numbers, Passages, Quotations, by_value, drawn, folds
from coder.refining.proposal import Figure, Found, Kind, Proposal, Side, Silence

ENOUGH = 8
DOCUMENTS = 3
MOST = 50
"""Quotations proposed at once."""

FOLDS = 10
LEFT = 3000
"""Passages read and left that stand for all of them."""

USUAL = 0.5
"""How far what is usual between two codes counts against a quotation; in open coded sets better than not or all."""

NEIGHBOURS = 5
SHRINKAGE = 0.1
TEMPERATURES = np.geomspace(0.5, 16, 21)
NOTHING = ""
"""In the place of a code: none at all."""


def misfits(quotations: Quotations, passages: Passages, alike: Collection[frozenset[str]] = ()) -> Found:
    """Single quotations to look at again, the surest first.

    Confident learning (Northcutt, Jiang and Chuang 2021, JAIR 70, 1373-1411, doi 10.1613/jair.1.12125): a quotation
    is one if another code is likelier for it than its own, and as likely as that code is for its own quotations on
    average, and if no other coder has put its code on the same words. Probabilities are those of documents left out.
    The likelier the other code against its own, the earlier it stands; less early (``USUAL``) where quotations of its
    code often look like that one: there the boundary between two codes is unclear, and no single quotation wrong.
    Passages read and left are one code more. ``alike`` are pairs of codes that could be one; between these nothing
    misfits. No test stands behind the list: its order counts.
    """
    places = quotations.places
    able = [
        code
        for code, rows in enumerate(places)
        if len(rows) >= ENOUGH and len(np.unique(quotations.document[rows])) >= DOCUMENTS
    ]
    silences = tuple(
        Silence(
            Kind.MISFIT,
            quotations.codes[code],
            f"{len(rows)} places coded; at least {ENOUGH} in {DOCUMENTS} documents are needed",
        )
        for code, rows in enumerate(places)
        if code not in able
    )
    if len(able) < 2:
        return Found((), silences)
    names = [*(quotations.codes[code] for code in able), NOTHING]
    rows = np.concatenate([quotations.rows[code] for code in able])
    own = np.concatenate([np.full(len(quotations.rows[code]), i) for i, code in enumerate(able)])
    left = drawn(np.flatnonzero(passages.read & ~passages.covered), LEFT)
    if len(left) < ENOUGH:
        left, names = left[:0], names[:-1]
    probability = left_out(
        np.concatenate([quotations.vectors[rows], passages.vectors[left]]),
        np.concatenate([own, np.full(len(left), len(able))]),
        np.concatenate([quotations.document[rows], passages.document[left]]),
        len(names),
    )
    threshold = np.array([probability[: len(rows)][own == i, i].mean() for i in range(len(able))])
    if len(left):
        threshold = np.append(threshold, probability[len(rows) :, -1].mean())
    column = {code: i for i, code in enumerate(able)}
    barred = _barred(names, alike)
    usual = np.array([probability[: len(rows)][own == i].mean(axis=0) for i in range(len(able))])
    found = []
    for place, row in enumerate(rows):
        if _confirmed(quotations, int(row)):
            continue
        carried = {column[int(c)] for c in quotations.code[quotations.overlaps[row]] if int(c) in column}
        each = _judged(probability[place], int(own[place]), carried, barred, threshold)
        if each is not None:
            found.append((each.odds - USUAL * float(np.log(usual[own[place], each.other] + 1e-3)), int(row), each))
    found.sort(key=lambda one: -one[0])
    proposals = [
        _proposal(quotations, passages, row, names[each.other], each, strength, left)
        for strength, row, each in found[:MOST]
    ]
    return Found(tuple(proposals), silences)


def left_out(x: Array, own: Numbers, document: Numbers, count: int) -> NDArray[np.float64]:
    """(k, count): how likely each class is for each row of ``x`` (k, d), learned from other documents.

    Gaussian classes with one covariance; their means are drawn together as far as they differ by chance (empirical
    Bayes: Efron and Morris 1973), and one temperature for all makes the probabilities hold (Guo et al. 2017).
    """
    x = np.asarray(x, np.float64)
    sums, counts = np.zeros((count, x.shape[1])), np.bincount(own, minlength=count).astype(np.float64)
    np.add.at(sums, own, x)
    rest = x - (sums / np.maximum(counts, 1)[:, None])[own]
    within = rest.T @ rest / max(1, len(x) - count)
    within = (1 - SHRINKAGE) * within + SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    values, vectors = np.linalg.eigh(within)
    white = x @ (vectors / np.sqrt(np.maximum(values, 1e-12)))
    np.add.at(sums := np.zeros_like(sums), own, white)
    fold = folds(document, FOLDS)
    score = np.full((len(x), count), -np.inf)
    for rows in by_value(fold):
        held = np.zeros_like(sums)
        np.add.at(held, own[rows], white[rows])
        here = counts - np.bincount(own[rows], minlength=count)
        score[rows] = _likelihood(white[rows], sums - held, here)
    return _held(score, own)


@dataclass(frozen=True, slots=True)
class _Judged:
    other: int
    likely: float
    own: float

    @property
    def odds(self) -> float:
        """The other against its own, in logarithms: probabilities near to one no longer tell such apart."""
        return float(np.log(max(self.likely, 1e-12) / max(self.own, 1e-12)))


def _likelihood(x: NDArray[np.float64], sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, classes): log densities of rows whose noise is one in every direction, plus the log of each class's share."""
    there = counts > 0
    means = sums / np.maximum(counts, 1)[:, None]
    centre = np.average(means[there], axis=0, weights=counts[there])
    spread = ((means[there] - centre) ** 2).mean(axis=1) - 1 / counts[there]
    differ = max(float(np.average(spread, weights=counts[there])), 1e-3)
    # Mean and variance of what the next row of a class will be, given the rows seen.
    known = counts * differ / (1 + counts * differ)
    expected = centre + known[:, None] * (means - centre)
    variance = 1 + differ * (1 - known)
    apart = (x**2).sum(axis=1)[:, None] + (expected**2).sum(axis=1) - 2 * x @ expected.T
    share = np.log(np.maximum(counts, 0.5) / counts.sum())
    return np.asarray(-apart / (2 * variance) - x.shape[1] / 2 * np.log(variance) + share)


def _held(score: NDArray[np.float64], own: Numbers) -> NDArray[np.float64]:
    """Probabilities at the temperature at which the own classes are likeliest."""
    best, chosen = -np.inf, np.zeros_like(score)
    for temperature in TEMPERATURES:
        scaled = score / temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        probability = np.exp(scaled)
        probability /= probability.sum(axis=1, keepdims=True)
        likely = float(np.log(np.maximum(probability[np.arange(len(own)), own], 1e-12)).mean())
        if likely > best:
            best, chosen = likely, probability
    return chosen


def _confirmed(quotations: Quotations, row: int) -> bool:
    """Whether another coder has put the same code on some of these words."""
    beside = quotations.overlaps[row]
    beside = beside[quotations.code[beside] == quotations.code[row]]
    return bool((quotations.coder[beside] != quotations.coder[row]).any())


def _barred(names: list[str], alike: Collection[frozenset[str]]) -> NDArray[np.bool_]:
    place = {name: i for i, name in enumerate(names)}
    barred = np.eye(len(names), dtype=np.bool_)
    for a, b in map(tuple, alike):
        if a in place and b in place:
            barred[place[a], place[b]] = barred[place[b], place[a]] = True
    return barred


def _judged(
    probability: NDArray[np.float64],
    own: int,
    carried: set[int],
    barred: NDArray[np.bool_],
    threshold: NDArray[np.float64],
) -> _Judged | None:
    others = probability.copy()
    # What the same words carry besides is no alternative, and takes nothing away.
    others[list(carried - {own})] = 0
    mine = float(others[own])
    total = float(others.sum())
    others[barred[own]] = 0
    if len(carried) > 1 and len(others) > len(threshold) - 1:
        others[-1] = others[-1] if carried == {own} else 0
    other = int(others.argmax())
    likely, own_likely = float(others[other]) / total, mine / total
    if likely < threshold[other] or likely <= own_likely:
        return None
    return _Judged(other, likely, own_likely)


def _proposal(
    quotations: Quotations, passages: Passages, row: int, other: str, each: _Judged, strength: float, left: Numbers
) -> Proposal:
    own = quotations.codes[int(quotations.code[row])]
    here = quotations.vectors[row]
    apart = quotations.document != quotations.document[row]
    places = quotations.places[int(quotations.code[row])]
    mine = places[apart[places]]
    why = "This quotation is more like those of {1} than like those of {0}."
    would = "The quotation will carry {1} instead of {0}."
    alike: tuple[str, ...]
    if other == NOTHING:
        why = "This quotation is more like passages that were read and left than like those of {0}."
        would = "The code {0} is taken off this quotation."
        near = left[np.argsort(-(passages.vectors[left] @ here), kind="stable")][:NEIGHBOURS]
        alike = tuple(passages.ids[int(each)] for each in near)
    else:
        theirs = quotations.places[list(quotations.codes).index(other)]
        alike = _closest(quotations, theirs[apart[theirs]], here)
    return Proposal(
        Kind.MISFIT,
        (own, *([other] if other != NOTHING else [])),
        float(1 / (1 + np.exp(-strength))),
        why,
        would,
        (Figure("fits the other", each.likely), Figure("fits its own", each.own)),
        (
            Side("the quotation", (quotations.ids[row],)),
            Side("read and left" if other == NOTHING else "{1}", alike),
            Side("{0}", _closest(quotations, mine, here)),
        ),
        (quotations.ids[row],),
    )


def _closest(quotations: Quotations, rows: Numbers, here: Array) -> tuple[str, ...]:
    return quotations.named(rows[np.argsort(-(quotations.vectors[rows] @ here), kind="stable")], NEIGHBOURS)
