"""One row a quotation: the long form that every other table is counted from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from coder.model import Coding
from coder.tables.material import Material

COLUMNS = (
    "project", "case", "document", "kind", "date", "speaker", "time", "start", "end", "quotation", "words",
    "code", "code path", "coder", "origin", "probability", "memo", "codebook version", "created", "modified",
    "coding id", "document id", "case id", "code id",
)  # fmt: skip
"""Columns in order; the attributes of cases stand between ``case`` and ``document``, named ``case: ...``."""
_NUMBERS = {"start": "int64", "end": "int64", "words": "int64", "probability": "float64"}


def attribute_column(name: str) -> str:
    """The column that holds an attribute; the prefix keeps it apart from columns of our own."""
    return f"case: {name}"


def clock(milliseconds: int | None) -> str | None:
    """h:mm:ss, or None."""
    if milliseconds is None:
        return None
    seconds = milliseconds // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def quotations(material: Material) -> pd.DataFrame:
    """All codings with where they come from, by document and place.

    A quotation in a document that belongs to several cases has one row for each of them; in one
    that belongs to none, ``case`` is empty. ``start`` and ``end`` are code points of the document's
    text, ``time`` is that of the turn in which the quotation begins.
    """
    documents = {document.id: (place, document) for place, document in enumerate(material.documents)}
    coders = {coder.id: coder.name for coder in material.coders}
    cases = {case.id: case for case in material.cases}
    codes = {code.id: code.name for code in material.codebook.codes}
    paths = {code: material.codebook.path(code) for code in codes}
    memos: dict[str, list[str]] = {}
    for memo in material.memos:
        if memo.about == "coding":
            memos.setdefault(memo.target, []).append(memo.text)
    names = [attribute.name for attribute in material.attributes]
    columns = [*COLUMNS[:2], *map(attribute_column, names), *COLUMNS[2:]]

    def order(coding: Coding) -> tuple[int, int, int, str, str]:
        span = coding.span
        return documents[coding.document][0], span.start, span.end, paths[coding.code], coders.get(coding.coder, "")

    ordered = sorted((coding for coding in material.codings if coding.document in documents), key=order)
    # A list a column: a dictionary a row takes twice as long for a hundred thousand.
    rows: list[int] = []
    belongs: list[str | None] = []
    for number, coding in enumerate(ordered):
        under: list[str | None] = [*material.cases_of(coding.document, coding.span)]
        belongs += under or [None]
        rows += [number] * max(1, len(under))
    held = [None if case is None else cases.get(case) for case in belongs]
    turns = [material.turns_under(coding.document, coding.span) for coding in ordered]
    found = [documents[coding.document][1] for coding in ordered]
    told: dict[str, list[Any]] = {
        "project": [material.title] * len(ordered),
        "document": [document.name for document in found],
        "kind": [document.kind.value for document in found],
        "date": [document.date for document in found],
        "speaker": ["; ".join(dict.fromkeys(turn.speaker for turn in each if turn.speaker)) or None for each in turns],
        "time": [clock(each[0].start_ms) if each else None for each in turns],
        "start": [coding.span.start for coding in ordered],
        "end": [coding.span.end for coding in ordered],
        "quotation": [coding.quotation for coding in ordered],
        "words": [len(coding.quotation.split()) for coding in ordered],
        "code": [codes[coding.code] for coding in ordered],
        "code path": [paths[coding.code] for coding in ordered],
        "coder": [coders.get(coding.coder) for coding in ordered],
        "origin": [coding.origin.value for coding in ordered],
        "probability": [coding.score for coding in ordered],
        "memo": ["\n\n".join(memos.get(coding.id, ())) or None for coding in ordered],
        "codebook version": [coding.codebook_version for coding in ordered],
        "created": [coding.created for coding in ordered],
        "modified": [coding.modified or coding.created for coding in ordered],
        "coding id": [coding.id for coding in ordered],
        "document id": [coding.document for coding in ordered],
        "code id": [coding.code for coding in ordered],
    }
    told = {name: [values[row] for row in rows] for name, values in told.items()}
    told |= {"case": [case.name if case else None for case in held], "case id": belongs}
    told |= {attribute_column(name): [case.values.get(name) if case else None for case in held] for name in names}
    frame = pd.DataFrame(told, columns=columns)
    # Named, so that a column in which nothing is known has the same type as one in which something is.
    return frame.astype({name: _NUMBERS.get(name, "str") for name in COLUMNS})
