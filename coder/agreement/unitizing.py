"""Alpha for unitizing: whether coders mark the same stretches, and put the same on what both marked.

Krippendorff, Mathet, Bouvry & Widlöcher (2016), "On the reliability of unitizing textual continua: further
developments", Quality & Quantity 50(6), 2347-2364, and Krippendorff (2019), Content Analysis, 4th ed., section 12.6.
The value of a stretch is the set of codes on it, which is one code where no two codes of a coder overlap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from coder.agreement.coefficients import Floats, Ints, ratio
from coder.agreement.continuum import UNREAD, Coded, Units, segments


@dataclass(frozen=True, eq=False)
class Lengths:
    """Lengths in characters from which a coefficient is computed.

    By document (d,): ``total`` are all pairable lengths, ``agreed`` those of equal values, ``alone`` the lengths that
    cannot be paired with themselves. ``products`` (d, d) are sums over values of lengths times lengths.
    """

    total: Floats
    agreed: Floats
    alone: Floats
    products: Floats

    @classmethod
    def of_one(cls, units: Units, yes: Ints, coded: Coded, codes: frozenset[int]) -> Lengths:
        """For some codes taken as one value, which ``yes`` (u,) coders put on each unit (of characters)."""
        d = units.documents
        no = units.coders - yes
        values = np.zeros((d, 2))
        for value, each in enumerate((no, yes)):
            values[:, value] = np.bincount(units.document, units.weight * each, d)
        same = (yes * (yes - 1) + no * (no - 1)) / (units.coders - 1)
        one = coded.codings.only(np.isin(coded.codings.code, list(codes)))
        marked = replace(coded, codings=replace(one, code=np.zeros_like(one.code))).merged
        place = marked.place
        end = np.minimum(place.end, coded.begin[place.document] + coded.shared[marked.coder, place.document])
        squares, agreed = np.zeros(d), np.zeros(d)
        squares += np.bincount(place.document, np.maximum(0, end - place.start).astype(np.float64) ** 2, d)
        agreed += np.bincount(units.document, units.weight * same, d)
        return cls(values.sum(1), agreed, squares + values[:, 0], values @ values.T)

    @classmethod
    def of_sets(cls, units: Units, coded: Coded) -> tuple[Lengths, Lengths]:
        """From the units (of characters) of what was coded: of everything, and of what both of two coders marked."""
        d, n = units.documents, len(units.sets)
        values, both = np.zeros(d * n), np.zeros(d * n)
        agreed, both_agreed = np.zeros(d), np.zeros(d)
        for i in range(coded.coders):
            read = units.said[:, i] != UNREAD
            values += np.bincount(units.document[read] * n + units.said[read, i], units.weight[read], d * n)
            for j in range(coded.coders):
                pair = read & (units.said[:, j] != UNREAD)
                if i == j or not pair.any():
                    continue
                where, one, other = units.document[pair], units.said[pair, i], units.said[pair, j]
                share = units.weight[pair] / (units.coders[pair] - 1)
                agreed += np.bincount(where, share * (one == other), d)
                marked = (one > 0) & (other > 0)
                both += np.bincount(where * n + one, share * marked, d * n)
                both_agreed += np.bincount(where, share * (marked & (one == other)), d)
        by_set, both_by_set = values.reshape(d, n), both.reshape(d, n)
        squares, both_squares = _squares(coded)
        # A gap has no inner structure: each of its characters is a stretch of length one.
        return (
            cls(by_set.sum(1), agreed, squares + by_set[:, 0], by_set @ by_set.T),
            cls(both_by_set.sum(1), both_agreed, both_squares, both_by_set @ both_by_set.T),
        )

    def alpha(self, weight: Floats) -> Floats:
        """The coefficient for samples of documents ``weight`` (..., d)."""
        total, alone = weight @ self.total, weight @ self.alone
        products = ((weight @ self.products) * weight).sum(-1)
        expected = ratio(products - alone, total - ratio(alone, total))
        return 1 - ratio(total - weight @ self.agreed, total - expected)


def _squares(coded: Coded) -> tuple[Floats, Floats]:
    """(d,) twice: squared lengths of marked stretches, and of what others marked of them too, by other coder."""
    d = len(coded.length)
    squares, both = np.zeros(d), np.zeros(d)
    found = [segments(coded.merged, j, coded.shared[j], coded.begin)[0] for j in range(coded.coders)]
    others = np.maximum(1, (coded.shared > 0).sum(0) - 1)
    for i, mine in enumerate(found):
        squares += np.bincount(mine.document, (mine.end - mine.start).astype(np.float64) ** 2, d)
        for j, theirs in enumerate(found):
            if i != j and len(theirs):
                shared = _covered(theirs.start, theirs.end, mine.end) - _covered(theirs.start, theirs.end, mine.start)
                both += np.bincount(mine.document, shared**2, d) / others
    return squares, both


def _covered(start: Ints, end: Ints, at: Ints) -> Floats:
    """How many characters before each position lie in stretches that are in order and do not overlap."""
    places = np.column_stack([start, end]).ravel()
    lengths = np.column_stack([np.zeros(len(start), np.int64), end - start]).ravel()
    return np.asarray(np.interp(at, places, np.cumsum(lengths)), np.float64)
