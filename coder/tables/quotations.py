"""One row a quotation: the long form that every other table is counted from."""

from __future__ import annotations

import pandas as pd

from coder.model import Coding, Span
from coder.tables.material import Material

COLUMNS = (
    "project", "case", "document", "kind", "date", "speaker", "time", "start", "end", "quotation", "words",
    "code", "code path", "coder", "origin", "probability", "memo", "codebook version", "created", "modified",
    "coding id", "document id", "case id", "code id",
)  # fmt: skip
"""Columns in order; the attributes of cases stand between ``case`` and ``document``, named ``case: ...``."""


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
    paths = {code.id: material.codebook.path(code.id) for code in material.codebook.codes}
    memos: dict[str, list[str]] = {}
    for memo in material.memos:
        if memo.about == "coding":
            memos.setdefault(memo.target, []).append(memo.text)
    names = [attribute.name for attribute in material.attributes]
    columns = [*COLUMNS[:2], *map(attribute_column, names), *COLUMNS[2:]]

    def order(coding: Coding) -> tuple[int, Span, str, str]:
        return documents[coding.document][0], coding.span, paths[coding.code], coders.get(coding.coder, "")

    rows = []
    for coding in sorted((c for c in material.codings if c.document in documents), key=order):
        document = documents[coding.document][1]
        turns = material.turns_under(coding.document, coding.span)
        shared = {
            "project": material.title,
            "document": document.name,
            "kind": document.kind.value,
            "date": document.date,
            "speaker": "; ".join(dict.fromkeys(turn.speaker for turn in turns if turn.speaker)) or None,
            "time": clock(turns[0].start_ms) if turns else None,
            "start": coding.span.start,
            "end": coding.span.end,
            "quotation": coding.quotation,
            "words": len(coding.quotation.split()),
            "code": material.codebook.code(coding.code).name,
            "code path": paths[coding.code],
            "coder": coders.get(coding.coder),
            "origin": coding.origin.value,
            "probability": coding.score,
            "memo": "\n\n".join(memos.get(coding.id, ())) or None,
            "codebook version": coding.codebook_version,
            "created": coding.created,
            "modified": coding.modified or coding.created,
            "coding id": coding.id,
            "document id": coding.document,
            "code id": coding.code,
        }
        belongs: list[str | None] = [*material.cases_of(coding.document, coding.span)]
        for case_id in belongs or [None]:
            case = cases.get(case_id) if case_id is not None else None
            values = {attribute_column(name): case.values.get(name) if case else None for name in names}
            rows.append({**shared, "case": case.name if case else None, "case id": case_id, **values})
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"start": "int64", "end": "int64", "words": "int64", "probability": "float64"})
