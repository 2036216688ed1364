"""Bringing documents in, describing them, reading them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar
from enum import StrEnum
from functools import partial
from pathlib import Path, PurePath

from coder.errors import InvalidValue, UnknownFormat, UnreadableFile
from coder.formats import READERS, read
from coder.model import Document, DocumentKind, Membership, Reading, new_id, now, text_hash
from coder.segmenting import SEGMENTER, passages
from coder.store import Project
from coder.workflow.cases import assign, found_case
from coder.workflow.permission import acting, change_by

Progress = Callable[[int, int, str], None]
"""Called with how many are done, how many there are, and the name of the one that is next."""

_LONGEST_NAME = 200
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}
_TURNED = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Outcome(StrEnum):
    """What became of one file."""

    READ = "read"
    WARNED = "read with warnings"
    REFUSED = "refused"
    KNOWN = "already there"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read: its name, and its content when asked for (raises UnreadableFile)."""

    name: str
    content: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file gave. ``document`` is the id of the document, also where its text was known; None if refused."""

    name: str
    outcome: Outcome
    document: str | None = None
    turns: int = 0
    speakers: tuple[str, ...] = ()
    words: int = 0
    messages: tuple[str, ...] = ()


def sources(paths: Iterable[Path]) -> list[Source]:
    """The files at these paths; folders are walked in the order of names, hidden files left out.

    Nothing is opened yet. What cannot be read (unknown kinds, paths that do not
    exist) is kept as a source whose content raises UnreadableFile, so that every file has a report.
    """
    return [source for path in paths for source in _sources_at(path)]


def import_documents(
    project: Project,
    sources: Sequence[Source],
    *,
    coder: str,
    case: str | None = None,
    language: str = "en",
    on_progress: Progress | None = None,
) -> list[FileReport]:
    """Read files into the project, each in a change of its own: those finished stay if the rest is stopped.

    ``case`` is the id of the case that the documents belong to. A file that cannot be read gets a
    report with what is wrong, and the next one is read; a text that the project already has is not
    added again, but belongs to the case as well. Raises UnknownItem for an unknown case, NotAllowed for
    a reader, ProjectError where the project cannot be written.
    """
    acting(project, coder)
    if case is not None:
        found_case(project, case)
    reports = []
    for done, source in enumerate(sources):
        if on_progress is not None:
            on_progress(done, len(sources), source.name)
        reports.append(_import_one(project, source, coder=coder, case=case, language=language))
    if on_progress is not None:
        on_progress(len(sources), len(sources), "")
    return reports


def change_document(
    project: Project,
    document: str,
    *,
    coder: str,
    name: str | None = None,
    kind: DocumentKind | None = None,
    date: str | None = None,
    language: str | None = None,
) -> Document:
    """Describe a document otherwise; None leaves a field as it is, an empty ``date`` clears it.

    Raises UnknownItem, or InvalidValue for an empty or taken name or a date that is none.
    """
    summary = f"describe document {project.document(document).name}"
    with change_by(project, coder, "describe document", summary=summary) as change:
        found = project.document(document)
        others = {other.name for other in project.documents() if other.id != document}
        changed = replace(
            found,
            name=found.name if name is None else _free_to_take(name, others),
            kind=found.kind if kind is None else kind,
            date=found.date if date is None else _date(date),
            language=found.language if language is None else language,
        )
        change.update_document(changed)
    return project.document(document)


def remove_document(project: Project, document: str, *, coder: str) -> None:
    """Hide a document and its codings; undo brings all of it back. Raises UnknownItem."""
    remove_documents(project, [document], coder=coder)


def remove_documents(project: Project, documents: Sequence[str], *, coder: str) -> None:
    """Hide documents and their codings, in one change; undo brings all of it back. Raises UnknownItem."""
    names = [project.document(document).name for document in documents]
    what = f"document {names[0]}" if len(names) == 1 else f"{len(names)} documents"
    with change_by(project, coder, "remove document", summary=f"remove {what}") as change:
        for document in documents:
            change.remove_document(document)


def mark_read(project: Project, document: str, position: int, *, coder: str, operation: str | None = None) -> None:
    """Note that this coder has read up to ``position``; a mark never moves back. Raises UnknownItem."""
    acting(project, coder)
    # In nobody's name: the mark says whose it is, and reading on must not stand before the act that undo is meant for.
    with project.change("read", coder=None, operation=operation, summary="read on") as change:
        if change.repeated:
            return
        reached = min(position, project.document(document).characters)
        before = next((mark.position for mark in project.read_marks(document=document) if mark.coder == coder), 0)
        if reached > before:
            change.mark_read(document, coder, reached)


def name_of(file: str) -> str:
    """A file's name as a name and nothing else: no folders, no control or direction characters, not endless."""
    last = file.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(
        "" if character in _TURNED or unicodedata.category(character) in _UNPRINTABLE else character
        for character in last
    )
    name = kept.strip()
    if name in ("", ".", ".."):
        return "unnamed"
    suffix = PurePath(name).suffix[:20]
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - len(suffix)].rstrip() + suffix


def free_name(name: str, taken: Collection[str]) -> str:
    """The name itself, or with " (2)", " (3)", ... before its suffix where it is taken."""
    if name not in taken:
        return name
    path = PurePath(name)
    number = 2
    while (candidate := f"{path.stem} ({number}){path.suffix}") in taken:
        number += 1
    return candidate


def _import_one(project: Project, source: Source, *, coder: str, case: str | None, language: str) -> FileReport:
    name = name_of(source.name)
    try:
        reading = read(name, source.content())
    except UnreadableFile as error:
        return FileReport(name, Outcome.REFUSED, messages=(str(error),))
    sha256 = text_hash(reading.text)
    if (known := project.document_with_hash(sha256)) is not None:
        return _known(project, name, known, coder=coder, case=case)
    segments = passages(reading.text, reading.turns, language)
    with change_by(project, coder, "import document", summary=f"import document {name}") as change:
        # Another process may have brought the same text in while this one was segmenting.
        known = project.document_with_hash(sha256)
        if known is None:
            document = Document(
                id=new_id(),
                name=free_name(name, {other.name for other in project.documents()}),
                kind=reading.kind,
                sha256=sha256,
                words=_words(reading),
                characters=len(reading.text),
                language=language,
                source=name,
                date=reading.date,
                added=now(),
                text=reading.text,
            )
            change.add_document(document, reading.turns, segments, SEGMENTER)
            if case is not None:
                change.assign(Membership(document.id, case))
    if known is not None:
        return _known(project, name, known, coder=coder, case=case)
    outcome = Outcome.WARNED if reading.warnings else Outcome.READ
    return FileReport(
        name, outcome, document.id, len(reading.turns), reading.speakers, document.words, tuple(reading.warnings)
    )


def _known(project: Project, name: str, known: Document, *, coder: str, case: str | None) -> FileReport:
    message = f"its text is already in the project, as {known.name}"
    belongs = {membership.case for membership in project.memberships() if membership.document == known.id}
    if case is not None and case not in belongs:
        assign(project, known.id, case, coder=coder)
        message += f"; that was put in {found_case(project, case).name}"
    return FileReport(name, Outcome.KNOWN, known.id, words=known.words, messages=(message,))


def _words(reading: Reading) -> int:
    return sum(len(turn.span.of(reading.text).split()) for turn in reading.turns if turn.kind.is_content)


def _free_to_take(name: str, taken: Collection[str]) -> str:
    cleaned = name_of(name) if name.strip() else ""
    if not cleaned:
        raise InvalidValue("a document needs a name")
    if cleaned in taken:
        raise InvalidValue(f"another document is named {cleaned}; choose another name")
    return cleaned


def _date(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        return calendar.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise InvalidValue(f"{text!r} is not a date like 2021-03-04") from None


def _sources_at(path: Path) -> Iterator[Source]:
    if not path.is_dir():
        yield Source(path.name, partial(_content, path))
        return
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        yield Source(path.name, partial(_refuse, f"cannot open the folder: {error.strerror}"))
        return
    for found in inside:
        if found.name.startswith("."):
            # Left there by the system (.DS_Store, .git): nobody means them, so nobody is told.
            continue
        if found.is_symlink() and found.is_dir():
            yield Source(found.name, partial(_refuse, "links to folders are not followed"))
        elif found.is_dir():
            yield from _sources_at(found)
        else:
            yield Source(found.name, partial(_content, found))


def _content(path: Path) -> bytes:
    # Told by its name, so that a video of many gigabytes is not read only to be refused.
    if path.suffix.lower() not in READERS:
        raise UnknownFormat(f"cannot read {path.suffix or path.name!r}; known: {', '.join(sorted(READERS))}")
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device would be waited for without end.
            raise UnreadableFile("it is no ordinary file; save its content in one")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"cannot open it: {error.strerror}") from error


def _refuse(message: str) -> bytes:
    raise UnknownFormat(message)
