"""RQDA: an R package of former days that keeps a project in one SQLite file."""

from __future__ import annotations

from contextlib import closing
from pathlib import PurePath

from coder.formats.foreign_database import ForeignDatabase, Row, is_database
from coder.formats.gathering import ForeignText, Gathering, moment, whole_number
from coder.model import AttributeType, Received

_DELETED = "RQDA keeps what was deleted there; it stays deleted"


def recognises(content: bytes) -> bool:
    """Whether this is an RQDA project."""
    return is_database(content, "freecode", "treecode", "caselinkage")


def read(content: bytes, name: str) -> Received:
    """Read an RQDA project. Raises MalformedFile or TooLarge."""
    with closing(ForeignDatabase(content, "RQDA project")) as tables:
        found = Gathering("RQDA", PurePath(name).stem, description=_project_memo(tables))
        _codes(tables, found)
        _documents(tables, found)
        _codings(tables, found)
        _cases(tables, found)
        _memos(tables, found)
        found.losses.add("images", "only texts are read", count=len(_live(tables, found, "image", "id")))
        found.losses.add("codings of images", "only texts are read", count=tables.count("imageCoding"))
        if tables.encoding is not None:
            found.remarks.append(f"its texts are not UTF-8; they were read as {tables.encoding}: check some letters")
    return found.received()


def _live(tables: ForeignDatabase, found: Gathering, table: str, *columns: str) -> list[Row]:
    """The rows that were not deleted in RQDA; the others are noted as lost."""
    rows = tables.rows(table, *columns, "status")
    live = [row for row in rows if whole_number(row["status"]) in (1, None)]
    found.losses.add(f"deleted rows of the table {table}", _DELETED, count=len(rows) - len(live))
    return live


def _project_memo(tables: ForeignDatabase) -> str:
    return "\n\n".join(str(row["memo"]) for row in tables.rows("project", "memo") if row["memo"])


def _codes(tables: ForeignDatabase, found: Gathering) -> None:
    folders: dict[object, list[object]] = {}
    for row in _live(tables, found, "treecode", "cid", "catid"):
        folders.setdefault(row["cid"], []).append(row["catid"])
    categories = _live(tables, found, "codecat", "name", "catid", "memo")
    for row in categories:
        found.code(("folder", row["catid"]), row["name"], codable=False, definition=row["memo"])
    for row in _live(tables, found, "freecode", "id", "name", "memo", "color"):
        within = folders.get(row["id"], [])
        # A code stands in one place of the tree; one that RQDA puts in several categories stands free and in sets.
        parent = ("folder", within[0]) if len(within) == 1 else None
        found.code(row["id"], row["name"], parent=parent, colour=row["color"], definition=row["memo"])
    for row in categories:
        several = [("code", code) for code, within in folders.items() if len(within) > 1 and row["catid"] in within]
        found.itemset(row["name"], several, description=row["memo"])


def _documents(tables: ForeignDatabase, found: Gathering) -> None:
    for row in _live(tables, found, "source", "id", "name", "file", "memo", "date"):
        text = ForeignText(str(row["file"] or ""))
        found.document(row["id"], row["name"], text, added=moment(row["date"]), memo=row["memo"])
    folders: dict[object, list[tuple[str, object]]] = {}
    for row in _live(tables, found, "treefile", "fid", "catid"):
        folders.setdefault(row["catid"], []).append(("document", row["fid"]))
    for row in _live(tables, found, "filecat", "name", "catid", "memo"):
        found.itemset(row["name"], folders.get(row["catid"], []), description=row["memo"])


def _codings(tables: ForeignDatabase, found: Gathering) -> None:
    columns = ("cid", "fid", "seltext", "selfirst", "selend", "owner", "date", "memo")
    for row in _live(tables, found, "coding", *columns):
        found.coding(
            row["fid"],
            row["cid"],
            found.coder(row["owner"]),
            whole_number(row["selfirst"]) or 0,
            whole_number(row["selend"]) or 0,
            row["seltext"],
            created=moment(row["date"]),
            memo=row["memo"],
        )
    found.losses.add("codings of a second coding table", "RQDA shows them nowhere", count=tables.count("coding2"))


def _cases(tables: ForeignDatabase, found: Gathering) -> None:
    for row in _live(tables, found, "attributes", "name", "class"):
        found.attribute(row["name"], AttributeType.NUMBER if row["class"] == "numeric" else AttributeType.TEXT)
    for row in _live(tables, found, "cases", "id", "name", "memo"):
        found.case(row["id"], row["name"], memo=row["memo"])
    for row in _live(tables, found, "caselinkage", "caseid", "fid", "selfirst", "selend", "memo"):
        start, end = whole_number(row["selfirst"]), whole_number(row["selend"])
        found.belongs(row["fid"], row["caseid"], start, end)
    for row in _live(tables, found, "caseAttr", "variable", "value", "caseID"):
        found.value("case", row["caseID"], row["variable"], row["value"])
    for row in _live(tables, found, "fileAttr", "variable", "value", "fileID"):
        found.value("document", row["fileID"], row["variable"], row["value"])


def _memos(tables: ForeignDatabase, found: Gathering) -> None:
    for row in _live(tables, found, "annotation", "fid", "position", "annotation", "owner", "date"):
        at = whole_number(row["position"]) or 0
        found.memo(
            "document",
            row["fid"],
            row["annotation"],
            coder=found.coder(row["owner"]),
            created=moment(row["date"]),
            stretch=(at, at + 1),
        )
    for row in _live(tables, found, "journal", "name", "journal", "owner", "date"):
        found.memo(
            "project",
            None,
            row["journal"],
            coder=found.coder(row["owner"]),
            created=moment(row["date"]),
            title=row["name"],
        )
