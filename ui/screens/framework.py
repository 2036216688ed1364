"""The framework matrix: what each case says under each code, in the researcher's own words, over its quotations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from coder.errors import CodingError, StaleEdit
from coder.model import Codebook, Span
from coder.model.framework import CellQuotation, CellState, Matrix, MatrixCell, MatrixColumn, MatrixRow, RowKind
from coder.store import Project
from coder.workflow import framework as verbs
from coder.workflow.queues import Queue, queue
from ui.assistant import assistant
from ui.components.leaving import stored_before_leaving
from ui.parts.acting import whole
from ui.parts.choosing import one
from ui.parts.disputes import dispute
from ui.parts.leading import lead
from ui.parts.words import count, local_time, plain, shortened
from ui.resources import coder_id, done, opened, say
from ui.session import session

_HEIGHT, _ROW_HEIGHT = 700, 112
_ROW = ""  # The name of the column with the rows: no code can have it.
_KINDS = {RowKind.CASE: "cases", RowKind.DOCUMENT: "documents", RowKind.SPEAKER: "speakers"}
_SHADES = {
    CellState.WRITTEN: "rgba(20, 108, 46, .10)",
    CellState.STALE: "rgba(196, 110, 0, .22)",
    CellState.QUOTATIONS: "rgba(11, 87, 208, .07)",
}
_FILES = {".xlsx": ("Excel", "table_view"), ".docx": ("Word", "description")}
_KEY = "framework"
_CELL = "framework cell"
_MOST_WAITING = 5_000
_MOST_ROWS = 200
"""Rows that are drawn: a browser takes seconds for thousands of tall ones."""


@dataclass
class _Chosen:
    """What was looked at last, and in which project."""

    project: str
    kind: RowKind
    under: str | None = None
    order_by: str | None = None


def show() -> None:
    """The matrix at the left, the chosen cell with its quotations at the right."""
    st.title("Framework", anchor=False)
    with opened() as project:
        codebook = project.codebook()
        if not codebook.codes:
            lead("The matrix has codes as its columns, and there are none yet.", "Make a codebook", "codebook")
            return
        if not project.documents():
            lead("The matrix has cases or documents as its rows, and there are none yet.", "Bring in", "documents")
            return
        matrix = _chosen(project, codebook)
        if not matrix.rows:
            lead(f"There are no {_KINDS[matrix.kind]} yet, so the matrix has no rows.", "Add some", "documents")
            return
        with st.container(key="beside"):
            left, right = st.columns([5, 3], gap="medium")
        with left:
            if len(matrix.rows) > _MOST_ROWS:
                st.caption(f"The first {_MOST_ROWS:,} of {len(matrix.rows):,} rows are shown; the files hold all.")
            place = _table(replace(matrix, rows=matrix.rows[:_MOST_ROWS]))
            _legend(matrix)
        with right:
            if place is None:
                st.info("Choose a cell to sum it up over its quotations.")
            else:
                _opened_cell(project, matrix, *place)


def _last(project: Project) -> _Chosen:
    last = st.session_state.get(_KEY)
    if not isinstance(last, _Chosen) or last.project != project.path:
        last = st.session_state[_KEY] = _Chosen(project.path, RowKind.CASE if project.cases() else RowKind.DOCUMENT)
    return last


def _chosen(project: Project, codebook: Codebook) -> Matrix:
    """Rows, columns, order and downloads in one line; the choices are as they were left last."""
    last = _last(project)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        last.kind = st.segmented_control(
            "Rows are", list(_KINDS), default=last.kind, required=True, format_func=_KINDS.__getitem__,
            key="framework rows",
        )  # fmt: skip
        branches: list[str | None] = [None, *(code.id for _, code in codebook.walk() if codebook.children(code.id))]
        paths = {code: codebook.path(code) if code else "all themes" for code in branches}
        last.under = one(_KEY, "Columns are", branches, last.under, paths, width=210)
        names: list[str | None] = [None, *(attribute.name for attribute in project.attributes())]
        order_by = None
        if len(names) > 1 and last.kind is not RowKind.SPEAKER:
            words = {name: name or "as they came" for name in names}
            order_by = last.order_by = one(_KEY, "Rows ordered by", names, last.order_by, words, width=150)
        matrix = verbs.matrix(project, last.kind, under=last.under, order_by=order_by, waiting=_waiting())
        st.space("stretch")
        for suffix, (name, icon) in _FILES.items():
            st.download_button(
                name,
                # Written when asked for: what is seen here.
                data=partial(verbs.as_file, matrix, suffix),
                file_name=f"framework{suffix}",
                on_click="ignore",
                icon=f":material/{icon}:",
                help="Summaries with their state, and the quotations pinned to them as comments",
            )
    return matrix


def _waiting() -> list[tuple[str, Span, str]]:
    """What is suggested to this coder just now, on passages not read yet."""
    suggested = queue(assistant().snapshot(coder_id()), Queue.SUREST, length=_MOST_WAITING)
    return [(each.document, each.span, each.code) for each in suggested]


def _table(matrix: Matrix) -> tuple[MatrixRow, MatrixColumn] | None:
    """Draw the matrix; the row and the column of the chosen cell, which stays chosen while it is worked on."""
    event = st.dataframe(
        _styled(matrix),
        hide_index=True,
        height=min(_HEIGHT, 38 + _ROW_HEIGHT * len(matrix.rows)),
        row_height=_ROW_HEIGHT,
        on_select="rerun",
        selection_mode="single-cell",
        key=f"framework {matrix.kind} {','.join(column.code for column in matrix.columns)}",
        column_config={
            _ROW: st.column_config.TextColumn(matrix.kind.value, width=120, pinned=len(matrix.columns) > 4),
            **{
                column.path: st.column_config.TextColumn(column.name, width=_width(matrix), help=plain(column.path))
                for column in matrix.columns
            },
        },
    )
    columns = {column.path: column for column in matrix.columns}
    rows = {row.id: row for row in matrix.rows}
    cells = event.selection.cells
    if cells and cells[0][0] < len(matrix.rows) and cells[0][1] in columns:
        st.session_state[_CELL] = (matrix.rows[cells[0][0]].id, columns[cells[0][1]].code)
    row, code = st.session_state.get(_CELL, ("", ""))
    column = next((column for column in matrix.columns if column.code == code), None)
    return (rows[row], column) if row in rows and column is not None else None


def _width(matrix: Matrix) -> int:
    return max(170, min(320, 660 // len(matrix.columns)))


def _styled(matrix: Matrix) -> Styler:
    cells = [[matrix.cells[row.id, column.code] for column in matrix.columns] for row in matrix.rows]
    paths = [column.path for column in matrix.columns]
    words = pd.DataFrame([[_told(cell) for cell in row] for row in cells], columns=paths)
    words.insert(0, _ROW, [f"{row.name}\n{row.value}" if row.value else row.name for row in matrix.rows])
    shades = pd.DataFrame([[_shade(cell.state) for cell in row] for row in cells], columns=paths)
    return words.style.apply(lambda _: shades, axis=None, subset=pd.Index(paths))


def _told(cell: MatrixCell) -> str:
    """A cell in the matrix: its sign, its state where it is not simply written, its summary."""
    if cell.state is CellState.WRITTEN:
        return f"{cell.state.sign} {cell.summary}"
    # A wide cell shows both in one line.
    return f"{cell.state.sign} {cell.words}" + (f".\n{cell.summary}" if cell.summary else "")


def _shade(state: CellState) -> str:
    return f"background-color: {_SHADES[state]}" if state in _SHADES else "color: rgba(118, 118, 118, 1)"


def _legend(matrix: Matrix) -> None:
    states = [cell.state for cell in matrix.cells.values()]
    st.caption(plain(" · ".join(f"{state.sign} {state.value} {states.count(state):,}" for state in CellState)))


# --- the chosen cell -------------------------------------------------------------------------------


def _opened_cell(project: Project, matrix: Matrix, row: MatrixRow, column: MatrixColumn) -> None:
    cell = matrix.cells[row.id, column.code]
    st.subheader(f"{plain(row.name)}: {plain(column.name)}", anchor=False)
    written = f" · {cell.coder}, {local_time(cell.modified)}" if cell.coder and cell.summary else ""
    whole = " · with the codes below it" if column.whole else ""
    st.caption(plain(f"{cell.state.sign} {_state_in_words(matrix.kind, cell)}{whole}{written}"))
    if cell.state is CellState.STALE:
        _stale(project, matrix.kind, row, column, cell)
    _summary(matrix.kind, row, column, cell)
    _quotations(matrix.kind, row, column, cell)


def _state_in_words(kind: RowKind, cell: MatrixCell) -> str:
    if cell.state is CellState.UNREAD and cell.unread:
        return f"not yet read: {count(cell.unread, 'text')} of this {kind.value} not read to the end by anybody"
    if cell.state is CellState.UNREAD:
        return f"no text belongs to this {kind.value} yet"
    return "stale" if cell.state is CellState.STALE else cell.words


def _stale(project: Project, kind: RowKind, row: MatrixRow, column: MatrixColumn, cell: MatrixCell) -> None:
    with st.container(border=True):
        st.markdown("**What changed since it was written**")
        changes = verbs.what_changed(project, cell)
        for change in changes[:12]:
            st.text(f"• {change}")
        if len(changes) > 12:
            st.text(f"• and {len(changes) - 12:,} more")
        # Over what is shown here, and not over what may have come since.
        st.button(
            "It still holds",
            icon=":material/check:",
            help="Or change the summary below",
            on_click=_do,
            args=(verbs.look_again, kind, row.id, column.code, "The summary still holds"),
            kwargs={"basis": cell.basis},
        )


def _summary(kind: RowKind, row: MatrixRow, column: MatrixColumn, cell: MatrixCell) -> None:
    # Another text stored there makes it another field, which shows that text.
    key = f"framework summary {row.id} {column.code} {cell.modified}"
    # No form, which would forget what is typed when another cell is chosen: the field saves whenever it is left,
    # and the button is where to click for it.
    st.text_area(
        "Summary",
        value=cell.summary,
        height=130,
        key=key,
        placeholder="In your own words",
        on_change=whole,
        args=(partial(_write, kind, row.id, column.code, key, cell),),
    )
    stored_before_leaving()
    st.button("Save", type="primary", key="save summary", help="Also saved when you go on to anything else")


def _quotations(kind: RowKind, row: MatrixRow, column: MatrixColumn, cell: MatrixCell) -> None:
    if not cell.quotations:
        st.text("No quotation lies under this cell.")
        return
    st.caption(f"{count(len(cell.quotations), 'quotation')}, {len(cell.pinned)} pinned")
    with st.container(height=430, border=False):
        for quotation in cell.quotations[:100]:
            _quotation(kind, row, column, quotation)
        if len(cell.quotations) > 100:
            st.text("The first hundred are shown; the Quotations page has all.")


def _quotation(kind: RowKind, row: MatrixRow, column: MatrixColumn, quotation: CellQuotation) -> None:
    with st.container(border=True):
        st.text(quotation.text)
        code = f" · {quotation.code}" if column.whole else ""
        st.caption(plain(f"{quotation.source}{code} · {quotation.coder}"))
        with st.container(horizontal=True):
            st.button(
                "Unpin" if quotation.pinned else "Pin",
                key=f"pin {quotation.coding}",
                icon=":material/keep_off:" if quotation.pinned else ":material/keep:",
                type="secondary",
                on_click=_do,
                args=(
                    partial(verbs.unpin if quotation.pinned else verbs.pin, coding=quotation.coding),
                    kind, row.id, column.code, "Unpinned" if quotation.pinned else "Pinned",
                ),
            )  # fmt: skip
            if st.button("Read it in its place", key=f"place {quotation.coding}", icon=":material/article:"):
                session().look_at(quotation.document, quotation.span.start)
                st.switch_page(st.session_state["coding page"])


def _write(kind: RowKind, row: str, code: str, key: str, cell: MatrixCell) -> None:
    summary = st.session_state[key]
    verb = partial(verbs.write_summary, summary=summary, seen=cell.summary, basis=cell.basis)
    _do(verb, kind, row, code, f"Saved: {shortened(summary, 40)}" if summary.strip() else "Emptied the cell")


def _do(verb: Callable[..., None], kind: RowKind, row: str, code: str, what: str, **values: object) -> None:
    """Call a verb before the page is drawn anew, and say what was done, or why not."""
    try:
        with opened() as project:
            verb(project, kind, row, code, coder=coder_id(), **values)
    except StaleEdit as error:
        stands = error.versions[0][1] if error.versions else None
        again = partial(verb, kind=kind, row=row, code=code, coder=coder_id(), **{**values, "seen": stands})
        dispute(error, again)
        say(f"Not done: {error}", ":material/error:")
    except CodingError as error:
        say(f"Not done: {error}", ":material/error:")
    else:
        done(what)
