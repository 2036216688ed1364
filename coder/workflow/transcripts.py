"""Coded transcripts of a project, as files that people read: HTML, Word with comments, Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePath

from coder.errors import ProjectUnavailable
from coder.formats import READERS
from coder.formats.coded_transcript import CodedTranscript
from coder.formats.transcripts import check_suffix, write_transcript
from coder.model import new_id
from coder.store import Project
from coder.workflow.documents import free_name

_NOT_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def coded_transcript(project: Project, document: str) -> CodedTranscript:
    """A document with all its codings, by every coder, and the memos on them. Raises UnknownItem."""
    found = project.document(document)
    codings = project.codings(document=document)
    known = {coding.id for coding in codings}
    memos = (
        *(memo for memo in project.memos(about="coding") if memo.target in known),
        *project.memos(about="document", target=document),
    )
    return CodedTranscript(
        study=project.title,
        document=found,
        turns=project.turns(document),
        codings=tuple(codings),
        codebook=project.codebook(),
        coders=tuple(project.coders()),
        memos=memos,
    )


def transcript_as_file(project: Project, document: str, suffix: str) -> bytes:
    """The coded transcript as a file with this ending. Raises UnknownItem, UnknownFormat."""
    return write_transcript(f"transcript{suffix}", coded_transcript(project, document))


def export_transcript(project: Project, document: str, path: Path) -> int:
    """Write one coded transcript to a file, whose ending says how; returns the number of bytes.

    Raises UnknownItem, UnknownFormat, ProjectUnavailable.
    """
    return _written(path, write_transcript(path.name, coded_transcript(project, document)))


def export_transcripts(
    project: Project,
    folder: Path,
    suffix: str = ".html",
    *,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> list[Path]:
    """Write every coded transcript to a folder, which is made if it is not there; the files in order.

    A file of the same name is replaced. Raises UnknownFormat, ProjectUnavailable.
    """
    check_suffix(suffix)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectUnavailable(f"cannot make the folder {folder}: {error.strerror or error}") from error
    written: list[Path] = []
    documents = project.documents()
    for done, document in enumerate(documents):
        if on_progress is not None:
            on_progress(done, len(documents), document.name)
        name = free_name(file_name(document.name, suffix), {path.name for path in written})
        written.append(folder / name)
        export_transcript(project, document.id, written[-1])
    return written


def file_name(document: str, suffix: str) -> str:
    """The document's name as that of a file that any system takes."""
    # An ending of a file goes; "interview 1.2" has none.
    stem = PurePath(document).stem if PurePath(document).suffix.lower() in READERS else document
    cleaned = _NOT_IN_FILE_NAMES.sub("_", stem).strip(" .") or "transcript"
    return f"{cleaned[:100]}{suffix}"


def _written(path: Path, content: bytes) -> int:
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
