"""Documents and cases: bring files in, see what was understood, say what belongs where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from coder.errors import CodingError
from coder.formats import READERS
from coder.model import Attribute, AttributeType, Case, Document, DocumentKind, Membership
from coder.store import Project
from coder.workflow import cases as case_verbs
from coder.workflow import documents as document_verbs
from coder.workflow.documents import FileReport, Outcome, Source
from ui.parts.errors import refused, told
from ui.parts.words import count, plain
from ui.resources import coder_id, opened, say
from ui.session import session

_SIGNS = {
    Outcome.READ: "✓ read",
    Outcome.WARNED: "! read, with warnings",
    Outcome.KNOWN: "= already there",
    Outcome.REFUSED: "✕ refused",
}


def show() -> None:
    """Import, the table of documents, the table of cases."""
    st.title("Documents")
    with opened() as project:
        documents = project.documents()
        with st.expander("Bring in files", expanded=not documents, icon=":material/upload_file:"):
            _import(project)
        _reports()
        if documents:
            _documents(project, documents)
        else:
            st.info("No documents yet. Drop transcripts and notes above: text, Markdown, Word or WebVTT.")
        st.header("Cases")
        _cases(project)


def _import(project: Project) -> None:
    cases = {case.id: case.name for case in project.cases()}
    case = st.selectbox(
        "They belong to the case", [None, *cases], format_func=lambda id: cases.get(id or "", "none, or choose later")
    )
    whole_folder = st.toggle("A whole folder", help="Takes every readable file of a folder and its subfolders.")
    kinds = sorted(suffix.lstrip(".") for suffix in READERS)
    files = st.file_uploader(
        "A folder" if whole_folder else "Files",
        type=kinds,
        accept_multiple_files="directory" if whole_folder else True,
        key=f"upload {st.session_state.get('uploads', 0)} {whole_folder}",
    )
    if files and st.button(f"Read {count(len(files), 'file')}", type="primary"):
        bar = st.progress(0.0)

        def progress(done: int, of: int, name: str) -> None:
            bar.progress(done / max(1, of), f"{done} of {of}: {plain(name)}" if name else "Done")

        with told():
            st.session_state["reports"] = document_verbs.import_documents(
                project, _sources(files), coder=coder_id(), case=case, on_progress=progress
            )
            # A new key empties the uploader: the same files are not offered again.
            st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1
            st.rerun()


def _sources(files: Sequence[UploadedFile]) -> list[Source]:
    return [Source(file.name, file.getvalue) for file in files]


def _reports() -> None:
    reports: list[FileReport] = st.session_state.get("reports", [])
    if not reports:
        return
    refusals = sum(report.outcome is Outcome.REFUSED for report in reports)
    st.subheader(f"{count(len(reports) - refusals, 'file')} read" + (f", {refusals} refused" if refusals else ""))
    st.dataframe(
        pd.DataFrame(
            {
                "file": report.name,
                "result": _SIGNS[report.outcome],
                "turns": report.turns,
                "words": report.words,
                "speakers": ", ".join(report.speakers),
                "remarks": "; ".join(report.messages),
            }
            for report in reports
        ),
        hide_index=True,
    )
    if st.button("Put this report away"):
        st.session_state["reports"] = []
        st.rerun()


def _documents(project: Project, documents: list[Document]) -> None:
    memberships, cases = project.memberships(), project.cases()
    names = {case.id: case.name for case in cases}
    counts: dict[str, int] = {}
    for coding in project.codings():
        counts[coding.document] = counts.get(coding.document, 0) + 1
    table = pd.DataFrame(
        {
            "open": False,
            "name": document.name,
            "kind": document.kind.value,
            "case": _case_name(document, memberships, names),
            "date": document.date or "",
            "words": document.words,
            "codings": counts.get(document.id, 0),
            "remove": False,
        }
        for document in documents
    )
    edited = st.data_editor(
        table,
        key=f"documents {project.revision}",
        hide_index=True,
        height=min(760, 38 + 35 * len(documents)),
        disabled=["words", "codings"],
        column_config={
            "open": st.column_config.CheckboxColumn("code", help="Open it on the coding screen", width="small"),
            "name": st.column_config.TextColumn(width="large", required=True),
            "kind": st.column_config.SelectboxColumn(options=[kind.value for kind in DocumentKind], required=True),
            "case": st.column_config.SelectboxColumn(options=["", *names.values()]),
            "date": st.column_config.TextColumn(help="As 2021-03-04"),
            "words": st.column_config.NumberColumn(format="localized"),
            "remove": st.column_config.CheckboxColumn(help="Hide it and its codings; undo brings them back"),
        },
    )
    for document, before, after in zip(documents, table.to_dict("records"), edited.to_dict("records"), strict=True):
        if before != after:
            _change(project, document, before, after, {name: id for id, name in names.items()})


def _case_name(document: Document, memberships: list[Membership], names: dict[str, str]) -> str:
    return ", ".join(names[m.case] for m in memberships if m.document == document.id)


def _change(
    project: Project, document: Document, before: dict[Any, Any], after: dict[Any, Any], ids: dict[str, str]
) -> None:
    if after["open"]:
        session().look_at(document.id)
        st.switch_page(st.session_state["coding page"])
    try:
        if after["remove"]:
            document_verbs.remove_document(project, document.id, coder=coder_id())
            say(f"{document.name} is removed; undo on the Project page brings it back", ":material/delete:")
        elif after["case"] != before["case"]:
            for membership in project.memberships():
                if membership.document == document.id:
                    case_verbs.unassign(project, document.id, membership.case, coder=coder_id())
            if after["case"]:
                case_verbs.assign(project, document.id, ids[after["case"]], coder=coder_id())
        else:
            document_verbs.change_document(
                project,
                document.id,
                coder=coder_id(),
                name=after["name"],
                kind=DocumentKind(after["kind"]),
                date=after["date"] or "",
            )
    except CodingError as error:
        refused(error)
    else:
        st.rerun()


def _cases(project: Project) -> None:
    cases, attributes = project.cases(), project.attributes()
    if cases:
        _case_table(project, cases, attributes)
    else:
        st.info("A case is a participant, a site or a network. Add one, or load a table with one row a case.")
    one, two, three = st.columns(3)
    with one, st.form("add case", clear_on_submit=True):
        name = st.text_input("New case")
        if st.form_submit_button("Add case") and name.strip():
            _do(lambda: case_verbs.add_case(project, name, coder=coder_id()))
    with two, st.form("add attribute", clear_on_submit=True):
        attribute = st.text_input("New attribute of every case")
        kind = AttributeType(st.selectbox("Its values are", [kind.value for kind in AttributeType]))
        if st.form_submit_button("Add attribute") and attribute.strip():
            _do(lambda: case_verbs.add_attribute(project, attribute, kind, coder=coder_id()))
    with three:
        file = st.file_uploader(
            "Case table (CSV, first column the case)", type=["csv"], key=f"cases {project.revision}"
        )
        if file is not None:
            _do(lambda: case_verbs.import_case_table(project, file.name, file.getvalue(), coder=coder_id()))


def _case_table(project: Project, cases: list[Case], attributes: list[Attribute]) -> None:
    names = [attribute.name for attribute in attributes]
    table = pd.DataFrame(
        [
            {"case": case.name, **{name: _typed(case.values.get(name)) for name in names}, "remove": False}
            for case in cases
        ],
        columns=["case", *names, "remove"],
    )
    edited = st.data_editor(
        table,
        key=f"case table {project.revision}",
        hide_index=True,
        column_config={"case": st.column_config.TextColumn(required=True, pinned=True)},
    )
    for case, before, after in zip(cases, table.to_dict("records"), edited.to_dict("records"), strict=True):
        for column in [column for column in before if before[column] != after[column]]:
            _do(lambda case=case, column=column, after=after: _change_case(project, case, str(column), after[column]))


def _typed(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else "" if value is None else str(value)


def _change_case(project: Project, case: Case, column: str, value: object) -> None:
    if column == "case":
        case_verbs.rename_case(project, case.id, str(value), coder=coder_id())
    elif column == "remove":
        case_verbs.remove_case(project, case.id, coder=coder_id())
    else:
        case_verbs.set_value(project, case.id, column, str(value or ""), coder=coder_id())


def _do(verb: Any) -> None:
    try:
        verb()
    except CodingError as error:
        refused(error)
    else:
        st.rerun()
