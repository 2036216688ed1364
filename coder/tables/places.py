"""Where codings lie and what they are counted in: arrays, so that a million codings take seconds.

Positions here are global: those of a document's text, moved on by the lengths of all documents before it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from coder.model import Span
from coder.tables.material import Material

Ints = NDArray[np.int64]
_BLOCK = 1 << 22
"""Characters that are looked at together: some 40 MB of arrays."""
_SPACES = np.array([chr(letter).isspace() for letter in range(0x3002)])
"""Which letters part words; there are none beyond these."""


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
    """The codings of a material, n of them: row in ``material.codings``, document, code (numbers) and place.

    Where a code counts with all below it, a coding stands once for each code that it counts for.
    """

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
        codings, many = material.codings, len(material.codings)
        document = np.fromiter((documents.get(coding.document, -1) for coding in codings), np.int64, many)
        code = np.fromiter((codes[coding.code] for coding in codings), np.int64, many)
        spans = [coding.anchor.span for coding in codings]
        start = np.fromiter((span.start for span in spans), np.int64, many)
        end = np.fromiter((span.end for span in spans), np.int64, many)
        (row,) = np.nonzero(document >= 0)
        for_code = code[row]
        if material.whole:
            lines = [[codes[each] for each in material.codebook.line(code.id)] for code in material.codebook.codes]
            lengths = np.array([len(line) for line in lines], np.int64)
            first_of = np.cumsum(lengths) - lengths
            place, above = ranges(first_of[for_code], (first_of + lengths)[for_code])
            row, for_code = row[place], np.array([each for line in lines for each in line], np.int64)[above]
        document = document[row]
        first = np.array(material.begins, np.int64)[document]
        return cls(material, row, document, for_code, start[row] + first, end[row] + first)


@dataclass(frozen=True, eq=False)
class Words:
    """Where the words of content in all documents start and end, in order."""

    start: Ints
    end: Ints

    @classmethod
    def of(cls, material: Material) -> Words:
        """Needs the texts of the documents."""
        begins = (
            [*material.begins, material.begins[-1] + len(material.documents[-1].text) + 1] if material.begins else []
        )
        pieces = [_words(material, block, begins) for block in _blocks(begins)]
        nothing = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        start, end = (np.concatenate(each) for each in zip(*(pieces or nothing), strict=True))
        return cls(start, end)

    def under(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """The first word that each range touches, and the first after it."""
        # In order of place, each search begins near where the last one ended: several times faster.
        order = np.argsort(start)
        first, last = np.empty_like(start), np.empty_like(end)
        first[order] = np.searchsorted(self.end, start[order], "right")
        last[order] = np.searchsorted(self.start, end[order], "left")
        return first, np.maximum(first, last)


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
    # Groups are laid end to end, so that one order and one running maximum serve all.
    far = int(max(first.max(initial=0), last.max(initial=0))) + 1
    order = np.argsort(key * far + first)
    key, first, last = key[order], first[order], last[order]
    reached = np.maximum.accumulate(np.concatenate([[0], last + key * far]))[:-1]
    new = np.maximum(0, last - np.maximum(first, np.maximum(reached - key * far, 0)))
    return np.bincount(key, weights=new, minlength=groups).astype(np.int64)


def ranges(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Every number of the ranges [first, last), with the row of its range: (rows, numbers)."""
    lengths = np.maximum(0, last - first)
    rows = np.repeat(np.arange(len(first)), lengths)
    begin = np.repeat(np.cumsum(lengths) - lengths, lengths)
    return rows, np.arange(len(rows)) - begin + np.repeat(first, lengths)


def distinct(values: Ints) -> Ints:
    """Each number once, in order."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def _blocks(begins: Sequence[int]) -> list[range]:
    """Documents, by number, some million characters at a time; ``begins`` with the end of the last one."""
    blocks, first = [], 0
    for document in range(1, len(begins)):
        if begins[document] - begins[first] >= _BLOCK or document == len(begins) - 1:
            blocks.append(range(first, document))
            first = document
    return blocks


def _words(material: Material, block: range, begins: Sequence[int]) -> tuple[Ints, Ints]:
    """Where the words of content of these documents start and end: runs of letters that no blank or turn parts."""
    base = begins[block.start]
    documents = [material.documents[number] for number in block]
    text = "".join(
        document.text.ljust(begins[number + 1] - begins[number], "\n")
        for number, document in zip(block, documents, strict=True)
    )
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    spans = [
        (first + turn.span.start, first + min(turn.span.end, len(document.text)))
        for first, document in zip((begins[number] - base for number in block), documents, strict=True)
        for turn in material.turns.get(document.id, ())
        if turn.kind.is_content and turn.span.start < len(document.text)
    ]
    start, end = np.array(spans, np.int64).reshape(-1, 2).T
    begun = np.zeros(len(letters) + 1, np.bool_)
    begun[start] = True
    inside = np.zeros(len(letters) + 1, np.int8)
    np.add.at(inside, start, 1)
    np.add.at(inside, end, -1)
    word = np.zeros(len(letters) + 2, np.bool_)
    word[1:-1] = (np.cumsum(inside[:-1], dtype=np.int8) > 0) & ~_SPACES[np.minimum(letters, len(_SPACES) - 1)]
    here, before, after = word[1:-1], word[:-2], word[2:]
    starts, ends = here & (begun[:-1] | ~before), here & (begun[1:] | ~after)
    return np.flatnonzero(starts) + base, np.flatnonzero(ends) + base + 1


def _meeting(start: Ints, end: Ints, stretches: Stretches, layer: Ints) -> tuple[Ints, Ints]:
    first = np.searchsorted(stretches.end[layer], start, "right")
    last = np.searchsorted(stretches.start[layer], end, "left")
    rows, places = ranges(first, last)
    return rows, layer[places]
