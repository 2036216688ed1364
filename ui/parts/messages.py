"""What was said by an act, shown after the rerun that follows it."""

from __future__ import annotations

import streamlit as st

from ui.parts.words import plain
from ui.session import session


def show_messages() -> None:
    """Show each message once."""
    here = session()
    for message, icon in here.messages:
        st.toast(plain(message), icon=icon)
    here.messages.clear()
