"""Writing rows while noting each one as it was before and as it is after."""

from __future__ import annotations

from typing import Any

from coder.model import RowChange
from coder.model.journal import Row
from coder.store.file import ProjectFile, storable
from coder.store.schema import CODING, DOCUMENT, MEMO, Table


class Recorder:
    """Reads and writes journaled rows; a row written several times is one change from first to last."""

    def __init__(self, file: ProjectFile) -> None:
        self._file = file
        self._before: dict[tuple[str, str], tuple[Row | None, str | None]] = {}
        self._after: dict[tuple[str, str], Row | None] = {}

    def row(self, table: Table, key: str) -> dict[str, Any] | None:
        """The row as it stands."""
        found = self._file.rows(table.select, (key,))
        return dict(zip(table.columns, found[0], strict=True)) if found else None

    def put(self, table: Table, row: Row) -> None:
        """Store a row, new or changed; nothing happens if it stands there already."""
        row = {column: storable(value) if isinstance(value, str) else value for column, value in row.items()}
        key = row[table.key]
        before = self.row(table, key)
        if before != row:
            self.replace(table, key, before, row, self._document_of(table, row))

    def drop(self, table: Table, key: str) -> bool:
        """Take a row out; False if it was not there."""
        key = storable(key)
        before = self.row(table, key)
        if before is None:
            return False
        self.replace(table, key, before, None, self._document_of(table, before))
        return True

    def replace(self, table: Table, key: str, before: Row | None, after: Row | None, document: str | None) -> None:
        """Write what is known to differ from what stands there."""
        if after is None:
            self._file.write(table.delete, (key,))
        else:
            self._file.write(table.upsert, [after[column] for column in table.columns])
        place = (table.name, key)
        self._before.setdefault(place, (before, document))
        self._after[place] = after

    def changes(self) -> list[RowChange]:
        """Every row that now differs from what it was at first."""
        return [
            RowChange(place[0], place[1], before, self._after[place], document)
            for place, (before, document) in self._before.items()
            if before != self._after[place]
        ]

    def removed(self, table: Table) -> list[tuple[str, Row]]:
        """Key and last state of every row of a table that this change takes out."""
        return [
            (key, before)
            for (name, key), (before, _) in self._before.items()
            if name == table.name and before is not None and self._after[name, key] is None
        ]

    def _document_of(self, table: Table, row: Row) -> str | None:
        if table is DOCUMENT:
            return str(row["id"])
        if table is MEMO:
            return self._document_under(str(row["about"]), str(row["target"]))
        return row.get("document")

    def _document_under(self, about: str, target: str) -> str | None:
        if about == "document":
            return target
        coding = self.row(CODING, target) if about == "coding" else None
        return None if coding is None else str(coding["document"])
