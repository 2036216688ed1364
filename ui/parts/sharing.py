"""Sharing the codebook: a library folder, newer versions with what is to be chosen, publishing, every format."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from coder.errors import CodingError
from coder.formats import write_codebook
from coder.model import Codebook
from coder.model.merging import Conflict, Merge, Side
from coder.store import Project
from coder.workflow.codebooks import diff
from coder.workflow.library import LibraryVersion, codebook_of, merge_with, newer, next_version, publish, pull, versions
from coder.workflow.meaning import reworded
from coder.workflow.versions import outlook
from ui import settings, signing
from ui.parts.acting import act
from ui.parts.errors import refused
from ui.parts.versions import which_mean_something_else
from ui.parts.words import count, local_time, plain
from ui.resources import coder_id, opened

FORMATS = {
    ".yaml": "YAML: whole, to share and to compare line by line",
    ".xlsx": "Excel: whole, one row a code",
    ".csv": "CSV: whole, one row a code",
    ".docx": "Word: to print or to review",
    ".md": "Markdown: to read or to publish",
    ".qdc": "REFI-QDA: for NVivo, MAXQDA, ATLAS.ti and others",
}
"""What each format is good for; a test holds it against the table of writers."""

_SIDES = {Side.OURS: "Ours", Side.THEIRS: "Theirs", Side.BASE: "As it was before both"}


def share() -> None:
    """The button that opens the window for sharing."""
    if st.button("Share", icon=":material/group:", help="With a team through a folder, or as a file"):
        _window()


@st.dialog("Share the codebook", width="large")
def _window() -> None:
    with opened() as project:
        library = _folder()
        if library is not None:
            try:
                _library(project, library)
            except CodingError as error:
                refused(error)
        _files(project.codebook())


def _folder() -> Path | None:
    server = signing.folder()
    if server is not None:
        # Nobody reaches beyond the folder of the server by typing.
        library = server / "library"
        library.mkdir(exist_ok=True)
        return library
    known = settings.load()
    typed = st.text_input(
        "Library folder",
        known.library,
        placeholder="/shared/codebooks",
        help="Any folder that the team can reach: a network drive, a synchronised folder, a git work tree",
        # Known by its key: what is remembered changes with it, and a field without one would then begin anew.
        key="library folder",
    ).strip()
    if typed != known.library:
        known.library = typed
        settings.save(known)
    if not typed:
        st.caption("Give the path of a folder that the whole team can reach. Nothing else is needed.")
    return Path(typed).expanduser() if typed else None


def _library(project: Project, library: Path) -> None:
    new = newer(project, library)
    if new:
        _newer(project, new)
        return
    there = versions(library, project.codebook())
    if there and project.codebook().codes:
        st.success(plain(f"Nothing newer is there. The newest is {_told(there[0])}."), icon=":material/check:")
    _publish(project, library)


def _newer(project: Project, new: list[LibraryVersion]) -> None:
    version = new[0]
    st.info(plain(f"A newer version is there: {_told(version)}"), icon=":material/new_releases:")
    if len(new) > 1:
        version = st.selectbox("Version", new, format_func=_told)
    _compare(project.codebook(), codebook_of(version))
    merge = merge_with(project, version)
    # A choice may bring up a conflict that was not there before it.
    while made := {c.key: side for c in merge.open if (side := st.session_state.get(_key(version, c)))}:
        merge = merge.settled(made)
    for conflict in merge.conflicts:
        _conflict(version, conflict)
    _kept(merge)
    waiting = len(merge.open)
    anew = () if waiting else reworded(merge.ours, merge.codebook)
    meanings = which_mean_something_else([code for code in anew if project.codings(code=code)], merge.codebook)
    if st.button(
        f"Take version {version.version}",
        type="primary",
        icon=":material/download:",
        disabled=bool(waiting),
    ):
        act(
            lambda: pull(project, version, merge.choices, changes_meaning=meanings, coder=coder_id()),
            f"Took version {version.version}",
        )
    left = f"{count(waiting, 'choice')} left to make. Until then nothing is changed."
    st.caption(left if waiting else "One change; undo takes it back.")


def _compare(ours: Codebook, theirs: Codebook) -> None:
    differences = diff(ours, theirs)
    with st.expander(f"Compare: {count(len(differences), 'difference')}"):
        if differences:
            rows = [
                (found.kind.value, found.path or "the codebook", found.field.replace("_", " "), found.old, found.new)
                for found in differences
            ]
            st.dataframe(pd.DataFrame(rows, columns=["what", "code", "field", "ours", "theirs"]), hide_index=True)


def _conflict(version: LibraryVersion, conflict: Conflict) -> None:
    values = {Side.OURS: conflict.ours, Side.THEIRS: conflict.theirs, Side.BASE: conflict.base}
    with st.container(border=True):
        st.radio(
            plain(f"{conflict.path or 'The codebook'}: {conflict.field.replace('_', ' ')}"),
            conflict.sides,
            index=None,
            format_func=_SIDES.__getitem__,
            captions=[plain(values[side] or "(empty)") for side in conflict.sides],
            key=_key(version, conflict),
        )


def _key(version: LibraryVersion, conflict: Conflict) -> str:
    return f"settle {version.path} {conflict.key}"


def _kept(merge: Merge) -> None:
    for code in merge.kept:
        st.caption(plain(f"{merge.codebook.path(code)} was removed there. It has codings here, so it stays, retired."))


def _publish(project: Project, library: Path) -> None:
    meanings = which_mean_something_else(outlook(project).undecided, project.codebook())
    with st.form("publish to the library", border=False):
        one, two = st.columns([1, 4])
        version = one.text_input("Version", next_version(project, library))
        note = two.text_input("Note", placeholder="What has changed, in a line")
        if st.form_submit_button("Publish to the library", type="primary", icon=":material/publish:"):
            act(
                lambda: publish(
                    project, library, version=version, note=note, changes_meaning=meanings, coder=coder_id()
                ),
                f"Published version {version.strip()}",
            )


def _files(codebook: Codebook) -> None:
    st.divider()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        suffix = st.selectbox("As a file", list(FORMATS), format_func=FORMATS.__getitem__)
        name = f"codebook{suffix}"
        st.download_button(
            "Download the file",
            data=lambda: write_codebook(name, codebook),
            file_name=name,
            on_click="ignore",
            icon=":material/download:",
            disabled=not codebook.codes,
        )


def _told(version: LibraryVersion) -> str:
    by = f" by {version.by}" if version.by else ""
    at = f", {local_time(version.at)}" if version.at else ""
    return f"{version.version}{by}{at}" + (f": {version.note}" if version.note else "")
