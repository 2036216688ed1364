"""Which codes go together: on the same words, in the same passage, or within a few passages of each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coder.tables.material import Material
from coder.tables.places import Ints, Places, Stretches, ranges

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True, slots=True)
class Near:
    """How near is together: ``passages`` None for the same words, 0 for the same passage, n for within n passages."""

    passages: int | None = 0

    @property
    def unit(self) -> str:
        """What is counted."""
        if self.passages is None:
            return "characters"
        return "passages" if self.passages == 0 else f"stretches of {self.passages + 1} passages"


def co_occurrence(material: Material, near: Near | None = None) -> pd.DataFrame:
    """One row a pair of codes that occur together, most first.

    All counts are in the same units: characters (same words), passages (same passage), or every run of n + 1
    passages of one document (within n). ``together`` holds both codes; ``Jaccard`` is together / either; ``lift``
    is together / what chance would give if the two were strewn independently over all units that there are.
    Where codes count with all below them, a code and one that it stands under make no pair: they are always together.
    """
    near = near or Near()
    units = _units(material, near)
    here = units.of_codes.multiply(units.weight).tocsr()
    shared = (here @ units.of_codes.T).toarray()
    each, whole = np.diag(shared), float(units.weight.sum())
    paths = [material.codebook.path(code.id) for code in material.codebook.codes]
    numbers = {code.id: number for number, code in enumerate(material.codebook.codes)}
    order = [numbers[code.id] for _, code in material.codebook.walk()]
    kin = _kin(material)
    rows = [
        (paths[a], paths[b], together, each[a], each[b], together / (each[a] + each[b] - together),
         together * whole / (each[a] * each[b]))
        for place, a in enumerate(order)
        for b in order[place + 1 :]
        if (together := shared[a, b]) and (a, b) not in kin
    ]  # fmt: skip
    columns = ["code path", "with", "together", "first", "second", "Jaccard", "lift"]
    frame = pd.DataFrame(rows, columns=columns).astype({"Jaccard": "float64", "lift": "float64"})
    frame = frame.astype({"together": "int64", "first": "int64", "second": "int64"})
    frame.insert(5, "of all", int(whole))
    frame.insert(6, "unit", near.unit)
    frame = frame.round({"Jaccard": 3, "lift": 2})
    return frame.sort_values("together", ascending=False, kind="stable").reset_index(drop=True)


def _kin(material: Material) -> set[tuple[int, int]]:
    """Where codes count with all below them: pairs (above, below) of numbers."""
    numbers = {code.id: number for number, code in enumerate(material.codebook.codes)}
    below = [code.id for code in material.codebook.codes if material.whole]
    return {(numbers[above], numbers[id]) for id in below for above in material.codebook.line(id)[1:]}


def codings_together(material: Material, first: str, second: str, near: Near | None = None) -> list[str]:
    """The ids of the codings of two codes (by id) that lie where both are, in the order of the material."""
    units = _units(material, near or Near())
    numbers = {code.id: number for number, code in enumerate(material.codebook.codes)}
    both = units.of_codes[[numbers[first]]].toarray()[0] * units.of_codes[[numbers[second]]].toarray()[0]
    before = np.concatenate([[0], np.cumsum(both)])
    touched = before[units.last] > before[units.first]
    mine = np.isin(units.places.code, [numbers[first], numbers[second]])
    return [material.codings[row].id for row in units.places.row[touched & mine]]


@dataclass(frozen=True, eq=False)
class _Units:
    """u units with a weight (u,); which codes they hold (codes, u); the range [first, last) of each coding."""

    places: Places
    weight: NDArray[np.float64]
    of_codes: sparse.csr_array
    first: Ints
    last: Ints


def _units(material: Material, near: Near) -> _Units:
    places = Places.of(material)
    if near.passages is None:
        return _stretches_of_text(material, places)
    return _windows(material, places, near.passages)


def _stretches_of_text(material: Material, places: Places) -> _Units:
    """The text cut wherever a coding begins or ends, or a turn of content."""
    content = [
        (begin + turn.span.start, begin + turn.span.end)
        for document, begin in zip(material.documents, material.begins, strict=True)
        for turn in material.turns.get(document.id, ())
        if turn.kind.is_content
    ]
    edges = np.unique(np.concatenate([places.start, places.end, np.array(content, np.int64).ravel()]))
    inside = Stretches.of(("content",), ((start, end, 0) for start, end in content))
    rows, _ = inside.under(edges[:-1], edges[1:])
    weight = np.zeros(max(0, len(edges) - 1))
    weight[rows] = np.diff(edges)[rows]
    first, last = np.searchsorted(edges, places.start), np.searchsorted(edges, places.end)
    return _filled(material, places, weight, first.astype(np.int64), last.astype(np.int64))


def _windows(material: Material, places: Places, within: int) -> _Units:
    """Every run of ``within`` + 1 passages of a document; shorter documents are one run."""
    number = {document.id: place for place, document in enumerate(material.documents)}
    segments = sorted(
        (number[segment.document], segment.span.start, segment.span.end)
        for segment in material.segments
        if segment.document in number
    )
    document, start, end = np.array(segments, np.int64).reshape(-1, 3).T
    begins = np.array(material.begins, np.int64)
    # Passages do not overlap, so both their starts and their ends are in order.
    start, end = start + begins[document], end + begins[document]
    first = np.searchsorted(end, places.start, "right")
    last = np.searchsorted(start, places.end, "left")
    sizes = np.bincount(document, minlength=len(begins))
    runs = np.where(sizes > 0, np.maximum(1, sizes - within), 0)
    passage_before, run_before = (np.concatenate([[0], np.cumsum(each)]) for each in (sizes, runs))
    here = places.document
    # A run holds a passage if it begins up to ``within`` before it.
    begin = run_before[here] + np.maximum(0, first - passage_before[here] - within)
    finish = run_before[here] + np.minimum(last - passage_before[here], runs[here])
    finish = np.where(last > first, finish, begin)
    return _filled(material, places, np.ones(int(runs.sum())), begin.astype(np.int64), finish.astype(np.int64))


def _filled(material: Material, places: Places, weight: NDArray[np.float64], first: Ints, last: Ints) -> _Units:
    from scipy import sparse  # slow to load, and no other table needs it

    rows, units = ranges(first, last)
    shape = (len(material.codebook.codes), len(weight))
    of_codes = sparse.csr_array((np.ones(len(rows)), (places.code[rows], units)), shape=shape)
    of_codes.sum_duplicates()
    of_codes.data[:] = 1
    return _Units(places, weight, of_codes, first, last)
