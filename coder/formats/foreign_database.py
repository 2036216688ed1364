"""SQLite files of other programs, read in memory and trusted in nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from coder.errors import MalformedFile, TooLarge
from coder.formats.decoding import guessed_encoding

Row = Mapping[str, Any]
"""The values of one row by the names that were asked for; None where the table has no such column."""

MAX_ROWS = 2_000_000
"""Rows of one table that are read."""
MAX_CHARACTERS = 500_000_000
"""Bytes of text that are read in all; a broken file can show the same text in a million rows."""

_MAGIC = b"SQLite format 3\0"
_STEPS, _MAX_CALLS = 100_000, 20_000
_LOG_MODE = slice(18, 20)


def is_database(content: bytes, *tables: str) -> bool:
    """Whether this looks like an SQLite file with tables of these names."""
    return content.startswith(_MAGIC) and all(table.encode() in content for table in tables)


class ForeignDatabase:
    """The tables of a database that somebody else wrote.

    The bytes are never written to a file, nothing in them is run: views, triggers and virtual tables
    are left alone. Text that is not UTF-8 is read in the likeliest encoding, which ``encoding`` then names.
    Raises MalformedFile for a broken file, TooLarge for one beyond the limits; ``kind`` is what it
    claims to be, "RQDA project".
    """

    def __init__(self, content: bytes, kind: str) -> None:
        self.encoding: str | None = None
        self._kind = kind
        self._read = 0
        self._calls = 0
        if not content.startswith(_MAGIC):
            raise MalformedFile(f"not a {kind}: it is no SQLite file")
        # A file in write-ahead mode cannot be opened in memory; what its log held is not in these bytes anyway.
        plain = bytearray(content)
        plain[_LOG_MODE] = b"\x01\x01"
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.text_factory = bytes
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 200_000_000)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._connection.set_progress_handler(self._too_long, _STEPS)
        try:
            self._connection.deserialize(bytes(plain))
            for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._tables = self._all_tables()
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            self.close()
            raise self._broken(error) from error

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()

    def __contains__(self, table: str) -> bool:
        return table.lower() in self._tables

    def count(self, table: str) -> int:
        """How many rows a table has; 0 if there is no such table."""
        return len(self.rows(table, "rowid"))

    def rows(self, table: str, *columns: str) -> list[Row]:
        """All rows of a table in the order in which they were made; none if there is no such table."""
        name = self._tables.get(table.lower())
        if name is None:
            return []
        try:
            known = self._columns(name)
            wanted = ", ".join(f"{_quoted(known[c.lower()])}" if c.lower() in known else "NULL" for c in columns)
            # Names come from the file's own schema and are quoted.
            cursor = self._connection.execute(f"SELECT {wanted} FROM {_quoted(name)}")  # noqa: S608
            found = []
            for values in cursor:
                found.append(values)
                self._read += sum(len(value) for value in values if isinstance(value, bytes))
                if len(found) > MAX_ROWS or self._read > MAX_CHARACTERS:
                    raise TooLarge(f"the {self._kind} has more than {MAX_ROWS:,} rows in {name!r}, or endless texts")
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            raise self._broken(error) from error
        text = self._decoder([value for values in found for value in values if isinstance(value, bytes)])
        return [dict(zip(columns, map(text, values), strict=True)) for values in found]

    def _decoder(self, texts: list[bytes]) -> Any:
        if self.encoding is None:
            odd = [text for text in texts if not _is_utf8(text)]
            if odd:
                self.encoding = guessed_encoding(b"\n".join(odd)[:64_000])
        encoding = self.encoding

        def text(value: Any) -> Any:
            if not isinstance(value, bytes):
                return value
            try:
                return value.decode("utf-8")
            except UnicodeDecodeError:
                return value.decode(encoding or "utf-8", "replace")

        return text

    def _all_tables(self) -> dict[str, str]:
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
            "AND sql LIKE 'CREATE TABLE%'"
        )
        names = [name.decode() for (name,) in self._connection.execute(query)]
        return {name.lower(): name for name in names}

    def _columns(self, table: str) -> dict[str, str]:
        found = self._connection.execute(f"PRAGMA table_info({_quoted(table)})")
        return {name.decode().lower(): name.decode() for _, name, *_ in found}

    def _too_long(self) -> bool:
        self._calls += 1
        return self._calls > _MAX_CALLS

    def _broken(self, error: Exception) -> MalformedFile:
        return MalformedFile(f"the {self._kind} is broken: {error}; open it in its own program and save a copy")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
