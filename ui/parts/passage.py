"""One passage to read, with where it comes from and the way to its place."""

from __future__ import annotations

import streamlit as st

from ui.parts.words import plain
from ui.session import session


def passage(text: str, caption: str) -> None:
    """Its words, and beneath them where they come from."""
    st.text(text)
    st.caption(plain(caption))


def to_its_place(document: str, start: int, key: str) -> None:
    """A button that leads to a place (code points) of a document (by id)."""
    if st.button("Read it in its place", key=key, icon=":material/article:"):
        session().look_at(document, start)
        st.switch_page(st.session_state["coding page"])
