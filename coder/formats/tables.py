"""Tables out: CSV, Excel and Parquet. No cell that people wrote ever becomes a formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from io import BytesIO
from math import isfinite, isnan
from typing import Any

import pandas as pd

from coder.errors import TooLarge
from coder.formats.rows import FORMULA

MAX_ROWS = 1_048_575
"""Rows that an Excel sheet holds below its header."""

MAX_CELL = 32_000
"""Characters of a cell that are written to Excel, which holds some more but counts emoji twice."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_REPLACED = "\ufffd"
_CUT = " […]"


def write_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, as Excel expects; what looks like a formula gets an apostrophe before it."""
    safe = _plain(frame)
    safe.columns = pd.Index([_disarmed(name) for name in safe.columns])
    for column in _text_columns(safe):
        safe[column] = safe[column].map(_disarmed, na_action="ignore")
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def write_xlsx(frame: pd.DataFrame) -> bytes:
    """One sheet; see ``write_workbook``."""
    return write_workbook({"Table": frame})


def write_parquet(frame: pd.DataFrame) -> bytes:
    """Parquet with the types of the columns; a column of mixed types is written as text."""
    safe = _plain(frame)
    for column in _text_columns(safe):
        safe[column] = safe[column].map(str, na_action="ignore").astype("string")
    content = BytesIO()
    safe.to_parquet(content, index=False)
    return content.getvalue()


TABLE_WRITERS: dict[str, Callable[[pd.DataFrame], bytes]] = {
    ".csv": write_csv,
    ".xlsx": write_xlsx,
    ".parquet": write_parquet,
}


def write_workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """An Excel workbook, one sheet a table: bold frozen header, fitting widths, long text wrapped, no formulas.

    Raises TooLarge for a table of more rows than a sheet holds.
    """
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    used: set[str] = set()
    for name, frame in sheets.items():
        if len(frame) > MAX_ROWS:
            raise TooLarge(
                f"the table {name!r} has {len(frame):,} rows, an Excel sheet {MAX_ROWS:,}; write CSV or Parquet"
            )
        fill_sheet(book.create_sheet(_sheet_name(name, used)), _plain(frame))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def fill_sheet(sheet: Any, frame: pd.DataFrame) -> None:
    """Write a table to an empty sheet of a workbook that is only written: header, widths, long text wrapped."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    widths = [_width(frame, place) for place in range(len(frame.columns))]
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    alignments = [Alignment(vertical="top", wrap_text=width >= _WIDEST) for width in widths]
    header = [excel_cell(sheet, name) for name in frame.columns]
    for cell in header:
        cell.font = bold
    sheet.append(header)
    wrapped = [place for place, alignment in enumerate(alignments) if alignment.wrap_text]
    styles: dict[tuple[Any, ...], Any] = {}
    for number, row in enumerate(frame.itertuples(index=False, name=None), start=2):
        cells = [excel_cell(sheet, value) for value in row]
        for place, cell in enumerate(cells):
            # Aligned one by one, cells take longer than all else together: those that look alike share a style.
            look = place, *(cell._style or ())
            if look not in styles:
                cell.alignment = alignments[place]
                styles[look] = cell._style
            cell._style = styles[look]
        fit_row(sheet, number, (cells[place].value for place in wrapped), _WIDEST)
        sheet.append(cells)


_LINE, _HIGHEST = 15, 405
"""Points of a line, and of the highest row that Excel shows."""


def fit_row(sheet: Any, number: int, values: Iterable[Any], width: int) -> None:
    """Make a row as high as the wrapped text in columns of this width; to be called before the row is written.

    Programs fit a row to its text only where it was typed in: else its lines would lie over those of the next.
    """
    tallest = max((sum(1 + len(line) // (width - 4) for line in str(value).split("\n")) for value in values), default=1)
    if tallest > 1:
        sheet.row_dimensions[number].height = min(_HIGHEST, _LINE * tallest)


_NARROWEST, _WIDEST = 8, 80


def _width(frame: pd.DataFrame, place: int) -> int:
    longest = max((len(str(value)) for value in frame.iloc[:1000, place]), default=0)
    return min(_WIDEST, max(_NARROWEST, longest + 2, len(str(frame.columns[place])) + 2))


def excel_cell(sheet: Any, value: Any) -> Any:
    """A cell that holds a value as it is, never as a formula, and without characters that no workbook holds."""
    from openpyxl.cell import WriteOnlyCell

    value = _value(value)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        # Set last: openpyxl takes "=1+1" for a formula and "#N/A" for an error.
        cell.data_type = "s"
        if FORMULA.match(value):
            cell.quotePrefix = True
    return cell


def _value(value: Any) -> str | int | float | bool | date | None:
    """One value as Excel can hold it."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and isnan(value)):
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    if isinstance(value, bool | int | date) or (isinstance(value, float) and isfinite(value)):
        return value
    text = _NOT_IN_XML.sub(_REPLACED, str(value))
    return text if len(text) <= MAX_CELL else text[:MAX_CELL] + _CUT


def _sheet_name(name: str, used: set[str]) -> str:
    base = _NOT_IN_SHEET_NAMES.sub(" ", name).strip(" '")[:31] or "Table"
    found, number = base, 2
    while found.casefold() in used:
        suffix = f" {number}"
        found, number = base[: 31 - len(suffix)] + suffix, number + 1
    used.add(found.casefold())
    return found


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy with a named index as columns, one level of text headings, and no half characters."""
    named = any(name is not None for name in frame.index.names)
    plain = frame.reset_index() if named else frame.reset_index(drop=True)
    plain.columns = pd.Index([_heading(name) for name in plain.columns])
    for column in _text_columns(plain):
        # Nothing but missing values would come back as numbers.
        plain[column] = plain[column].map(_whole, na_action="ignore").astype(plain[column].dtype)
    return plain


def _heading(name: Any) -> str:
    levels = name if isinstance(name, tuple) else (name,)
    return str(_whole(" / ".join(str(level) for level in levels if str(level))))


def _text_columns(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if frame[name].dtype.kind not in "biufcmM"]


def _whole(value: Any) -> Any:
    return _SURROGATE.sub(_REPLACED, value) if isinstance(value, str) else value


def _disarmed(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value
