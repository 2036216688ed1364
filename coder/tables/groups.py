"""Codes by who speaks, by kind of document, and over time: inside a text and from meeting to meeting."""

from __future__ import annotations

from enum import StrEnum

import pandas as pd

from coder.model import DocumentKind
from coder.tables.counting import Measure, counted
from coder.tables.material import Material
from coder.tables.places import Stretches, Words, clipped, numbered

INTERVIEWER = "(interviewer)"
NO_DATE = "(no date)"
PARTS = 10
"""Parts of a text in its timeline, of equally many words."""


class Period(StrEnum):
    """What is one step over meetings; the value is how much of an ISO date tells it."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"

    @property
    def letters(self) -> int:
        """How many letters of 2021-03-04 name it."""
        return {Period.DAY: 10, Period.MONTH: 7, Period.YEAR: 4}[self]


def code_by_speaker(material: Material, measure: Measure = Measure.CODINGS) -> pd.DataFrame:
    """Codes (rows) by speakers (columns, as they are named, in order of first appearance).

    One name is one speaker. Whoever ``material.askers`` says asks in a document stands under ``(interviewer)``,
    first. A coding over several turns counts for each of their speakers.
    """
    found = [
        (begin + turn.span.start, begin + turn.span.end, _role(material, document.id, turn.speaker))
        for document, begin in zip(material.documents, material.begins, strict=True)
        for turn in material.turns.get(document.id, ())
        if turn.speaker and turn.kind.is_content
    ]
    names = numbered(sorted((name for _, _, name in found), key=lambda name: name != INTERVIEWER))
    stretches = Stretches.of(tuple(names), ((start, end, names[name]) for start, end, name in found))
    return _by(material, stretches, measure, "speaker")


def code_by_kind(material: Material, measure: Measure = Measure.CODINGS) -> pd.DataFrame:
    """Codes (rows) by kinds of document (columns) that there are."""
    there = {document.kind for document in material.documents}
    names = numbered(kind.value for kind in DocumentKind if kind in there)
    rows = [
        (*clipped(material, number, None), names[document.kind.value])
        for number, document in enumerate(material.documents)
    ]
    return _by(material, Stretches.of(tuple(names), rows), measure, "kind")


def code_by_date(
    material: Material,
    measure: Measure = Measure.CODINGS,
    period: Period = Period.DAY,
    kind: DocumentKind | None = None,
) -> pd.DataFrame:
    """Codes (rows) by the dates of documents (columns, in order), of one kind of document or of all."""
    found = [
        (*clipped(material, number, None), document.date[: period.letters] if document.date else NO_DATE)
        for number, document in enumerate(material.documents)
        if kind is None or document.kind is kind
    ]
    names = numbered(sorted((date for _, _, date in found), key=lambda date: (date == NO_DATE, date)))
    return _by(material, Stretches.of(tuple(names), ((a, b, names[date]) for a, b, date in found)), measure, "date")


def timeline(material: Material, measure: Measure = Measure.CODINGS, document: str | None = None) -> pd.DataFrame:
    """Codes (rows) by tenths of the text (columns ``1`` to ``10``), of one document or of all laid over each other.

    A tenth holds a tenth of the document's words of content, give or take one; needs the texts. A coding
    counts in every tenth that it touches.
    """
    words = Words.of(material)
    rows: list[tuple[int, int, int]] = []
    for number, found in enumerate(material.documents):
        begin, end = clipped(material, number, None)
        first, last = (int(words.start.searchsorted(edge)) for edge in (begin, end))
        if document not in (None, found.id) or first == last:
            continue
        starts = words.start[first:last].tolist()
        edges = [begin, *(_edge(starts, part, end) for part in range(1, PARTS)), end]
        rows += [(edges[part], edges[part + 1], part) for part in range(PARTS)]
    names = [str(part + 1) for part in range(PARTS)]
    return _by(material, Stretches.of(names, rows), measure, "tenth")


def _edge(starts: list[int], part: int, end: int) -> int:
    place = -(-len(starts) * part // PARTS)
    return starts[place] if place < len(starts) else end


def _role(material: Material, document: str, speaker: str) -> str:
    return INTERVIEWER if speaker == material.askers.get(document) else speaker


def _by(material: Material, stretches: Stretches, measure: Measure, name: str) -> pd.DataFrame:
    return counted(material, stretches, measure).T.rename_axis(columns=name)
