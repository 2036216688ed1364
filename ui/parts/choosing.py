"""Choices that begin as they were left when one comes back from another page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def begins(key: str, value: object) -> str:
    """The key of a choice, which begins with this value."""
    st.session_state.setdefault(key, value)
    return key


def several(
    place: DeltaGenerator, label: str, options: Mapping[str, str], *, key: str, last: Sequence[str] = ()
) -> tuple[str, ...]:
    """Ids out of these, by their names; none is all. What is no longer there is no longer chosen."""
    st.session_state[key] = [id for id in st.session_state.get(key, last) if id in options]
    return tuple(place.multiselect(label, list(options), placeholder="All", format_func=options.__getitem__, key=key))
