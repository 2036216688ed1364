"""One way of telling what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from coder.errors import CodingError
from ui.parts.words import plain


@contextmanager
def told() -> Iterator[None]:
    """Show an error of ours in words, where it happened; all others are defects and stay loud."""
    try:
        yield
    except CodingError as error:
        st.error(plain(str(error)), icon=":material/error:")


def refused(error: CodingError) -> None:
    """Say in words why an act was refused."""
    st.error(plain(str(error)), icon=":material/error:")
