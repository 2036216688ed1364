"""The coding screen: one document, its codings, and what is suggested."""

from __future__ import annotations

from functools import partial

import streamlit as st

from coder.model import Document
from coder.store import Project
from coder.workflow.likeness import much_alike
from coder.workflow.suggestions import Quotation as Found
from ui.assistant import assistant, names_encoder
from ui.components.transcript import Evidence, Goto, Quotation, Suggestion, Suggestions, transcript
from ui.parts.leading import lead
from ui.resources import coder_id, opened
from ui.session import DOCUMENT, POSITION, Session, session

WAIT = 0.1
"""Seconds that what was just decided may take to show in what is suggested; later it shows the next time."""


def show() -> None:
    """Choose a document, and code it."""
    with opened() as project:
        documents = project.documents()
        if not documents:
            st.title("Code", anchor=False)
            lead("There is nothing to read yet.", "Bring in documents", "documents")
            return
        _follow_the_link(documents)
        document = _choose(project, documents)
    here, coder = session(), coder_id()
    st.query_params[DOCUMENT] = document.id
    names = {known.id: known.name for known in documents}
    transcript(
        opened,
        document.id,
        coder=coder,
        suggestions=partial(_suggestions, coder, document.id),
        evidence=partial(_evidence, coder, document.id, names),
        alike=_alike,
        goto=Goto(here.goto, token=f"{document.id}:{here.goto}:{here.jump}") if here.goto is not None else None,
        address=POSITION,
        on_goto=_go,
        on_define=_define,
    )


def _suggestions(coder: str, document: str) -> Suggestions | None:
    with opened() as project:
        revision = project.revision
    snapshot = assistant().fresh(coder, revision, WAIT)
    if snapshot.ground is None or (snapshot.learned is None and not snapshot.switches.silent):
        return None
    passages = {
        passage: tuple(Suggestion(each.code, each.probability) for each in found)
        for passage, found in snapshot.suggestions(document).items()
    }
    return Suggestions(f"{document}:{snapshot.version}", passages, snapshot.ground.model)


def _evidence(coder: str, document: str, names: dict[str, str], passage: int, code: str) -> Evidence:
    found = assistant().snapshot(coder).evidence(document, passage, code)
    if found is None:
        return Evidence(note="Nothing is known about this passage yet, or suggestions are held back here.")

    def quoted(quotation: Found) -> Quotation:
        name = names.get(quotation.document, "")
        return Quotation(quotation.text, quotation.document, name, quotation.span.start, quotation.likeness)

    return Evidence(
        tuple(quoted(quotation) for quotation in found.quotations),
        quoted(found.refused) if found.refused else None,
        found.sentence or "",
        found.words,
        f"{found.said.words.capitalize()} at this level: {found.said.basis}.",
    )


def _alike(name: str) -> list[str]:
    with opened() as project:
        codebook = project.codebook()
    return [code.id for code in much_alike(codebook, name, names_encoder())]


def _follow_the_link(documents: list[Document]) -> None:
    here, known = session(), {document.id for document in documents}
    asked, position = st.query_params.get(DOCUMENT), st.query_params.get(POSITION, "")
    if here.document is None and asked in known:
        here.look_at(asked, int(position) if position.isdecimal() else None)
    elif here.document is None and asked:
        st.warning("The document that this link names is not in this project.", icon=":material/link_off:")
    if here.document not in known:
        here.look_at(documents[0].id)


def _choose(project: Project, documents: list[Document]) -> Document:
    here = session()
    by_id = {document.id: document for document in documents}
    ids = list(by_id)
    at = ids.index(here.document or ids[0])
    cases = {case.id: case.name for case in project.cases()}
    belongs = {membership.document: cases[membership.case] for membership in project.memberships()}

    def named(id: str) -> str:
        case = belongs.get(id)
        return f"{case} · {by_id[id].name}" if case else by_id[id].name

    with st.container(horizontal=True, gap="small"):
        # A new key for each document: chosen here, by the arrows or by a link, the box shows the same.
        chosen = st.selectbox(
            "Document", ids, index=at, format_func=named, key=f"document {ids[at]}", label_visibility="collapsed"
        )
        if st.button("Previous", icon=":material/chevron_left:", help="The document before", disabled=at == 0):
            _open(here, ids[at - 1])
        if st.button("Next", icon=":material/chevron_right:", help="The document after", disabled=at == len(ids) - 1):
            _open(here, ids[at + 1])
        if st.button("Correct", icon=":material/edit_note:", help="Correct the text; the codings go along"):
            st.switch_page(st.session_state["correcting page"])
    if chosen != ids[at]:
        _open(here, chosen)
    return by_id[chosen]


def _open(here: Session, document: str) -> None:
    here.look_at(document)
    st.query_params.pop(POSITION, None)
    st.rerun()


def _go(document: str, position: int) -> None:
    session().look_at(document, position)
    st.rerun(scope="app")


def _define(code: str) -> None:
    session().code = code
    st.switch_page(st.session_state["codebook page"])
