"""Quotations: everything that was coded, filtered, with its place, to take along."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from coder.formats.tables import TABLE_WRITERS
from coder.workflow import tables
from ui.parts.words import count
from ui.resources import opened
from ui.session import session

_SHOWN = ["quotation", "code path", "case", "document", "speaker", "time", "coder", "origin", "memo"]
_MIME = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
}


def show() -> None:
    """Filters, the table, downloads; a row leads to its place in the transcript."""
    st.title("Quotations")
    with opened() as project:
        codebook = project.codebook()
        one, two, three, four, five = st.columns(5)
        codes = one.multiselect("Codes", [code.id for _, code in codebook.walk()], format_func=codebook.path)
        cases = {case.id: case.name for case in project.cases()}
        documents = {document.id: document.name for document in project.documents()}
        chosen = two.multiselect("Cases", cases, format_func=cases.__getitem__)
        inside = three.multiselect("Documents", documents, format_func=documents.__getitem__)
        coders = four.multiselect("Coders", [coder.name for coder in project.coders()])
        words = five.text_input("With the words")
        frame = tables.quotations(project, codes=codes, cases=chosen, documents=inside, coders=coders, words=words)
        if frame.empty:
            st.info("Nothing here. Widen the filters, or code a passage on the **Code** page.")
            return
        made = count(frame["coding id"].nunique(), "quotation")
        st.caption(f"{made} from {count(frame['document id'].nunique(), 'document')}. Choose a row to read it there.")
        event = st.dataframe(
            frame[_SHOWN],
            hide_index=True,
            height=560,
            on_select="rerun",
            selection_mode="single-row",
            key="quotations table",
            column_config={"quotation": st.column_config.TextColumn(width="large")},
        )
        rows = event.selection.rows
        if rows and rows[0] < len(frame):
            row = frame.iloc[rows[0]]
            st.text(row["quotation"])
            if st.button("Read it in its place", icon=":material/article:", type="primary"):
                session().look_at(row["document id"], int(row["start"]))
                st.switch_page(st.session_state["coding page"])
        _downloads(frame)


def _downloads(frame: pd.DataFrame) -> None:
    with st.container(horizontal=True):
        for suffix, write in TABLE_WRITERS.items():
            st.download_button(
                f"These as {suffix.lstrip('.').upper()}",
                data=partial(write, frame),
                file_name=f"quotations{suffix}",
                mime=_MIME[suffix],
                on_click="ignore",
                icon=":material/download:",
            )
