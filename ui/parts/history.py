"""Undo and redo beside every page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from coder.errors import CodingError, NothingToUndo, StaleEdit
from coder.model import Entry
from coder.store import Project
from coder.workflow import codings
from ui.parts.errors import refused
from ui.parts.words import plain, shortened
from ui.resources import coder_id, say
from ui.session import session


def undo_and_redo(project: Project) -> None:
    """Two buttons for the newest change of who codes, and what it was."""
    coder, past = coder_id(), session().past
    undoable, redoable = project.can_undo(coder, past), project.can_redo(coder, past)
    with st.container(horizontal=True, gap="small"):
        if st.button("Undo", icon=":material/undo:", disabled=undoable is None, help=_what("Takes back", undoable)):
            _step(codings.undo, project, coder, "Taken back")
        if st.button("Redo", icon=":material/redo:", disabled=redoable is None, help=_what("Makes again", redoable)):
            _step(codings.redo, project, coder, "Made again")
    if undoable is not None:
        st.caption(plain(f"Last: {shortened(undoable, 60)}"))


def _what(verb: str, summary: str | None) -> str | None:
    return None if summary is None else plain(f"{verb}: {summary}")


def _step(verb: Callable[..., Entry], project: Project, coder: str, word: str) -> None:
    try:
        entry = verb(project, coder=coder, past=session().past)
    except NothingToUndo as error:
        say(str(error), icon=":material/info:")
    except StaleEdit as error:
        # Others built on it: it stays, and must not stand in the way of what was done before it.
        session().past |= {error.entry} if error.entry is not None else set()
        say(f"{error}; it stays. Press again for what you did before it", icon=":material/info:")
    except CodingError as error:
        refused(error)
        return
    else:
        say(f"{word}: {entry.summary or entry.verb}", icon=":material/undo:")
    st.rerun()
