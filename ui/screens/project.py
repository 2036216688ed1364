"""The project: open, create, recent ones, who codes, what was done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import streamlit as st

from coder.errors import CodingError, NothingToUndo
from coder.model import Entry
from coder.store import Project
from coder.workflow import codings
from coder.workflow.codebooks import load_codebook
from coder.workflow.projects import create_project, create_sample, shipped_codebooks, verify
from ui import settings
from ui.parts.errors import refused, told
from ui.parts.words import count, plain
from ui.resources import coder_id, enter, opened, say
from ui.session import session

SUFFIX = ".redthread"


def show() -> None:
    """The first screen: what is open, or how to begin."""
    if session().project is None:
        _welcome()
    else:
        _overview()


def _welcome() -> None:
    st.title("Redthread")
    st.text("Read, code and compare interviews and meeting notes. Everything stays on this computer.")
    left, right = st.columns(2, gap="large")
    with left:
        _begin()
    with right:
        _open()


def _begin() -> None:
    st.subheader("Start a project")
    with st.form("new project"):
        title = st.text_input("Title", placeholder="Five learning networks")
        name = st.text_input("Your name, as it stands beside your codings", value=settings.load().coder_name())
        folder = st.text_input("Folder for the project file", value=str(Path.home()))
        books = shipped_codebooks()
        book = st.selectbox("Codebook to begin with", [None, *books], format_func=lambda key: key or "an empty one")
        if st.form_submit_button("Create project", type="primary"):
            with told():
                path = Path(folder).expanduser() / f"{_file_name(title)}{SUFFIX}"
                with create_project(path, title=title.strip() or "Untitled study", coder=name) as project:
                    if book is not None:
                        owner = project.coders()[0].id
                        load_codebook(project, books[book].name, books[book].read_bytes(), coder=owner)
                enter(path)
                st.rerun()
    st.subheader("Or look around first")
    st.text("Five invented learning networks with interviews, meeting notes and codings by two invented coders.")
    if st.button("Open the sample project", icon=":material/explore:"):
        with told():
            path = Path.home() / f"learning-networks{SUFFIX}"
            if not path.exists():
                bar = st.progress(0.0, "Making the sample project")

                def progress(done: int, of: int, name: str) -> None:
                    bar.progress(done / max(1, of), plain(name) or "Done")

                create_sample(path, coder=settings.load().coder_name(), on_progress=progress).close()
            enter(path)
            st.rerun()


def _open() -> None:
    st.subheader("Open a project")
    recent = [path for path in settings.load().recent if Path(path).exists()]
    for path in recent:
        if st.button(plain(Path(path).stem), key=f"open {path}", help=plain(path), icon=":material/folder_open:"):
            _enter(path)
    if not recent:
        st.caption("Projects that you open appear here.")
    with st.form("open project"):
        path = st.text_input("Path of a project file", placeholder=str(Path.home() / f"study{SUFFIX}"))
        if st.form_submit_button("Open"):
            _enter(path)


def _enter(path: str) -> None:
    with told():
        enter(path)
        st.rerun()


def _file_name(title: str) -> str:
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in title.lower())
    return "-".join(kept.split()) or "study"


def _overview() -> None:
    with opened() as project:
        st.title(plain(project.title))
        st.caption(plain(project.path))
        documents, made = project.documents(), project.codings()
        for column, (label, number) in zip(
            st.columns(5),
            {
                "Documents": len(documents),
                "Words": sum(document.words for document in documents),
                "Cases": len(project.cases()),
                "Codes": sum(code.takes_codings for code in project.codebook().codes),
                "Codings": len(made),
            }.items(),
            strict=True,
        ):
            column.metric(label, f"{number:,}")
        _next_step(project, len(documents), len(made))
        _history(project)
    with st.container(horizontal=True):
        if st.button("Close the project", icon=":material/logout:"):
            session().close_project()
            st.rerun()
        if st.button("Check that the file is sound", icon=":material/verified:"):
            _check(Path(session().project or ""))


def _next_step(project: Project, documents: int, made: int) -> None:
    if not documents:
        st.info("Next: bring in your transcripts and notes on the **Documents** page.", icon=":material/arrow_forward:")
    elif not project.codebook().codes:
        st.info("Next: write or load a codebook on the **Codebook** page.", icon=":material/arrow_forward:")
    elif not made:
        st.info("Next: open a document on the **Code** page and mark a passage.", icon=":material/arrow_forward:")


def _history(project: Project) -> None:
    st.subheader("What was done")
    who, here = {coder.id: coder.name for coder in project.coders()}, coder_id()
    with st.container(horizontal=True):
        undoable, redoable = project.can_undo(here), project.can_redo(here)
        if st.button("Undo my last change", icon=":material/undo:", disabled=undoable is None, help=undoable):
            _step(codings.undo, project, here, "Undone")
        if st.button("Redo", icon=":material/redo:", disabled=redoable is None, help=redoable):
            _step(codings.redo, project, here, "Done again")
    newest = project.journal(after=max(0, project.revision - 50))
    st.dataframe(
        pd.DataFrame(
            [
                {"when": entry.at[:16].replace("T", " "), "who": who.get(entry.coder or "", ""), "what": entry.summary}
                for entry in reversed(newest)
            ],
            columns=["when", "who", "what"],
        ),
        hide_index=True,
        height=min(400, 38 + 35 * max(1, len(newest))),
        column_config={
            "when": st.column_config.TextColumn(width="small"),
            "what": st.column_config.TextColumn(width="large"),
        },
    )
    st.caption(f"The journal holds {count(project.revision, 'entry', 'entries')}; the newest 50 are shown.")


def _step(verb: Callable[..., Entry], project: Project, coder: str, word: str) -> None:
    try:
        entry = verb(project, coder=coder)
    except NothingToUndo as error:
        say(str(error), ":material/info:")
    except CodingError as error:
        refused(error)
        return
    else:
        say(f"{word}: {entry.summary}", ":material/undo:")
    st.rerun()


def _check(path: Path) -> None:
    problems = verify(path)
    if problems:
        st.error("\n".join(f"- {plain(problem)}" for problem in problems))
    else:
        st.success("Sound: the file, its references, every quotation and the chain of the journal.")
