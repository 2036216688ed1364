"""The way from a passage or a quotation to others that are like it."""

from __future__ import annotations

import streamlit as st

from coder.workflow.search import Place

LIKE = "search like"
"""What the page Search looks for next: more like what stands at a place."""


def more_like(place: Place) -> None:
    """Go to the page Search, for more like what stands there."""
    st.session_state[LIKE] = place
    st.switch_page(st.session_state["search page"])
