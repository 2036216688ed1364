"""Quotations that look like another code than theirs, or like passages that were read and left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaincinv, logsumexp, softmax

from coder.refining.material import Array, Flags, Numbers, Passages, Quotations, by_value, drawn, folds
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

SLIPS = 0.05
"""Share of all quotations that may be on a wrong code: with more at hand, fewer would be proposed than could be."""

TRUSTED = 0.8
"""Of what is proposed, about so much must be on a wrong code."""

TRIED = 3000
"""Quotations put on a wrong code for trial, at least."""

NEIGHBOURS = 5
TEMPERATURES = np.geomspace(0.5, 16, 21)
FITTED = 4000
"""Rows from which the temperature is found."""

NOTHING = ""
"""In the place of a code: none at all."""

_Numbers = NDArray[np.float64]


def misfits(quotations: Quotations, passages: Passages, alike: Collection[frozenset[str]] = ()) -> Found:
    """Single quotations to look at again, the surest first.

    After confident learning (Northcutt, Jiang and Chuang 2021, JAIR 70, 1373-1411, doi 10.1613/jair.1.12125): another
    code is likelier for the quotation than its own, judged by other documents, and no other coder has put its code on
    the same words. The likelier the other code against its own, the earlier it stands; less early (``USUAL``) where
    quotations of its code often look like that one: there the boundary between two codes is unclear, and no single
    quotation wrong. Passages read and left are one code more. ``alike`` are pairs of codes that could be one; between
    these nothing misfits. The list ends where less than ``TRUSTED`` of it would be on a wrong code (``_sure``).
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
    )[: len(rows)]
    carried, confirmed = _beside(quotations, rows, able, len(names))
    boundary = _Boundary(
        _barred(names, alike), np.array([probability[own == i].mean(axis=0) for i in range(len(able))])
    )
    judged = _judged(probability, own, carried, boundary)
    strength = np.where(confirmed, -np.inf, judged.strength)
    sure = _sure(strength, _on_trial(probability, own, carried, boundary))
    found = np.argsort(-strength, kind="stable")
    found = found[sure[found] >= TRUSTED][:MOST]
    proposals = [
        _proposal(quotations, passages, int(rows[i]), names[judged.other[i]], judged, int(i), left) for i in found
    ]
    return Found(tuple(proposals), silences)


def left_out(x: Array, own: Numbers, document: Numbers, count: int) -> _Numbers:
    """(k, count): how likely each class is for each row of ``x`` (k, d), learned from other documents.

    Gaussian classes with one covariance, drawn towards a round one as far as so few rows ask for (Ledoit and Wolf 2004,
    doi 10.1016/S0047-259X(03)00096-4); their means are drawn together as far as they differ by chance (empirical
    Bayes: Efron and Morris 1973), and one temperature for all makes the probabilities hold (Guo et al. 2017).
    """
    # Imported where it is needed: scikit-learn would keep the first screen waiting.
    from sklearn.covariance import ledoit_wolf_shrinkage

    x = np.asarray(x, np.float64)
    # A product with it sums the rows of each class.
    member = np.eye(count)[own]
    counts = member.sum(axis=0)
    rest = x - (member.T @ x / np.maximum(counts, 1)[:, None])[own]
    within = rest.T @ rest / max(1, len(x) - count)
    shrinkage = ledoit_wolf_shrinkage(rest, assume_centered=True)
    within = (1 - shrinkage) * within + shrinkage * np.trace(within) / len(within) * np.eye(len(within))
    values, vectors = np.linalg.eigh(within)
    white = x @ (vectors / np.sqrt(np.maximum(values, 1e-12)))
    sums = member.T @ white
    score = np.full((len(x), count), -np.inf)
    for rows in by_value(folds(document, FOLDS)):
        held = member[rows]
        score[rows] = _likelihood(white[rows], sums - held.T @ white[rows], counts - held.sum(axis=0))
    return _held(score, own)


def _likelihood(x: _Numbers, sums: _Numbers, counts: _Numbers) -> _Numbers:
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


def _held(score: _Numbers, own: Numbers) -> _Numbers:
    """Probabilities at the temperature at which the own classes are likeliest."""
    rows = drawn(np.arange(len(own)), FITTED)
    some, of_own = score[rows], score[rows, own[rows]]
    likely = [float((of_own / heat - logsumexp(some / heat, axis=1)).mean()) for heat in TEMPERATURES]
    return np.asarray(softmax(score / TEMPERATURES[int(np.argmax(likely))], axis=1))


def _beside(quotations: Quotations, rows: Numbers, able: list[int], count: int) -> tuple[Flags, Flags]:
    """(k, count): which codes lie on words of each row, its own among them; (k,): whether another coder put its own."""
    column = np.full(len(quotations.codes), -1)
    column[able] = np.arange(len(able))
    met = [quotations.overlaps[row] for row in rows]
    of, beside = np.repeat(np.arange(len(rows)), [len(each) for each in met]), np.concatenate(met)
    carried, confirmed = np.zeros((len(rows), count), np.bool_), np.zeros(len(rows), np.bool_)
    code = column[quotations.code[beside]]
    carried[of[code >= 0], code[code >= 0]] = True
    same = quotations.code[beside] == quotations.code[rows[of]]
    confirmed[of[same & (quotations.coder[beside] != quotations.coder[rows[of]])]] = True
    return carried, confirmed


@dataclass(frozen=True, eq=False)
class _Boundary:
    """Between which classes nothing is said (n, n), and how likely each class usually is for rows of a code (c, n)."""

    barred: Flags
    usual: _Numbers


@dataclass(frozen=True, eq=False)
class _Judged:
    """For each row the likeliest other class, how likely it and the own one are, and how much speaks for it (k,).

    ``strength`` is -inf where the own class is as likely.
    """

    other: Numbers
    likely: _Numbers
    own: _Numbers
    strength: _Numbers


def _barred(names: list[str], alike: Collection[frozenset[str]]) -> Flags:
    place = {name: i for i, name in enumerate(names)}
    barred = np.eye(len(names), dtype=np.bool_)
    for a, b in map(tuple, alike):
        if a in place and b in place:
            barred[place[a], place[b]] = barred[place[b], place[a]] = True
    return barred


def _judged(probability: _Numbers, own: Numbers, carried: Flags, boundary: _Boundary) -> _Judged:
    each = np.arange(len(own))
    besides = carried.copy()
    besides[each, own] = False
    # What the same words carry besides is no alternative, and takes nothing away.
    others = np.where(besides, 0.0, probability)
    total, mine = np.maximum(others.sum(axis=1), 1e-12), others[each, own]
    others[boundary.barred[own]] = 0.0
    if len(boundary.barred) > len(boundary.usual):
        # Words that carry another code, too, are not nothing.
        others[besides.any(axis=1), -1] = 0.0
    other = others.argmax(axis=1)
    likely, mine = others[each, other] / total, mine / total
    # In logarithms: probabilities near to one no longer tell such apart.
    odds = np.log(np.maximum(likely, 1e-12) / np.maximum(mine, 1e-12))
    strength = odds - USUAL * np.log(boundary.usual[own, other] + 1e-3)
    return _Judged(other, likely, mine, np.where(likely > mine, strength, -np.inf))


def _on_trial(probability: _Numbers, own: Numbers, carried: Flags, boundary: _Boundary) -> _Numbers:
    """How strong rows are that are put on a wrong code at random; of a document left out, nothing else changes."""
    some = drawn(np.arange(len(own)), TRIED)
    probability, own, carried = probability[some], own[some], carried[some]
    chance, each, codes = np.random.default_rng(0), np.arange(len(own)), len(boundary.usual)
    tried = []
    for _ in range(-(-TRIED // len(own))):
        wrong = (own + chance.integers(1, codes, len(own))) % codes
        beside = carried.copy()
        beside[each, own] = False
        new = ~beside[each, wrong]
        tried.append(_judged(probability[new], wrong[new], beside[new], boundary).strength)
    return np.concatenate(tried)


def _sure(strength: _Numbers, tried: _Numbers) -> _Numbers:
    """(k,): of the rows as strong as each of ``strength`` (k,) or stronger, the share that would be on a wrong code.

    Known from how strong rows ``tried`` on a wrong code are, and from how many such rows there are at most: ``SLIPS``,
    or fewer where the rows that strong are too few for it (95 % bound of a count: Garwood 1936), in the manner of
    the two-groups model (Efron 2008, doi 10.1214/07-STS236). What was judged otherwise for good reasons looks the same
    and counts as wrong, so that the share is no more than a guide.
    """
    so_strong = len(strength) - np.searchsorted(np.sort(strength), strength)
    caught = (len(tried) - np.searchsorted(np.sort(tried), strength)) / max(1, len(tried)) * len(strength)
    seen = caught > 0
    slips = min(SLIPS, float((gammaincinv(so_strong[seen] + 1, 0.95) / caught[seen]).min(initial=SLIPS)))
    share = np.minimum(1.0, slips * caught / so_strong)
    share[~np.isfinite(strength)] = 0.0
    # A list is as sure as the longest one that it belongs to: one row more can make it surer.
    order = np.argsort(strength, kind="stable")
    share[order] = np.maximum.accumulate(share[order])
    return share


def _proposal(
    quotations: Quotations,
    passages: Passages,
    row: int,
    other: str,
    judged: _Judged,
    place: int,
    left: Numbers,
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
        float(expit(judged.strength[place])),
        why,
        would,
        (
            Figure("fits the other", float(judged.likely[place])),
            Figure("fits its own", float(judged.own[place])),
        ),
        (
            Side("the quotation", (quotations.ids[row],)),
            Side("read and left" if other == NOTHING else "{1}", alike),
            Side("{0}", _closest(quotations, mine, here)),
        ),
        (quotations.ids[row],),
    )


def _closest(quotations: Quotations, rows: Numbers, here: Array) -> tuple[str, ...]:
    return quotations.named(rows[np.argsort(-(quotations.vectors[rows] @ here), kind="stable")], NEIGHBOURS)
