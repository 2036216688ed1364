"""The pane on a bare screen; what to show comes in the address."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from suggesting import codes_meaning, evidence_for, suggestions_for

from coder.store import Project
from coder.workflow.projects import open_project
from ui.components.transcript import Goto, courier, transcript

st.set_page_config("Transcript", layout="wide")
asked = st.query_params
path = Path(os.environ["STUDIES"]) / f"{asked['study']}.redthread"
with open_project(path) as project:
    names = {document.name: document.id for document in project.documents()}
    coders = {coder.name.split()[0]: coder.id for coder in project.coders()}
shown = st.session_state.get("document", names[asked.get("document", "Interview.txt")])
place = st.session_state.get("place")
coder = coders[asked.get("coder", "Aino")]
if "many" in asked:
    chosen = st.selectbox("Document", list(names), index=list(names.values()).index(shown))
    shown = names[chosen]


@contextmanager
def opened() -> Iterator[Project]:
    with open_project(path) as project:
        yield project.seen_by(coder)


def go(document: str, position: int) -> None:
    st.session_state.document = document
    st.session_state.place = Goto(position, token=f"{document}:{position}")
    st.rerun()


def define(code: str) -> None:
    with opened() as project:
        st.toast(f"Codebook: {project.codebook().path(code)}")


if place is None and "position" in asked:
    place = st.session_state.place = Goto(int(asked["position"]), token="link")
suggests = "suggests" in asked
left = False
if "leave" in asked:
    for message in courier(opened, coder=coder):
        st.toast(message)
    if st.button("Leave"):
        st.session_state.left = True
    if st.button("Come back"):
        st.session_state.left = False
    left = st.session_state.get("left", False)
# Another screen runs to its end: st.stop() would keep the fragment of the pane alive where it no longer has a place.
if not left:
    transcript(
        opened,
        shown,
        coder=coder,
        suggestions=(lambda: suggestions_for(path, shown, coder)) if suggests else None,
        evidence=(lambda passage, code: evidence_for(path, shown, passage, code)) if suggests else None,
        alike=(lambda name: codes_meaning(path, name)) if suggests else None,
        goto=place,
        address="position",
        on_goto=go,
        on_define=define,
        read_only="reader" in asked,
    )
