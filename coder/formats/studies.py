"""Whole projects of other programs: one row a format that is read, one row a suffix that is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from coder.errors import UnknownFormat
from coder.formats import (
    doccano,
    label_studio,
    qualcoder,
    refi_read,
    refi_write,
    requal,
    rqda,
    study_plain,
    taguette,
    uima,
    webanno,
)
from coder.model import Loss, Received, Study
from coder.model.choices import Target


@dataclass(frozen=True, slots=True)
class StudyFormat:
    """How one program keeps a project.

    ``recognises`` looks at the content alone and never raises: many programs share a suffix such as
    ``.json`` or ``.sqlite3``. ``read`` takes content and file name; it raises MalformedFile or TooLarge.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes, str], Received]


StudyWriter = Callable[[Study, Target], tuple[bytes, tuple[Loss, ...]]]
"""A study and the program it is for to the file, and what the file cannot carry."""

STUDY_FORMATS: tuple[StudyFormat, ...] = (
    StudyFormat("REFI-QDA", (".qdpx", ".qde"), refi_read.recognises, refi_read.read),
    StudyFormat("Redthread as plain text", (".zip",), study_plain.recognises, study_plain.read),
    StudyFormat("Taguette", (".sqlite3", ".sqlite", ".db"), taguette.recognises, taguette.read),
    StudyFormat("QualCoder", (".qda", ".zip"), qualcoder.recognises, qualcoder.read),
    StudyFormat("RQDA", (".rqda",), rqda.recognises, rqda.read),
    StudyFormat("Requal", (".requal",), requal.recognises, requal.read),
    StudyFormat("Label Studio", (".json",), label_studio.recognises, label_studio.read),
    StudyFormat("doccano", (".jsonl", ".json"), doccano.recognises, doccano.read),
    StudyFormat("WebAnno TSV", (".tsv",), webanno.recognises, webanno.read),
    StudyFormat("UIMA CAS", (".json", ".xmi", ".zip"), uima.recognises, uima.read),
)

STUDY_WRITERS: dict[str, StudyWriter] = {".qdpx": refi_write.write, ".zip": study_plain.write}


def is_study(name: str, content: bytes) -> bool:
    """Whether this is a whole project of some program, as against one document, table or codebook."""
    return _format_of(name, content) is not None


def read_study(name: str, content: bytes) -> Received:
    """Read a project of another program; name and content tell which. Raises UnknownFormat, MalformedFile, TooLarge."""
    found = _format_of(name, content)
    if found is None:
        raise UnknownFormat(f"{name} is no project of a program that can be read; known: {_known()}")
    return found.read(content, name)


def write_study(name: str, study: Study, target: Target = Target.STRICT) -> tuple[bytes, tuple[Loss, ...]]:
    """The study as a file of this name, with what that file cannot carry. Raises UnknownFormat."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in STUDY_WRITERS:
        raise UnknownFormat(f"cannot write a project as {suffix or name!r}; known: {', '.join(STUDY_WRITERS)}")
    return STUDY_WRITERS[suffix](study, target)


def _format_of(name: str, content: bytes) -> StudyFormat | None:
    suffix = PurePath(name).suffix.lower()
    return next((row for row in STUDY_FORMATS if suffix in row.suffixes and row.recognises(content)), None)


def _known() -> str:
    return "; ".join(f"{row.name} ({', '.join(row.suffixes)})" for row in STUDY_FORMATS)
