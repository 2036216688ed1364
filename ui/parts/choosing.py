"""Choices that begin as they were left when one comes back from another page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_Choice = TypeVar("_Choice")


def one(
    page: str,
    label: str,
    options: Sequence[_Choice],
    last: _Choice,
    words: Mapping[_Choice, str] | None = None,
    *,
    width: int = 240,
    of: str = "",
) -> _Choice:
    """A list that shows what was chosen last, also when one comes back to its page; None may be an option.

    ``of`` tells apart lists of the same label whose options depend on another choice.
    """
    key = " ".join(filter(None, (page, label, of)))
    # By place in the list: to Streamlit a choice of None is no choice.
    before = options.index(last) if last in options else 0
    if st.session_state.get(key, before) >= len(options):
        st.session_state[key] = before
    st.session_state.setdefault(key, before)

    def told(place: int) -> str:
        return words[options[place]] if words else str(options[place])

    return options[st.selectbox(label, range(len(options)), key=key, width=width, format_func=told)]


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
