"""Tables of a project, and files of them for other programs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from pathlib import Path

import pandas as pd

from coder import tables
from coder.errors import ProjectUnavailable, UnknownFormat
from coder.formats.tables import TABLE_WRITERS, write_workbook
from coder.model import new_id
from coder.store import Project
from coder.tables import Material, Measure


class ExportKind(StrEnum):
    """What an exported file holds."""

    QUOTATIONS = "quotations"
    CASES = "cases"


def material(project: Project, *, texts: bool = False) -> Material:
    """Everything that tables are made from; the texts of documents only where words are counted."""
    documents = project.documents()
    if texts:
        documents = [project.document(document.id) for document in documents]
    return Material(
        title=project.title,
        documents=documents,
        turns=project.all_turns(),
        codebook=project.codebook(),
        codings=project.codings(),
        coders=project.coders(),
        cases=project.cases(),
        attributes=project.attributes(),
        memberships=project.memberships(),
        memos=project.memos(about="coding"),
    )


def quotations(
    project: Project,
    *,
    codes: Collection[str] = (),
    cases: Collection[str] = (),
    documents: Collection[str] = (),
    coders: Collection[str] = (),
    words: str = "",
) -> pd.DataFrame:
    """One row a quotation, narrowed to code ids (with all below them), case ids, document ids, coder names, words.

    An empty filter narrows nothing.
    """
    found = material(project)
    frame = tables.quotations(found)
    if codes:
        branches = {code for chosen in codes for code in found.codebook.branch(chosen)}
        frame = frame[frame["code id"].isin(branches)]
    for column, chosen in (("case id", cases), ("document id", documents), ("coder", coders)):
        if chosen:
            frame = frame[frame[column].isin(list(chosen))]
    if words.strip():
        frame = frame[frame["quotation"].str.contains(words.strip(), case=False, regex=False)]
    return frame.reset_index(drop=True)


def case_by_code(project: Project, measure: Measure = Measure.CODINGS) -> pd.DataFrame:
    """Cases by codes, counted by this measure."""
    return tables.case_by_code(material(project, texts=measure in (Measure.WORDS, Measure.PER_THOUSAND)), measure)


def as_file(project: Project, suffix: str, kind: ExportKind = ExportKind.QUOTATIONS) -> bytes:
    """The table as a file of this kind; case by code as XLSX has one sheet a measure.

    Raises UnknownFormat.
    """
    write = _writer(suffix)
    if kind is ExportKind.QUOTATIONS:
        return write(quotations(project))
    if suffix != ".xlsx":
        return write(case_by_code(project).reset_index())
    found = material(project, texts=True)
    sheets = {measure.value: tables.case_by_code(found, measure).reset_index() for measure in Measure}
    return write_workbook(sheets)


def export(project: Project, path: Path, kind: ExportKind = ExportKind.QUOTATIONS) -> int:
    """Write a table to a file, whose ending says how; returns the number of bytes.

    The file appears whole or not at all. Raises UnknownFormat, ProjectUnavailable if it cannot be written.
    """
    return _written(path, as_file(project, path.suffix.lower(), kind))


def write_table(frame: pd.DataFrame, path: Path) -> int:
    """Write any table to a file, as ``export`` does."""
    return _written(path, _writer(path.suffix.lower())(frame))


def check_target(path: Path) -> None:
    """Worth asking before long work.

    Raises UnknownFormat if no table can be written to a file with this ending, ProjectUnavailable if
    its folder is not there or a folder stands in its place.
    """
    _writer(path.suffix.lower())
    if not path.parent.is_dir():
        raise ProjectUnavailable(f"cannot write {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise ProjectUnavailable(f"cannot write {path}: it is a folder")


def _writer(suffix: str) -> Callable[[pd.DataFrame], bytes]:
    if suffix not in TABLE_WRITERS:
        known = ", ".join(TABLE_WRITERS)
        raise UnknownFormat(f"cannot write tables as {suffix or 'a file without ending'}; known: {known}")
    return TABLE_WRITERS[suffix]


def _written(path: Path, content: bytes) -> int:
    check_target(path)
    part = path.with_name(f".{new_id()}.part")
    try:
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise ProjectUnavailable(f"cannot write {path}: {error.strerror or error}") from error
    return len(content)
