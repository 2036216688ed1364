"""The project: open, create, recent ones, what comes next, what was done."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from coder.errors import CodingError
from coder.store import Project
from coder.workflow.codebooks import load_codebook
from coder.workflow.projects import create_project, create_sample, shipped_codebooks, verify
from ui import settings, signing
from ui.parts import doorway
from ui.parts.errors import refused, told
from ui.parts.leading import lead
from ui.parts.words import count, local_time, plain, shortened
from ui.resources import coder_id, enter, leave, opened
from ui.screens.exchange import begin_from, bring_in, give_away
from ui.screens.safety import offer
from ui.session import session

SUFFIX = ".redthread"
LONGEST_NAME = 60
GLANCE, SHOWN = 8, 500
"""Newest entries of the journal that are shown at once, and where more are asked for."""

_WHOLE = "whole history"


def show() -> None:
    """The first screen: what is open, or how to begin."""
    if session().project is None:
        _welcome()
    else:
        _overview()


def _welcome() -> None:
    st.title("Redthread", anchor=False)
    if signing.folder() is not None:
        _on_the_server()
        return
    st.text("Read, code and compare interviews and meeting notes. Everything stays on this computer.")
    left, right = st.columns(2, gap="large")
    with left:
        _begin()
    with right:
        _open()
        _from_another()
        _look_around()


def _on_the_server() -> None:
    from coder.workflow.accounts import projects_of, unsound, within

    server, person = signing.folder(), signing.somebody()
    assert server is not None
    doorway.who_is_here()
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Your projects", anchor=False)
        found = projects_of(server, person)
        for path, title in found.items():
            if st.button(plain(title), key=f"open {path}", help=plain(path.name), icon=":material/folder_open:"):
                _enter(str(path))
        if not found:
            st.caption("You are in no project of this server yet. Its owner adds you by the name you signed in with.")
        for path, why in unsound(server, person).items():
            refused(CodingError(why))
            st.caption(plain(f"Nobody sees it until it is mended. On the server: redthread restore {path.name}"))
    with right:
        st.header("Start a project", anchor=False)
        with st.form("new project"):
            title = st.text_input("Title", placeholder="Five learning networks")
            if st.form_submit_button("Create project", type="primary"):
                with told():
                    path = within(server, server / f"{_file_name(title)}{SUFFIX}")
                    create_project(path, title=title.strip() or "Untitled study", coder=person.name).close()
                    enter(path)
                    st.rerun()
        st.header("Come from another program", anchor=False)
        with st.container(border=True):
            begin_from(
                lambda title: within(server, server / f"{_file_name(title)}{SUFFIX}"),
                lambda path: _enter(str(path)),
                coder=person.name,
            )


def _begin() -> None:
    st.header("Start a project", anchor=False)
    with st.form("new project"):
        title = st.text_input("Title", placeholder="Five learning networks")
        name = st.text_input("Your name, as it stands beside your codings", value=settings.load().coder_name())
        books = shipped_codebooks()
        book = st.selectbox(
            "Codebook to begin with", [None, *books], format_func=lambda key: key or "an empty one, to be filled"
        )
        folder = st.text_input("Folder for the project file", value=str(Path.home()))
        if st.form_submit_button("Create project", type="primary"):
            with told():
                path = Path(folder).expanduser() / f"{_file_name(title)}{SUFFIX}"
                with create_project(path, title=title.strip() or "Untitled study", coder=name) as project:
                    if book is not None:
                        owner = project.coders()[0].id
                        load_codebook(project, books[book].name, books[book].read_bytes(), coder=owner)
                enter(path)
                st.rerun()


def _open() -> None:
    st.header("Open a project", anchor=False)
    with st.container(border=True):
        recent = [path for path in settings.load().recent if Path(path).exists()]
        for path in recent:
            folder = plain(str(Path(path).parent))
            if st.button(plain(Path(path).stem), key=f"open {path}", help=folder, icon=":material/folder_open:"):
                _enter(path)
        if not recent:
            st.caption("Projects that you have opened appear here.")
        with st.form("open project", border=False):
            path = st.text_input("Path of a project file", placeholder=str(Path.home() / f"study{SUFFIX}"))
            if st.form_submit_button("Open"):
                _enter(path)
        if (missing := session().not_opened) is not None:
            if st.button(f"Try {plain(Path(missing).stem)} again", help=plain(missing), icon=":material/refresh:"):
                _enter(missing)
            with told():
                offer(Path(missing))


def _from_another() -> None:
    st.header("Come from another program", anchor=False)
    with st.container(border=True):
        begin_from(
            lambda title: Path.home() / f"{_file_name(title)}{SUFFIX}",
            lambda path: _enter(str(path)),
            coder=settings.load().coder_name(),
        )


def _look_around() -> None:
    st.header("Or look around first", anchor=False)
    with st.container(border=True):
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


def _enter(path: str) -> None:
    with told():
        enter(path)
        st.rerun()


def _file_name(title: str) -> str:
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in title.lower())
    # Names of backups add to it, and no file system takes more than 255 bytes.
    return "-".join(kept.split())[:LONGEST_NAME] or "study"


def _overview() -> None:
    with opened() as project:
        st.title(plain(project.title), anchor=False)
        st.caption(plain(project.path if signing.folder() is None else Path(project.path).name))
        documents, made = project.documents(), project.codings()
        codes = project.codebook().codes
        numbers = {
            "Documents": len(documents),
            "Words": sum(document.words for document in documents),
            "Cases": len(project.cases()),
            "Codes": sum(code.takes_codings for code in codes),
            "Codings": len(made),
        }
        with st.container(horizontal=True):
            for label, number in numbers.items():
                st.metric(label, f"{number:,}", border=True, width=170)
        _next_step(documents=bool(documents), codes=bool(codes), codings=bool(made), cases=bool(project.cases()))
        _exchange(project)
        _history(project)
    with st.container(horizontal=True):
        if st.button("Check that the file is sound", icon=":material/verified:"):
            _check(Path(session().project or ""))
        if st.button("Close the project", icon=":material/logout:"):
            leave()
            st.rerun()


def _next_step(*, documents: bool, codes: bool, codings: bool, cases: bool) -> None:
    if not documents:
        lead("Next: bring in your transcripts and meeting notes.", "Bring in documents", "documents")
    elif not codes:
        lead("Next: write a codebook, or load one.", "Go to the codebook", "codebook")
    elif not cases:
        lead(
            "Next: say which documents belong to which case, so that cases can be compared.",
            "Put them into cases",
            "documents",
        )
    elif not codings:
        lead("Next: read a document and code what matters in it.", "Begin to code", "coding")


def _exchange(project: Project) -> None:
    with st.expander("Bring in from another program", icon=":material/input:"):
        bring_in(project, coder_id())
    with st.expander("Give to another program", icon=":material/output:"):
        give_away(project)


def _history(project: Project) -> None:
    st.header("What was done", anchor=False)
    who = {coder.id: coder.name for coder in project.coders()}
    newest = project.journal(after=max(0, project.revision - SHOWN))
    # Every look further into a text is an entry, too; here they would hide what was done.
    told = [
        {"when": local_time(entry.at), "who": who.get(entry.coder or "", ""), "what": entry.summary}
        for entry in reversed(newest)
        if entry.verb != "read"
    ]
    if len(told) > GLANCE and st.session_state.get(_WHOLE, False):
        st.dataframe(
            told,
            hide_index=True,
            height=420,
            column_config={
                "when": st.column_config.TextColumn(width=130),
                "who": st.column_config.TextColumn(width=160),
                "what": st.column_config.TextColumn(width=700),
            },
        )
    else:
        # Not a dataframe: Streamlit loads pandas with the first one, and no first screen should wait for it.
        rows = (
            f"| {plain(each['when'])} | {plain(each['who'])} | {plain(shortened(each['what']))} |"
            for each in told[:GLANCE]
        )
        st.markdown("\n".join(["| when | who | what |", "|---|---|---|", *rows]))
    if len(told) > GLANCE:
        st.toggle(f"Show the newest {count(len(told), 'change')}", key=_WHOLE)
    older = project.revision - len(newest)
    st.caption(
        "Every change is in the journal, with what was before and after; Undo at the left takes yours back one by one."
        + (f" {count(older, 'older entry', 'older entries')} not shown." if older else "")
    )


def _check(path: Path) -> None:
    with told():
        problems = verify(path)
        if problems:
            st.error("\n".join(f"- {plain(problem)}" for problem in problems))
        else:
            st.success("Sound: the file, its references, every quotation and the chain of the journal.")
