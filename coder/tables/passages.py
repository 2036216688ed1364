"""Passages with their codes, and the codings of one document along its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coder.model import Segment
from coder.tables.cases import case_stretches
from coder.tables.material import Material
from coder.tables.places import Ints, Places, Stretches, Words, clipped

QUOTED = 160
"""Letters of a quotation that stand in a table of lines."""


def coded_passages(material: Material) -> pd.DataFrame:
    """One row a passage: ``document id``, ``document``, ``start``, ``end``, ``speaker``, ``case``, ``codes``.

    ``codes`` are paths, each once and in the order of the codebook; ``case`` is the first of its cases, or empty.
    """
    documents = {document.id: number for number, document in enumerate(material.documents)}
    segments = [segment for segment in material.segments if segment.document in documents]
    start, end = _laid_out(material, segments, documents)
    passages = Stretches(("",), start, end, np.zeros(len(segments), np.int64))
    places = Places.of(material)
    rows, under = passages.under(places.start, places.end)
    order = {code.id: place for place, (_, code) in enumerate(material.codebook.walk())}
    paths = [material.codebook.path(code.id) for _, code in material.codebook.walk()]
    place = np.array([order[code.id] for code in material.codebook.codes], np.int64)
    codes: list[list[str]] = [[] for _ in segments]
    many = max(1, len(paths))
    for pair in np.unique(under * many + place[places.code[rows]]).tolist():
        codes[pair // many].append(paths[pair % many])
    cases = case_stretches(material)
    here, group = cases.under(start, end)
    case: list[str] = [""] * len(segments)
    for row, name in sorted(zip(here.tolist(), cases.group[group].tolist(), strict=True), reverse=True):
        case[row] = cases.names[name] if name < len(material.cases) else case[row]
    turns = material.turns
    return pd.DataFrame(
        {
            "document id": [segment.document for segment in segments],
            "document": [material.documents[documents[segment.document]].name for segment in segments],
            "start": np.array([segment.span.start for segment in segments], np.int64),
            "end": np.array([segment.span.end for segment in segments], np.int64),
            "speaker": [turns[segment.document][segment.turn].speaker or "" for segment in segments],
            "case": case,
            "codes": codes,
        }
    )


def are_coded(material: Material) -> NDArray[np.bool_]:
    """Of each passage whether a coding touches it; one in a document that is not there has none."""
    documents = {document.id: number for number, document in enumerate(material.documents)}
    there = np.array([segment.document in documents for segment in material.segments], np.bool_)
    start, end = _laid_out(material, [s for s in material.segments if s.document in documents], documents)
    places = Places.of(material)
    _, under = Stretches(("",), start, end, np.zeros(len(start), np.int64)).under(places.start, places.end)
    found = np.zeros(len(there), np.bool_)
    found[np.flatnonzero(there)[under]] = True
    return found


def code_lines(material: Material, document: str) -> pd.DataFrame:
    """The codings of a document (by id), told by ``path``, ``coding``, ``first``, ``last``, and the words themselves.

    Words of content are counted from the beginning of the document, ``last`` is the first word after. Codes in the
    order of the codebook; needs the text.
    """
    number = [each.id for each in material.documents].index(document)
    begin, _ = clipped(material, number, None)
    words = Words.of(material)
    before = int(words.start.searchsorted(begin))
    codings = [coding for coding in material.codings if coding.document == document]
    start = np.array([coding.span.start for coding in codings], np.int64) + begin
    first, last = words.under(start, np.array([coding.span.end for coding in codings], np.int64) + begin)
    order = {code.id: place for place, (_, code) in enumerate(material.codebook.walk())}
    coders = {coder.id: coder.name for coder in material.coders}
    rows = [
        {
            "path": material.codebook.path(coding.code),
            "quotation": coding.quotation[:QUOTED],
            "speaker": next((t.speaker for t in material.turns_under(document, coding.span) if t.speaker), ""),
            "coder": coders.get(coding.coder, ""),
            "first": int(first[row]) - before,
            "last": int(last[row]) - before,
            "coding": coding.id,
        }
        for row, coding in sorted(enumerate(codings), key=lambda each: (order[each[1].code], each[1].span))
    ]
    columns = ["path", "quotation", "speaker", "coder", "first", "last", "coding"]
    return pd.DataFrame(rows, columns=columns).astype({"first": "int64", "last": "int64"})


def words_until(material: Material, document: str, position: int | None = None) -> int:
    """How many words of content a document has before a position, None for all of it; needs the text."""
    number = [each.id for each in material.documents].index(document)
    begin, end = clipped(material, number, None)
    words = Words.of(material)
    until = end if position is None else begin + position
    return int(words.start.searchsorted(until) - words.start.searchsorted(begin))


def _laid_out(material: Material, segments: Sequence[Segment], documents: Mapping[str, int]) -> tuple[Ints, Ints]:
    """Where passages start and end if all texts are laid end to end; ``documents`` numbers them by id."""
    begin = np.array([material.begins[documents[segment.document]] for segment in segments], np.int64)
    start = np.array([segment.span.start for segment in segments], np.int64)
    end = np.array([segment.span.end for segment in segments], np.int64)
    return start + begin, end + begin
