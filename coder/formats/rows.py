"""Rows of a table as people save it: comma-separated values in any form, Excel workbooks, OpenDocument sheets."""

from __future__ import annotations

import csv
import re
import warnings
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO, StringIO
from itertools import islice, zip_longest
from pathlib import PurePath
from typing import Any

from coder.errors import MalformedFile, TooLarge, UnknownFormat
from coder.formats.archives import opened
from coder.formats.decoding import decode

SUFFIXES = (".csv", ".tsv", ".xlsx", ".ods")
"""Endings of files that are tables and nothing else."""

MAX_BYTES = 100_000_000
MAX_ROWS = 500_000
MAX_COLUMNS = 20_000

FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""How a cell begins that a spreadsheet would run; with apostrophes before it, so that one can be taken back."""

csv.field_size_limit(MAX_BYTES)  # An answer, or a transcript in a cell, may be longer than the library expects.

_SEPARATORS = ",;\t|"
_LOOKED_AT = 50
"""Rows by which separators are compared."""
_NAMED_SEPARATOR = re.compile(r"sep=(.)\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``number`` as a spreadsheet shows it (the header is row 1), cells by column name, trimmed."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """Column names in order, the rows that are not empty, and what the researcher should know of the reading."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells as they stand, trimmed: each row that is not empty with its number, without empty cells at its end.

    ``sheets`` are the names of those in its workbook, in their order.
    """

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    remarks: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


def read_table(name: str, content: bytes, *, needs: Collection[str] = ()) -> Table:
    """Read a table whose first row names its columns; the names in ``needs`` are matched in any case of letters.

    Raises UnknownFormat for another kind of file, TooLarge, or MalformedFile where the content is no
    table, a column is missing, named twice or not at all, or a row has more cells than there are columns.
    """
    sheet = read_sheet(name, content)
    if not sheet.rows or sheet.rows[0][0] != 1:
        raise MalformedFile(f"{name}: the first row must name the columns, and it is empty")
    columns = _columns(name, sheet.rows[0][1], needs)
    found = []
    for number, cells in sheet.rows[1:]:
        if len(cells) > len(columns):
            raise MalformedFile(f"{name}, row {number}: {len(cells)} cells, but only {len(columns)} named columns")
        found.append(Row(number, dict(zip_longest(columns, cells, fillvalue=""))))
    return Table(columns, tuple(found), sheet.remarks)


def read_sheet(name: str, content: bytes, *, sheet: str = "") -> Sheet:
    """Every cell as text, of the sheet of this name or else of the first of several rows. Formulas are never run.

    A number reads as it is written in other programs (3, 2.5), a day as 2021-03-04, truth as yes or no.
    Raises UnknownFormat, MalformedFile or TooLarge.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in (*SUFFIXES, ".txt"):
        raise UnknownFormat(
            f"{name}: cannot read a table from {suffix or 'a file without a suffix'}; save it as CSV or XLSX"
        )
    try:
        return sheet_of(suffix, content, sheet=sheet)
    except (MalformedFile, TooLarge) as error:
        raise type(error)(f"{name}: {error}") from error


def sheet_of(suffix: str, content: bytes, *, sheet: str = "") -> Sheet:
    """As ``read_sheet``, for those who name the file themselves. Raises MalformedFile or TooLarge."""
    if len(content) > MAX_BYTES:
        raise TooLarge(f"has {len(content):,} bytes, more than {MAX_BYTES:,}; split the table")
    if suffix in _BOOKS:
        return _BOOKS[suffix](content, sheet)
    rows, remarks = _separated(content, suffix)
    return Sheet(tuple(rows), tuple(remarks))


_Rows = list[tuple[int, tuple[str, ...]]]


def _add(rows: _Rows, number: int, cells: Sequence[str]) -> None:
    """Keep a row that is not empty, without the empty cells at its end."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    if end:
        rows.append((number, tuple(cells[:end])))
        if len(rows) > MAX_ROWS or end > MAX_COLUMNS:
            raise TooLarge(f"holds more than {MAX_ROWS:,} rows or {MAX_COLUMNS:,} columns; split the table")


def sheet_names(name: str, content: bytes) -> tuple[str, ...]:
    """The sheets of a workbook, in their order; none for a table of separated values.

    Raises UnknownFormat, MalformedFile or TooLarge.
    """
    return () if PurePath(name).suffix.lower() not in _BOOKS else read_sheet(name, content).sheets


def _columns(name: str, header: tuple[str, ...], needs: Collection[str]) -> tuple[str, ...]:
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


# --- separated values ------------------------------------------------------------------------------


def _separated(content: bytes, suffix: str) -> tuple[_Rows, list[str]]:
    text, remarks = decode(content)
    named = _NAMED_SEPARATOR.match(text)
    separator = named[1] if named else "\t" if suffix == ".tsv" else _separator(text)
    lines = csv.reader(StringIO(text[named.end() :] if named else text, newline=""), delimiter=separator, strict=True)
    rows: _Rows = []
    try:
        for number, line in enumerate(lines, start=1):
            _add(rows, number, [_armed(cell).strip() for cell in line])
    except csv.Error as error:
        raise MalformedFile(
            f"not a table of separated values ({error}); a quotation mark inside a cell is written twice, "
            "or save the table as XLSX",
            line=lines.line_num,
        ) from error
    return rows, remarks


def _separator(text: str) -> str:
    """The separator under which most rows have as many cells as the first, and of such the one that makes most."""
    sample = text[:100_000]
    first = re.sub(r'"[^"]*"', "", sample).partition("\n")[0]
    found = [separator for separator in _SEPARATORS if separator in first]
    return max(found, key=lambda separator: _fit(sample, separator)) if found else _SEPARATORS[0]


def _fit(sample: str, separator: str) -> tuple[int, int]:
    """How many rows have as many cells as the first has, and how many these are."""
    try:
        widths = [len(row) for row in islice(csv.reader(StringIO(sample, newline=""), delimiter=separator), _LOOKED_AT)]
    except csv.Error:
        return 0, 0
    return widths.count(widths[0]), widths[0]


def _armed(cell: str) -> str:
    """A cell without the apostrophe that kept a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


# --- Excel -----------------------------------------------------------------------------------------

_BROKEN = (
    KeyError, ValueError, AttributeError, TypeError, IndexError, OSError, EOFError, SyntaxError, RuntimeError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What the libraries raise where a workbook is damaged; NotImplementedError is a RuntimeError."""


def _workbook(content: bytes, sheet: str) -> Sheet:
    import openpyxl  # slow to load

    opened(content, "Excel workbook").close()
    try:
        with warnings.catch_warnings():
            # Of styles and extensions that it does not know: they hold no cells.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
            shown = [each for each in book.worksheets if each.sheet_state == "visible"] or book.worksheets
            return _chosen({each.title: _sheet_rows(each) for each in shown}, sheet)
    except _BROKEN as error:
        raise MalformedFile(f"not an Excel workbook, or a broken one: {error}; open it and save it anew") from error


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    # What the file says of its own extent may be wrong, or meant to fill the memory.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield number, [_text(value) for value in row]


def _chosen(sheets: Mapping[str, Iterator[tuple[int, list[str]]]], wanted: str) -> Sheet:
    """The sheet of this name; without one the first of several rows, and a remark where there are others."""
    if wanted and wanted not in sheets:
        raise MalformedFile(f"no sheet is named {wanted!r}; there are: {', '.join(sheets)}")
    chosen, rows = "", list[tuple[int, tuple[str, ...]]]()
    for name in [wanted] if wanted else sheets:
        found: _Rows = []
        for number, cells in sheets[name]:
            _add(found, number, cells)
        if len(found) > len(rows):
            chosen, rows = name, found
        if len(rows) > 1:
            break
    others = tuple(other for other in sheets if other != chosen) if rows or wanted else ()
    remarks = (f"read from the sheet {chosen or wanted!r}; left out: {', '.join(others)}",) if others else ()
    return Sheet(tuple(rows), remarks, tuple(sheets))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return _lines(str(value))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "").strip()


# --- OpenDocument ----------------------------------------------------------------------------------

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_NOT_OF_THE_CELL = frozenset({f"{_OFFICE}annotation", f"{_TEXT}note", f"{_TABLE}table"})
_BLANKS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}


def _open_document(content: bytes, sheet: str) -> Sheet:
    with opened(content, "OpenDocument sheet") as archive:
        try:
            xml = archive.read("content.xml")
            if b"<!DOCTYPE" in xml[:2000] or b"<!ENTITY" in xml:
                raise MalformedFile("its XML declares a document type; open it and save it anew")
            body = ET.fromstring(xml)  # noqa: S314 (no document type, so no entities)
            return _chosen({t.get(f"{_TABLE}name", ""): _rows_of(t) for t in body.iter(f"{_TABLE}table")}, sheet)
        except _BROKEN as error:
            raise MalformedFile(
                f"not an OpenDocument sheet, or a broken one: {error}; open it and save it anew"
            ) from error


def _rows_of(table: ET.Element) -> Iterator[tuple[int, list[str]]]:
    number = 0
    for row in table.iter(f"{_TABLE}table-row"):
        cells = _cells_of(row)
        times = int(row.get(f"{_TABLE}number-rows-repeated", 1))
        if cells:
            # Each of them counts against the limit. Empty ones, repeated to the end of the sheet, cost nothing.
            yield from ((again, cells) for again in range(number + 1, number + times + 1))
        number += times


def _cells_of(row: ET.Element) -> list[str]:
    """The cells of a row, each as often as it is repeated; the empty ones at the end left out."""
    cells: list[str] = []
    empty = 0
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        text, times = _cell_text(cell), int(cell.get(f"{_TABLE}number-columns-repeated", 1))
        if not text:
            empty += times
        elif len(cells) + empty + times > MAX_COLUMNS:
            raise TooLarge(f"holds more than {MAX_COLUMNS:,} columns; split the table")
        else:
            cells += [""] * empty + [text] * times
            empty = 0
    return cells


def _cell_text(cell: ET.Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type", "string")
    if kind == "boolean":
        return "yes" if cell.get(f"{_OFFICE}boolean-value") == "true" else "no"
    if kind == "date" and (day := cell.get(f"{_OFFICE}date-value")):
        return day.removesuffix("T00:00:00").replace("T", " ")
    if kind == "float" and (number := cell.get(f"{_OFFICE}value")):
        return _text(float(number)) if number.replace(".", "", 1).isdigit() else number
    return _lines("\n".join(_paragraph_text(part) for part in cell if part.tag == f"{_TEXT}p"))


def _paragraph_text(element: ET.Element) -> str:
    parts = [element.text or ""]
    for part in element:
        if part.tag == f"{_TEXT}s":
            parts.append(" " * min(1000, int(part.get(f"{_TEXT}c", 1))))
        elif part.tag in _BLANKS:
            parts.append(_BLANKS[part.tag])
        elif part.tag not in _NOT_OF_THE_CELL:
            parts.append(_paragraph_text(part))
        parts.append(part.tail or "")
    return "".join(parts)


_BOOKS = {".xlsx": _workbook, ".ods": _open_document}
