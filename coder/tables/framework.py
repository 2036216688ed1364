"""The framework matrix: cases, documents or speakers against codes, each cell with how it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product

import pandas as pd

from coder.model import Case, Codebook, Coding, Document, Span, Turn, Value
from coder.model.framework import (
    Basis,
    CellQuotation,
    CellState,
    Changes,
    FrameworkCell,
    Matrix,
    MatrixCell,
    MatrixColumn,
    MatrixRow,
    RowKind,
    basis_of,
    changes_since,
)
from coder.tables.material import Material
from coder.tables.quotations import clock

Waiting = tuple[str, Span, str]
"""A suggestion that nobody has decided on: document, place, code."""

Pairs = tuple[tuple[str, str], ...]
"""An id and a hash each, as in a basis."""


def columns_under(codebook: Codebook, under: str | None = None) -> tuple[str, ...]:
    """Ids of the codes that are columns of a branch: the themes for None, else what stands below a code.

    A code that can be coded with itself comes first, and takes in all below it. Raises UnknownCode.
    """
    below = tuple(code.id for code in codebook.children(under))
    if under is None:
        return below
    return (under, *below) if codebook.code(under).codable or not below else below


def framework(
    material: Material,
    kind: RowKind,
    columns: Sequence[str],
    cells: Iterable[FrameworkCell] = (),
    *,
    order_by: str | None = None,
    waiting: Iterable[Waiting] = (),
) -> Matrix:
    """Rows of a kind by codes, where a code takes in all below it.

    Rows stand in the order of an attribute of cases, those without a value last; else as cases were made, documents
    added, speakers first spoke. Raises UnknownCode.
    """
    rows = _rows(material, kind, order_by)
    documents = _documents_of(material, kind, rows)
    branches = {code: material.codebook.branch(code) for code in columns}
    into: dict[str, list[str]] = {}
    for column, branch in branches.items():
        for code in branch:
            into.setdefault(code, []).append(column)
    codings: dict[tuple[str, str], list[Coding]] = {}
    for coding in material.codings:
        if coding.code in into:
            for row in _rows_at(material, kind, coding.document, coding.span):
                for column in into[coding.code]:
                    codings.setdefault((row, column), []).append(coding)
    suggested: Counter[tuple[str, str]] = Counter()
    for document, span, code in waiting:
        for row in _rows_at(material, kind, document, span):
            suggested.update((row, column) for column in into.get(code, ()))
    found = _Cells(
        rows={row: _Beneath.of(material, lies) for row, lies in documents.items()},
        # Those of a column are the same in all its cells.
        columns={
            column: basis_of((), map(material.codebook.code, branch), ()).definitions
            for column, branch in branches.items()
        },
        codings=codings,
        written={(cell.row, cell.code): cell for cell in cells if cell.kind is kind},
        waiting=suggested,
        shower=_Shower(material),
    )
    named = [_column(material.codebook, code) for code in columns]
    return Matrix(material.title, kind, tuple(rows), tuple(named), found)


def framework_table(matrix: Matrix) -> pd.DataFrame:
    """One row a cell: row, code path, state, what changed, summary, quotations, who wrote it and when."""
    rows = [
        {
            matrix.kind.value: row.name,
            "code path": column.path,
            "state": cell.state.value,
            "changed since": "; ".join(cell.changes.sentences()) or None,
            "summary": cell.summary or None,
            "codings": cell.codings,
            "pinned quotations": "\n".join(quotation.text for quotation in cell.pinned) or None,
            "coder": cell.coder or None,
            "modified": cell.modified or None,
        }
        for row in matrix.rows
        for column in matrix.columns
        for cell in (matrix.cells[row.id, column.code],)
    ]
    columns = [
        matrix.kind.value, "code path", "state", "changed since", "summary", "codings", "pinned quotations", "coder",
        "modified",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, slots=True)
class _Beneath:
    """What all cells of a row share: its texts, how many of them are not read to the end, whether all are."""

    texts: Pairs
    unread: int
    read: bool

    @classmethod
    def of(cls, material: Material, lies: Sequence[tuple[Document, int]]) -> _Beneath:
        """From the documents of a row, and where what there is to read of it in each ends."""
        texts = basis_of((), (), (document for document, _ in lies)).texts
        unread = sum(material.reached.get(document.id, 0) < end for document, end in lies)
        return cls(texts, unread, bool(lies) and not unread)


@dataclass(frozen=True, eq=False)
class _Cells(Mapping[tuple[str, str], MatrixCell]):
    """One cell for every pair, made when it is asked for and not kept: of a hundred thousand few are looked at."""

    rows: Mapping[str, _Beneath]
    columns: Mapping[str, Pairs]
    codings: Mapping[tuple[str, str], Sequence[Coding]]
    written: Mapping[tuple[str, str], FrameworkCell]
    waiting: Mapping[tuple[str, str], int]
    shower: _Shower

    def __len__(self) -> int:
        return len(self.rows) * len(self.columns)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return product(self.rows, self.columns)

    def __getitem__(self, place: tuple[str, str]) -> MatrixCell:
        (row, _), cell = self._under(place), self.written.get(place)
        there, changes = self.codings.get(place, ()), self._changes.get(place, Changes())
        return MatrixCell(
            _state(cell, changes, there, read=row.read),
            partial(self._basis, place),
            partial(self.shower.quotations, there, cell.pinned if cell else ()),
            summary=cell.summary if cell else "",
            changes=changes,
            codings=len(there),
            coder=self.shower.coders.get(cell.coder, "") if cell else "",
            modified=cell.modified if cell else "",
            unread=row.unread,
            waiting=self.waiting.get(place, 0),
        )

    def _under(self, place: tuple[str, str]) -> tuple[_Beneath, Pairs]:
        row, column = place
        return self.rows[row], self.columns[column]

    def _basis(self, place: tuple[str, str]) -> Basis:
        row, definitions = self._under(place)
        return Basis(basis_of(self.codings.get(place, ()), (), ()).codings, definitions, row.texts)

    @cached_property
    def _changes(self) -> Mapping[tuple[str, str], Changes]:
        """What changed beneath each summary: the one thing about a cell that takes long."""
        return {
            (row, column): changes_since(cell.basis, self._basis((row, column)))
            for (row, column), cell in self.written.items()
            if cell.summary and row in self.rows and column in self.columns
        }


def _state(cell: FrameworkCell | None, changes: Changes, codings: Sequence[Coding], *, read: bool) -> CellState:
    if cell is not None and cell.summary:
        return CellState.STALE if changes else CellState.WRITTEN
    if codings:
        return CellState.QUOTATIONS
    return CellState.ABSENT if read else CellState.UNREAD


def _column(codebook: Codebook, code: str) -> MatrixColumn:
    return MatrixColumn(code, codebook.code(code).name, codebook.path(code), bool(codebook.children(code)))


def _rows(material: Material, kind: RowKind, order_by: str | None) -> list[MatrixRow]:
    if kind is RowKind.SPEAKER:
        speakers = dict.fromkeys(
            turn.speaker
            for document in material.documents
            for turn in material.turns.get(document.id, ())
            if turn.speaker and turn.kind.is_content
        )
        return [MatrixRow(name, name) for name in speakers]
    if kind is RowKind.CASE:
        named = [(case.id, case.name, case) for case in material.cases]
    else:
        cases = {case.id: case for case in material.cases}
        named = []
        for document in material.documents:
            first = next(iter(material.stretches_of(document.id)), None)
            named.append((document.id, document.name, cases.get(first or "", Case("", ""))))
    if order_by is None:
        return [MatrixRow(id, name) for id, name, _ in named]
    named.sort(key=lambda each: _order(each[2].values.get(order_by)))
    return [MatrixRow(id, name, _told(case.values.get(order_by))) for id, name, case in named]


def _order(value: Value) -> tuple[bool, float, str]:
    if isinstance(value, str):
        return False, 0.0, value.casefold()
    return value is None, float(value or 0), ""


def _told(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _documents_of(
    material: Material, kind: RowKind, rows: Sequence[MatrixRow]
) -> dict[str, list[tuple[Document, int]]]:
    """The documents of each row, and where what there is to read of it in each ends."""
    found: dict[str, list[tuple[Document, int]]] = {row.id: [] for row in rows}
    for document in material.documents:
        content = [turn for turn in material.turns.get(document.id, ()) if turn.kind.is_content]
        end = content[-1].span.end if content else 0
        if kind is RowKind.DOCUMENT:
            found[document.id].append((document, end))
        elif kind is RowKind.CASE:
            for case, stretches in material.stretches_of(document.id).items():
                last = max(end if span is None else min(end, span.end) for span in stretches)
                found[case].append((document, last))
        else:
            for speaker, last in _last_words(content).items():
                found[speaker].append((document, last))
    return found


def _last_words(turns: Iterable[Turn]) -> dict[str, int]:
    return {turn.speaker: turn.span.end for turn in turns if turn.speaker}


def _rows_at(material: Material, kind: RowKind, document: str, span: Span) -> list[str]:
    if kind is RowKind.DOCUMENT:
        return [document]
    if kind is RowKind.CASE:
        return material.cases_of(document, span)
    turns = material.turns_under(document, span)
    return list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker and turn.kind.is_content))


class _Shower:
    """Codings as quotations with their source."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._documents = {document.id: document.name for document in material.documents}
        self._paths = {code.id: material.codebook.path(code.id) for code in material.codebook.codes}
        self.coders = {coder.id: coder.name for coder in material.coders}

    def quotations(self, codings: Sequence[Coding], pinned: Sequence[str]) -> tuple[CellQuotation, ...]:
        """Those that are pinned first, in that order; the others in reading order."""
        places = {id: place for place, id in enumerate(pinned)}
        ordered = sorted(codings, key=lambda coding: places.get(coding.id, len(places)))
        return tuple(self._shown(coding, pinned=coding.id in places) for coding in ordered)

    def _shown(self, coding: Coding, *, pinned: bool) -> CellQuotation:
        turns = self._material.turns_under(coding.document, coding.span)
        speakers = "; ".join(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
        time = clock(turns[0].start_ms) if turns else None
        source = " · ".join(filter(None, (self._documents[coding.document], speakers, time)))
        return CellQuotation(
            coding.id, coding.quotation, coding.document, coding.span, source, self._paths[coding.code],
            self.coders.get(coding.coder, ""), pinned,
        )  # fmt: skip
