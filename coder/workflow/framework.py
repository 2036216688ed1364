"""The framework matrix: summing up, pinning quotations, looking again at what has gone stale, taking it along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from coder.errors import StaleEdit, UnknownFormat, UnknownItem
from coder.formats import framework_excel, framework_word
from coder.formats.tables import write_csv, write_parquet
from coder.model import Coding, Span, now
from coder.model.framework import Basis, FrameworkCell, Matrix, MatrixCell, RowKind
from coder.store import Change, Project
from coder.tables.framework import columns_under, framework, framework_table
from coder.workflow.permission import change_by
from coder.workflow.tables import material


def _as_table(write: Callable[[pd.DataFrame], bytes], matrix: Matrix) -> bytes:
    return write(framework_table(matrix))


WRITERS: dict[str, Callable[[Matrix], bytes]] = {
    ".xlsx": framework_excel.write,
    ".docx": framework_word.write,
    ".csv": partial(_as_table, write_csv),
    ".parquet": partial(_as_table, write_parquet),
}
"""How a matrix is written, by the ending of the file; as CSV and Parquet one row a cell."""


def matrix(
    project: Project,
    kind: RowKind = RowKind.CASE,
    *,
    under: str | None = None,
    order_by: str | None = None,
    waiting: Iterable[tuple[str, Span, str]] = (),
) -> Matrix:
    """The matrix with rows of this kind and the codes of a branch (all themes for None) as columns.

    ``order_by`` names an attribute of cases; ``waiting`` are suggestions (document, place, code) to count.
    Raises UnknownCode.
    """
    columns = columns_under(project.codebook(), under)
    return _matrix(project, kind, columns, order_by=order_by, waiting=waiting)


def write_summary(
    project: Project,
    kind: RowKind,
    row: str,
    code: str,
    summary: str,
    *,
    coder: str,
    seen: str | None = None,
    basis: Basis | None = None,
) -> None:
    """What this coder says of a row under a code; empty text empties the cell but for its pinned quotations.

    ``seen`` is the summary that stood there when writing began, ``basis`` what lay beneath it then (None: what does
    now), so that nothing is taken as considered that came meanwhile. Raises UnknownItem, UnknownCode, NotAllowed, or
    StaleEdit if somebody else wrote there since.
    """
    with _changing(project, kind, row, code, coder, "sum up") as place:
        if seen is not None and seen != place.written.summary != summary.strip():
            who = place.cell.coder or "somebody"
            versions = [("summary", place.written.summary, summary.strip())]
            raise StaleEdit(f"{who} changed this summary meanwhile; read it, then change it", versions=versions)
        changed = replace(place.written, summary=summary.strip(), basis=basis or place.cell.basis)
        if changed != place.written:
            place.save(changed)


def look_again(project: Project, kind: RowKind, row: str, code: str, *, coder: str, basis: Basis | None = None) -> None:
    """Say that a summary still holds over what lies beneath it: ``basis``, or what does now for None.

    Raises UnknownItem where nothing is summed up, UnknownCode, NotAllowed.
    """
    with _changing(project, kind, row, code, coder, "look again") as place:
        if not place.written.summary:
            raise UnknownItem("there is no summary in this cell yet; write one first")
        place.save(replace(place.written, basis=basis or place.cell.basis))


def pin(project: Project, kind: RowKind, row: str, code: str, coding: str, *, coder: str) -> None:
    """Let a quotation stand for a cell, after those that do. Raises UnknownItem for one not beneath it, NotAllowed."""
    with _changing(project, kind, row, code, coder, "pin quotation") as place:
        if coding not in {quotation.coding for quotation in place.cell.quotations}:
            raise UnknownItem("this quotation does not lie under the cell; its coding may have been changed meanwhile")
        if coding not in place.written.pinned:
            place.save(replace(place.written, pinned=(*place.written.pinned, coding)))


def unpin(project: Project, kind: RowKind, row: str, code: str, coding: str, *, coder: str) -> None:
    """Let a quotation no longer stand for a cell. Raises UnknownItem if it does not, NotAllowed."""
    with _changing(project, kind, row, code, coder, "unpin quotation") as place:
        if coding not in place.written.pinned:
            raise UnknownItem("this quotation is not pinned; it may have been unpinned meanwhile")
        place.save(replace(place.written, pinned=tuple(id for id in place.written.pinned if id != coding)))


def what_changed(project: Project, cell: MatrixCell) -> tuple[str, ...]:
    """Everything that has changed beneath a cell since it was written, a sentence each, with the words."""
    codebook, documents = project.codebook(), {document.id: document.name for document in project.documents()}
    there = {quotation.coding: quotation for quotation in cell.quotations}
    changes = cell.changes
    told = [f"Coding added: “{_short(there[id].text)}” ({there[id].source})" for id in changes.added]
    gone = {coding.id: coding for coding in project.removed_codings(changes.removed)}
    elsewhere = {id: coding for id in changes.removed if (coding := _standing(project, id)) is not None}
    for id in changes.removed:
        if id in elsewhere:
            path = codebook.path(elsewhere[id].code)
            told.append(f"Coding no longer here, now {path}: “{_short(elsewhere[id].quotation)}”")
        else:
            told.append("Coding removed" + (f": “{_short(gone[id].quotation)}”" if id in gone else ""))
    told += [f"Coding changed, now {there[id].code}: “{_short(there[id].text)}”" for id in changes.changed]
    told += [f"Definition changed: {codebook.path(id)}" for id in changes.redefined if id in codebook]
    told += [f"Text corrected: {documents[id]}" for id in changes.corrected]
    told += [f"Text that was not there: {documents[id]}" for id in changes.joined]
    told += [f"Text no longer here: {documents.get(id, 'a document that was removed')}" for id in changes.left]
    return tuple(told)


def as_file(matrix: Matrix, suffix: str) -> bytes:
    """The matrix as a file of this kind. Raises UnknownFormat."""
    if suffix not in WRITERS:
        raise UnknownFormat(
            f"cannot write a matrix as {suffix or 'a file without ending'}; known: {', '.join(WRITERS)}"
        )
    return WRITERS[suffix](matrix)


@dataclass(frozen=True)
class _Place:
    """A place of the matrix within a change: what is stored there, or would be, and how it stands."""

    change: Change
    written: FrameworkCell
    cell: MatrixCell
    coder: str

    def save(self, changed: FrameworkCell) -> None:
        if changed.summary or changed.pinned:
            self.change.save_framework_cell(replace(changed, coder=self.coder, modified=now()))
        elif self.written.summary or self.written.pinned:
            self.change.remove_framework_cell(changed.kind, changed.row, changed.code)


@contextmanager
def _changing(project: Project, kind: RowKind, row: str, code: str, coder: str, verb: str) -> Iterator[_Place]:
    codebook = project.codebook()
    name = codebook.code(code).name
    with change_by(project, coder, verb, summary=f"{verb} in the framework: {name}") as change:
        cell = _matrix(project, kind, [code]).cells.get((row, code))
        if cell is None:
            raise UnknownItem(f"the matrix has no {kind.value} with the id {row}; it may have been removed meanwhile")
        stored = _stored(project, kind, row, code)
        if stored is None and _stored(project.by_hand(), kind, row, code) is not None:
            raise StaleEdit(
                "somebody else has summed this up over documents of a sealed round; it can be read, and changed, "
                "when the round is revealed"
            )
        yield _Place(
            change, stored or FrameworkCell(kind, row, code, coder, basis=cell.basis, created=now()), cell, coder
        )


def _stored(project: Project, kind: RowKind, row: str, code: str) -> FrameworkCell | None:
    return next((one for one in project.framework_cells(kind) if (one.row, one.code) == (row, code)), None)


def _matrix(
    project: Project,
    kind: RowKind,
    columns: Sequence[str],
    *,
    order_by: str | None = None,
    waiting: Iterable[tuple[str, Span, str]] = (),
) -> Matrix:
    cells = project.framework_cells(kind)
    return framework(material(project), kind, columns, cells, order_by=order_by, waiting=waiting)


def _standing(project: Project, coding: str) -> Coding | None:
    try:
        return project.coding(coding)
    except UnknownItem:
        return None


def _short(words: str, length: int = 160) -> str:
    line = " ".join(words.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
