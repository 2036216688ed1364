"""Documents: bring files in, see what was understood, say what they are and where they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from coder.errors import CodingError
from coder.model import Document, DocumentKind
from coder.store import Project
from coder.workflow import documents as verbs
from coder.workflow.cases import set_cases
from ui.parts import coded_transcript
from ui.parts.acting import act, popover
from ui.parts.errors import refused
from ui.parts.words import count
from ui.resources import coder_id, done, opened
from ui.screens import bring_in, cases
from ui.session import session

VIEW, DOCUMENTS, CASES = "documents view", "Documents", "Cases"
"""The key of the choice between the two halves of this screen, and what can be chosen."""

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
            with st.expander(
                "Bring in files", expanded=not documents or bring_in.begun(), icon=":material/upload_file:"
            ):
                bring_in.show(project)
            bring_in.reports()
            if documents:
                _documents(project, documents)
            else:
                st.info(
                    "No documents yet. Drop transcripts and meeting notes above, a zip of them, or a table with the "
                    "answers to a survey."
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
            "name": st.column_config.TextColumn(width=250, required=True),
            "cases": st.column_config.MultiselectColumn(options=list(names.values()), width=130),
            "kind": st.column_config.SelectboxColumn(
                options=[kind.value for kind in DocumentKind], required=True, width=120
            ),
            "date": st.column_config.TextColumn(help="As 2021-03-04", width=90),
            "words": _number(70),
            "codings": _number(75),
            "read": st.column_config.ProgressColumn(help="How far you have read", format="percent", width=80),
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
    coded_transcript.downloads(project, chosen)
    if st.button("Correct the text", icon=":material/edit_note:", disabled=len(chosen) != 1):
        session().look_at(chosen[0])
        st.switch_page(st.session_state["correcting page"])
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
