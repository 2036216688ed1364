"""Comparing: one table at a time, chosen in plain words; a cell leads to the quotations that it counts."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from coder.errors import UnknownItem
from coder.formats.tables import TABLE_WRITERS
from coder.model import DocumentKind
from coder.model.choices import ExportKind, Measure
from coder.model.codebook import SEPARATOR
from coder.store import Project
from coder.tables import Period
from coder.workflow import tables
from coder.workflow.layers import layers as layers_of
from coder.workflow.projects import open_project
from coder.workflow.tables import Question
from ui.parts.choosing import one
from ui.parts.layers import unsettled
from ui.parts.leading import lead
from ui.parts.quoted import quoted
from ui.parts.words import count, plain
from ui.resources import coder_id, opened
from ui.session import session

_PAGE = "compare"
_WHOLE, _UNUSED = "Codes count with all below them", "Codes that were never used, too"
_HEIGHT = 720
_CODE = ""  # The name of the column with the codes: no case can have it.
_WIDE = 8
_FILES = {
    ".csv": ("CSV", "text/csv"),
    ".xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
}
_TABLES = {
    ExportKind.CASES: "Codes in each case",
    ExportKind.CROSSTAB: "Codes by what is known about cases",
    ExportKind.CO_OCCURRENCE: "Codes that occur together",
    ExportKind.SPEAKERS: "Codes by who speaks",
    ExportKind.ROLES: "Codes by role of who speaks",
    ExportKind.KINDS: "Codes by kind of document",
    ExportKind.TIMELINE: "Codes from beginning to end of a document",
    ExportKind.MEETINGS: "Codes by date of the document",
}
_NEAR = {None: "on the same words", 0: "in the same passage", 1: "within 1 passage", 3: "within 3 passages",
         5: "within 5 passages"}  # fmt: skip
_SHARES = {
    "with code": "cases with the code",
    "row %": "% of the cases with the code",
    "column %": "% of the cases of this value",
}


def show() -> None:
    """The question above, its table at the left, the quotations behind the chosen cell at the right."""
    st.title("Compare cases", anchor=False)
    with opened() as project:
        if not project.coded_by():
            lead("Nothing to compare yet: cases are compared by what is coded in them.", "Begin to code", "coding")
            return
        question = session().question = _asked(project)
        try:
            table = _compared(project, _state(project), question)
        except UnknownItem:
            lead("Nothing is known about cases yet: note it in the table of cases.", "To the cases", "documents")
            return
        _downloads(project, question)
        unsettled(project, question.layer)
        with st.container(key="beside"):
            left, right = st.columns([5, 2], gap="medium")
        with left:
            cell = _drawn(project, question, table)
        with right:
            if cell is None:
                st.info("Choose a number to read the quotations that it counts.")
            else:
                _behind(project, question, *cell)


@st.cache_resource(max_entries=2, show_spinner=False)
def _compared(_project: Project, state: tuple[str, str, str], question: Question) -> pd.DataFrame:
    """Made once for a state of the project: choosing a number must not count everything anew."""
    return tables.compared(_project, question)


@st.cache_resource(max_entries=2, show_spinner=False)
def _unread(_project: Project, state: tuple[str, str, str], layer: str) -> int:
    return tables.unread_documents(_project, layer)


def _state(project: Project) -> tuple[str, str, str]:
    return project.path, project.head, coder_id()


def _asked(project: Project) -> Question:
    """The choice of the table and of its options, as it was left last."""
    last = session().question or Question()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kind = one(_PAGE, "Table", list(_TABLES), last.kind, _TABLES, width=360)
        question = replace(last, kind=kind)
        if kind is ExportKind.CROSSTAB:
            names = [attribute.name for attribute in project.attributes()]
            if names:
                question = replace(question, attribute=one(_PAGE, "Known about cases", names, last.attribute))
        elif kind is ExportKind.CO_OCCURRENCE:
            question = replace(question, within=one(_PAGE, "Together is", list(_NEAR), last.within, _NEAR))
        else:
            measures = {measure: measure.value for measure in Measure}
            question = replace(question, measure=one(_PAGE, "A number counts", list(Measure), last.measure, measures))
        layers = layers_of(project)
        if len(layers) > 1:
            question = replace(question, layer=one(_PAGE, "Codings of", list(layers), last.layer, layers, width=200))
        if kind is ExportKind.TIMELINE:
            names_of = {None: "All, laid over each other"} | {one.id: one.name for one in project.documents()}
            question = replace(question, document=one(_PAGE, "Document", list(names_of), last.document, names_of))
        if kind is ExportKind.MEETINGS:
            periods = {period: f"one column a {period.value}" for period in Period}
            kinds = {None: "All"} | {one: one.value for one in DocumentKind}
            question = replace(
                question,
                period=one(_PAGE, "Dates", list(Period), last.period, periods),
                document_kind=one(_PAGE, "Documents", list(kinds), last.document_kind, kinds),
            )
    with st.container(horizontal=True):
        if any(code.parent for code in project.codebook().codes):
            question = replace(question, whole=st.toggle(_WHOLE, last.whole, key="compare whole"))
        if kind not in (ExportKind.CROSSTAB, ExportKind.CO_OCCURRENCE):
            st.toggle(_UNUSED, key="compare unused")
    return question


def _downloads(project: Project, question: Question) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_told(project, question), width="stretch")
        for suffix in TABLE_WRITERS:
            name, mime = _FILES[suffix]
            st.download_button(
                name,
                data=partial(_file, project.path, suffix, question),
                file_name=f"{question.kind.value}{suffix}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                help="This table; every count on a sheet of its own"
                if (question.kind, suffix) == (ExportKind.CASES, ".xlsx")
                else "This table",
            )


def _told(project: Project, question: Question) -> str:
    """What a reader must know to read the table rightly."""
    if question.kind is ExportKind.CASES:
        waiting = _unread(project, _state(project), question.layer)
        if not waiting:
            return "0 is absent: every document has been read to its end."
        return f"0 is absent. – is not yet known: {count(waiting, 'document')} not yet read to the end."
    return {
        ExportKind.CROSSTAB: "– is not yet known: a case not yet read that lacks a code counts neither as with nor "
        "as without.",
        ExportKind.CO_OCCURRENCE: "Jaccard: together out of either, 1 is always. Lift: above 1 is more than by chance.",
        ExportKind.SPEAKERS: "One name is one speaker; whoever asks in an interview stands under (interviewer).",
        ExportKind.ROLES: "Roles differ in how much was said: compare coded words per 1,000.",
        ExportKind.KINDS: "Kinds differ in length: compare coded words per 1,000.",
        ExportKind.TIMELINE: "Each column is a tenth of the text, from the beginning to the end.",
        ExportKind.MEETINGS: "Dates differ in how much was said: compare coded words per 1,000.",
    }[question.kind]


def _drawn(project: Project, question: Question, table: pd.DataFrame) -> tuple[str, str] | None:
    """The table; the code path and the column (or other code) of the chosen cell."""
    if question.kind is ExportKind.CO_OCCURRENCE:
        return _pairs(table)
    if question.kind is ExportKind.CROSSTAB:
        shown = st.segmented_control(
            "A number is", list(_SHARES), default="with code", required=True, format_func=_SHARES.__getitem__
        )
        known = (table["with code"] > 0) | (table["not yet read"] == 0)
        told = table.assign(**{shown: table[shown].where(known)})
        wide = told.pivot_table(index="code path", columns="value", values=shown, sort=False, dropna=False)
        used = table.groupby("code path", sort=False)["with code"].sum() > 0
        cell = _grid(wide.loc[used[used].index], question)
        _tests(tables.tested(project, question).set_index("code path").loc[used[used].index])
        return cell
    if question.kind is ExportKind.CASES:
        table = table.T
    sums = table.fillna(0).sum(axis=1)
    everything = st.session_state.get("compare unused", False)
    return _grid(table if everything else table.loc[sums > 0], question)


def _grid(table: pd.DataFrame, question: Question) -> tuple[str, str] | None:
    if table.empty:
        st.info("Nothing is coded here.")
        return None
    event = st.dataframe(
        _tinted(table),
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * len(table)),
        on_select="rerun",
        selection_mode="single-cell",
        key=f"comparison {question}",
        placeholder="–",
        # Pinned it is paler, so only where the columns do not fit beside it.
        column_config={_CODE: st.column_config.TextColumn("code", width=330, pinned=len(table.columns) > _WIDE)},
    )
    cells = event.selection.cells
    if cells and cells[0][0] < len(table) and cells[0][1] in table.columns:
        return str(table.index[cells[0][0]]), cells[0][1]
    return None


def _pairs(table: pd.DataFrame) -> tuple[str, str] | None:
    if table.empty:
        st.info("No two codes occur together in this sense.")
        return None
    unit = table["unit"].iloc[0]
    st.caption(f"All counts are {unit}, {table['of all'].iloc[0]:,} in all.")
    named = {column: table[column].str.rsplit(SEPARATOR, n=1).str[-1] for column in ("code path", "with")}
    event = st.dataframe(
        table.drop(columns=["unit", "of all"]).assign(**named),
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * len(table)),
        on_select="rerun",
        selection_mode="single-cell",
        key=f"pairs {unit}",
        column_config={
            "code path": st.column_config.TextColumn("code", width=180),
            "with": st.column_config.TextColumn("with", width=180),
            "together": st.column_config.NumberColumn(width=70),
            "first": st.column_config.NumberColumn("the code", width=70),
            "second": st.column_config.NumberColumn("the other", width=70),
        },
    )
    rows = [row for row, _ in event.selection.cells]
    return (table["code path"].iloc[rows[0]], table["with"].iloc[rows[0]]) if rows and rows[0] < len(table) else None


def _tests(found: pd.DataFrame) -> None:
    with st.expander("Could chance explain it?"):
        st.text(
            "p: how often chance alone would part the cases at least so unevenly. p (Holm) allows for the number of "
            "codes tested: with many codes, some p is small by chance."
        )
        st.dataframe(
            found[["p", "p (Holm)", "caveat"]].reset_index(),
            hide_index=True,
            placeholder="–",
            column_config={
                "code path": st.column_config.TextColumn("code", width=260),
                "p": st.column_config.NumberColumn(format="%.3f", width=70),
                "p (Holm)": st.column_config.NumberColumn(format="%.3f", width=80),
                "caveat": st.column_config.TextColumn(width=520),
            },
        )


def _tinted(table: pd.DataFrame) -> Styler:
    """Each number with a shade for its share of the largest in its row, so that contrasts show."""

    def shades(row: pd.Series) -> list[str]:
        most = max(row.fillna(0).max(), 1e-9)
        return [_shade(value / most) for value in row.fillna(0)]

    numbers = table.astype("float64")
    whole = numbers.reset_index(names=_CODE)
    shown: list[Hashable] = list(table.columns)
    return whole.style.apply(shades, axis=1, subset=shown).format("{:.4g}", subset=shown, na_rep="–")


def _shade(share: float) -> str:
    return f"background-color: rgba(179, 38, 30, {0.35 * share:.2f})" if share else "color: rgba(128, 128, 128, .7)"


def _behind(project: Project, question: Question, path: str, column: str) -> None:
    found = tables.behind(project, question, path, column)
    heading = f"{path} with {column}" if question.kind is ExportKind.CO_OCCURRENCE else f"{column}: {path}"
    st.subheader(plain(heading), anchor=False)
    quoted(found, coded=question.kind is ExportKind.CO_OCCURRENCE, height=_HEIGHT - 90)


def _file(path: str, suffix: str, question: Question) -> bytes:
    # Built when asked for, after this rerun has closed its project.
    with open_project(path) as project:
        return tables.as_file(project, suffix, question)
