"""A document as it is coded, to take along: a page, a Word document with comments, Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from coder.store import Project
from coder.workflow.projects import open_project
from coder.workflow.transcripts import file_name, transcript_as_file
from ui.parts.acting import popover

_FILES = {
    ".html": ("Page (HTML)", "text/html", "Opens in any browser, prints well, needs nothing else"),
    ".docx": (
        "Word",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "Every coding is a comment by its coder",
    ),
    ".md": ("Markdown", "text/markdown", "Every coding is a footnote"),
}


def downloads(project: Project, chosen: Sequence[str]) -> None:
    """A button with the three downloads for the one document that is chosen."""
    window = popover(project, "Coded transcript", icon="download", disabled=len(chosen) != 1)
    if len(chosen) != 1:
        return
    name = project.document(chosen[0]).name
    with window:
        for suffix, (label, mime, about) in _FILES.items():
            st.download_button(
                label,
                data=partial(content, project.path, chosen[0], suffix),
                file_name=file_name(name, suffix),
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                help=about,
                width="stretch",
                key=f"transcript {suffix} {chosen[0]}",
            )


def content(project: str, document: str, suffix: str) -> bytes:
    """The file; written only when it is asked for, in whatever thread that is."""
    with open_project(Path(project)) as opened:
        return transcript_as_file(opened, document, suffix)
