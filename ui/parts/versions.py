"""Publishing the codebook, its history, and the codings to look at again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import groupby

import streamlit as st

from coder.formats import write_codebook
from coder.model import Codebook
from coder.store import Project
from coder.workflow import codings, versions
from coder.workflow.codebooks import Difference, Kind
from coder.workflow.versions import LookAgain, Outlook, Published
from ui.parts.acting import act, popover
from ui.parts.difference import worded
from ui.parts.words import count, local_time, plain
from ui.resources import coder_id
from ui.session import session

AT_ONCE = 20
"""Quotations of one code shown to be looked at again; the next come as these are settled."""


def publishing(project: Project, codebook: Codebook) -> None:
    """The window that publishes the codebook: its note, its number, and what nobody has said yet."""
    with popover(project, "Publish", icon="new_releases", disabled=not codebook.codes):
        found = versions.outlook(project)
        if found.unchanged:
            st.text(f"Nothing has changed since version {project.codebook_versions()[-1].version}.")
            return
        meanings = which_mean_something_else(found.undecided, codebook)
        found = versions.outlook(project, meanings)
        st.caption(_why(found))
        number = st.text_input("Version", found.version, key=f"version {found.version}")
        note = st.text_area("What is new, for those who code with it", height=90)
        if st.button("Publish it", type="primary"):
            act(
                lambda: versions.publish(project, note, coder=coder_id(), version=number, changes_meaning=meanings),
                f"Published version {number}",
            )


def which_mean_something_else(reworded: Sequence[str], codebook: Codebook) -> list[str]:
    """The codes of these, worded anew, whose meaning changed too, as the researcher says; nothing is drawn for none."""
    if not reworded:
        return []
    return st.multiselect(
        "Of which codes does the new wording mean something else?",
        reworded,
        format_func=codebook.path,
        placeholder="None: only the wording is new",
        help="Codings made with them so far are then to be looked at again.",
    )


def _why(found: Outlook) -> str:
    if not found.differences:
        return "Codings made from now on carry its number."
    if found.changed:
        return f"A new first number: the meaning of {count(len(found.changed), 'code')} changes."
    changes = count(len(found.differences), "change")
    return f"{changes} since the last version, none in meaning. Codings made from now on carry its number."


def history(project: Project) -> None:
    """Every version with what it changed, and what has changed since the newest."""
    published = versions.history(project)
    if not published:
        st.info("No version is published yet. Publish one when you begin to code: every coding then tells its version.")
        return
    since = versions.outlook(project).differences
    if since:
        with st.expander(f"Not published yet: {count(len(since), 'change')}", icon=":material/edit_note:"):
            differences(since)
    for place, one in enumerate(published):
        with st.expander(_headline(one), icon=":material/history:", expanded=place == 0):
            _version(project, one, first=place == len(published) - 1)


def _headline(one: Published) -> str:
    note = f" · {one.note}" if one.note else ""
    return plain(f"{one.version} · {local_time(one.at)} · {one.coder}{note}")


def _version(project: Project, one: Published, *, first: bool) -> None:
    if first:
        st.caption(f"The first version: {count(len(one.codebook.codes), 'code')}.")
    else:
        differences(one.differences)
    with st.container(horizontal=True):
        if st.button(
            "Restore",
            icon=":material/restore:",
            key=f"restore {one.version}",
            help="The codebook becomes as it was then. Codes that codings rest on stay.",
        ):
            act(lambda: versions.restore(project, one.version, coder=coder_id()), f"Restored version {one.version}")
        st.download_button(
            "Download",
            data=lambda: write_codebook("codebook.yaml", one.codebook),
            file_name=f"codebook-{one.version}.yaml",
            on_click="ignore",
            icon=":material/download:",
            key=f"download {one.version}",
        )


def differences(found: Iterable[Difference]) -> None:
    """Differences by code, each field word by word."""
    for path, changes in groupby(found, key=lambda one: one.path):
        with st.container(gap=None):
            st.markdown(f"**{plain(path or 'The codebook')}**")
            for one in changes:
                st.markdown(_difference(one))


def _difference(one: Difference) -> str:
    if one.kind is Kind.ADDED:
        return ":green[**new**]"
    if one.kind is Kind.REMOVED:
        return ":red[~~removed~~]"
    if one.kind is Kind.MOVED:
        return f"moved: {worded(one.old or 'the top', one.new or 'the top')}"
    return f"{plain(one.field.replace('_', ' '))}: {worded(one.old, one.new)}"


def look_again(project: Project, codebook: Codebook, waiting: list[LookAgain]) -> None:
    """Codings made before their code came to mean something else, by code: keep, recode, remove."""
    if not waiting:
        st.info("Nothing waits. When a code comes to mean something else, the codings made before it gather here.")
        return
    names = {coder.id: coder.name for coder in project.coders()}
    documents = {document.id: document.name for document in project.documents()}
    for code in dict.fromkeys(one.coding.code for one in waiting):
        of_code = [one for one in waiting if one.coding.code == code]
        with st.container(border=True):
            st.subheader(plain(codebook.path(code)), anchor=False)
            for field, new in of_code[0].new.items():
                with st.container(gap=None):
                    st.caption(field.replace("_", " ").capitalize())
                    st.markdown(worded(of_code[0].old[field], new))
            ids = [one.coding.id for one in of_code]
            if len(ids) > 1 and st.button(f"Keep all {len(ids):,}", icon=":material/done_all:", key=f"all {code}"):
                act(partial(versions.looked_at, project, ids, coder=coder_id()), f"Kept {len(ids):,} codings")
            for one in of_code[:AT_ONCE]:
                place = f"{documents[one.coding.document]} · {names.get(one.coding.coder, '')}"
                _settle(project, codebook, one, place)
            if len(of_code) > AT_ONCE:
                st.caption(f"{len(of_code) - AT_ONCE:,} more come as these are settled.")


def _settle(project: Project, codebook: Codebook, one: LookAgain, place: str) -> None:
    coding = one.coding
    with st.container(border=True, gap="small"):
        st.text(coding.quotation)
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.caption(plain(place), width="stretch")
            if st.button("Keep", icon=":material/check:", type="primary", key=f"keep {coding.id}"):
                act(lambda: versions.looked_at(project, [coding.id], coder=coder_id()), "Kept the coding as it is")
            with st.popover("Recode", icon=":material/swap_horiz:", key=f"recode {coding.id} {project.revision}"):
                others = [code.id for _, code in codebook.walk() if code.takes_codings and code.id != coding.code]
                into = st.selectbox("To", others, format_func=codebook.path, key=f"into {coding.id}")
                if st.button("Recode it", type="primary", key=f"do recode {coding.id}") and into:
                    what = f"Recoded to {codebook.code(into).name}"
                    act(lambda: codings.change_code_of(project, coding.id, into, coder=coder_id()), what)
            if st.button("Remove", icon=":material/delete:", key=f"remove {coding.id}"):
                act(lambda: codings.remove_coding(project, coding.id, coder=coder_id()), "Removed the coding")
            if st.button("Read", icon=":material/article:", key=f"read {coding.id}", help="Read it in its place"):
                session().look_at(coding.document, coding.span.start)
                st.switch_page(st.session_state["coding page"])
