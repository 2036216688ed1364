"""QualCoder: the file ``data.qda`` of a project folder, alone or in the zipped folder.

The columns differ between versions and are looked for by name. Positions are code points, ends exclusive.
"""

from __future__ import annotations

import zipfile
from contextlib import closing
from io import BytesIO
from pathlib import PurePath

from coder.formats.archives import opened, unpacked
from coder.formats.foreign_database import ForeignDatabase, is_database
from coder.formats.gathering import ForeignText, Gathering, moment, whole_number
from coder.model import AttributeType, Received

_MEMBER = "data.qda"
_MEDIA = ("images", "audio", "video")
_ONLY_TEXT = "only texts are read"


def recognises(content: bytes) -> bool:
    """Whether this is a QualCoder database, or a ZIP archive with one."""
    return is_database(content, "code_name", "code_text", "caseOrFile") or _member(content) is not None


def read(content: bytes, name: str) -> Received:
    """Read a QualCoder project. Raises MalformedFile or TooLarge."""
    title = PurePath(name).stem
    beside = 0
    if (member := _member(content)) is not None:
        folder = PurePath(member).parent.name
        title = PurePath(folder).stem or title
        content, beside = _unpacked(content, member)
    with closing(ForeignDatabase(content, "QualCoder project")) as tables:
        memos = [str(row["memo"]) for row in tables.rows("project", "memo") if row["memo"]]
        found = Gathering("QualCoder", title, description="\n\n".join(memos))
        _codes(tables, found)
        _documents(tables, found)
        _codings(tables, found)
        _cases(tables, found)
        _values(tables, found)
        _notes(tables, found)
        for table, what, why in _NOT_READ:
            found.losses.add(what, why, count=tables.count(table))
        if beside:
            found.remarks.append(
                f"{_MEMBER}-wal beside the project holds {beside:,} bytes that QualCoder had not yet put into it; "
                "close QualCoder and pack the folder once more"
            )
    return found.received()


_NOT_READ = (
    ("code_image", "codings of images", _ONLY_TEXT),
    ("code_av", "codings of recordings", _ONLY_TEXT),
    ("graph", "graphs", "there are no drawings here"),
    ("ris", "lines of bibliographic entries", "a document has no bibliography here"),
    ("stored_sql", "stored queries", "they ask QualCoder's own tables"),
)


def _member(content: bytes) -> str | None:
    if not content.startswith(b"PK"):
        return None
    try:
        names = zipfile.ZipFile(BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    return next((name for name in names if PurePath(name).name.lower() == _MEMBER), None)


def _unpacked(content: bytes, member: str) -> tuple[bytes, int]:
    """The database, and the bytes of a log beside it that it does not hold yet."""
    kind = "zipped QualCoder project"
    with opened(content, kind, in_part=True) as archive:
        log = f"{member}-wal"
        beside = archive.getinfo(log).file_size if log in archive.namelist() else 0
        return unpacked(archive, member, kind), beside


def _codes(tables: ForeignDatabase, found: Gathering) -> None:
    for row in tables.rows("code_cat", "catid", "name", "supercatid", "memo"):
        parent = ("folder", row["supercatid"]) if row["supercatid"] is not None else None
        found.code(("folder", row["catid"]), row["name"], parent=parent, codable=False, definition=row["memo"])
    for row in tables.rows("code_name", "cid", "name", "catid", "supercid", "color", "memo"):
        parent = ("folder", row["catid"]) if row["catid"] is not None else None
        if row["supercid"] is not None:
            parent = ("code", row["supercid"])
        found.code(("code", row["cid"]), row["name"], parent=parent, colour=row["color"], definition=row["memo"])


def _documents(tables: ForeignDatabase, found: Gathering) -> None:
    for row in tables.rows("source", "id", "name", "fulltext", "mediapath", "memo", "date"):
        media = str(row["mediapath"] or "").strip("/").lower()
        if not str(row["fulltext"] or "").strip() and media.startswith(_MEDIA):
            found.losses.add("images and recordings", _ONLY_TEXT, str(row["name"]))
            continue
        text = ForeignText(str(row["fulltext"] or ""))
        found.document(row["id"], row["name"], text, added=moment(row["date"]), memo=row["memo"])


def _codings(tables: ForeignDatabase, found: Gathering) -> None:
    columns = ("cid", "fid", "seltext", "pos0", "pos1", "owner", "date", "memo", "important")
    for row in tables.rows("code_text", *columns):
        if row["important"]:
            found.losses.add("marks of importance on codings", "a coding has no such mark here", str(row["seltext"]))
        found.coding(
            row["fid"],
            ("code", row["cid"]),
            found.coder(row["owner"]),
            whole_number(row["pos0"]) or 0,
            whole_number(row["pos1"]) or 0,
            row["seltext"],
            created=moment(row["date"]),
            memo=row["memo"],
        )


def _cases(tables: ForeignDatabase, found: Gathering) -> None:
    for row in tables.rows("cases", "caseid", "name", "memo"):
        found.case(row["caseid"], row["name"], memo=row["memo"])
    for row in tables.rows("case_text", "caseid", "fid", "pos0", "pos1", "owner", "date", "memo"):
        if not found.knows_document(row["fid"]):
            found.losses.add("images and recordings in cases", _ONLY_TEXT)
            continue
        start, end = whole_number(row["pos0"]), whole_number(row["pos1"])
        found.belongs(row["fid"], row["caseid"], start, end)
        found.memo(
            "document",
            row["fid"],
            row["memo"],
            coder=found.coder(row["owner"]),
            created=moment(row["date"]),
            stretch=(start or 0, end or 0),
        )


def _values(tables: ForeignDatabase, found: Gathering) -> None:
    for row in tables.rows("attribute_type", "name", "valuetype", "memo"):
        found.attribute(row["name"], AttributeType.NUMBER if row["valuetype"] == "numeric" else AttributeType.TEXT)
        if row["memo"]:
            found.losses.add("memos on attributes", "an attribute has no memo here", f"{row['name']}: {row['memo']}")
    for row in tables.rows("attribute", "name", "attr_type", "value", "id"):
        if row["attr_type"] == "journal":
            # Their ids are those of journal entries, not of documents.
            if str(row["value"] or "").strip():
                found.losses.add(
                    "attributes of journal entries", "a memo has none here", f"{row['name']}: {row['value']}"
                )
            continue
        found.value("case" if row["attr_type"] == "case" else "document", row["id"], row["name"], row["value"])


def _notes(tables: ForeignDatabase, found: Gathering) -> None:
    for row in tables.rows("annotation", "fid", "pos0", "pos1", "memo", "owner", "date"):
        start = whole_number(row["pos0"]) or 0
        found.memo(
            "document",
            row["fid"],
            row["memo"],
            coder=found.coder(row["owner"]),
            created=moment(row["date"]),
            stretch=(start, whole_number(row["pos1"]) or start + 1),
        )
    for row in tables.rows("journal", "name", "jentry", "owner", "date"):
        found.memo(
            "project",
            None,
            row["jentry"],
            coder=found.coder(row["owner"]),
            created=moment(row["date"]),
            title=row["name"],
        )
