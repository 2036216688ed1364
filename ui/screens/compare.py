"""Cases against codes; a cell leads to the quotations that it counts."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from coder.store import Project
from coder.tables import NO_CASE, Measure
from coder.workflow import tables
from coder.workflow.projects import open_project
from coder.workflow.tables import ExportKind
from ui.parts.leading import lead
from ui.parts.words import count, plain
from ui.resources import opened
from ui.session import session

_HEIGHT = 760
_CODE = ""  # The name of the column with the codes: no case can have it.


def show() -> None:
    """The table at the left, the quotations behind the chosen cell at the right."""
    st.title("Compare cases", anchor=False)
    with opened() as project:
        if not project.codings():
            lead("Nothing to compare yet: cases are compared by what is coded in them.", "Begin to code", "coding")
            return
        table = _counted(project)
        with st.container(key="beside"):
            left, right = st.columns([2, 1], gap="medium")
        with left:
            cell = _table(table)
        with right:
            if cell is None:
                st.info("Choose a number to read the quotations that it counts.")
            else:
                _behind(project, *cell)


def _counted(project: Project) -> pd.DataFrame:
    """Cases as columns and codes as rows: the names of codes are long, and cases are few."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        measure = st.segmented_control(
            "A number counts",
            list(Measure),
            default=Measure.CODINGS,
            required=True,
            format_func=lambda measure: measure.value,
        )
        used = st.toggle("Only codes that were used", value=True)
        st.space("stretch")
        st.download_button(
            "Excel, all four counts",
            data=partial(_workbook, project.path),
            file_name="case-by-code.xlsx",
            on_click="ignore",
            icon=":material/download:",
        )
    by_code = tables.case_by_code(project, measure)
    return (by_code.loc[:, by_code.any()] if used else by_code).T


def _table(table: pd.DataFrame) -> tuple[str, str] | None:
    """Draw the table; the case and the code path of the chosen cell."""
    event = st.dataframe(
        _tinted(table),
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * len(table)),
        on_select="rerun",
        selection_mode="single-cell",
        key="case by code",
        # Pinned it is paler, so only where the cases do not fit beside it.
        column_config={_CODE: st.column_config.TextColumn("code", width=330, pinned=len(table.columns) > 8)},
    )
    cells = event.selection.cells
    if cells and cells[0][0] < len(table) and cells[0][1] in table.columns:
        return cells[0][1], str(table.index[cells[0][0]])
    return None


def _tinted(table: pd.DataFrame) -> Styler:
    """Each number with a shade for its share of the largest in its row, so that contrasts between cases show."""

    def shades(row: pd.Series) -> list[str]:
        most = max(row.max(), 1e-9)
        return [_shade(value / most) for value in row]

    whole = table.reset_index(names=_CODE)
    return whole.style.apply(shades, axis=1, subset=list(table.columns)).format("{:.4g}", subset=list(table.columns))


def _shade(share: float) -> str:
    return f"background-color: rgba(179, 38, 30, {0.35 * share:.2f})" if share else "color: rgba(128, 128, 128, .7)"


def _behind(project: Project, case: str, path: str) -> None:
    frame = tables.quotations(project)
    found = frame[(frame["case"].fillna(NO_CASE) == case) & (frame["code path"] == path)]
    st.subheader(f"{plain(case)}: {plain(path)}", anchor=False)
    st.caption(f"{count(len(found), 'quotation')} from {count(found['document id'].nunique(), 'document')}")
    if found.empty:
        return
    with st.container(height=_HEIGHT - 90, border=False):
        for position, quotation in enumerate(found.to_dict("records")):
            with st.container(border=True):
                st.text(quotation["quotation"])
                facts = [quotation[column] for column in ("speaker", "time", "document", "coder")]
                st.caption(plain(" · ".join(str(fact) for fact in facts if pd.notna(fact))))
                if st.button("Read it in its place", key=f"quotation {position}", icon=":material/article:"):
                    session().look_at(quotation["document id"], int(quotation["start"]))
                    st.switch_page(st.session_state["coding page"])


def _workbook(path: str) -> bytes:
    # Built when asked for, after this rerun has closed its project.
    with open_project(path) as project:
        return tables.as_file(project, ".xlsx", ExportKind.CASES)
