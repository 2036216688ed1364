"""Cases against codes: who says what, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import pandas as pd

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

    ``coded words`` counts each word once, however many coders coded it; ``per 1,000`` divides by
    the words of content that the case has. Every case has a row, every codable code a column.
    """
    frame = quotations(material)
    frame["case"] = frame["case"].fillna(NO_CASE)
    rows = [case.name for case in material.cases]
    if (frame["case"] == NO_CASE).any():
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
        counted = cells[["document id", "start", "end", "quotation"]].apply(_distinct_words).astype("int64")
    table = pd.DataFrame(0, index=pd.Index(rows, name="case"), columns=pd.Index(columns, name="code path"))
    if len(frame):
        table.update(counted.unstack(fill_value=0).reindex(index=rows, columns=columns, fill_value=0))
    table = table.astype("int64")
    if measure is Measure.PER_THOUSAND:
        words = pd.Series(case_words(material)).reindex(rows, fill_value=0)
        return table.mul(1000).div(words.where(words > 0), axis=0).fillna(0.0).round(1)
    return table


def case_words(material: Material) -> Mapping[str, int]:
    """Words of content (speech, paragraphs, decisions, actions) by case name."""
    names = {case.id: case.name for case in material.cases}
    texts = {document.id: document.text for document in material.documents}
    words: dict[str, int] = {}
    for document in material.documents:
        for turn in material.turns.get(document.id, ()):
            if turn.kind.is_content:
                count = len(turn.span.of(texts[document.id]).split())
                for case in material.cases_of(document.id, turn.span) or [""]:
                    name = names.get(case, NO_CASE)
                    words[name] = words.get(name, 0) + count
    return words


def _distinct_words(cell: pd.DataFrame) -> int:
    """Words under the codings of one cell, those under several codings once."""
    total = 0
    for _, rows in cell.groupby("document id"):
        counted = 0
        ordered = rows.sort_values(["start", "end"])
        for start, end, quotation in zip(ordered["start"], ordered["end"], ordered["quotation"], strict=True):
            if end > counted:
                total += len(str(quotation)[max(0, counted - start) :].split())
                counted = end
    return total
