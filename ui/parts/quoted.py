"""Quotations to read one after the other, each with the way to its place."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ui.parts.words import count, plain
from ui.session import session

MOST = 100
"""Quotations that are shown; nobody reads more in a column."""


def quoted(found: pd.DataFrame, *, coded: bool, height: int) -> None:
    """How many there are, and their cards (rows of the table of quotations); ``coded``: each with its code."""
    st.caption(f"{count(len(found), 'quotation')} from {count(found['document id'].nunique(), 'document')}")
    if found.empty:
        return
    with st.container(height=height, border=False):
        for position, quotation in enumerate(found.head(MOST).to_dict("records")):
            _card(position, quotation, coded=coded)
        if len(found) > MOST:
            st.caption(f"These are the first {MOST}; the page Quotations has them all.")


def _card(position: int, quotation: dict[Any, Any], *, coded: bool) -> None:
    with st.container(border=True):
        st.text(quotation["quotation"])
        columns = [*(["code"] if coded else []), "speaker", "time", "document", "coder"]
        st.caption(plain(" · ".join(str(quotation[column]) for column in columns if pd.notna(quotation[column]))))
        if st.button("Read it in its place", key=f"quotation {position}", icon=":material/article:"):
            session().look_at(quotation["document id"], int(quotation["start"]))
            st.switch_page(st.session_state["coding page"])
