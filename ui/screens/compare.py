"""Cases against codes; a cell leads to the quotations that it counts."""

from __future__ import annotations

from functools import partial

import streamlit as st

from coder.tables import NO_CASE, Measure
from coder.workflow import tables
from coder.workflow.projects import open_project
from coder.workflow.tables import ExportKind
from ui.resources import opened
from ui.session import session


def show() -> None:
    """The table, and the quotations behind the chosen cell."""
    st.title("Compare cases")
    with opened() as project:
        measure = st.segmented_control(
            "A cell counts", list(Measure), default=Measure.CODINGS, format_func=lambda measure: measure.value
        )
        by_code = tables.case_by_code(project, measure or Measure.CODINGS)
        if by_code.empty or not by_code.to_numpy().any():
            st.info("Nothing to compare yet: put documents into cases on the **Documents** page, and code some.")
            return
        used = st.toggle("Only codes that were used", value=True)
        shown = by_code.loc[:, by_code.any()] if used else by_code
        # Codes as rows read better: their names are long, and cases are few.
        event = st.dataframe(
            shown.T,
            height=min(800, 38 + 35 * shown.shape[1]),
            on_select="rerun",
            selection_mode="single-cell",
            key="case by code",
            column_config={"code path": st.column_config.TextColumn("code", width="large", pinned=True)},
        )
        cells = event.selection.cells
        if cells:
            row, case = cells[0]
            if row < shown.shape[1] and case in shown.index:
                frame = tables.quotations(project)
                here = (frame["case"].fillna(NO_CASE) == case) & (frame["code path"] == shown.columns[row])
                st.subheader(f"{case}: {shown.columns[row]}", anchor=False)
                for position, quotation in enumerate(frame[here].to_dict("records")):
                    with st.container(border=True):
                        st.text(quotation["quotation"])
                        who = ", ".join(filter(None, [quotation["speaker"], quotation["document"], quotation["coder"]]))
                        if st.button(who, key=f"quotation {position}", icon=":material/article:", type="tertiary"):
                            session().look_at(quotation["document id"], int(quotation["start"]))
                            st.switch_page(st.session_state["coding page"])
        else:
            st.caption("Choose a cell to read its quotations.")
        st.download_button(
            "All four counts as XLSX",
            data=partial(_workbook, project.path),
            file_name="case-by-code.xlsx",
            on_click="ignore",
            icon=":material/download:",
        )


def _workbook(path: str) -> bytes:
    # Built when asked for, after this rerun has closed its project.
    with open_project(path) as project:
        return tables.as_file(project, ".xlsx", ExportKind.CASES)
