"""Quotations: everything that was coded, filtered, with its place, to take along."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from coder.formats.tables import TABLE_WRITERS
from coder.store import Project
from coder.workflow import tables
from ui.parts.leading import lead
from ui.parts.words import count, plain
from ui.resources import opened
from ui.session import session

_SHOWN = ["quotation", "code path", "coder", "case", "document", "speaker", "time", "origin", "memo"]
_FILES = {
    ".csv": ("CSV", "text/csv"),
    ".xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
}


def show() -> None:
    """Filters, the table, downloads; a row leads to its place in the transcript."""
    st.title("Quotations", anchor=False)
    with opened() as project:
        if not project.codings():
            lead("Nothing is coded yet. What you code appears here.", "Begin to code", "coding")
            return
        frame = _filtered(project)
    if frame.empty:
        st.info("No quotation passes these filters.")
        return
    _downloads(frame)
    row = _table(frame)
    if row is None:
        st.caption("Choose a row to read the whole quotation, and to go to its place.")
    else:
        _read(row)


def _filtered(project: Project) -> pd.DataFrame:
    codebook = project.codebook()
    cases = {case.id: case.name for case in project.cases()}
    documents = {document.id: document.name for document in project.documents()}
    with st.container(key="filters"):
        one, two, three, four, five = st.columns(5)
    codes = [code.id for _, code in codebook.walk()]
    return tables.quotations(
        project,
        codes=one.multiselect("Codes", codes, format_func=codebook.path, placeholder="All"),
        cases=two.multiselect("Cases", cases, format_func=cases.__getitem__, placeholder="All"),
        documents=three.multiselect("Documents", documents, format_func=documents.__getitem__, placeholder="All"),
        coders=four.multiselect("Coders", [coder.name for coder in project.coders()], placeholder="All"),
        words=five.text_input("With the words", placeholder="Any"),
    )


def _downloads(frame: pd.DataFrame) -> None:
    made = count(frame["coding id"].nunique(), "quotation")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{made} from {count(frame['document id'].nunique(), 'document')}", width="stretch")
        for suffix, write in TABLE_WRITERS.items():
            name, mime = _FILES[suffix]
            st.download_button(
                name,
                data=partial(write, frame),
                file_name=f"quotations{suffix}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                help=f"All of these with every column, as {suffix}",
            )


def _table(frame: pd.DataFrame) -> dict[Any, Any] | None:
    """Draw the table; the row that was chosen in it."""
    event = st.dataframe(
        frame[_SHOWN],
        hide_index=True,
        height=430,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key="quotations table",
        placeholder="",
        column_config={
            "quotation": st.column_config.TextColumn(width=420),
            "code path": st.column_config.TextColumn("code", width=300),
            "coder": st.column_config.TextColumn(width=110),
            "document": st.column_config.TextColumn(width=190),
        },
    )
    rows = event.selection.rows or [row for row, _ in event.selection.cells]
    return frame.iloc[rows[0]].to_dict() if rows and rows[0] < len(frame) else None


def _read(row: dict[Any, Any]) -> None:
    with st.container(border=True):
        facts = [row[column] for column in ("code path", "case", "document", "speaker", "time", "coder")]
        st.caption(plain(" · ".join(str(fact) for fact in facts if pd.notna(fact))))
        st.text(row["quotation"])
        if pd.notna(row["memo"]):
            st.caption(f"Memo: {plain(row['memo'])}")
        if st.button("Read it in its place", icon=":material/article:", type="primary"):
            session().look_at(row["document id"], int(row["start"]))
            st.switch_page(st.session_state["coding page"])
