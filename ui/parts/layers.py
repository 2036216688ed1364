"""Whose codings a table holds."""

from __future__ import annotations

import streamlit as st

from coder.model.settling import CONSENSUS
from coder.store import Project
from coder.workflow.layers import consensus
from ui.parts.words import count


def unsettled(project: Project, layer: str) -> None:
    """Say what the consensus leaves out, where that is the layer shown."""
    if layer == CONSENSUS.id and (still_open := consensus(project).open):
        verb = "is" if still_open == 1 else "are"
        st.caption(f"{count(still_open, 'difference')} between coders {verb} not settled, and not in the consensus.")
