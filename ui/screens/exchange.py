"""Projects of other programs brought in, and the project given to another program, with what is lost on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from coder.formats.studies import STUDY_FORMATS
from coder.model import Loss, Received
from coder.model.choices import Target
from coder.store import Project
from coder.workflow.exchange import Preview, export_study, new_project_from, preview, read_study, take_in
from ui import signing
from ui.parts.acting import act
from ui.parts.errors import told
from ui.parts.words import count, plain

NAMES = {
    Target.STRICT: "any program, by the letter of the standard",
    Target.NVIVO: "NVivo",
    Target.MAXQDA: "MAXQDA",
    Target.ATLAS: "ATLAS.ti",
}

_READ = "study that was read"

FORMS = {".qdpx": "REFI-QDA project (.qdpx)", ".zip": "plain text, to compare or to keep (.zip)"}


def bring_in(project: Project, coder: str) -> None:
    """A project of another program: what would come and what would be lost, then taking it in."""
    st.caption(f"Documents, codings, coders, cases, memos and sets come along; nothing comes twice. Known: {_known()}.")
    with told():
        received = _chosen(f"study {project.revision}")
        if received is None:
            return
        _would_come(received, preview(project, received))
        _lost(received.losses, "Nothing of it is lost.")
        if st.button("Bring it in", type="primary", icon=":material/input:"):
            bar = st.progress(0.0, "Bringing in")

            def progress(done: int, of: int, name: str) -> None:
                bar.progress(done / max(1, of), plain(name) or "Storing")

            act(
                lambda: take_in(project, received, coder=coder, on_progress=progress),
                f"Brought in {plain(received.study.title)}; Undo takes all of it back.",
            )


def begin_from(place: Callable[[str], Path], entered: Callable[[Path], None], *, coder: str) -> None:
    """A new project of another program's: what would come and be lost, then making it.

    ``place`` gives the path of the project file by its title; ``entered`` opens what was made.
    """
    st.caption(f"With its codings, coders, cases, memos and codebook. Known: {_known()}.")
    with told():
        received = _chosen("begin from study")
        if received is None:
            return
        study = received.study
        st.text(
            f"{study.title or 'Untitled'}: {count(len(study.documents), 'document')}, "
            f"{count(len(study.codebook.codes), 'code')}, {count(len(study.codings), 'coding')}"
        )
        _lost(received.losses, "Nothing of it is lost.")
        name = coder
        if signing.folder() is None:
            name = st.text_input("Your name, as it stands beside your codings", value=coder, key="begin from name")
        if st.button("Create project from it", type="primary", icon=":material/input:"):
            bar = st.progress(0.0, "Bringing in")

            def progress(done: int, of: int, name: str) -> None:
                bar.progress(done / max(1, of), plain(name) or "Storing")

            path = place(study.title)
            new_project_from(path, received, coder=name, on_progress=progress).close()
            entered(path)


def give_away(project: Project) -> None:
    """The project as a file for another program, with what that cannot carry."""
    st.caption("A REFI-QDA project is for another program, each of which counts positions in its own way.")
    suffix = st.radio("As", list(FORMS), format_func=FORMS.__getitem__, horizontal=True, key="exchange form")
    target = Target.STRICT
    if suffix == ".qdpx":
        target = st.selectbox("For which program", list(NAMES), format_func=NAMES.__getitem__, key="exchange target")
    if not st.button("Make the file", icon=":material/output:"):
        return
    with told(), st.spinner("Writing"), tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / f"study{suffix}"
        losses = export_study(project, place, target=target)
        _lost(losses, "Nothing is lost.")
        name = "".join(c if c.isalnum() or c in " -_" else " " for c in project.title).strip() or "study"
        st.download_button(
            "Download", place.read_bytes(), f"{name}{suffix}", "application/octet-stream", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip


def _known() -> str:
    return ", ".join(row.name for row in STUDY_FORMATS)


def _chosen(key: str) -> Received | None:
    """The project in the file that was chosen, read once. Raises UnreadableFile."""
    suffixes = sorted({suffix for row in STUDY_FORMATS for suffix in row.suffixes})
    file = st.file_uploader("Project of another program", type=suffixes, key=key)
    if file is None:
        st.session_state.pop(_READ, None)
        return None
    kept = st.session_state.get(_READ)
    if kept is None or kept[0] != file.file_id:
        with st.spinner("Reading"):
            kept = st.session_state[_READ] = (file.file_id, read_study(file.name, file.getvalue()))
    received: Received = kept[1]
    return received


def _would_come(received: Received, found: Preview) -> None:
    origin = f" from {received.study.origin}" if received.study.origin else ""
    st.text(f"{received.study.title}{origin}")
    rows = [
        {"what": what, "new": new, "there already": found.known[what]}
        for what, new in found.new.items()
        if new or found.known[what]
    ]
    if rows:
        st.dataframe(rows, hide_index=True, width=520)
    else:
        st.text("Nothing: there are no documents, codes or codings in it.")
    for remark in received.remarks:
        st.text(f"· {remark}")
    if found.conflicts:
        with st.expander(f"{count(len(found.conflicts), 'place')} where the two disagree; this project's stands"):
            for conflict in found.conflicts:
                st.text(conflict)


def _lost(losses: Sequence[Loss], nothing: str) -> None:
    if not losses:
        st.success(nothing)
        return
    st.warning("This does not come along:")
    rows = [
        {"how many": loss.count, "what": loss.what, "why": loss.why, "such as": "; ".join(loss.examples)}
        for loss in losses
    ]
    st.dataframe(rows, hide_index=True, column_config={"how many": st.column_config.NumberColumn(width=90)})
