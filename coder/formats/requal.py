"""Requal: a project in one SQLite file. Positions are those of R: counted from one, ends inclusive."""

from __future__ import annotations

from contextlib import closing
from pathlib import PurePath

from coder.formats.foreign_database import ForeignDatabase, Row, is_database
from coder.formats.gathering import ForeignText, Gathering, moment, whole_number
from coder.model import Received


def recognises(content: bytes) -> bool:
    """Whether this is a Requal project."""
    return is_database(content, "requal_version", "segments", "segment_start")


def read(content: bytes, name: str) -> Received:
    """Read a Requal project. Raises MalformedFile or TooLarge."""
    with closing(ForeignDatabase(content, "Requal project")) as tables:
        projects = tables.rows("projects", "project_id", "project_name", "project_description")
        first = projects[0] if projects else {"project_name": PurePath(name).stem, "project_description": ""}
        found = Gathering(
            "Requal", str(first["project_name"] or ""), description=str(first["project_description"] or "")
        )
        for other in projects[1:]:
            found.losses.add("other projects in the file", "one file becomes one project", str(other["project_name"]))
        _Reading(tables, found, first.get("project_id")).all()
    return found.received()


class _Reading:
    """One project of one file."""

    def __init__(self, tables: ForeignDatabase, found: Gathering, project: object) -> None:
        self._tables, self._found, self._project = tables, found, project
        users = tables.rows("users", "user_id", "user_name", "user_login")
        self._names = {row["user_id"]: row["user_name"] or row["user_login"] for row in users}

    def all(self) -> None:
        self._codes()
        for row in self._rows("documents", "doc_id", "doc_name", "doc_description", "doc_text", "created_at"):
            self._found.document(
                row["doc_id"],
                row["doc_name"],
                ForeignText(str(row["doc_text"] or "")),
                added=moment(row["created_at"]),
                memo=row["doc_description"],
            )
        for row in self._rows("cases", "case_id", "case_name", "case_description"):
            self._found.case(row["case_id"], row["case_name"], memo=row["case_description"])
        for row in self._rows("cases_documents_map", "case_id", "doc_id"):
            self._found.belongs(row["doc_id"], row["case_id"])
        self._values()
        self._memos(self._codings())

    def _rows(self, table: str, *columns: str) -> list[Row]:
        """The rows of this project; tables without a project belong to the only one."""
        rows = self._tables.rows(table, *columns, "project_id")
        return [row for row in rows if row["project_id"] in (self._project, None)]

    def _coder(self, user: object) -> str:
        return self._found.coder(self._names.get(user))

    def _codes(self) -> None:
        within: dict[object, list[object]] = {}
        for row in self._rows("categories_codes_map", "category_id", "code_id"):
            within.setdefault(row["code_id"], []).append(row["category_id"])
        categories = self._rows("categories", "category_id", "category_name", "category_description")
        for row in categories:
            key = ("folder", row["category_id"])
            self._found.code(key, row["category_name"], codable=False, definition=row["category_description"])
        for row in self._rows("codes", "code_id", "code_name", "code_description", "code_color"):
            folders = within.get(row["code_id"], [])
            # A code stands in one place of the tree; one in several categories stands free and in sets.
            parent = ("folder", folders[0]) if len(folders) == 1 else None
            self._found.code(
                row["code_id"],
                row["code_name"],
                parent=parent,
                colour=row["code_color"],
                definition=row["code_description"],
            )
        for row in categories:
            codes = [("code", code) for code, at in within.items() if len(at) > 1 and row["category_id"] in at]
            self._found.itemset(row["category_name"], codes, description=row["category_description"])

    def _codings(self) -> dict[object, str]:
        """The codings by the number of their segment."""
        made = {}
        columns = ("segment_id", "user_id", "doc_id", "code_id", "segment_start", "segment_end", "segment_text")
        for row in self._rows("segments", *columns):
            coding = self._found.coding(
                row["doc_id"],
                row["code_id"],
                self._coder(row["user_id"]),
                (whole_number(row["segment_start"]) or 1) - 1,
                whole_number(row["segment_end"]) or 0,
                row["segment_text"],
            )
            if coding is not None:
                made[row["segment_id"]] = coding
        return made

    def _values(self) -> None:
        names = {}
        for row in self._rows("attributes", "attribute_id", "attribute_name"):
            names[row["attribute_id"]] = row["attribute_name"]
        values = {
            row["attribute_value_id"]: row["value"]
            for row in self._tables.rows("attribute_values", "attribute_value_id", "value")
        }
        for about, table, owner in (
            ("case", "attributes_cases_map", "case_id"),
            ("document", "attributes_documents_map", "doc_id"),
        ):
            for row in self._rows(table, owner, "attribute_id", "attribute_value_id"):
                value = values.get(row["attribute_value_id"])
                self._found.value(about, row[owner], names.get(row["attribute_id"]), value)
        users = len(self._rows("attributes_users_map", "user_id"))
        self._found.losses.add("attributes of coders", "a coder has none here", count=users)

    def _memos(self, codings: dict[object, str]) -> None:
        on: dict[object, list[tuple[str, object, tuple[int, int] | None]]] = {}
        for row in self._tables.rows("memos_codes_map", "memo_id", "code_id"):
            on.setdefault(row["memo_id"], []).append(("code", row["code_id"], None))
        for row in self._tables.rows("memos_segments_map", "memo_id", "segment_id"):
            if row["segment_id"] in codings:
                on.setdefault(row["memo_id"], []).append(("coding", codings[row["segment_id"]], None))
        for row in self._tables.rows("memos_documents_map", "memo_id", "doc_id", "memo_start", "memo_end"):
            start, end = whole_number(row["memo_start"]), whole_number(row["memo_end"])
            stretch = (start - 1, end) if start is not None and end is not None else None
            on.setdefault(row["memo_id"], []).append(("document", row["doc_id"], stretch))
        for row in self._rows("memos", "memo_id", "user_id", "text"):
            for about, key, stretch in on.get(row["memo_id"], [("project", None, None)]):
                self._found.memo(about, key, row["text"], coder=self._coder(row["user_id"]), stretch=stretch)
