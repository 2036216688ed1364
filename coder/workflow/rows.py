"""Rows of a table that a researcher saved from a spreadsheet: comma, semicolon or tab, UTF-8 or UTF-16."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from coder.errors import MalformedFile, UnknownFormat

SUFFIXES = (".csv", ".tsv", ".txt")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``number`` as a spreadsheet shows it (the header is row 1), cells by column name, trimmed."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """Column names in order, and the rows that are not empty."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(name: str, content: bytes, *, needs: Collection[str] = ()) -> Table:
    """Read a table whose first row names its columns; the names in ``needs`` are matched in any case of letters.

    Raises UnknownFormat for another kind of file, MalformedFile where the content is no table, a
    column is missing, named twice or not at all, or a row has more cells than there are columns.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise UnknownFormat(f"{name}: cannot read a table from {suffix or 'a file without a suffix'}; save it as CSV")
    text = _decoded(name, content)
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [[cell.strip() for cell in line] for line in lines]
    except csv.Error as error:
        raise MalformedFile(f"{name}: not a table of comma-separated values ({error})", line=lines.line_num) from error
    if not rows or not any(rows[0]):
        raise MalformedFile(f"{name}: the first row must name the columns, and it is empty")
    columns = _columns(name, rows[0], needs)
    found = []
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells[len(columns) :]):
            raise MalformedFile(f"{name}, row {number}: {len(cells)} cells, but only {len(columns)} named columns")
        if any(cells):
            padded = cells[: len(columns)] + [""] * (len(columns) - len(cells))
            found.append(Row(number, dict(zip(columns, padded, strict=True))))
    return Table(columns, tuple(found))


def _columns(name: str, header: list[str], needs: Collection[str]) -> tuple[str, ...]:
    while not header[-1]:
        header = header[:-1]
    wanted = {need.casefold(): need for need in needs}
    columns = [wanted.get(column.casefold(), column) for column in header]
    if "" in columns:
        raise MalformedFile(f"{name}: column {columns.index('') + 1} has no name in the first row")
    twice = {column for column in columns if columns.count(column) > 1}
    if twice:
        raise MalformedFile(f"{name}: two columns are named {min(twice)!r}")
    missing = [need for need in needs if need not in columns]
    if missing:
        raise MalformedFile(f"{name}: no column {missing[0]!r}; the first row names {', '.join(columns)}")
    return tuple(columns)


def _decoded(name: str, content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise MalformedFile(f"{name}: not UTF-8; in a spreadsheet choose 'CSV UTF-8' when saving", line=line) from error
