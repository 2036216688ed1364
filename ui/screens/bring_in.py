"""Bringing in: choose files, a folder, an archive or a table, see what each would be, press one button."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from coder.errors import CodingError
from coder.formats import READERS
from coder.formats.rows import SUFFIXES as TABLES
from coder.formats.rows import read_table
from coder.model import PathPattern
from coder.store import Project
from coder.workflow.documents import (
    FileRead,
    FileReport,
    Outcome,
    Source,
    import_documents,
    import_each,
    preview_import,
)
from coder.workflow.filing import Filing, listed_files
from coder.workflow.sources import ARCHIVE, read_file, unpacked
from ui import settings
from ui.parts.errors import refused, told
from ui.parts.words import count, plain
from ui.resources import coder_id
from ui.screens import cases, survey

_SIGNS = {
    Outcome.WARNED: "! read, with remarks",
    Outcome.KNOWN: "= already there",
    Outcome.READ: "✓ read",
    Outcome.HELD: "– left out",
}
_WOULD_BE = {
    **_SIGNS,
    Outcome.WARNED: "! with remarks",
    Outcome.READ: "✓ can be read",
}
_LANGUAGES = {
    "en": "English",
    "fi": "Finnish",
    "sv": "Swedish",
    "da": "Danish",
    "nb": "Norwegian",
    "de": "German",
    "nl": "Dutch",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "it": "Italian",
    "pl": "Polish",
    "et": "Estonian",
}
_MOST = 20
"""Files of which it is told one by one why they are refused."""

_REPORTS, _UPLOADS, _READ = "reports", "uploads", "files read"


def begun() -> bool:
    """Whether files were chosen that were not brought in yet."""
    return any(st.session_state.get(_uploader(whole_folder)) for whole_folder in (False, True))


def show(project: Project) -> None:
    """The form, and once files are chosen, what they would be."""
    remembered = settings.load()
    left, right = st.columns([3, 2], gap="medium")
    with right:
        whole_folder = st.toggle("A whole folder", help="Takes every readable file of a folder and its subfolders.")
    with left:
        files = st.file_uploader(
            "A folder" if whole_folder else "Files",
            # Tables that lie in a folder tell of its files more often than they hold answers.
            type=sorted(suffix.lstrip(".") for suffix in {*READERS, ARCHIVE, *(() if whole_folder else TABLES)}),
            accept_multiple_files="directory" if whole_folder else True,
            key=_uploader(whole_folder),
        )
        if not files:
            st.caption("Transcripts, meeting notes, a zip of them, or a table with the answers to a survey.")
    # A browser gives the files of a folder in any order.
    chosen = sorted(files or [], key=lambda file: file.name) if whole_folder else files or []
    tables = [file for file in chosen if PurePath(file.name).suffix.lower() in TABLES]
    others = [file for file in chosen if file not in tables]
    with right:
        case = st.selectbox(
            "They belong to the case",
            [case.name for case in project.cases()],
            index=None,
            placeholder="Named by the table" if tables and not others else "Choose or write one, or leave it for later",
            accept_new_options=True,
            disabled=bool(tables) and not others,
        )
        known = list(_LANGUAGES)
        language = st.selectbox(
            "They are in",
            known,
            index=known.index(remembered.language) if remembered.language in known else 0,
            format_func=_LANGUAGES.__getitem__,
        )
    if others:
        with told():
            if _files(project, others, case, language, remembered):
                _begin_anew(rest=bool(tables))
    if tables:
        with told():
            if (left_over := survey.show(project, tables, language)) is not None:
                _begin_anew(rest=left_over or bool(others))


def reports() -> None:
    """What became of the files that were brought in last."""
    found: list[FileReport] = st.session_state.get(_REPORTS, [])
    if not found:
        return
    refused_ones = sum(report.outcome is Outcome.REFUSED for report in found)
    held = [report for report in found if report.outcome is Outcome.HELD]
    taken = [report for report in found if report.outcome not in (Outcome.REFUSED, Outcome.HELD)]
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            title = f"{count(len(taken), 'file')} read, {refused_ones} refused"
            title += f", {len(held)} left out" if held else ""
            st.subheader(title, anchor=False, width="content")
            if st.button("Put this report away", icon=":material/close:", type="tertiary"):
                st.session_state[_REPORTS] = []
                st.rerun()
        if held:
            st.warning("Nothing was brought in: all or nothing was asked for.", icon=":material/block:")
        _refusals(found)
        if taken:
            _table(taken, _SIGNS, height=320)


def _refusals(reports: Sequence[FileReport]) -> None:
    refusals = [report for report in reports if report.outcome is Outcome.REFUSED]
    if refusals:
        reasons = [f"- **{plain(report.name)}**: {plain(' '.join(report.messages))}" for report in refusals]
        if len(reasons) > _MOST:
            reasons[_MOST:] = [f"- and {len(reasons) - _MOST} more"]
        st.error("\n".join(reasons), icon=":material/block:")


def _round() -> int:
    """How often something was brought in: a new key empties the uploader, so that nothing is offered again."""
    return int(st.session_state.get(_UPLOADS, 0))


def _uploader(whole_folder: bool) -> str:
    return f"upload {_round()} {whole_folder}"


def _begin_anew(*, rest: bool) -> None:
    """Draw the page again; with an empty uploader, unless something in it was not brought in yet."""
    if not rest:
        st.session_state[_UPLOADS] = _round() + 1
        st.session_state.pop(_READ, None)
    st.rerun()


def _files(
    project: Project, files: Sequence[UploadedFile], case: str | None, language: str, remembered: settings.Settings
) -> bool:
    """What these files would be, and the button; whether they were brought in just now."""
    found = {
        (file.file_id, number): source
        for file in files
        for number, source in enumerate(unpacked([Source(PurePath(file.name).name, file.getvalue, file.name)]))
    }
    bar = st.container(horizontal=True, vertical_alignment="center")
    with st.expander("More choices", icon=":material/tune:"):
        filing, whole = _choices(list(found.values()), remembered)
    keys = [(*key, filing.split) for key in found]
    before: dict[tuple[str, int, bool], FileRead] = st.session_state.get(_READ, {})
    read = st.session_state[_READ] = {key: before[key] for key in keys if key in before}
    waiting = [read.get(key) or source for key, source in zip(keys, found.values(), strict=True)]
    with bar:
        go = st.button(f"Bring in {count(len(found), 'file')}", type="primary")
    place = st.empty()
    if go:
        _store(project, waiting, cases.named(project, case) if case else None, language, filing, whole=whole)
        remembered.pattern = filing.pattern.text if filing.pattern else remembered.pattern
        remembered.split, remembered.language = filing.split, language
        settings.save(remembered)
        return True
    for done, (key, source) in enumerate(zip(keys, found.values(), strict=True)):
        if key not in read:
            place.progress(done / len(found), f"Looking at {done + 1} of {len(found)}: {plain(source.name)}")
            read[key] = read_file(source, split=filing.split)
    place.empty()
    preview = preview_import(project, [read[key] for key in keys], filing=filing)
    with bar:
        st.text(_summary(preview))
    _refusals(preview)
    if taken := [report for report in preview if report.outcome is not Outcome.REFUSED]:
        _table(taken, _WOULD_BE, height=390)
    return False


def _choices(found: Sequence[Source], remembered: settings.Settings) -> tuple[Filing, bool]:
    """What the researcher may say of many files at once; and whether it is all or nothing."""
    left, right = st.columns(2, gap="medium")
    with left:
        text = st.text_input(
            "Case and attributes from the path",
            value=_fitting(remembered.pattern, found),
            placeholder="{case}/{wave}/{name}",
            key=f"pattern {_round()}",
            help="How the paths of these files are built. {case} is the case, {name} is left out, and every other "
            "word in braces becomes an attribute of the case. Works with file names too: {case}_{wave}.",
        )
        st.caption(plain(f"For example: {max((source.place for source in found), key=len)}"))
        split = st.toggle(
            "Make a document of each dated meeting",
            value=remembered.split,
            help="For a file that holds the notes of many meetings, each below a heading with its date.",
        )
    with right:
        table = st.file_uploader(
            "Or a table that names the files",
            type=[suffix.lstrip(".") for suffix in TABLES],
            key=f"table of files {_round()}",
            help="One column called file, one called case; the other columns become attributes of the cases.",
        )
        whole = st.toggle(
            "All or nothing",
            help="If one file cannot be read, none is brought in; and one Undo takes all of them back.",
        )
    pattern = None
    try:
        pattern = PathPattern.parse(text) if text.strip() else None
    except CodingError as error:
        refused(error)
    listed = listed_files(read_table(table.name, table.getvalue())) if table is not None else {}
    return Filing(pattern, listed, split), whole


def _fitting(pattern: str, found: Sequence[Source]) -> str:
    """The pattern used last, if it tells anything of these files."""
    try:
        return pattern if any(PathPattern.parse(pattern).case_of(source.place) for source in found) else ""
    except CodingError:
        return ""


def _store(
    project: Project,
    files: Sequence[Source | FileRead],
    case: str | None,
    language: str,
    filing: Filing,
    *,
    whole: bool,
) -> None:
    bar = st.progress(0.0)
    # Pressed, it ends this run at the next sign of progress; what was stored is in the report by then.
    st.button("Stop", icon=":material/stop_circle:", help="Files that were brought in until then stay.")
    st.session_state[_REPORTS] = []

    def progress(done: int, of: int, name: str) -> None:
        bar.progress(done / max(1, of), f"{done} of {of}: {plain(name)}" if name else "Done")

    if whole:
        st.session_state[_REPORTS] = import_documents(
            project,
            files,
            coder=coder_id(),
            case=case,
            language=language,
            filing=filing,
            all_or_nothing=True,
            on_progress=progress,
        )
        return
    for report in import_each(
        project, files, coder=coder_id(), case=case, language=language, filing=filing, on_progress=progress
    ):
        st.session_state[_REPORTS].append(report)


def _summary(preview: Sequence[FileReport]) -> str:
    outcomes = [report.outcome for report in preview]
    documents = outcomes.count(Outcome.READ) + outcomes.count(Outcome.WARNED)
    told = {case.name.casefold() for report in preview for case in report.cases}
    parts = [count(documents, "new document"), count(len(told), "case") if told else ""]
    parts += [f"{outcomes.count(Outcome.KNOWN)} already there" if Outcome.KNOWN in outcomes else ""]
    parts += [f"{outcomes.count(Outcome.REFUSED)} cannot be read" if Outcome.REFUSED in outcomes else ""]
    return ", ".join(filter(None, parts))


def _table(reports: Sequence[FileReport], signs: dict[Outcome, str], *, height: int) -> None:
    rows = sorted(reports, key=lambda report: list(signs).index(report.outcome))
    frame = pd.DataFrame(
        {
            "file": report.name,
            "result": signs[report.outcome],
            "remarks": " ".join(report.messages),
            "case": ", ".join(case.name for case in report.cases),
            "known of it": "; ".join(
                f"{name}: {value}" for case in report.cases for name, value in case.values.items()
            ),
            "what": report.kind.value if report.kind else "",
            "date": report.date or "",
            "turns": report.turns,
            "words": report.words,
            "speakers": ", ".join(report.speakers),
        }
        for report in rows
    )
    empty = [name for name in ("remarks", "case", "known of it", "date", "speakers") if not any(frame[name])]
    st.dataframe(
        frame.drop(columns=empty),
        hide_index=True,
        height=min(height, 38 + 35 * len(rows)),
        column_config={
            "turns": st.column_config.NumberColumn(width=60),
            "words": st.column_config.NumberColumn(format="localized", width=70),
            "file": st.column_config.TextColumn(width=270),
            "result": st.column_config.TextColumn(width=140),
            "remarks": st.column_config.TextColumn(width=280),
            "case": st.column_config.TextColumn(width=110),
        },
    )
