"""What to do next, and a button that leads there."""

from __future__ import annotations

import streamlit as st


def lead(words: str, button: str, page: str) -> None:
    """Say what is missing here; the button opens the page of this name (see ``ui.app``)."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(words, width="content")
        if st.button(button, icon=":material/arrow_forward:", type="primary"):
            st.switch_page(st.session_state[f"{page} page"])
