"""Bringing documents in, describing them, reading them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar
from enum import StrEnum
from pathlib import PurePath

from coder.errors import InvalidValue
from coder.model import (
    Document,
    DocumentKind,
    Membership,
    Reading,
    Span,
    ToldCase,
    new_id,
    now,
    text_hash,
)
from coder.segmenting import SEGMENTER, passages
from coder.store import Change, Project
from coder.workflow.cases import case_key, found_case, tell_cases
from coder.workflow.filing import UNTOLD, Filed, Filing, belonging
from coder.workflow.permission import acting, change_by
from coder.workflow.sources import FileRead, Source, read_file, sources, unpacked

__all__ = [
    "FileRead",
    "FileReport",
    "Outcome",
    "Progress",
    "Source",
    "change_document",
    "checked_language",
    "free_name",
    "import_documents",
    "import_each",
    "mark_read",
    "name_of",
    "preview_import",
    "remove_document",
    "remove_documents",
    "sources",
    "words_in",
]

Progress = Callable[[int, int, str], None]
"""Called with how many are done, how many there are, and the name of the one that is next."""

_LONGEST_NAME = 200
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}
_TURNED = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Outcome(StrEnum):
    """What became of one file, or would."""

    READ = "read"
    WARNED = "read with warnings"
    REFUSED = "refused"
    KNOWN = "already there"
    HELD = "left out"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file gave, or would give.

    ``document`` is the id of the document, also where its text was known; None if refused, and in a
    preview. ``cases`` are the names of the cases that it belongs to by what is told with the files.
    """

    name: str
    outcome: Outcome
    document: str | None = None
    turns: int = 0
    speakers: tuple[str, ...] = ()
    words: int = 0
    messages: tuple[str, ...] = ()
    kind: DocumentKind | None = None
    date: str | None = None
    cases: tuple[ToldCase, ...] = ()
    place: str = ""


def preview_import(
    project: Project,
    files: Iterable[Source | FileRead],
    *,
    case: str | None = None,
    filing: Filing = UNTOLD,
    on_progress: Progress | None = None,
) -> list[FileReport]:
    """What ``import_documents`` would report of these files, in the same order; nothing is stored.

    Raises UnknownItem for an unknown case.
    """
    cases = () if case is None else (ToldCase(found_case(project, case).name),)
    seen: dict[str, str] = {}
    taken = {document.name for document in project.documents()}
    reports = []
    for file, filed in belonging(_all_read(files, filing, on_progress), filing):
        if file.refusal:
            reports.append(_refused(file))
        for name, reading in file.readings:
            sha256 = text_hash(reading.text)
            known = project.document_with_hash(sha256)
            there = known.name if known is not None else seen.get(sha256)
            report = replace(_report(name, file, reading, filed), cases=filed.cases or cases)
            if there is None:
                free = seen[sha256] = free_name(name_of(name), taken)
                taken.add(free)
                report = _kept_as(report, free)
            else:
                messages = (f"its text is already in the project, as {there}", *filed.remarks)
                report = replace(report, outcome=Outcome.KNOWN, messages=messages)
            reports.append(report)
    return reports


def import_documents(
    project: Project,
    files: Iterable[Source | FileRead],
    *,
    coder: str,
    case: str | None = None,
    language: str = "en",
    filing: Filing = UNTOLD,
    all_or_nothing: bool = False,
    on_progress: Progress | None = None,
) -> list[FileReport]:
    """Read files into the project, each in a change of its own: those finished stay if the rest is stopped.

    Archives are read as folders. ``case`` is the id of the case of those documents that ``filing`` tells none
    of. A file that cannot be read gets a report with what is wrong, and the next one is read; a text that the
    project already has is not added again, but belongs to the case as well. With ``all_or_nothing`` all is one
    change, and nothing is stored if any file is refused or the work is stopped. Raises UnknownItem for an
    unknown case, InvalidValue for a language that is none, NotAllowed for a reader, ProjectError where the
    project cannot be written.
    """
    if all_or_nothing:
        return _import_whole(project, files, coder, _Manner(case, language), filing, on_progress)
    return list(
        import_each(project, files, coder=coder, case=case, language=language, filing=filing, on_progress=on_progress)
    )


def import_each(
    project: Project,
    files: Iterable[Source | FileRead],
    *,
    coder: str,
    case: str | None = None,
    language: str = "en",
    filing: Filing = UNTOLD,
    on_progress: Progress | None = None,
) -> Iterator[FileReport]:
    """The same, one report at a time as each file is stored."""
    acting(project, coder)
    if case is not None:
        found_case(project, case)
    manner = _Manner(case, checked_language(language))
    for file, filed in belonging(_each_read(files, filing, on_progress), filing):
        if file.refusal:
            yield _refused(file)
        for name, reading in file.readings:
            known = project.document_with_hash(text_hash(reading.text))
            segments = passages(reading.text, reading.turns, language) if known is None else []
            with change_by(project, coder, "import document", summary=f"import document {name_of(name)}") as change:
                report = _Shelf(project, change, manner).put(name, file, reading, segments, filed)
            yield report


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
            language=found.language if language is None else checked_language(language),
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
        marks = project.seen_by(coder).read_marks(document=document)
        before = next((mark.position for mark in marks if mark.coder == coder), 0)
        if reached > before:
            change.mark_read(document, coder, reached)


def name_of(file: str) -> str:
    """A file's name as a name and nothing else: no folders, no control or direction characters, not endless."""
    last = file.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(
        "" if character in _TURNED or unicodedata.category(character) in _UNPRINTABLE else character
        for character in last
    )
    # Macs write ä as a and two dots; a name is found however it is typed.
    name = unicodedata.normalize("NFC", kept).strip()
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


@dataclass(frozen=True, slots=True)
class _Manner:
    case: str | None
    language: str


def _import_whole(
    project: Project,
    files: Iterable[Source | FileRead],
    coder: str,
    manner: _Manner,
    filing: Filing,
    on_progress: Progress | None,
) -> list[FileReport]:
    acting(project, coder)
    checked_language(manner.language)
    read = _all_read(files, filing, on_progress)
    if any(file.refusal for file in read):
        reports = preview_import(project, read, case=manner.case, filing=filing)
        held = "nothing was brought in, as another file was refused"
        return [
            report if report.outcome is Outcome.REFUSED else replace(report, outcome=Outcome.HELD, messages=(held,))
            for report in reports
        ]
    # Segmented before the change is begun, so that others wait only while it is written.
    parts = [
        (name, file, reading, passages(reading.text, reading.turns, manner.language), filed)
        for file, filed in belonging(read, filing)
        for name, reading in file.readings
    ]
    summary = f"import {len(parts)} documents" if len(parts) != 1 else f"import document {name_of(parts[0][0])}"
    with change_by(project, coder, "import documents", summary=summary) as change:
        shelf = _Shelf(project, change, manner)
        shelf.tell([case for *_, filed in parts for case in filed.cases])
        return [shelf.put(*part) for part in parts]


class _Shelf:
    """Where readings become documents, within one change."""

    def __init__(self, project: Project, change: Change, manner: _Manner) -> None:
        self.project = project
        self.change = change
        self.manner = manner
        self.case = None if manner.case is None else found_case(project, manner.case)
        self.taken = {document.name for document in project.documents()}
        self.told: dict[str, str] = {}

    def tell(self, cases: Sequence[ToldCase]) -> None:
        """Make these cases, with what is told of them, before the documents that belong to them."""
        self.told |= {name: case.id for name, case in tell_cases(self.project, self.change, cases).items()}

    def put(
        self, name: str, file: FileRead, reading: Reading, segments: Sequence[tuple[Span, int]], filed: Filed
    ) -> FileReport:
        """Store one reading, unless its text is there; either way it belongs to its cases."""
        report = _report(name, file, reading, filed)
        # Asked again: another process may have brought the same text in while this one was segmenting.
        known = self.project.document_with_hash(text_hash(reading.text))
        if known is None:
            document = _document(free_name(name_of(name), self.taken), file, reading, self.manner.language)
            self.taken.add(document.name)
            self.change.add_document(document, reading.turns, segments, SEGMENTER)
            self._assign(document.id, filed, set())
            return _kept_as(replace(report, document=document.id), document.name)
        message = f"its text is already in the project, as {known.name}"
        belongs = {membership.case for membership in self.project.memberships() if membership.document == known.id}
        if put := self._assign(known.id, filed, belongs):
            message += f"; that was put in {', '.join(put)}"
        return FileReport(
            name_of(name), Outcome.KNOWN, known.id, words=known.words, messages=(message,), cases=report.cases
        )

    def _assign(self, document: str, filed: Filed, belongs: set[str]) -> list[str]:
        """Put a document that belongs to these cases in its own ones; the names of those that are new to it."""
        if missing := [case for case in filed.cases if case_key(case.name) not in self.told]:
            self.tell(missing)
        ids = {self.told[case_key(case.name)]: case.name for case in filed.cases}
        if not ids and self.case is not None:
            ids = {self.case.id: self.case.name}
        for case in ids.keys() - belongs:
            self.change.assign(Membership(document, case))
        return [name for case, name in ids.items() if case not in belongs]


def _all_read(files: Iterable[Source | FileRead], filing: Filing, on_progress: Progress | None) -> list[FileRead]:
    return list(_each_read(files, filing, on_progress))


def _each_read(files: Iterable[Source | FileRead], filing: Filing, on_progress: Progress | None) -> Iterator[FileRead]:
    waiting = [each for file in files for each in (unpacked([file]) if isinstance(file, Source) else [file])]
    for done, file in enumerate(waiting):
        if on_progress is not None:
            on_progress(done, len(waiting), file.name)
        yield file if isinstance(file, FileRead) else read_file(file, split=filing.split)
    if on_progress is not None:
        on_progress(len(waiting), len(waiting), "")


def _refused(file: FileRead) -> FileReport:
    return FileReport(name_of(file.name), Outcome.REFUSED, messages=(file.refusal,), place=file.place)


def _kept_as(report: FileReport, name: str) -> FileReport:
    """The report of a document that has this name in the project."""
    if name == report.name:
        return report
    remark = f"kept as {name}, for another document is named {report.name}"
    return replace(report, messages=(*report.messages, remark))


def _report(name: str, file: FileRead, reading: Reading, filed: Filed) -> FileReport:
    messages = (*reading.warnings, *filed.remarks)
    return FileReport(
        name_of(name),
        Outcome.WARNED if messages else Outcome.READ,
        turns=len(reading.turns),
        speakers=reading.speakers,
        words=words_in(reading),
        messages=messages,
        kind=reading.kind,
        date=reading.date,
        cases=filed.cases,
        place=file.place,
    )


def _document(name: str, file: FileRead, reading: Reading, language: str) -> Document:
    return Document(
        id=new_id(),
        name=name,
        kind=reading.kind,
        sha256=text_hash(reading.text),
        words=words_in(reading),
        characters=len(reading.text),
        language=language,
        source=name_of(file.name),
        date=reading.date,
        added=now(),
        text=reading.text,
    )


def checked_language(text: str) -> str:
    """The code of a language as it was given. Raises InvalidValue for what is none."""
    if not _LANGUAGE.fullmatch(text):
        raise InvalidValue(f"{text!r} is not the code of a language; write one such as en, fi, sv or de")
    return text


def words_in(reading: Reading) -> int:
    """Words that people said or decided."""
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
