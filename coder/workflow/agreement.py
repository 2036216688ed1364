"""How far coders agree: measured on what at least two of them have read, by code, document, case and pair."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from coder.agreement import Coded, Coefficient, Comparison, Estimate, Measured, Place, Unit, places
from coder.agreement.comparing import ONE_DOCUMENT, TOLERANCE
from coder.agreement.continuum import Codings, Spans
from coder.errors import InvalidValue
from coder.formats.tables import write_workbook
from coder.model import Case, Codebook, Coder, Coding, Document, Membership, Span, Turn
from coder.store import Project
from coder.workflow.layers import people, reached_by
from coder.workflow.tables import check_target, table_writer, write_whole


class View(StrEnum):
    """What a row of a table of agreement is."""

    CODE = "code"
    DOCUMENT = "document"
    CASE = "case"
    PAIR = "pair of coders"


@dataclass(frozen=True, slots=True)
class AgreementQuestion:
    """Who is compared, where, on which unit; an empty tuple is everybody, everything. All are ids.

    ``codes`` take in those below them. ``code`` is the one that documents, cases and pairs are measured on, None for
    all together; ``tolerance`` is in characters.
    """

    coders: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    unit: Unit = Unit.PASSAGE
    code: str | None = None
    tolerance: int = TOLERANCE


@dataclass(frozen=True)
class Row:
    """One line of a table: a code (None for all together), a document, a case or a pair of coders, by id."""

    name: str
    measured: Measured
    code: str | None = None
    document: str | None = None
    case: str | None = None
    coders: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadTogether:
    """How much at least two of the coders have read: units of all units, and documents of all documents.

    ``outside`` codings lie wholly on labels, headings or attendance, and are counted in no unit.
    """

    units: int
    of_units: int
    documents: int
    of_documents: int
    outside: int = 0


@dataclass(frozen=True, eq=False)
class Agreement:
    """The codings of some coders on some documents, ready to be measured."""

    question: AgreementQuestion
    coders: tuple[Coder, ...]
    documents: tuple[Document, ...]
    codebook: Codebook
    codings: tuple[Coding, ...]
    reached: Mapping[tuple[str, str], int]
    cases: tuple[Case, ...]
    memberships: tuple[Membership, ...]
    turns: Mapping[str, Sequence[Turn]]
    segments: Mapping[str, Sequence[Span]]

    @classmethod
    def of(cls, project: Project, question: AgreementQuestion) -> Agreement:
        """Read what the question is about. Raises InvalidValue for fewer than two coders."""
        coders = tuple(coder for coder in people(project) if not question.coders or coder.id in question.coders)
        if len(coders) < 2:
            raise InvalidValue("agreement needs two coders who have coded or read something; choose at least two")
        documents = tuple(d for d in project.documents() if not question.documents or d.id in question.documents)
        codebook = project.codebook()
        wanted = _branches(codebook, question.codes)
        ids, there = {coder.id for coder in coders}, {document.id for document in documents}
        everything = [each for each in project.codings() if each.document in there and each.coder in ids]
        segments: dict[str, list[Span]] = {}
        for segment in project.segments():
            segments.setdefault(segment.document, []).append(segment.span)
        return cls(
            question,
            coders,
            documents,
            codebook,
            tuple(coding for coding in everything if coding.code in wanted),
            reached_by(project, everything),
            tuple(project.cases()),
            tuple(each for each in project.memberships() if each.document in there),
            project.all_turns(),
            segments,
        )

    def rows(self, view: View) -> list[Row]:
        """What each line of a table measures: codes in the order of the codebook after all together, and documents and
        cases of which two coders have read something."""
        if view is View.CODE:
            together = Row("All codes together", self._measured(self.comparison))
            return [together, *(Row(self.codebook.path(c), self._measured(self.comparison, c), c) for c in self.codes)]
        return [row for row in self._rows(view, self.question.code) if row.measured.units or view is View.PAIR]

    def _rows(self, view: View, code: str | None) -> Iterator[Row]:
        if view is View.DOCUMENT:
            for number, document in enumerate(self.documents):
                measured = self._measured(self._whole(number), code)
                # That a document is one need not be said of it.
                cautions = tuple(caution for caution in measured.cautions if caution != ONE_DOCUMENT)
                yield Row(document.name, replace(measured, cautions=cautions), code, document=document.id)
        elif view is View.CASE:
            for case in self.cases:
                yield Row(
                    case.name,
                    self._measured(self.comparison.within(self._stretches(case.id)), code),
                    code,
                    case=case.id,
                )
        else:
            for i, j in combinations(range(len(self.coders)), 2):
                one, other = self.coders[i], self.coders[j]
                measured = self._measured(self.comparison.between([i, j]), code)
                yield Row(f"{one.name} and {other.name}", measured, code, coders=(one.id, other.id))

    def places(self, row: Row, *, tolerance: int | None = None) -> list[Place]:
        """Where the coders of a row agree and differ, in its document, case or everywhere."""
        wanted = _branches(self.codebook, (row.code,) if row.code else ())
        coders = row.coders or tuple(coder.id for coder in self.coders)
        inside = self._spans_of(row.case) if row.case else None
        codings = (each for each in self.codings if row.document in (None, each.document))
        found = places(
            codings, self.reached, coders, tolerance=self.question.tolerance if tolerance is None else tolerance
        )
        return [
            place
            for place in found
            if not wanted.isdisjoint(place.codes) and (inside is None or _touches(inside, place))
        ]

    def read_together(self) -> ReadTogether:
        """How much of these documents counts, and of how much."""
        coded = self.comparison.coded
        shared = coded.shared.max(0)
        if self.question.unit is Unit.PASSAGE:
            passages = coded.passages
            read, units = int((passages.end <= shared[passages.document]).sum()), len(passages)
        else:
            read, units = int(shared.sum()), int(coded.length.sum())
        outside = len(self.codings) - len(coded.codings)
        return ReadTogether(read, units, int((shared > 0).sum()), len(shared), outside)

    @property
    def codes(self) -> list[str]:
        """Codes that one of the coders put, and those above them, in the order of the codebook."""
        put = {coding.code for coding in self.codings}
        asked = _branches(self.codebook, self.question.codes)
        walked = (code.id for _, code in self.codebook.walk())
        return [code for code in walked if code in asked and not put.isdisjoint(self.codebook.branch(code))]

    @cached_property
    def comparison(self) -> Comparison:
        """The codings as numbers, on the text of what people said."""
        document = {each.id: number for number, each in enumerate(self.documents)}
        coder = {each.id: number for number, each in enumerate(self.coders)}
        rulers = [_Ruler.of(each, self.turns.get(each.id, ())) for each in self.documents]
        rows = []
        for each in self.codings:
            number = document[each.document]
            start, end = rulers[number].place(each.span)
            if start < end:
                rows.append((coder[each.coder], self._number[each.code], number, start, end))
        read = np.zeros((len(self.coders), len(self.documents)), np.int64)
        for (name, who), position in self.reached.items():
            if name in document and who in coder:
                read[coder[who], document[name]] = rulers[document[name]].at(position)
        passages = [
            (number, *rulers[number].place(span))
            for number, each in enumerate(self.documents)
            for span in self.segments.get(each.id, ())
        ]
        length = np.array([ruler.length for ruler in rulers], np.int64)
        coded = Coded(length, read, Codings.of(rows), Spans.of(row for row in passages if row[1] < row[2]))
        return Comparison(coded, self.question.unit, self.question.tolerance)

    @cached_property
    def _number(self) -> dict[str, int]:
        return {code.id: number for number, code in enumerate(self.codebook.codes)}

    def _measured(self, comparison: Comparison, code: str | None = None) -> Measured:
        if code is not None:
            return comparison.on(frozenset(self._number[each] for each in self.codebook.branch(code)))
        put = {coding.code for coding in self.codings}
        return comparison.together([frozenset({self._number[each]}) for each in sorted(put)] or [frozenset()])

    def _whole(self, number: int) -> Comparison:
        length = int(self.comparison.coded.length[number])
        return self.comparison.within(Spans.of([(number, 0, length)]))

    def _spans_of(self, case: str) -> dict[str, list[Span | None]]:
        found: dict[str, list[Span | None]] = {}
        for membership in self.memberships:
            if membership.case == case:
                found.setdefault(membership.document, []).append(membership.span)
        return found

    def _stretches(self, case: str) -> Spans:
        rows = []
        for number, document in enumerate(self.documents):
            ruler = _Ruler.of(document, self.turns.get(document.id, ()))
            for span in self._spans_of(case).get(document.id, ()):
                rows.append((number, *((0, ruler.length) if span is None else ruler.place(span))))
        return Spans.of(row for row in rows if row[1] < row[2])


def table(agreement: Agreement, view: View) -> pd.DataFrame:
    """One line a row, with the unit, how many there are, who put how many, every coefficient with its interval."""
    rows = agreement.rows(view)
    kinds = [kind for kind in Coefficient if any(kind in row.measured.estimates for row in rows)]
    names = {coder.id: coder.name for coder in agreement.coders}
    found = []
    for row in rows:
        measured = row.measured
        put = {} if view is View.PAIR else {
            f"put by {names[coder.id]}": count for coder, count in zip(agreement.coders, measured.put, strict=True)
        }  # fmt: skip
        found.append(
            {
                view.value: row.name,
                "on": agreement.codebook.path(row.code) if row.code else "all codes together",
                "unit": measured.unit.value,
                "units": measured.units,
                "documents": measured.documents,
                **put,
                "put by anybody": measured.some,
                "put by all": measured.all,
                **{name: value for kind in kinds for name, value in _columns(kind, measured).items()},
                "cautions": " ".join(measured.cautions),
            }
        )
    return pd.DataFrame(found)


def as_file(agreement: Agreement, suffix: str, view: View = View.CODE) -> bytes:
    """A table as a file of this kind; as XLSX all four, a sheet each. Raises UnknownFormat."""
    write = table_writer(suffix)
    if suffix != ".xlsx":
        return write(table(agreement, view))
    sheets = {f"by {each.value}": table(agreement, each) for each in View}
    return write_workbook({name: sheet for name, sheet in sheets.items() if len(sheet)})


def export(agreement: Agreement, path: Path, view: View = View.CODE) -> int:
    """Write ``as_file`` to a file; returns the number of bytes. Raises UnknownFormat, ProjectUnavailable."""
    check_target(path)
    return write_whole(path, as_file(agreement, path.suffix.lower(), view))


@dataclass(frozen=True)
class _Ruler:
    """Positions in a text as characters of what people said: labels, times and headings do not count."""

    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    before: tuple[int, ...]
    length: int

    @classmethod
    def of(cls, document: Document, turns: Sequence[Turn]) -> _Ruler:
        """Of the content of a document; of all of it where it has no turns."""
        spans = [turn.span for turn in turns if turn.kind.is_content]
        if not turns and document.characters:
            spans = [Span(0, document.characters)]
        before, total = [], 0
        for span in spans:
            before.append(total)
            total += len(span)
        return cls(tuple(span.start for span in spans), tuple(map(len, spans)), tuple(before), total)

    def at(self, position: int) -> int:
        """How many characters of content stand before a position."""
        turn = bisect_right(self.starts, position) - 1
        if turn < 0:
            return 0
        return self.before[turn] + min(position - self.starts[turn], self.lengths[turn])

    def place(self, span: Span) -> tuple[int, int]:
        """Start and end of a span; the same where it holds no content."""
        return self.at(span.start), self.at(span.end)


def _branches(codebook: Codebook, codes: Collection[str]) -> frozenset[str]:
    """These codes with all below them; all for none."""
    known = [code for code in codes if code in codebook]
    if not known:
        return frozenset(code.id for code in codebook.codes)
    return frozenset(below for code in known for below in codebook.branch(code))


def _touches(inside: Mapping[str, Sequence[Span | None]], place: Place) -> bool:
    return any(span is None or span.overlaps(place.span) for span in inside.get(place.document, ()))


def _columns(kind: Coefficient, measured: Measured) -> dict[str, float]:
    found = measured.estimates.get(kind, Estimate(np.nan))
    return {kind.value: found.value, f"{kind.value}, low": found.low, f"{kind.value}, high": found.high}
