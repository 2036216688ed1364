"""What two people changed at once: both versions, and the researcher says which one stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from coder.errors import CodingError, StaleEdit
from coder.store import Project
from ui.parts.errors import refused
from ui.parts.words import plain
from ui.resources import done, opened

_KEY = "disputes"

Again = Callable[[Project], object]


@dataclass(frozen=True, slots=True)
class Dispute:
    """What happened, the versions (name, how it stands, how it was to be), and how to let one's own stand."""

    message: str
    versions: tuple[tuple[str, str, str], ...]
    mine: Again


def dispute(error: StaleEdit, mine: Again) -> None:
    """Show on the next rerun what was changed by two; ``mine`` changes what stands then."""
    st.session_state.setdefault(_KEY, []).append(Dispute(str(error), error.versions, mine))


def show_disputes() -> None:
    """Ask about each; call it above every page."""
    for number, each in enumerate(list(st.session_state.get(_KEY, []))):
        with st.container(border=True):
            st.warning(plain(f"{each.message[:1].upper()}{each.message[1:]}. Which one shall stand?"))
            for name, now, mine in each.versions:
                left, right = st.columns(2)
                for column, whose, text in ((left, "there now", now), (right, "yours", mine)):
                    with column:
                        st.caption(plain(f"{name}, {whose}"))
                        st.text(text or "nothing")
            with st.container(horizontal=True):
                if st.button("Keep what is there", key=f"keep dispute {number}"):
                    _settle(each)
                    st.rerun()
                if st.button("Take mine", key=f"take dispute {number}", type="primary"):
                    _take(each)


def _take(each: Dispute) -> None:
    try:
        with opened() as project:
            each.mine(project)
    except CodingError as error:
        refused(error)
        return
    _settle(each)
    done("Yours stands now")
    st.rerun()


def _settle(each: Dispute) -> None:
    st.session_state[_KEY].remove(each)
