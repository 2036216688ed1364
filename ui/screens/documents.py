"""Documents: bring files in, see what was understood, say what they are and where they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from coder.errors import CodingError
from coder.formats import READERS
from coder.model import Document, DocumentKind
from coder.store import Project
from coder.workflow import documents as verbs
from coder.workflow.cases import set_cases
from coder.workflow.documents import FileReport, Outcome, Source
from ui.parts.acting import act, popover
from ui.parts.errors import refused, told
from ui.parts.words import count, plain
from ui.resources import coder_id, done, opened
from ui.screens import cases
from ui.session import session

VIEW, DOCUMENTS, CASES = "documents view", "Documents", "Cases"
"""The key of the choice between the two halves of this screen, and what can be chosen."""

_SIGNS = {
    Outcome.WARNED: "! read, with remarks",
    Outcome.KNOWN: "= already there",
    Outcome.READ: "✓ read",
}
_LANGUAGES = {
    "en": "English",
    "fi": "Finnish",
    "sv": "Swedish",
    "da": "Danish",
    "nb": "Norwegian",
    "de": "German",
    "nl": "Dutch",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "it": "Italian",
    "pl": "Polish",
    "et": "Estonian",
}
_OPEN = "document to code"


def show() -> None:
    """Either half: documents, or cases."""
    st.title("Documents and cases", anchor=False)
    with opened() as project:
        view = st.segmented_control(
            "View", [DOCUMENTS, CASES], default=DOCUMENTS, required=True, label_visibility="collapsed", key=VIEW
        )
        if view == CASES:
            cases.show(project)
        else:
            documents = project.documents()
            with st.expander("Bring in files", expanded=not documents, icon=":material/upload_file:"):
                _import(project)
            _reports()
            if documents:
                _documents(project, documents)
            else:
                st.info("No documents yet. Drop transcripts and meeting notes above: Word, text, Markdown or WebVTT.")


def _import(project: Project) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with right:
        whole_folder = st.toggle("A whole folder", help="Takes every readable file of a folder and its subfolders.")
        case = st.selectbox(
            "They belong to the case",
            [case.name for case in project.cases()],
            index=None,
            placeholder="Choose or write one, or leave it for later",
            accept_new_options=True,
        )
        language = st.selectbox("They are in", list(_LANGUAGES), format_func=_LANGUAGES.__getitem__)
    with left:
        files = st.file_uploader(
            "A folder" if whole_folder else "Files",
            type=sorted(suffix.lstrip(".") for suffix in READERS),
            accept_multiple_files="directory" if whole_folder else True,
            key=f"upload {st.session_state.get('uploads', 0)} {whole_folder}",
        )
        if files and st.button(f"Read {count(len(files), 'file')}", type="primary"):
            with told():
                _read(project, files, case, language)


def _read(project: Project, files: Sequence[UploadedFile], case: str | None, language: str) -> None:
    bar = st.progress(0.0)

    def progress(done: int, of: int, name: str) -> None:
        bar.progress(done / max(1, of), f"{done} of {of}: {plain(name)}" if name else "Done")

    st.session_state["reports"] = verbs.import_documents(
        project,
        [Source(file.name, file.getvalue) for file in files],
        coder=coder_id(),
        case=cases.named(project, case) if case else None,
        language=language,
        on_progress=progress,
    )
    # A new key empties the uploader: the same files are not offered again.
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1
    st.rerun()


def _reports() -> None:
    reports: list[FileReport] = st.session_state.get("reports", [])
    if not reports:
        return
    refusals = [report for report in reports if report.outcome is Outcome.REFUSED]
    taken = [report for report in reports if report.outcome is not Outcome.REFUSED]
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader(f"{count(len(taken), 'file')} read, {len(refusals)} refused", anchor=False, width="content")
            if st.button("Put this report away", icon=":material/close:", type="tertiary"):
                st.session_state["reports"] = []
                st.rerun()
        if refusals:
            reasons = (f"- **{plain(report.name)}**: {plain(' '.join(report.messages))}" for report in refusals)
            st.error("\n".join(reasons), icon=":material/block:")
        if taken:
            _taken(taken)


def _taken(reports: Sequence[FileReport]) -> None:
    rows = sorted(reports, key=lambda report: list(_SIGNS).index(report.outcome))
    st.dataframe(
        pd.DataFrame(
            {
                "file": report.name,
                "result": _SIGNS[report.outcome],
                "turns": report.turns,
                "words": report.words,
                "speakers": ", ".join(report.speakers),
                "remarks": " ".join(report.messages),
            }
            for report in rows
        ),
        hide_index=True,
        height=min(320, 38 + 35 * len(rows)),
        column_config={"turns": st.column_config.NumberColumn(width=60), "words": _number(70)},
    )


def _documents(project: Project, documents: list[Document]) -> None:
    names = {case.id: case.name for case in project.cases()}
    bar = st.container(horizontal=True, vertical_alignment="center")
    table = _table(project, documents, names)
    edited = st.data_editor(
        table,
        key=f"documents {project.revision}",
        hide_index=True,
        height=min(800, 38 + 35 * len(documents)),
        disabled=["words", "codings", "read"],
        column_config={
            "chosen": st.column_config.CheckboxColumn("", width=36, pinned=True),
            "code": st.column_config.ButtonColumn("", width=70, key=_OPEN),
            "name": st.column_config.TextColumn(width=300, required=True),
            "cases": st.column_config.MultiselectColumn(options=list(names.values()), width=130),
            "kind": st.column_config.SelectboxColumn(
                options=[kind.value for kind in DocumentKind], required=True, width=120
            ),
            "date": st.column_config.TextColumn(help="As 2021-03-04", width=95),
            "words": _number(70),
            "codings": _number(75),
            "read": st.column_config.ProgressColumn(help="How far you have read", format="percent", width=100),
        },
    )
    if (click := st.session_state.get(_OPEN)) is not None:
        session().look_at(documents[click["row"]].id)
        st.switch_page(st.session_state["coding page"])
    with bar:
        chosen = [document.id for document, row in zip(documents, edited["chosen"], strict=True) if row]
        _with_chosen(project, documents, chosen)
    for document, before, after in zip(documents, table.to_dict("records"), edited.to_dict("records"), strict=True):
        if {**before, "chosen": None} != {**after, "chosen": None}:
            _change(project, document, before, after, {name: id for id, name in names.items()})


def _table(project: Project, documents: Sequence[Document], names: Mapping[str, str]) -> pd.DataFrame:
    belongs: dict[str, list[str]] = {}
    for membership in project.memberships():
        belongs.setdefault(membership.document, []).append(names[membership.case])
    counts: dict[str, int] = {}
    for coding in project.codings():
        counts[coding.document] = counts.get(coding.document, 0) + 1
    read = {mark.document: mark.position for mark in project.read_marks() if mark.coder == coder_id()}
    return pd.DataFrame(
        {
            "chosen": False,
            "code": "Code",
            "name": document.name,
            "cases": list(dict.fromkeys(belongs.get(document.id, []))),
            "kind": document.kind.value,
            "date": document.date or "",
            "words": document.words,
            "codings": counts.get(document.id, 0),
            "read": read.get(document.id, 0) / max(1, document.characters),
        }
        for document in documents
    )


def _number(width: int) -> Any:
    return st.column_config.NumberColumn(format="localized", width=width)


def _with_chosen(project: Project, documents: Sequence[Document], chosen: Sequence[str]) -> None:
    if chosen:
        st.text(f"{len(chosen)} chosen", width="stretch")
    else:
        words = sum(document.words for document in documents)
        st.text(f"{count(len(documents), 'document')}, {count(words, 'word')}", width="stretch")
    with (
        popover(project, "Put in cases", icon="folder_shared", disabled=not chosen),
        st.form("put in cases", clear_on_submit=True, border=False),
    ):
        wanted = st.multiselect(
            "The chosen documents belong to",
            [case.name for case in project.cases()],
            placeholder="Choose or write a name",
            accept_new_options=True,
        )
        st.caption("Left empty, they belong to no case.")
        if st.form_submit_button("Put them there", type="primary"):
            what = f"Put {count(len(chosen), 'document')} in {', '.join(wanted) or 'no case'}"
            act(lambda: set_cases(project, chosen, cases.all_named(project, wanted), coder=coder_id()), what)
    if st.button("Remove", icon=":material/delete:", disabled=not chosen, help="Hides them and their codings"):
        what = f"Removed {count(len(chosen), 'document')}"
        act(lambda: verbs.remove_documents(project, chosen, coder=coder_id()), what)


def _change(
    project: Project, document: Document, before: dict[Any, Any], after: dict[Any, Any], ids: Mapping[str, str]
) -> None:
    try:
        if list(after["cases"]) != list(before["cases"]):
            set_cases(project, [document.id], [ids[name] for name in after["cases"]], coder=coder_id())
        else:
            verbs.change_document(
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
        done(f"Changed {after['name']}")
        st.rerun()
