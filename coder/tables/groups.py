"""Codes by who speaks, by kind of document, and over time: inside a text and from meeting to meeting."""

from __future__ import annotations

from enum import StrEnum

import pandas as pd

from coder.model import Document, DocumentKind
from coder.model.choices import Measure
from coder.tables.counting import counted
from coder.tables.material import Material
from coder.tables.places import Stretches, Words, clipped, numbered

INTERVIEWER = "(interviewer)"
NOBODY = "(nobody named)"
ROLES = {
    DocumentKind.INTERVIEW: "interviewed",
    DocumentKind.MEETING_NOTES: "in a meeting",
    DocumentKind.SURVEY_ANSWERS: "answering a survey",
    DocumentKind.OTHER: "elsewhere",
}
"""What whoever speaks is, by the kind of document, unless they ask."""
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


def speakers(material: Material) -> Stretches:
    """What each speaker says, as they are named, in order of first appearance: one name is one speaker.

    Whoever ``material.askers`` says asks in a document stands under ``(interviewer)``, first.
    """
    found = [
        (begin + turn.span.start, begin + turn.span.end, _role(material, document.id, turn.speaker))
        for document, begin in zip(material.documents, material.begins, strict=True)
        for turn in material.turns.get(document.id, ())
        if turn.speaker and turn.kind.is_content
    ]
    names = numbered(sorted((name for _, _, name in found), key=lambda name: name != INTERVIEWER))
    return Stretches.of(tuple(names), ((start, end, names[name]) for start, end, name in found))


def roles(material: Material) -> Stretches:
    """What is said in which role: asking, interviewed, in a meeting (see ``ROLES``), or by nobody who is named."""
    found = [
        (begin + turn.span.start, begin + turn.span.end, _in_role(material, document, turn.speaker))
        for document, begin in zip(material.documents, material.begins, strict=True)
        for turn in material.turns.get(document.id, ())
        if turn.kind.is_content
    ]
    there = {role for _, _, role in found}
    names = numbered(role for role in (INTERVIEWER, *ROLES.values(), NOBODY) if role in there)
    return Stretches.of(tuple(names), ((start, end, names[role]) for start, end, role in found))


def kinds(material: Material) -> Stretches:
    """The kinds of document that there are."""
    there = {document.kind for document in material.documents}
    names = numbered(kind.value for kind in DocumentKind if kind in there)
    return Stretches.of(
        tuple(names),
        (
            (*clipped(material, number, None), names[document.kind.value])
            for number, document in enumerate(material.documents)
        ),
    )


def dates(material: Material, period: Period = Period.DAY, kind: DocumentKind | None = None) -> Stretches:
    """The dates of documents in order, of one kind of document or of all."""
    found = [
        (*clipped(material, number, None), document.date[: period.letters] if document.date else NO_DATE)
        for number, document in enumerate(material.documents)
        if kind is None or document.kind is kind
    ]
    names = numbered(sorted((date for _, _, date in found), key=lambda date: (date == NO_DATE, date)))
    return Stretches.of(tuple(names), ((start, end, names[date]) for start, end, date in found))


def tenths(material: Material, document: str | None = None) -> Stretches:
    """Tenths of the text (``1`` to ``10``), of one document or of all laid over each other.

    A tenth holds a tenth of the document's words of content, give or take one; needs the texts.
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
    return Stretches.of([str(part + 1) for part in range(PARTS)], rows)


def code_by_speaker(material: Material, measure: Measure = Measure.CODINGS) -> pd.DataFrame:
    """Codes (rows) by speakers (columns); a coding over several turns counts for each of their speakers."""
    return by_group(material, speakers(material), measure)


def code_by_role(material: Material, measure: Measure = Measure.CODINGS) -> pd.DataFrame:
    """Codes (rows) by roles of who speaks (columns); a coding over several turns counts for each of their roles."""
    return by_group(material, roles(material), measure)


def code_by_kind(material: Material, measure: Measure = Measure.CODINGS) -> pd.DataFrame:
    """Codes (rows) by kinds of document (columns)."""
    return by_group(material, kinds(material), measure)


def code_by_date(
    material: Material,
    measure: Measure = Measure.CODINGS,
    period: Period = Period.DAY,
    kind: DocumentKind | None = None,
) -> pd.DataFrame:
    """Codes (rows) by the dates of documents (columns)."""
    return by_group(material, dates(material, period, kind), measure)


def timeline(material: Material, measure: Measure = Measure.CODINGS, document: str | None = None) -> pd.DataFrame:
    """Codes (rows) by tenths of the text (columns); a coding counts in every tenth that it touches."""
    return by_group(material, tenths(material, document), measure)


def by_group(material: Material, stretches: Stretches, measure: Measure) -> pd.DataFrame:
    """Codes (rows) by groups of text (columns)."""
    return counted(material, stretches, measure).T


def _edge(starts: list[int], part: int, end: int) -> int:
    place = -(-len(starts) * part // PARTS)
    return starts[place] if place < len(starts) else end


def _role(material: Material, document: str, speaker: str) -> str:
    return INTERVIEWER if speaker == material.askers.get(document) else speaker


def _in_role(material: Material, document: Document, speaker: str | None) -> str:
    if not speaker:
        return NOBODY
    return INTERVIEWER if speaker == material.askers.get(document.id) else ROLES[document.kind]
