"""The frame: which screens there are, which project is open, who is coding."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from coder.errors import CodingError
from coder.workflow.coders import add_coder
from ui.parts import activity
from ui.parts.errors import refused, told
from ui.parts.words import plain
from ui.resources import enter, opened, remember_coder, show_messages
from ui.screens import codebook, coding, compare, documents, project, quotations, review
from ui.session import session

# The environment variable with the path of the project that a new tab opens.
PROJECT = "REDTHREAD_PROJECT"

# An icon of our own: Streamlit would fetch one of its names from a server elsewhere.
ICON = Path(__file__).with_name("icon.svg")

# Room for the transcript: Streamlit leaves six lines free above every page.
STYLE = "<style>.stMainBlockContainer {padding-top: 3rem; padding-bottom: 1rem}</style>"


def main() -> None:
    """Draw the frame and the screen in it."""
    st.set_page_config("Redthread", page_icon=ICON, layout="wide")
    st.html(STYLE)
    here = session()
    begin = os.environ.get(PROJECT)
    if here.project is None and begin and "begun" not in st.session_state:
        with told():
            enter(begin)
    st.session_state["begun"] = True
    if here.project is not None and not _still_there():
        here.close_project()
    first = st.Page(project.show, title="Project", icon=":material/home:", url_path="project", default=True)
    pages = [first]
    if here.project is not None:
        code = st.Page(coding.show, title="Code", icon=":material/ink_highlighter:", url_path="code")
        st.session_state["coding page"] = code
        pages += [
            st.Page(documents.show, title="Documents", icon=":material/description:", url_path="documents"),
            code,
            st.Page(review.show, title="Suggestions", icon=":material/lightbulb:", url_path="suggestions"),
            st.Page(codebook.show, title="Codebook", icon=":material/account_tree:", url_path="codebook"),
            st.Page(quotations.show, title="Quotations", icon=":material/format_quote:", url_path="quotations"),
            st.Page(compare.show, title="Compare", icon=":material/table_chart:", url_path="compare"),
        ]
    page = st.navigation(pages)
    if here.project is not None:
        with st.sidebar:
            _who()
            activity.show()
    show_messages()
    page.run()


def _still_there() -> bool:
    try:
        with opened():
            return True
    except CodingError as error:
        refused(error)
        return False


def _who() -> None:
    with opened() as project:
        coders = {coder.id: coder for coder in project.coders()}
        here = session()
        st.caption(plain(Path(project.path).name))
        ids = list(coders)
        chosen = st.selectbox(
            "Coding as",
            ids,
            index=ids.index(here.coder) if here.coder in ids else 0,
            format_func=lambda id: coders[id].name,
        )
        if chosen != here.coder:
            remember_coder(coders[chosen])
        with st.popover("Someone else", icon=":material/person_add:"), st.form("new coder", clear_on_submit=True):
            name = st.text_input("Name of the new coder")
            if st.form_submit_button("Add") and name.strip():
                with told():
                    remember_coder(add_coder(project, name, coder=chosen))
                    st.rerun()


main()
