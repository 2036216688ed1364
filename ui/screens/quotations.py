"""Quotations: everything that was coded, filtered, with its place, to take along."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from coder.formats.tables import TABLE_WRITERS
from coder.model.settling import CONSENSUS
from coder.store import Project
from coder.workflow import sorting, tables
from coder.workflow.layers import EVERYBODY, layers
from coder.workflow.projects import open_project
from coder.workflow.search import Place
from coder.workflow.tables import Filters
from ui.parts.acting import act, popover
from ui.parts.layers import unsettled
from ui.parts.leading import lead
from ui.parts.searching import more_like
from ui.parts.words import count, plain
from ui.resources import coder_id, opened
from ui.session import session

_SHOWN = ["quotation", "code path", "coder", "case", "document", "speaker", "time", "origin", "memo"]
_MOST = 2_000
"""Rows that a browser is given: more take it seconds, and nobody scrolls through them."""
_FILES = {
    ".csv": ("CSV", "text/csv"),
    ".xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".parquet": ("Parquet", "application/vnd.apache.parquet"),
}


@dataclass(frozen=True)
class _Found:
    """How many quotations pass the filters, from how many documents, and the first rows; files are made anew."""

    quotations: int
    documents: int
    rows: pd.DataFrame


def show() -> None:
    """Filters, the table, downloads; a row leads to its place in the transcript."""
    st.title("Quotations", anchor=False)
    with opened() as project:
        if not project.coded_by():
            lead("Nothing is coded yet. What you code appears here.", "Begin to code", "coding")
            return
        filters = _filters(project)
        found = _found(project, (project.path, project.head, coder_id()), filters)
        if not found.quotations:
            st.info("No quotation passes these filters.")
            return
        _downloads(project, found, filters)
    chosen = _table(found)
    if chosen.empty:
        st.caption("Click a cell to read the whole quotation; tick rows to recode or pin them.")
        return
    with opened() as project:
        _sort(project, chosen)
    if len(chosen) == 1:
        _read(chosen.iloc[0].to_dict())


def _filters(project: Project) -> Filters:
    codebook = project.codebook()
    cases = {case.id: case.name for case in project.cases()}
    documents = {document.id: document.name for document in project.documents()}
    with st.container(key="filters"):
        one, two, three, four, five = st.columns(5)
    codes = [code.id for _, code in codebook.walk()]
    layer = EVERYBODY
    if CONSENSUS.id in layers(project) and four.toggle("The consensus alone", help="What coders agreed on or settled"):
        layer = CONSENSUS.id
        unsettled(project, layer)
    return Filters(
        codes=one.multiselect("Codes", codes, format_func=codebook.path, placeholder="All"),
        cases=two.multiselect("Cases", cases, format_func=cases.__getitem__, placeholder="All"),
        documents=three.multiselect("Documents", documents, format_func=documents.__getitem__, placeholder="All"),
        coders=four.multiselect("Coders", [coder.name for coder in project.coders()], placeholder="All"),
        words=five.text_input("With the words", placeholder="Any"),
        layer=layer,
    )


@st.cache_resource(max_entries=2, show_spinner=False)
def _found(_project: Project, state: tuple[str, str, str], filters: Filters) -> _Found:
    """Made once for a state of the project: choosing a row must not look through a hundred thousand anew."""
    codings = tables.passing(_project, filters)
    rows = tables.quotations(_project, filters, codings[:_MOST])
    return _Found(len(codings), len({coding.document for coding in codings}), rows)


def _downloads(project: Project, found: _Found, filters: Filters) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{count(found.quotations, 'quotation')} from {count(found.documents, 'document')}", width="stretch")
        for suffix in TABLE_WRITERS:
            name, mime = _FILES[suffix]
            st.download_button(
                name,
                data=partial(_file, project.path, coder_id(), filters, suffix),
                file_name=f"quotations{suffix}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                help=f"All of these with every column, as {suffix}",
            )


def _file(path: str, coder: str, filters: Filters, suffix: str) -> bytes:
    # Built when asked for, after this rerun has closed its project.
    with open_project(path) as project:
        return TABLE_WRITERS[suffix](tables.quotations(project.seen_by(coder), filters))


def _table(found: _Found) -> pd.DataFrame:
    """Draw the table; the rows that were chosen in it."""
    frame = found.rows.head(_MOST)
    if max(found.quotations, len(found.rows)) > _MOST:
        of_all = f"The first {_MOST:,} rows of {count(found.quotations, 'quotation')} are shown"
        st.caption(f"{of_all}. Filters look through all, and files hold all.")
    event = st.dataframe(
        frame[_SHOWN],
        hide_index=True,
        height=430,
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
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
    return frame.iloc[[row for row in rows if row < len(frame)]]


def _sort(project: Project, chosen: pd.DataFrame) -> None:
    """Recode the quotations that were chosen, or pin the only one."""
    codebook = project.codebook()
    ids = list(dict.fromkeys(chosen["coding id"]))
    takers = [code.id for _, code in codebook.walk() if code.takes_codings]
    with st.container(horizontal=True, gap="xsmall"):
        with popover(project, f"Recode {count(len(ids), 'quotation')}", icon="swap_horiz"):
            into = st.selectbox("To", takers, format_func=codebook.path, key="recode chosen to")
            if st.button("Recode", type="primary", disabled=into is None) and into is not None:
                what = f"Recoded {count(len(ids), 'quotation')} to {codebook.code(into).name}"
                act(lambda: sorting.recode_codings(project, ids, into, coder=coder_id()), what)
        if len(ids) == 1:
            with popover(project, "Pin", icon="push_pin"):
                counter = st.radio(
                    "Pin these words as", [False, True], format_func=["Example", "Counter-example"].__getitem__
                )
                own = takers.index(project.coding(ids[0]).code) if project.coding(ids[0]).code in takers else 0
                code = st.selectbox("Of", takers, index=own, format_func=codebook.path, key=f"pin {ids[0]}")
                if st.button("Pin it", type="primary") and code is not None:
                    what = f"Pinned to {codebook.code(code).name}"
                    act(
                        lambda: sorting.pin_quotation(project, ids[0], code=code, counter=counter, coder=coder_id()),
                        what,
                    )


def _read(row: dict[Any, Any]) -> None:
    with st.container(border=True):
        facts = [row[column] for column in ("code path", "case", "document", "speaker", "time", "coder")]
        st.caption(plain(" · ".join(str(fact) for fact in facts if pd.notna(fact))))
        st.text(row["quotation"])
        if pd.notna(row["memo"]):
            st.caption(f"Memo: {plain(row['memo'])}")
        with st.container(horizontal=True):
            if st.button("Read it in its place", icon=":material/article:", type="primary"):
                session().look_at(row["document id"], int(row["start"]))
                st.switch_page(st.session_state["coding page"])
            if st.button("More like this", icon=":material/search:", help="Passages that say the like, in any words"):
                more_like(Place(row["document id"], int(row["start"]), int(row["end"])))
