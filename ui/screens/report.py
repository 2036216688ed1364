"""The report: what it holds is chosen once and kept with the study, then taken along as Word or HTML."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from coder.model.choices import Measure
from coder.store import Project
from coder.workflow import report as verbs
from coder.workflow.projects import open_project
from coder.workflow.report import WRITERS, Contents, Part
from ui.parts.errors import told
from ui.parts.leading import lead
from ui.parts.words import plain
from ui.resources import coder_id, done, opened, say

_GROUPS = {
    "In words": {
        Part.CODEBOOK: "Codebook with meanings",
        Part.FRAMEWORK: "Framework matrix",
        Part.QUOTATIONS: "Quotations of each code",
    },
    "Figures": {
        Part.HEATMAP: "Cases and codes, shaded",
        Part.DIFFERENCES: "Codes that tell cases apart",
        Part.NETWORK: "Network of codes",
        Part.PORTRAIT: "Portrait of a document",
        Part.DATES: "Codes over dates",
    },
    "Tables": {
        Part.CASES: "Codes in each case",
        Part.CROSSTAB: "Codes by facts on cases",
        Part.CONTRASTS: "Contrasts of groups",
        Part.CO_OCCURRENCE: "Codes that occur together",
        Part.SPEAKERS: "Codes by who speaks",
        Part.ROLES: "Codes by role",
        Part.KINDS: "Codes by document kind",
        Part.TIMELINE: "Codes along the text",
        Part.MEETINGS: "Codes by date",
        Part.AGREEMENT: "Agreement of the coders",
    },
}
_NAMES: dict[Part | None, str] = {part: name for group in _GROUPS.values() for part, name in group.items()}
_NAMES[None] = "Methods appendix"
_EACH = (1, 2, 3, 5, 10, 0)
_FILES = {
    ".docx": ("Word", "description", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".html": ("HTML", "language", "text/html"),
}


def show() -> None:
    """The choice at the left, what it comes to and the files at the right."""
    st.title("Report", anchor=False)
    with opened() as project:
        if not project.documents():
            lead("A report tells of documents, codes and codings, and there are none yet.", "Bring in", "documents")
            return
        contents = verbs.chosen(project)
        with st.container(key="first"):
            left, right = st.columns(2, gap="large")
        with left:
            _choice(project, contents)
        with right:
            _outcome(project, contents)


def _choice(project: Project, contents: Contents) -> None:
    with st.form("report"):
        one, two = st.columns(2, gap="medium")
        chosen = []
        for group, parts in _GROUPS.items():
            column = two if group == "Tables" else one
            column.markdown(f"**{group}**")
            chosen += [part for part, name in parts.items() if column.checkbox(name, part in contents.parts)]
        one, two = st.columns(2, gap="medium")
        each = list(dict.fromkeys((*_EACH, contents.each)))
        measures = list(Measure)
        options = Contents(
            parts=tuple(chosen),
            each=one.selectbox(
                "Quotations of a code, at most",
                each,
                index=each.index(contents.each),
                format_func=lambda number: str(number) if number else "all",
                help="Taken from each case in turn, so that all are heard",
            ),
            measure=two.selectbox("Tables count", measures, index=measures.index(contents.measure)),
            under=_branch(project, contents, one),
            attribute=_attribute(project, contents, two),
        )
        if st.form_submit_button("Keep this choice", type="primary", icon=":material/check:"):
            with told():
                _keep(project, options)
                st.rerun()


def _keep(project: Project, options: Contents) -> None:
    if verbs.choose(project, options, coder=coder_id()):
        done("Kept what the report holds")
    else:
        say("The report holds this already")


def _branch(project: Project, contents: Contents, place: st.delta_generator.DeltaGenerator) -> str | None:
    codebook = project.codebook()
    branches = ["", *(code.id for _, code in codebook.walk() if codebook.children(code.id))]
    found = place.selectbox(
        "Columns of the framework",
        branches,
        index=branches.index(contents.under) if contents.under in branches else 0,
        format_func=lambda code: codebook.path(code) if code else "all themes",
    )
    return found or None


def _attribute(project: Project, contents: Contents, place: st.delta_generator.DeltaGenerator) -> str:
    names = ["", *(attribute.name for attribute in project.attributes())]
    return place.selectbox(
        "Facts on cases",
        names,
        index=names.index(contents.attribute) if contents.attribute in names else 0,
        format_func=lambda name: name or "everything, a table each",
    )


def _outcome(project: Project, contents: Contents) -> None:
    """What the report comes to as it is kept, and its files."""
    with st.container(horizontal=True):
        for suffix in WRITERS:
            name, icon, mime = _FILES[suffix]
            st.download_button(
                f"Download as {name}",
                data=partial(_file, project.path, suffix),
                file_name=f"report{suffix}",
                mime=mime,
                on_click="ignore",
                icon=f":material/{icon}:",
                help="Figures take some seconds to draw" if set(contents.parts) & set(verbs.FIGURES) else None,
            )
    for part, words in verbs.outline(project, contents):
        st.markdown(f"**{_NAMES[part]}**" + (f"  \n{plain(words)}" if words else ""))
    st.caption(
        "The methods are computed from the journal: who coded what and when, versions of the codebook, how documents "
        "were read, suggestions taken and refused, the model, the settings. The same project gives the same files, "
        "byte for byte, from the terminal, too:"
    )
    name = Path(project.path).name
    st.code(f'redthread report "{name}" --to report.docx --tables tables', language=None, wrap_lines=True)


def _file(path: str, suffix: str) -> bytes:
    # Built when asked for, after this rerun has closed its project.
    with open_project(path) as project:
        return verbs.as_file(project, suffix)
