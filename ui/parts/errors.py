"""One way of telling what went wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from coder.errors import CodingError
from ui import signing
from ui.parts.words import plain


@contextmanager
def told() -> Iterator[None]:
    """Show an error of ours in words, where it happened; all others are defects and stay loud."""
    try:
        yield
    except CodingError as error:
        refused(error)


def refused(error: CodingError) -> None:
    """Say in words why an act was refused."""
    st.error(plain(_without_folder(str(error))), icon=":material/error:")


def _without_folder(words: str) -> str:
    # Where a server keeps its projects concerns nobody who reaches it from elsewhere.
    server = signing.folder()
    return words if server is None else words.replace(f"{server}{os.sep}", "")
