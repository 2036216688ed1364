"""One code sorted into two, quotation by quotation."""

from __future__ import annotations

import streamlit as st

from coder.model import Code
from coder.store import Project
from coder.workflow import sorting
from ui.parts.acting import act
from ui.parts.words import count, plain
from ui.resources import coder_id

AT_ONCE = 25
"""Quotations on one page of the list."""

_CHOSEN = "quotations that split off"


def splitting(project: Project, code: Code, state: str) -> None:
    """Names for the two and a list of the quotations; what is ticked goes to the new code. ``state`` ends it."""
    codings = project.codings(code=code.id)
    documents = {document.id: document.name for document in project.documents()}
    chosen = st.session_state.setdefault(_CHOSEN, {}).setdefault(code.id, set())
    chosen &= {coding.id for coding in codings}
    one, two = st.columns(2)
    name = one.text_input("Keeps those not ticked", code.name, key=f"first {code.id}")
    new = two.text_input("New code, takes those ticked", key=f"second {code.id}")
    pages = -(-len(codings) // AT_ONCE)
    page = st.pagination(pages, key=f"page {code.id}") if pages > 1 else 1
    with st.container(height=420):
        for coding in codings[(page - 1) * AT_ONCE : page * AT_ONCE]:
            words = f"{coding.quotation} ({documents[coding.document]})"
            if st.checkbox(plain(words), coding.id in chosen, key=f"splits off {coding.id}"):
                chosen.add(coding.id)
            else:
                chosen.discard(coding.id)
    st.caption(f"{count(len(codings) - len(chosen), 'quotation')} stay, {len(chosen):,} go to the new code.")
    with st.container(horizontal=True):
        if st.button("Split it", type="primary", disabled=not chosen or not new.strip()):

            def split() -> None:
                ids = [coding.id for coding in codings if coding.id in chosen]
                sorting.split_code(project, code.id, new, ids, coder=coder_id(), name=name)
                st.session_state.pop(_CHOSEN)
                st.session_state.pop(state)

            act(split, f"Split {code.name}: {len(chosen):,} went to {new.strip()}")
        if st.button("Leave it as it is"):
            st.session_state.pop(_CHOSEN)
            st.session_state.pop(state)
            st.rerun()
