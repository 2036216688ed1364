"""Where codings lie and what they are counted in: arrays, so that a million codings take seconds.

Positions here are global: those of a document's text, moved on by the lengths of all documents before it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from coder.model import Span
from coder.tables.material import Material

Ints = NDArray[np.int64]
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches (start, end, group), m of them, that belong to groups: to cases, to speakers, to tenths of a text."""

    names: tuple[str, ...]
    start: Ints
    end: Ints
    group: Ints

    @classmethod
    def of(cls, names: Sequence[str], rows: Iterable[tuple[int, int, int]]) -> Stretches:
        """From rows (start, end, number of the name)."""
        start, end, group = np.array(list(rows), np.int64).reshape(-1, 3).T
        return cls(tuple(names), start, end, group)

    def under(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Pairs (range, stretch) that share a character, for n ranges: two arrays of row numbers."""
        pairs = [_meeting(start, end, self, layer) for layer in self._layers]
        return (
            np.concatenate([np.zeros(0, np.int64), *(left for left, _ in pairs)]),
            np.concatenate([np.zeros(0, np.int64), *(right for _, right in pairs)]),
        )

    @cached_property
    def _layers(self) -> list[Ints]:
        """Rows in order of place, dealt out so that within each layer no two overlap."""
        left = np.lexsort((self.end, self.start))
        left = left[self.end[left] > self.start[left]]
        layers: list[Ints] = []
        while len(left):
            if (self.end[left[:-1]] <= self.start[left[1:]]).all():
                return [*layers, left]
            kept, reached = np.zeros(len(left), np.bool_), -1
            for place, (start, end) in enumerate(zip(self.start[left], self.end[left], strict=True)):
                if start >= reached:
                    kept[place], reached = True, end
            layers.append(left[kept])
            left = left[~kept]
        return layers


@dataclass(frozen=True, eq=False)
class Places:
    """The codings of a material, n of them: row in ``material.codings``, document, code (numbers) and place."""

    material: Material
    row: Ints
    document: Ints
    code: Ints
    start: Ints
    end: Ints

    @classmethod
    def of(cls, material: Material) -> Places:
        """Codings in documents that are not there are left out."""
        documents = numbered(document.id for document in material.documents)
        codes = numbered(code.id for code in material.codebook.codes)
        codings = material.codings
        document = np.array([documents.get(coding.document, -1) for coding in codings], np.int64)
        code = np.array([codes[coding.code] for coding in codings], np.int64)
        spans = [coding.anchor.span for coding in codings]
        start = np.array([span.start for span in spans], np.int64)
        end = np.array([span.end for span in spans], np.int64)
        (row,) = np.nonzero(document >= 0)
        document = document[row]
        first = np.array(material.begins, np.int64)[document]
        return cls(material, row, document, code[row], start[row] + first, end[row] + first)


@dataclass(frozen=True, eq=False)
class Words:
    """Where the words of content in all documents start and end, in order."""

    start: Ints
    end: Ints

    @classmethod
    def of(cls, material: Material) -> Words:
        """Needs the texts of the documents."""
        found = [
            (word.start() + first, word.end() + first)
            for document, first in zip(material.documents, material.begins, strict=True)
            for turn in material.turns.get(document.id, ())
            if turn.kind.is_content
            for word in _WORD.finditer(document.text, turn.span.start, turn.span.end)
        ]
        start, end = np.array(found, np.int64).reshape(-1, 2).T
        return cls(start, end)

    def under(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """The first word that each range touches, and the first after it."""
        first = np.searchsorted(self.end, start, "right").astype(np.int64)
        return first, np.maximum(first, np.searchsorted(self.start, end, "left"))


_Value = TypeVar("_Value", bound=Hashable)


def numbered(values: Iterable[_Value]) -> dict[_Value, int]:
    """A number for each different value, in order of first appearance."""
    return {value: number for number, value in enumerate(dict.fromkeys(values))}


def clipped(material: Material, document: int, span: Span | None) -> tuple[int, int]:
    """The place of a span in a document (by number), None for all of it."""
    first = material.begins[document]
    if span is None:
        return first, first + max(1, material.documents[document].characters)
    return first + span.start, first + span.end


def union_lengths(key: Ints, first: Ints, last: Ints, groups: int) -> Ints:
    """(groups,), how many different numbers the ranges [first, last) of each group hold."""
    order = np.lexsort((first, key))
    key, first, last = key[order], first[order], last[order]
    # Groups are laid end to end, so that one running maximum serves all.
    far = int(last.max(initial=0)) + 1
    reached = np.maximum.accumulate(np.concatenate([[0], last + key * far]))[:-1]
    new = np.maximum(0, last - np.maximum(first, np.maximum(reached - key * far, 0)))
    return np.bincount(key, weights=new, minlength=groups).astype(np.int64)


def ranges(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Every number of the ranges [first, last), with the row of its range: (rows, numbers)."""
    lengths = np.maximum(0, last - first)
    rows = np.repeat(np.arange(len(first)), lengths)
    begin = np.repeat(np.cumsum(lengths) - lengths, lengths)
    return rows, np.arange(len(rows)) - begin + np.repeat(first, lengths)


def _meeting(start: Ints, end: Ints, stretches: Stretches, layer: Ints) -> tuple[Ints, Ints]:
    first = np.searchsorted(stretches.end[layer], start, "right")
    last = np.searchsorted(stretches.start[layer], end, "left")
    rows, places = ranges(first, last)
    return rows, layer[places]
