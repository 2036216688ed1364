"""One way of doing something to the project: do it, say so, draw anew; or say why not."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import RerunException

from coder.errors import CodingError
from coder.store import Project
from ui.parts.errors import refused
from ui.resources import done


def act(verb: Callable[[], object], what: str) -> None:
    """Call a verb. ``what`` was done is said after the rerun that follows; an error of ours is shown in words."""
    try:
        verb()
    except CodingError as error:
        refused(error)
    else:
        done(what)
        st.rerun()


def popover(project: Project, label: str, *, icon: str, disabled: bool = False) -> DeltaGenerator:
    """A small window for one act; it closes when the act is done."""
    # The project's next revision makes it another one, and that is closed.
    return st.popover(label, icon=f":material/{icon}:", disabled=disabled, key=f"{label} {project.revision}")


def whole(act: Callable[[], object]) -> None:
    """Do all of an act that begins when a field is left, which is often by a click on something else.

    Streamlit breaks off a callback at its first look into the session once a newer request waits, and never calls it
    again: what was typed would be gone. The act must be one that may be done twice.
    """
    newer: RerunException | None = None
    while True:
        try:
            act()
            break
        except RerunException as request:
            newer = request
    if newer is not None:
        raise newer
