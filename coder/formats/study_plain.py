"""A whole study as plain text, in a zip or a folder: YAML, JSONL and the texts, the same study always the same bytes.

``study.yaml`` and ``codebook.yaml``; ``documents.jsonl`` with a text in ``documents/`` and its turns in ``turns/``
for each; one line an item in the other ``.jsonl``. It holds all that a study does, and reads well in a diff.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from io import BytesIO
from typing import Any, TypeVar

import yaml

from coder.errors import MalformedFile
from coder.formats import codebook_yaml
from coder.formats.archives import opened, unpacked
from coder.model import (
    Anchor,
    Attribute,
    AttributeType,
    Case,
    Coder,
    Coding,
    Decision,
    Document,
    DocumentKind,
    ItemSet,
    Loss,
    Membership,
    Memo,
    Origin,
    Outcome,
    ReadMark,
    Received,
    Role,
    Span,
    Study,
    StudyDocument,
    Turn,
    TurnKind,
)
from coder.model.choices import Target

FORMAT = "redthread-study/1"
_WHAT = "project as plain text"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HEAD = ("id", "title", "description", "origin")

Item = TypeVar("Item")


def recognises(content: bytes) -> bool:
    """Whether this is a study as plain text."""
    try:
        return content.startswith(b"PK") and "study.yaml" in zipfile.ZipFile(BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def write(study: Study, target: Target) -> tuple[bytes, tuple[Loss, ...]]:
    """The study as a zip; nothing is lost, whatever the target."""
    return packed(files_of(study)), ()


def files_of(study: Study) -> dict[str, bytes]:
    """The files that the study consists of, by their path in the folder or zip."""
    head = {"format": FORMAT, **{name: getattr(study, name) for name in _HEAD}}
    files = {
        "study.yaml": yaml.safe_dump(head, sort_keys=False, allow_unicode=True).encode(),
        "codebook.yaml": codebook_yaml.write(study.codebook),
    }
    listed = []
    for found in study.documents:
        place = _place(found.document)
        listed.append(
            {**_row(replace(found.document, text="")), "file": place, "values": dict(sorted(found.values.items()))}
        )
        files[f"documents/{place}.txt"] = found.document.text.encode()
        files[f"turns/{place}.jsonl"] = _lines(map(_row, found.turns))
    files["documents.jsonl"] = _lines(listed)
    for name in _TABLES:
        rows = list(map(_row, getattr(study, name)))
        if name in _SORTED:
            rows.sort(key=lambda row: json.dumps(row, sort_keys=True))
        files[f"{name}.jsonl"] = _lines(rows)
    return files


def packed(files: Mapping[str, bytes]) -> bytes:
    """These files as a zip: the same files always give the same bytes."""
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return whole.getvalue()


def read(content: bytes, name: str) -> Received:
    """Read such a zip. Raises MalformedFile, with file and line, or TooLarge."""
    with opened(content, _WHAT) as archive:
        there = set(archive.namelist())

        def member(place: str) -> bytes:
            if place not in there:
                raise MalformedFile(f"{name} lacks {place}")
            return unpacked(archive, place, _WHAT)

        def items(place: str, make: Callable[[dict[str, Any]], Item]) -> tuple[Item, ...]:
            return tuple(_read_lines(place, member(place), make)) if place in there else ()

        try:
            head = yaml.safe_load(member("study.yaml"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise MalformedFile(f"study.yaml is not YAML: {error}") from error
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise MalformedFile(f"study.yaml does not say 'format: {FORMAT}'")

        def document(row: dict[str, Any]) -> StudyDocument:
            place, values = str(row.pop("file")), dict(row.pop("values"))
            text = member(f"documents/{place}.txt").decode()
            made = Document(**{**row, "kind": DocumentKind(row["kind"]), "text": text})
            return StudyDocument(made, items(f"turns/{place}.jsonl", _turn), values)

        parts: dict[str, Any] = {each: str(head.get(each) or "") for each in _HEAD}
        parts |= {each: items(f"{each}.jsonl", make) for each, make in _TABLES.items()}
        codebook = codebook_yaml.read(member("codebook.yaml"), "codebook.yaml")
        study = Study(codebook=codebook, documents=items("documents.jsonl", document), **parts)
    return Received(study)


def places_in(listing: bytes) -> list[str]:
    """The files of the documents in ``documents.jsonl``, by their path in the folder. Raises MalformedFile."""
    names = _read_lines("documents.jsonl", listing, lambda row: str(row["file"]))
    # Whoever wrote the folder, nothing outside it is ever meant.
    inside = [name for name in names if not set(name) & set("/\\:") and not name.startswith(".")]
    return [place for name in inside for place in (f"documents/{name}.txt", f"turns/{name}.jsonl")]


def _read_lines(place: str, content: bytes, make: Callable[[dict[str, Any]], Item]) -> Iterable[Item]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield make(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise MalformedFile(f"{place}, line {number}: {error!r}") from error


def _place(document: Document) -> str:
    """A name that people know the document by, safe on any disk, and its id, which makes it the only one."""
    known = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in document.name)[:60].strip("-")
    return f"{known or 'document'}--{document.id}".replace("/", "-").replace("\\", "-")


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows).encode()


def _row(value: Any) -> Any:
    """A value of the domain as JSON, with every field."""
    if is_dataclass(value):
        return {field.name: _row(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_row(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value


def _span(row: Mapping[str, int] | None) -> Span | None:
    return Span(**row) if row else None


def _anchor(row: dict[str, Any] | None) -> Anchor | None:
    return Anchor(Span(**row["span"]), row["quotation"], row["before"], row["after"]) if row else None


def _turn(row: dict[str, Any]) -> Turn:
    return Turn(**{**row, "span": Span(**row["span"]), "kind": TurnKind(row["kind"])})


def _decision(row: dict[str, Any]) -> Decision:
    return Decision(**{**row, "span": Span(**row["span"]), "outcome": Outcome(row["outcome"])})


_TABLES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "coders": lambda row: Coder(**{**row, "role": Role(row["role"])}),
    "attributes": lambda row: Attribute(row["name"], AttributeType(row["type"])),
    "cases": lambda row: Case(**row),
    "memberships": lambda row: Membership(row["document"], row["case"], _span(row["span"])),
    "codings": lambda row: Coding(**{**row, "anchor": _anchor(row["anchor"]), "origin": Origin(row["origin"])}),
    "memos": lambda row: Memo(**{**row, "anchor": _anchor(row["anchor"])}),
    "sets": lambda row: ItemSet(**{**row, "members": tuple((about, id) for about, id in row["members"])}),
    "decisions": _decision,
    "read_marks": lambda row: ReadMark(**row),
}
TOP = ("study.yaml", "codebook.yaml", "documents.jsonl", *(f"{name}.jsonl" for name in _TABLES))
"""The files at the top of a study's folder."""

_SORTED = {"memberships", "codings", "memos", "decisions", "read_marks"}
"""Where no order means anything, so that two copies of a study show no difference that is none."""
