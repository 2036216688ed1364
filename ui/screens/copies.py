"""Merging another copy of the project: chosen, looked through, settled where both disagree, merged."""

from __future__ import annotations

import shutil
import weakref
from pathlib import Path, PurePath
from tempfile import mkdtemp

import pandas as pd
import streamlit as st

from coder.model import Role
from coder.model.copies import Choice, Conflict
from coder.store import Project
from coder.workflow.copies import Merging, check_sound, merge, preview_merge, take_copy
from coder.workflow.projects import open_project
from ui import signing
from ui.parts.acting import act
from ui.parts.errors import told
from ui.parts.words import count, plain
from ui.resources import coder_id, opened

_TAKEN = "copy to merge"
_SIDES = {Choice.OURS: "this project’s", Choice.THEIRS: "the other copy’s", Choice.BOTH: "both"}
_SHOWN = 60
"""Conflicts that are shown one by one; the rest is settled all alike."""


def show() -> None:
    """The other copy above, what it brings beneath it, then what both changed to different ends."""
    st.title("Merge a copy", anchor=False)
    st.text(
        "Bring together what was coded apart: a copy of this project file that went on elsewhere. "
        "What only one of you changed comes together by itself. Where both changed the same thing, you choose."
    )
    with opened() as project, told():
        if all(person.id != coder_id() or person.role is not Role.OWNER for person in project.coders()):
            st.info(
                "An owner of the project merges copies: they bring people and their codings.", icon=":material/info:"
            )
            return
        place = _taken()
        if place is None:
            given = "give that file away" if signing.folder() is None else "ask who runs this server for that file"
            st.caption(
                f"To hand a copy over, make a backup on Backups and {given}: it is the whole project in one "
                "piece. A project file that is open may lag a minute behind."
            )
            return
        with open_project(place) as other:
            _preview(project, other)


def _taken() -> Path | None:
    """Where a copy of the chosen file lies that was found sound. Raises CodingError."""
    file = st.file_uploader("The other copy", type=["redthread"], key="the other copy")
    # Nobody reaches beyond the folder of a server by typing.
    typed = (
        "" if signing.folder() else st.text_input("or its path, if it is large", key="path of the other copy").strip()
    )
    chosen = file.file_id if file is not None else typed
    if not chosen:
        st.session_state.pop(_TAKEN, None)
        return None
    kept = st.session_state.get(_TAKEN)
    if kept is None or kept.chosen != chosen:
        kept = _Taken(chosen)
        with st.spinner("Checking that it is sound"):
            if file is not None:
                kept.place = kept.folder / PurePath(file.name).name
                kept.place.write_bytes(file.getvalue())
                check_sound(kept.place)
            else:
                kept.place = take_copy(Path(typed).expanduser(), kept.folder)
        st.session_state[_TAKEN] = kept
    found: Path = kept.place
    return found


class _Taken:
    """A copy that was taken for merging; its folder goes with the session that holds it."""

    def __init__(self, chosen: str) -> None:
        self.chosen = chosen
        self.folder = self.place = Path(mkdtemp(prefix="redthread-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)


def _preview(project: Project, other: Project) -> None:
    prefer = None
    found = preview_merge(project, other, coder=coder_id())
    if found.known:
        st.success("Everything in this copy is here already; there is nothing to merge.", icon=":material/check:")
        return
    _what_comes(found)
    if found.conflicts:
        st.header(f"{count(len(found.conflicts), 'thing')} that both changed", anchor=False)
        rule = st.radio(
            "Where you do not choose below",
            [None, Choice.OURS, Choice.THEIRS],
            format_func=lambda side: "the later change stands, and texts stand both" if side is None else _SIDES[side],
            horizontal=True,
            key="prefer",
        )
        prefer = rule
        found = preview_merge(project, other, prefer=prefer, coder=coder_id())
    choices = {conflict.key: side for conflict in found.conflicts[:_SHOWN] if (side := _chosen(conflict)) is not None}
    if len(found.conflicts) > _SHOWN:
        st.caption(f"{len(found.conflicts) - _SHOWN:,} more are settled by the rule above.")
    if st.button("Merge", type="primary", icon=":material/call_merge:", help="One change; undo takes it back"):
        with st.spinner("Merging"):
            act(
                lambda: merge(project, other, choices, prefer=prefer, coder=coder_id()),
                "Merged. The project as it was is kept as a backup, too",
            )
    st.caption("The other copy is not changed. Merge this one there as well, and both hold the same.")


def _what_comes(found: Merging) -> None:
    rows = [(each.what, each.new, each.changed, each.removed) for each in found.came]
    if rows:
        st.dataframe(
            pd.DataFrame(rows, columns=["here", "added", "changed", "removed"]),
            hide_index=True,
            width=560,
            height=38 + 35 * len(rows),
        )
    else:
        st.text("Nothing changes here but the note that this copy was merged.")
    for remark in found.remarks:
        st.text(f"· {remark}")


def _chosen(conflict: Conflict) -> Choice | None:
    values = {Choice.OURS: conflict.ours, Choice.THEIRS: conflict.theirs, Choice.BOTH: "one after the other"}
    if conflict.table == "coder" and conflict.field == "one person":
        values = {Choice.OURS: "one person", Choice.THEIRS: "one person", Choice.BOTH: "two people, one with a number"}
    with st.container(border=True):
        st.radio(
            plain(f"{conflict.what}: {conflict.field.replace('_', ' ')}"),
            conflict.choices,
            index=None,
            format_func=_SIDES.__getitem__,
            captions=[
                plain(values[side] or "(empty)") + ("  (stands)" if side is conflict.stands else "")
                for side in conflict.choices
            ],
            key=f"settle {conflict.key}",
        )
        if conflict.base:
            st.caption(plain(f"Before: {conflict.base}"))
    chosen: Choice | None = st.session_state.get(f"settle {conflict.key}")
    return chosen
