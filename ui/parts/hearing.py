"""Waiting until the assistant has read the passages for what they mean."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.assistant import assistant
from ui.parts.words import plain


@st.fragment(run_every=1.0)
def wait_for_meaning(words: str, there: Callable[[], bool]) -> None:
    """Say so in these words, and draw the page anew as soon as it is there, or say why it does not come."""
    if (failure := assistant().status.failure) is not None:
        st.warning(plain(failure), icon=":material/warning:")
        return
    st.info(words)
    if there():
        st.rerun(scope="app")
