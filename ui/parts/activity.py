"""What the assistant is busy with, in the sidebar of every page."""

from __future__ import annotations

import streamlit as st

from ui.assistant import Activity, Status, assistant
from ui.parts.words import plain

_BUSY = {Activity.STARTING, Activity.EMBEDDING, Activity.LEARNING}


def show() -> None:
    """Progress while there is any, words where it failed, nothing when all is ready."""
    # Looked at every second only while something moves: each look is a rerun, and those of the pane come first.
    st.fragment(draw, run_every=1.0 if assistant().status.activity in _BUSY else None)()


def draw() -> None:
    """The same, once."""
    status = assistant().status
    if status.failure is not None:
        st.warning(plain(f"No suggestions: {status.failure}"))
        if st.button("Try again"):
            assistant().retry()
            st.rerun()
    else:
        progress(status)


def progress(status: Status) -> None:
    """How far passages are read, and about how long it takes; nothing where they are read already."""
    far = status.progress
    if status.activity is not Activity.EMBEDDING or far is None:
        return
    words = f"Reading passages for suggestions: {far.done:,} of {far.total:,}"
    if far.seconds_left is not None:
        words += f", about {far.seconds_left:.0f} s left"
    st.progress(far.done / max(1, far.total), words)
