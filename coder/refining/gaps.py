"""Things said again and again that no code covers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coder.refining.material import Array, Numbers, Passages, Quotations, drawn, unit
from coder.refining.proposal import Figure, Found, Kind, Proposal, Side, Silence
from coder.refining.words import own_words

ENOUGH = 60
"""Passages without a code before anything is looked for among them."""

NEIGHBOURS = 6
"""Passages of other documents that must lie close."""

DOCUMENTS = 4
WORDS = 8
"""Shorter passages are answers like "yes, yes", alike without saying anything."""

MOST = 5000
"""Passages without a code that are looked at, drawn evenly."""

BESIDE = 5000
"""Coded quotations that they are held against."""

REGIONS = 20
CODED = 0.3
"""Share of what lies in a region that may be coded already."""

QUOTATIONS = 12
ROWS = 1000
LOOSER = 0.8
"""Of how close the middle ones lie, what belongs to them must lie this close."""


def gaps(quotations: Quotations, passages: Passages) -> Found:
    """Dense regions of passages that no code covers, as candidate codes named by their own words.

    A passage whose nearest ones in other documents lie as close as a typical quotation's nearest of its own code begins
    a region, the densest first (after Rodriguez and Laio 2014, Science 344, 1492-1496, doi 10.1126/science.1242072);
    what lies about as close to their mean as they do is in it, and no other region begins as near as a typical
    quotation lies to the mean of its code. A region must be denser than any place in one Gaussian cloud of as many
    passages and the same shape, and at most 30 % of it may be coded already.
    """
    spoken = np.array([len(text.split()) >= WORDS for text in passages.texts], np.bool_)
    rows = drawn(np.flatnonzero(~passages.covered & spoken), MOST)
    if len(rows) < ENOUGH:
        reason = f"{len(rows)} passages without a code; at least {ENOUGH} are needed"
        return Found((), (Silence(Kind.GAP, None, reason),))
    x, document = passages.vectors[rows], passages.document[rows]
    near, closeness = _nearest(x, document)
    density = closeness.mean(axis=1)
    typical, beside = _within_codes(quotations) or _without_codes(density)
    typical = max(typical, _by_chance(x, document))
    coded = quotations.vectors[drawn(np.arange(len(quotations)), BESIDE)]
    free = np.ones(len(rows), np.bool_)
    regions: list[tuple[float, Numbers]] = []
    for first in np.argsort(-density, kind="stable"):
        if density[first] < typical or len(regions) == REGIONS:
            break
        if not free[first]:
            continue
        core = np.append(near[first], first)
        centre = unit(x[core].mean(axis=0))
        likeness = x @ centre
        reach = float(np.sort(likeness[core])[1]) * LOOSER
        members = np.flatnonzero(free & (likeness >= reach))
        members = members[np.argsort(-likeness[members], kind="stable")]
        free &= likeness < min(reach, beside)
        if len(members) < NEIGHBOURS or len(np.unique(document[members])) < DOCUMENTS:
            continue
        claimed = (coded @ centre >= reach).mean() * len(quotations) if len(coded) else 0.0
        share = claimed / (claimed + len(members) * (~passages.covered).sum() / len(rows))
        if share <= CODED:
            regions.append((float(density[first]), members))
    heap = np.full(len(rows), -1)
    for number, (_, members) in enumerate(regions):
        heap[members] = number
    names = own_words([passages.texts[int(row)] for row in rows], heap, len(regions))
    return Found(
        tuple(
            _proposal(passages, rows[members], dense, typical, words)
            for (dense, members), words in zip(regions, names, strict=True)
        )
    )


def _nearest(x: Array, document: Numbers) -> tuple[Numbers, Array]:
    """(k, neighbours): the closest rows of other documents, and how close."""
    count = min(NEIGHBOURS, len(x) - 1)
    near, likeness = np.zeros((len(x), count), np.int64), np.zeros((len(x), count), np.float32)
    for start in range(0, len(x), ROWS):
        here = x[start : start + ROWS] @ x.T
        here[document[start : start + ROWS][:, None] == document] = -1
        best = np.argpartition(-here, count - 1, axis=1)[:, :count]
        near[start : start + ROWS], likeness[start : start + ROWS] = best, np.take_along_axis(here, best, axis=1)
    return near, likeness


def _within_codes(quotations: Quotations) -> tuple[float, float] | None:
    """How close a typical quotation lies to the nearest ones of its code in other documents, and to their mean."""
    near, middle = [], []
    for places in quotations.places:
        rows = drawn(places, 200)
        if len(rows) > 2 * NEIGHBOURS:
            x = quotations.vectors[rows]
            near.append(_nearest(x, quotations.document[rows])[1].mean(axis=1))
            middle.append((x * unit(x.sum(axis=0) - x)).sum(axis=1))
    if not near:
        return None
    return float(np.median(np.concatenate(near))), float(np.median(np.concatenate(middle)))


def _by_chance(x: Array, document: Numbers) -> float:
    """The densest place of as many passages without any regions: one Gaussian cloud of the same shape."""
    chance = np.random.default_rng(0)
    values, vectors = np.linalg.eigh(np.cov(x.T))
    cloud = chance.normal(size=x.shape) * np.sqrt(np.maximum(values, 0)) @ vectors.T
    return float(_nearest(unit(cloud.astype(np.float32)), document)[1].mean(axis=1).max())


def _without_codes(density: NDArray[np.float32]) -> tuple[float, float]:
    """Without codes to go by: denser than nine in ten, and as close to a middle as a nearest one to a passage there."""
    dense = float(np.quantile(density, 0.9))
    return dense, dense


def _proposal(passages: Passages, rows: Numbers, density: float, typical: float, words: tuple[str, ...]) -> Proposal:
    read = float(passages.read[rows].mean())
    return Proposal(
        Kind.GAP,
        (),
        float(np.clip(density, 0, 1)),
        "These passages speak of something alike, in several documents, and no code covers them.",
        "A new code is added, and put on the passages chosen.",
        (
            Figure("alike", density),
            Figure("typical of your codes", typical),
            Figure("documents", float(len(np.unique(passages.document[rows])))),
            Figure("read", read),
        ),
        (Side("typical passages", tuple(passages.ids[int(row)] for row in rows[:QUOTATIONS])),),
        tuple(passages.ids[int(row)] for row in rows),
        words=words,
    )
