"""The frame: which screens there are, which project is open, who is coding."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from coder.errors import CodingError
from coder.model import Role
from coder.store import Project
from coder.workflow.coders import add_coder
from coder.workflow.rounds import withheld
from ui import keeping, signing
from ui.components.transcript import courier
from ui.parts import doorway
from ui.parts.disputes import show_disputes
from ui.parts.errors import refused, told
from ui.parts.history import undo_and_redo
from ui.parts.messages import show_messages
from ui.parts.words import plain
from ui.resources import PROJECT, coder_id, enter, leave, opened, project_with, remember_coder, say
from ui.session import DOCUMENT, session

# An icon of our own: Streamlit would fetch one of its names from a server elsewhere.
ICON = Path(__file__).with_name("icon.svg")

# Streamlit leaves six lines free above every page, writes titles the size of a poster, and squeezes two columns into
# any window, and its menu over the whole height. Its toolbar over a table would cover our buttons, and download what
# Excel may take for formulas.
STYLE = """<style>
.stMainBlockContainer {padding: 3rem 2.5rem 1rem}
.stApp:has([data-testid=stExpandSidebarButton]) .stMainBlockContainer {padding-top: 4rem}
.stMainBlockContainer .stHeading h1 {font-size: 1.9rem; padding: 0 0 .5rem}
.stMainBlockContainer .stHeading h2 {font-size: 1.4rem; padding: .6rem 0 .4rem}
.stMainBlockContainer .stHeading h3 {font-size: 1.15rem; padding: .2rem 0}
.stMainBlockContainer .stElementToolbar {display: none}
[data-testid=stSidebarNavItems] > div {margin-top: .4rem; padding: 0}
[data-testid=stSidebarNavItems] > div:first-child {margin-top: 0}
[data-testid=stSidebarNavItems] li {margin-block: 0}
[data-testid=stSidebarNavItems] header {padding-block: 0}
[data-testid=stSidebarNavItems] a {padding-block: 0}
[data-testid=stSidebarNavItems] a span {line-height: 1.4rem}
[data-testid=stSidebarHeader] {margin-bottom: 0; height: 3rem}
[data-testid=stSidebarNavSeparator] {margin-block: 0}
[data-testid=stSidebarUserContent] {padding-block: .5rem}
[data-testid=stSidebarUserContent] .stVerticalBlock {gap: .5rem}
@media (max-width: 1150px) {
  .stMainBlockContainer {padding: 3rem 1.25rem 1rem}
  .st-key-beside .stHorizontalBlock, .st-key-first > * > .stHorizontalBlock {flex-wrap: wrap}
  .st-key-beside > * > .stHorizontalBlock > .stColumn {min-width: 100%}
  .st-key-first > * > .stHorizontalBlock > .stColumn {min-width: 100%}
  .st-key-beside > * > .stHorizontalBlock > .stColumn:last-child {order: -1; max-height: 55vh; overflow-y: auto}
}
</style>"""


@dataclass(frozen=True, slots=True)
class Screen:
    """A module of ``ui.screens`` with a function ``show``, by the name that other screens lead to."""

    name: str
    title: str
    icon: str
    module: str = ""
    path: str = ""
    hidden: bool = False

    def show(self) -> None:
        """Draw it. Only now is it imported: nobody waits for screens that they do not look at."""
        import_module(f"ui.screens.{self.module or self.name}").show()

    def page(self) -> StreamlitPage:
        """Its place in the menu."""
        return st.Page(
            self.show,
            title=self.title,
            icon=f":material/{self.icon}:",
            url_path=self.path or self.title.lower(),
            default=self is FIRST,
            visibility="hidden" if self.hidden else "visible",
        )


FIRST = Screen("project", "Project", "home")

SCREENS = {
    "Study": (FIRST, Screen("documents", "Documents", "description"), Screen("safety", "Backups", "backup")),
    "Coding": (
        Screen("coding", "Code", "ink_highlighter"),
        Screen("suggestions", "Suggestions", "lightbulb", module="review"),
        Screen("search", "Search", "search"),
        Screen("correcting", "Correct the text", "edit_note", path="correct", hidden=True),
    ),
    "Codes": (Screen("codebook", "Codebook", "account_tree"), Screen("refine", "Refine", "tune")),
    "Team": (
        Screen("people", "People", "group"),
        Screen("rounds", "Blind coding", "visibility_off", path="blind"),
        Screen("agreement", "Agreement", "handshake"),
        Screen("aid", "Assistant", "psychology"),
        Screen("settle", "Settle", "balance"),
        Screen("copies", "Merge a copy", "call_merge", path="merge"),
    ),
    "Findings": (
        Screen("quotations", "Quotations", "format_quote"),
        Screen("compare", "Compare", "table_chart"),
        Screen("framework", "Framework", "grid_on"),
        Screen("contrasts", "Contrasts", "compare_arrows"),
        Screen("pictures", "Pictures", "insert_chart"),
        Screen("report", "Report", "summarize"),
    ),
}
"""The menu: its groups and their screens, in order."""


def main() -> None:
    """Draw the frame and the screen in it."""
    st.set_page_config("Redthread", page_icon=ICON, layout="wide")
    st.html(STYLE)
    if not doorway.admitted():
        return
    here = session()
    if "begun" not in st.session_state:
        st.session_state["begun"] = True
        _begin()
    there = here.project is not None and _still_there()
    groups = {group: {screen: screen.page() for screen in screens} for group, screens in SCREENS.items()}
    pages = {screen.name: page for group in groups.values() for screen, page in group.items()}
    # Named, so that a screen can lead to another one.
    st.session_state.update({f"{name} page": page for name, page in pages.items()})
    page = st.navigation(
        {group: list(pages.values()) for group, pages in groups.items()},
        position="sidebar" if there else "hidden",
        # Else Streamlit folds away what comes after the twelfth.
        expanded=True,
    )
    if there:
        st.logo(ICON, size="large")
        with st.sidebar, opened() as open_project:
            _who(open_project)
            # The pane has its own, which see what it has stored without a rerun of the page.
            if page != pages["coding"]:
                undo_and_redo(open_project)
            if (told_of := withheld(open_project)) is not None:
                st.caption(f":material/visibility_off: {plain(told_of)}.")
            beside = st.container()
            if (failed := keeping.begin(open_project.path)) is not None:
                say(f"No backup was made: {failed}", icon=":material/error:")
    show_messages()
    if there:
        show_disputes()
        _deliver()
        page.run()
        with beside:
            _busy()
    else:
        FIRST.show()


def _busy() -> None:
    """What the assistant is doing. It is loaded when the first screen has been drawn: nobody waits for it."""
    # Where another screen or tab has loaded it already, there is nothing to wait for.
    if "drawn" in st.session_state or "ui.assistant" in sys.modules:
        from ui.parts import activity

        activity.show()
    else:
        st.fragment(_once_drawn, run_every=1.0)()


def _once_drawn() -> None:
    if "drawn" in st.session_state:
        from ui.parts import activity

        activity.draw()
    st.session_state["drawn"] = True


def _deliver() -> None:
    """Store what was coded just before its screen was left."""
    for reason in courier(opened, coder=coder_id()):
        st.toast(plain(f"Not done: {reason}"), icon=":material/error:")


def _begin() -> None:
    """Open what a new tab shows: the project of the document that its address names, or the one opened last."""
    linked = st.query_params.get(DOCUMENT)
    begin = (project_with(linked) if linked else None) or (None if signing.folder() else os.environ.get(PROJECT))
    if begin:
        with told():
            enter(begin)


def _still_there() -> bool:
    try:
        with opened():
            return True
    except CodingError as error:
        refused(error)
        session().not_opened = session().project
        leave()
        return False


def _who(project: Project) -> None:
    here = session()
    coders = {coder.id: coder for coder in project.coders() if coder.role is not Role.RETIRED}
    st.markdown(f"**{plain(project.title)}**")
    if signing.folder() is not None:
        doorway.who_is_here()
        return
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
        if st.form_submit_button("Add"):
            with told():
                # Alone at the keyboard anybody may choose to be the owner, so it is done in the owner's name.
                owner = next(coder.id for coder in project.coders() if coder.role is Role.OWNER)
                remember_coder(add_coder(project, name, coder=owner))
                st.rerun()


main()
