"""Cases against codes: who says what, and how much of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coder.model import Document, Span
from coder.tables.material import Material
from coder.tables.quotations import quotations

NO_CASE = "(no case)"
"""Row for quotations in documents that belong to no case."""


class Measure(StrEnum):
    """What a cell counts."""

    CODINGS = "codings"
    DOCUMENTS = "documents"
    WORDS = "coded words"
    PER_THOUSAND = "coded words per 1,000"


def case_by_code(material: Material, measure: Measure = Measure.CODINGS) -> pd.DataFrame:
    """Cases (rows, in project order) by codes (columns, paths in codebook order).

    ``coded words`` counts each word of content in the case that a coding touches, once however many
    codings and coders there are; ``per 1,000`` divides by all words of content that the case has. Both
    need the texts of the documents. Every case has a row, every codable code a column.
    """
    frame = quotations(material)
    frame = frame.fillna({"case": NO_CASE, "case id": ""})
    rows = [case.name for case in material.cases]
    if NO_CASE not in rows and (frame["case"] == NO_CASE).any():
        rows.append(NO_CASE)
    used = set(frame["code path"])
    columns = [
        path
        for _, code in material.codebook.walk()
        if (path := material.codebook.path(code.id)) in used or code.takes_codings
    ]
    cells = frame.groupby(["case", "code path"], observed=True)
    if measure is Measure.CODINGS:
        counted = cells["coding id"].nunique()
    elif measure is Measure.DOCUMENTS:
        counted = cells["document id"].nunique()
    else:
        words = _words_by_document(material)
        counted = cells[["document id", "case id", "start", "end"]].apply(_coded_words, words=words).astype("int64")
    table = pd.DataFrame(0, index=pd.Index(rows, name="case"), columns=pd.Index(columns, name="code path"))
    if len(frame):
        table.update(counted.unstack(fill_value=0).reindex(index=rows, columns=columns, fill_value=0))
    table = table.astype("int64")
    if measure is Measure.PER_THOUSAND:
        all_words = pd.Series(case_words(material)).reindex(rows, fill_value=0)
        return table.mul(1000).div(all_words.where(all_words > 0), axis=0).fillna(0.0).round(1)
    return table


def case_words(material: Material) -> Mapping[str, int]:
    """Words of content (speech, paragraphs, decisions, actions) by case name."""
    names = {case.id: case.name for case in material.cases}
    counts: dict[str, int] = {}
    for words in _words_by_document(material).values():
        for case in (*words.cases, None):
            count = int(words.of_case(case).sum())
            name = NO_CASE if case is None else names[case]
            if count:
                counts[name] = counts.get(name, 0) + count
    return counts


_WORD = re.compile(r"\S+")


@dataclass(frozen=True, eq=False)
class _Words:
    """Where the n words of content in one document start and end, in order; and the stretches of each case."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    cases: Mapping[str, list[Span | None]]

    @classmethod
    def of(cls, material: Material, document: Document) -> _Words:
        content = (turn.span for turn in material.turns.get(document.id, ()) if turn.kind.is_content)
        places = [word.span() for span in content for word in _WORD.finditer(document.text, span.start, span.end)]
        starts, ends = np.array(places, np.int64).reshape(-1, 2).T
        return cls(starts, ends, material.stretches_of(document.id))

    def touched(self, spans: Iterable[tuple[int, int]]) -> NDArray[np.bool_]:
        """(n,), true for each word that one of the spans (start, end) covers at least in part."""
        found = np.zeros(len(self.starts), np.bool_)
        for start, end in spans:
            found[np.searchsorted(self.ends, start, "right") : np.searchsorted(self.starts, end, "left")] = True
        return found

    def of_case(self, case: str | None) -> NDArray[np.bool_]:
        """(n,), true for each word that belongs to the case; for None, to no case."""
        if case is None:
            free = np.ones(len(self.starts), np.bool_)
            for other in self.cases:
                free &= ~self.of_case(other)
            return free
        stretches = self.cases[case]
        if None in stretches:
            return np.ones(len(self.starts), np.bool_)
        return self.touched((span.start, span.end) for span in stretches if span is not None)


def _words_by_document(material: Material) -> dict[str, _Words]:
    return {document.id: _Words.of(material, document) for document in material.documents}


def _coded_words(cell: pd.DataFrame, *, words: Mapping[str, _Words]) -> int:
    """Words of one case under the codings of one code."""
    spans: dict[tuple[str, str | None], list[tuple[int, int]]] = {}
    for document, case, start, end in cell.itertuples(index=False, name=None):
        spans.setdefault((document, case or None), []).append((start, end))
    return sum(
        int((words[document].touched(found) & words[document].of_case(case)).sum())
        for (document, case), found in spans.items()
    )
