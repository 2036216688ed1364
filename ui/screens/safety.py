"""Backups: what is kept beside the project, made now, put back, and whether the file is sound."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from coder.model import Role
from coder.store import Project
from coder.workflow.backups import Backup, Why, back_up, backups, folder_of, remove, restore, size, switch
from coder.workflow.projects import verify
from ui import signing
from ui.parts.acting import act, popover
from ui.parts.errors import told
from ui.parts.leading import lead
from ui.parts.words import count, local_time, plain
from ui.resources import coder_id, enter, opened, say

_WHY = {
    Why.WORKING: "by itself, while working",
    Why.BY_HAND: "by hand",
    Why.BEFORE_MERGE: "before a merge",
    Why.BEFORE_RESTORE: "before a backup was put back",
    Why.DAMAGED: "damaged, as it was found",
}


def show() -> None:
    """How safe the project is, and the list of its backups."""
    st.title("Backups", anchor=False)
    with opened() as project, told():
        path = Path(project.path)
        known = backups(path)
        _numbers(known)
        owner = any(person.id == coder_id() and person.role is Role.OWNER for person in project.coders())
        _switch(project, owner=owner)
        _now(path)
        if known:
            _list(project, known, owner=owner)
        place = folder_of(path) if signing.folder() is None else folder_of(path).name
        st.caption(plain(f"They lie in {place}. Copy that folder to another disk from time to time."))
    lead(
        "Everything can be taken along at any time: for another program, or as plain text that any editor reads.",
        "Export everything",
        "project",
    )


def _numbers(known: list[Backup]) -> None:
    newest = local_time(known[0].at.isoformat()) if known else "none yet"
    with st.container(horizontal=True):
        st.metric("Backups", len(known), border=True, width=170)
        st.metric("They take", _megabytes(size(known)), border=True, width=170)
        st.metric("Newest", newest, border=True, width=360)


def _switch(project: Project, *, owner: bool) -> None:
    on = project.setting("backups.off") is None
    wanted = st.toggle(
        "Make backups by themselves",
        value=on,
        key=f"backups on {project.revision}",
        disabled=not owner,
        help="At opening and every hour while something changes; kept hourly for a day, daily for a week, then weekly",
    )
    if wanted != on:
        act(
            lambda: switch(project, on=wanted, coder=coder_id()),
            f"Backups by themselves are {'on' if wanted else 'off'}",
        )


def _now(path: Path) -> None:
    with st.container(horizontal=True):
        if st.button("Make a backup now", icon=":material/backup:", type="primary"):
            with told():
                made = back_up(path)
                say(f"Kept as {made.path.name}.")
                st.rerun()
        if st.button("Check the whole file", icon=":material/verified:"):
            with told(), st.spinner("Reading all of it"):
                problems = verify(path)
            if problems:
                st.error("\n".join(f"- {plain(problem)}" for problem in problems))
            else:
                st.success("Sound: the file, its references, every quotation and the chain of the journal.")


def _list(project: Project, known: list[Backup], *, owner: bool) -> None:
    event = st.dataframe(
        [
            {"when": local_time(each.at.isoformat()), "made": _WHY[each.why], "size": _megabytes(each.size)}
            for each in known
        ],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(420, 38 + 35 * len(known)),
        key=f"backups {len(known)} {known[0].path.name}",
        width=620,
        column_config={
            "when": st.column_config.TextColumn(width=160),
            "made": st.column_config.TextColumn(width=290),
            "size": st.column_config.TextColumn(width=100),
        },
    )
    chosen = [known[row] for row in event.selection.rows if row < len(known)]
    if not owner:
        st.caption("An owner of the project can put a backup back.")
    elif not chosen:
        st.caption("Tick a backup to put it back, or to remove it.")
    else:
        _act_on(project, chosen[0])


def _act_on(project: Project, chosen: Backup) -> None:
    path, when = Path(project.path), local_time(chosen.at.isoformat())
    with st.container(horizontal=True):
        with popover(project, "Put it back", icon="settings_backup_restore"):
            st.text(
                f"The project becomes what it was on {when}, for everybody who has it open. "
                "What it is now is kept as a backup before, so this can be taken back."
            )
            if st.button("Put this backup back", type="primary"):
                with told(), st.spinner("Putting it back"):
                    restore(path, chosen, coder=coder_id())
                    say(f"The project is what it was on {when}. What it was a moment ago is the newest backup.")
                    st.rerun()
        with popover(project, "Remove", icon="delete"):
            st.text(f"Remove the backup of {when}? No undo brings it back.")
            if st.button("Remove this backup"):
                with told():
                    remove(project, chosen, coder=coder_id())
                    say(f"Removed the backup of {when}.")
                    st.rerun()


def offer(path: Path) -> None:
    """The newest backups of a project that cannot be opened, to put one back."""
    known = backups(path)[:5]
    if not known:
        return
    st.text(f"{count(len(known), 'backup')} of it can be put back; what lies there now is kept.")
    for each in known:
        label = f"Put back that of {local_time(each.at.isoformat())} ({_megabytes(each.size)})"
        if st.button(label, key=f"put back {each.path}", icon=":material/settings_backup_restore:"):
            with told():
                restore(path, each)
                say(f"Put back {each.path.name}. What lay there before is the newest backup.")
                enter(path)
                st.rerun()


def _megabytes(number: int) -> str:
    return f"{number / 1_000_000:,.1f} MB"
