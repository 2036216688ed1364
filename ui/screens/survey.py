"""A table of answers: what its columns are, what comes of them, one button."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from coder.errors import CodingError
from coder.formats.answers import Choice, Plan, Survey, Use, is_dictionary, planned
from coder.formats.answers import survey as understand
from coder.formats.rows import sheet_names
from coder.store import Project
from coder.workflow.answers import import_answers
from ui.parts.errors import refused
from ui.parts.words import count, plain, shortened
from ui.resources import coder_id, done
from ui.screens import cases

_SHOWN = 5
"""Documents shown before they are brought in."""

_LONGEST = 5_000
"""Characters of the first document that are shown."""

_UNDERSTOOD, _SHEETS = "table of answers", "sheets"
_BY_RESPONDENT, _BY_QUESTION = "One document a respondent", "One document a question"


def show(project: Project, files: Sequence[UploadedFile], language: str) -> bool | None:
    """The form for one of these tables. Once it was brought in: whether other tables are left; None before.

    Raises UnreadableFile for what is no table of answers.
    """
    dictionary = next((file for file in files if len(files) > 1 and is_dictionary(file.name, file.getvalue())), None)
    tables = [file for file in files if file is not dictionary]
    file = tables[0] if len(tables) == 1 else st.selectbox("Table", tables, format_func=lambda table: table.name)
    sheet = _sheet(file)
    found = _understood(file, dictionary, sheet)
    made = f"{found.maker}, {count(len(found.rows), 'row')}" + (f", read with {dictionary.name}" if dictionary else "")
    st.subheader(plain(file.name), anchor=False)
    st.text(f"Understood as {made}. Check what each column becomes, then bring it in.")
    uses = _columns(found, f"columns {file.file_id} {dictionary is not None} {sheet}")
    by = st.segmented_control(
        "It becomes", [_BY_RESPONDENT, _BY_QUESTION], default=_BY_RESPONDENT, required=True, key=f"by {file.file_id}"
    )
    choice = _choice(uses, by_question=by == _BY_QUESTION)
    if not choice.answers:
        st.info("No column is an open answer yet. Choose “open answer” for those that people wrote in their own words.")
        return None
    plan = planned(found, choice)
    pressed = st.button(
        f"Bring in {count(len(plan.documents), 'document')}", type="primary", disabled=not plan.documents
    )
    _remarks((*found.remarks, *plan.remarks))
    if pressed and _store(project, found, choice, language):
        return len(tables) > 1
    if plan.documents:
        _preview(plan, choice)
    return None


def _sheet(file: UploadedFile) -> str:
    """The sheet that is to be read, where a workbook has several; empty for the first with several rows."""
    known: dict[str, tuple[str, ...]] = st.session_state.setdefault(_SHEETS, {})
    if file.file_id not in known:
        known[file.file_id] = sheet_names(file.name, file.getvalue())
    if len(known[file.file_id]) < 2:
        return ""
    chosen = st.selectbox(
        "Sheet",
        known[file.file_id],
        index=None,
        placeholder="The first with several rows",
        key=f"sheet {file.file_id}",
    )
    return chosen or ""


def _understood(file: UploadedFile, dictionary: UploadedFile | None, sheet: str) -> Survey:
    """The table, read once: a large workbook takes seconds, and every click draws the page anew."""
    key = (file.file_id, dictionary and dictionary.file_id, sheet)
    before: tuple[object, Survey] | None = st.session_state.get(_UNDERSTOOD)
    if before is None or before[0] != key:
        beside = (dictionary.name, dictionary.getvalue()) if dictionary else None
        with st.spinner(f"Reading {plain(file.name)}"):
            before = st.session_state[_UNDERSTOOD] = (
                key,
                understand(file.name, file.getvalue(), dictionary=beside, sheet=sheet),
            )
    return before[1]


def _columns(found: Survey, key: str) -> dict[str, Use]:
    """Draw the columns of the table; what each becomes by the researcher's choice."""
    asked = any(column.question != column.name for column in found.columns)
    frame = pd.DataFrame(
        {
            "column": column.name,
            "question": shortened(column.question, 200),
            "becomes": column.use.value,
            "values": cases.KINDS[column.type] if column.filled else "",
            "because": column.why,
            "filled": column.filled,
            "for example": " · ".join(shortened(example, 60) for example in column.examples),
        }
        for column in found.columns
    )
    edited = st.data_editor(
        frame if asked else frame.drop(columns="question"),
        key=key,
        hide_index=True,
        height=min(420, 38 + 35 * len(frame)),
        disabled=["column", "question", "values", "because", "filled", "for example"],
        column_config={
            "becomes": st.column_config.SelectboxColumn(options=[use.value for use in Use], required=True, width=120),
            "filled": st.column_config.NumberColumn(width=60, help="Rows that have a value"),
        },
    )
    return {column.name: Use(use) for column, use in zip(found.columns, edited["becomes"], strict=True)}


def _choice(uses: dict[str, Use], *, by_question: bool) -> Choice:
    named = {use: tuple(name for name, chosen in uses.items() if chosen is use) for use in Use}
    return Choice(named[Use.ANSWER], named[Use.CASE], named[Use.ATTRIBUTE], by_question)


def _remarks(remarks: Sequence[str]) -> None:
    if remarks:
        st.caption("\n".join(f"- {plain(remark)}" for remark in remarks))


def _preview(plan: Plan, choice: Choice) -> None:
    st.text(f"{count(len(plan.documents), 'document')} and {count(len(plan.respondents), 'case')}. The first of them:")
    values = {case.name: case.values for case in plan.respondents}
    # Columns by number: an attribute may be called as one of ours.
    names = list(dict.fromkeys(name for told in values.values() for name in told))
    rows = []
    for document in plan.documents[:_SHOWN]:
        told = values.get(document.cases[0][0], {}) if not choice.by_question else {}
        belongs = document.cases[0][0] if not choice.by_question else count(len(document.cases), "case")
        text = shortened(document.reading.text, 400)
        rows.append([document.name, belongs, *(told.get(name, "") for name in names), text])
    columns = ["document", "case", *names, "text"]
    st.dataframe(
        pd.DataFrame(rows, columns=[str(number) for number in range(len(columns))]),
        hide_index=True,
        column_config={str(number): st.column_config.TextColumn(name) for number, name in enumerate(columns)},
    )
    first = plan.documents[0]
    st.caption(plain(f"{first.name} will read:"))
    with st.container(border=True, height=200 if len(first.reading.text) > 400 else "content"):
        st.text(first.reading.text[:_LONGEST])


def _store(project: Project, found: Survey, choice: Choice, language: str) -> bool:
    bar = st.progress(0.0)
    st.button("Stop", icon=":material/stop_circle:", help="Nothing of this table is stored then.")

    def progress(at: int, of: int, name: str) -> None:
        bar.progress(at / max(1, of), f"{at} of {of}: {plain(name)}" if name else "Done")

    try:
        report = import_answers(project, found, choice, coder=coder_id(), language=language, on_progress=progress)
    except CodingError as error:
        refused(error)
        return False
    known = f", {report.known} were there already" if report.known else ""
    done(f"Brought in {count(report.added, 'document')} of {found.name}{known}")
    return True
