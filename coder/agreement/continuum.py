"""Who has coded what on the text that who has read, and the units in which that is counted.

Positions count the characters of what people said, document by document: labels of speakers, times and headings are
nobody's choice and are left out beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coder.agreement.coefficients import Floats, Ints

UNREAD = -1
"""What is said by a coder who has not read a unit."""


@dataclass(frozen=True, eq=False)
class Spans:
    """n stretches of documents (by number), ``[start, end)`` within each."""

    document: Ints
    start: Ints
    end: Ints

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, int]]) -> Spans:
        """From rows (document, start, end)."""
        return cls(*np.array(list(rows), np.int64).reshape(-1, 3).T)

    def __len__(self) -> int:
        return len(self.document)


@dataclass(frozen=True, eq=False)
class Codings:
    """n codings: who put which code (numbers) where."""

    coder: Ints
    code: Ints
    place: Spans

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, int, int, int]]) -> Codings:
        """From rows (coder, code, document, start, end)."""
        coder, code, *place = np.array(list(rows), np.int64).reshape(-1, 5).T
        return cls(coder, code, Spans(*place))

    def __len__(self) -> int:
        return len(self.coder)

    def only(self, rows: Ints | NDArray[np.bool_]) -> Codings:
        """Those of these rows."""
        place = Spans(self.place.document[rows], self.place.start[rows], self.place.end[rows])
        return Codings(self.coder[rows], self.code[rows], place)


@dataclass(frozen=True, eq=False)
class Coded:
    """Codings by m coders on d documents of ``length`` (d,), of which each coder has ``read`` (m, d) the beginning.

    ``passages`` are in order and do not overlap.
    """

    length: Ints
    read: Ints
    codings: Codings
    passages: Spans

    @property
    def coders(self) -> int:
        """How many coders there are."""
        return len(self.read)

    @cached_property
    def begin(self) -> Ints:
        """Where each document begins if all are laid end to end, one character apart."""
        return np.concatenate([[0], np.cumsum(self.length + 1)]).astype(np.int64)

    @cached_property
    def shared(self) -> Ints:
        """(m, d), up to where each coder has read what some other coder has read too."""
        return np.array(
            [
                np.minimum(self.read[j], np.delete(self.read, j, 0).max(0, initial=0))
                for j in range(self.coders)
            ],
            np.int64,
        ).reshape(self.read.shape)  # fmt: skip

    def between(self, coders: Sequence[int]) -> Coded:
        """Some of the coders alone, numbered anew in this order."""
        number = np.full(self.coders, -1, np.int64)
        number[list(coders)] = np.arange(len(coders))
        kept = self.codings.only(number[self.codings.coder] >= 0)
        return replace(self, read=self.read[list(coders)], codings=replace(kept, coder=number[kept.coder]))

    def within(self, stretches: Spans) -> Coded:
        """These stretches alone, each a document of its own; a passage belongs to one that holds half of it."""
        codings, passages, length, read = [], [], [], []
        place, there = self.codings.place, self.passages
        for number, (document, start, end) in enumerate(
            zip(stretches.document, stretches.start, stretches.end, strict=True)
        ):
            length.append(end - start)
            read.append(np.clip(self.read[:, document] - start, 0, end - start))
            rows = np.flatnonzero((place.document == document) & (place.start < end) & (place.end > start))
            first, last = np.maximum(place.start[rows], start) - start, np.minimum(place.end[rows], end) - start
            codings.append((self.codings.coder[rows], self.codings.code[rows], np.full(len(rows), number), first, last))
            near = np.flatnonzero((there.document == document) & (there.start < end) & (there.end > start))
            low, high = np.maximum(there.start[near], start), np.minimum(there.end[near], end)
            inside = 2 * (high - low) >= there.end[near] - there.start[near]
            passages.append((np.full(inside.sum(), number), low[inside] - start, high[inside] - start))
        coder, code, *places = (_joined([each[i] for each in codings]) for i in range(5))
        return Coded(
            np.array(length, np.int64),
            np.array(read, np.int64).reshape(len(stretches), self.coders).T,
            Codings(coder, code, Spans(*places)),
            Spans(*(_joined([each[i] for each in passages]) for i in range(3))),
        )

    @cached_property
    def merged(self) -> Codings:
        """Codings of one coder and code that overlap as one; those that only touch stay two. Positions are global."""
        codings, place = self.codings, self.codings.place
        start, end = self.begin[place.document] + place.start, self.begin[place.document] + place.end
        group = codings.coder * (int(codings.code.max(initial=0)) + 1) + codings.code
        order = np.lexsort((end, start, group))
        start, end, group = start[order], end[order], group[order]
        far = int(self.begin[-1]) + 1
        reached = np.maximum.accumulate(end + group * far)
        new = np.ones(len(order), np.bool_)
        new[1:] = start[1:] + group[1:] * far >= reached[:-1]
        (first,) = np.nonzero(new)
        last = np.append(first[1:], len(order))[: len(first)] - 1
        rows = order[first]
        return Codings(
            codings.coder[rows],
            codings.code[rows],
            Spans(place.document[rows], start[first], reached[last] - group[first] * far),
        )


@dataclass(frozen=True, eq=False)
class Units:
    """u units that at least two of m coders have read.

    ``said`` (u, m) are numbers of ``sets`` (each a set of codes as the bits of a number, the first empty), or UNREAD;
    ``weight`` (u,) is how often the unit counts: once for a passage, its length for a stretch of characters.
    """

    document: Ints
    weight: Floats
    said: Ints
    sets: tuple[int, ...]
    documents: int

    @classmethod
    def passages(cls, coded: Coded) -> Units:
        """One a passage. It carries a code where a coding shares with it at least half of the shorter of the two."""
        passages, place = coded.passages, coded.codings.place
        p_start, p_end = coded.begin[passages.document] + passages.start, coded.begin[passages.document] + passages.end
        start, end = coded.begin[place.document] + place.start, coded.begin[place.document] + place.end
        first, last = np.searchsorted(p_end, start, "right"), np.searchsorted(p_start, end, "left")
        lengths = np.maximum(0, last - first)
        row = np.repeat(np.arange(len(first)), lengths)
        passage = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(first, lengths)
        shared = np.minimum(end[row], p_end[passage]) - np.maximum(start[row], p_start[passage])
        carries = 2 * shared >= np.minimum(end[row] - start[row], p_end[passage] - p_start[passage])
        row, passage = row[carries], passage[carries]
        carried: dict[tuple[int, int], int] = {}
        for where, coder, code in zip(
            passage.tolist(), coded.codings.coder[row].tolist(), coded.codings.code[row].tolist(), strict=True
        ):
            carried[where, coder] = carried.get((where, coder), 0) | 1 << code
        sets = {0: 0}
        said = np.zeros((len(passages), coded.coders), np.int64)
        for (where, coder), codes in carried.items():
            said[where, coder] = sets.setdefault(codes, len(sets))
        unread = passages.end[:, None] > coded.read[:, passages.document].T
        return cls._read(passages.document, np.ones(len(passages)), np.where(unread, UNREAD, said), sets, coded)

    @classmethod
    def characters(cls, coded: Coded) -> Units:
        """One a stretch of characters on which every coder's codes stay the same."""
        sets = {0: 0}
        along = [_along(coded.merged, coder, sets) for coder in range(coded.coders)]
        ends = coded.begin[:-1] + coded.read
        cuts = np.unique(np.concatenate([coded.begin, (coded.begin[:-1] + coded.length), ends.ravel(),
                                         *(at for at, _ in along)]))  # fmt: skip
        at, weight = cuts[:-1], np.diff(cuts).astype(np.float64)
        document = np.searchsorted(coded.begin, at, "right") - 1
        said = np.zeros((len(at), coded.coders), np.int64)
        for coder, (where, number) in enumerate(along):
            now = np.searchsorted(where, at, "right") - 1
            said[:, coder] = np.where(now >= 0, number[now] if len(number) else 0, 0)
        said[at[:, None] >= ends[:, document].T] = UNREAD
        return cls._read(document, weight, said, sets, coded)

    @classmethod
    def _read(cls, document: Ints, weight: Floats, said: Ints, sets: dict[int, int], coded: Coded) -> Units:
        several = (said != UNREAD).sum(1) >= 2
        documents = len(coded.length)
        return cls(document[several], weight[several], said[several], tuple(sets), documents).together

    @property
    def together(self) -> Units:
        """Units of one document on which everybody said the same as one, with the sum of their weights."""
        if not len(self.document):
            return self
        rows = np.column_stack([self.document, self.said])
        order = np.lexsort(rows.T[::-1])
        rows = rows[order]
        new = np.ones(len(rows), np.bool_)
        new[1:] = (rows[1:] != rows[:-1]).any(1)
        (first,) = np.nonzero(new)
        weight = np.add.reduceat(self.weight[order], first)
        return replace(self, document=rows[first, 0], said=rows[first, 1:], weight=weight)

    @cached_property
    def coders(self) -> Ints:
        """(u,), how many have read each unit."""
        return np.asarray((self.said != UNREAD).sum(1), np.int64)

    def gave(self, codes: frozenset[int]) -> Ints:
        """(u, m), 1 where a coder put any of these codes, 0 where not, UNREAD where the unit was not read."""
        wanted = sum(1 << code for code in codes)
        has = np.array([int(bool(each & wanted)) for each in self.sets] + [UNREAD], np.int64)
        # UNREAD is -1 and so finds the last.
        return np.asarray(has[self.said], np.int64)

    def narrowed(self, codes: frozenset[int]) -> Units:
        """With these codes alone."""
        wanted = sum(1 << code for code in codes)
        sets = {0: 0}
        number = np.array([sets.setdefault(each & wanted, len(sets)) for each in self.sets] + [UNREAD], np.int64)
        return replace(self, said=number[self.said], sets=tuple(sets)).together


def segments(merged: Codings, coder: int, limit: Ints, begin: Ints) -> tuple[Spans, Ints]:
    """The stretches on which a coder's set of codes stays the same and is not empty, up to ``limit`` (d,) of each
    document; with the number of the set (only equal for equal sets). Positions are global."""
    at, number = _along(merged, coder, {0: 0})
    start, end, number = at[:-1], at[1:], number[:-1]
    document = np.searchsorted(begin, start, "right") - 1
    end = np.minimum(end, begin[document] + limit[document])
    kept = (number > 0) & (start < end)
    return Spans(document[kept], start[kept], end[kept]), number[kept]


def _along(merged: Codings, coder: int, sets: dict[int, int]) -> tuple[Ints, Ints]:
    """Where a coder's set of codes may change, and its number in ``sets`` from there on."""
    rows = merged.coder == coder
    at = np.concatenate([merged.place.start[rows], merged.place.end[rows]])
    code = np.concatenate([merged.code[rows]] * 2)
    order = np.argsort(at, kind="stable")
    at, active, places, numbers = at[order], 0, [], []
    following = np.append(at[1:], -1)[: len(at)]
    for here, after, bit in zip(at.tolist(), following.tolist(), code[order].tolist(), strict=True):
        active ^= 1 << bit
        if here != after:
            places.append(here)
            numbers.append(sets.setdefault(active, len(sets)))
    return np.array(places, np.int64), np.array(numbers, np.int64)


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *parts]).astype(np.int64)
