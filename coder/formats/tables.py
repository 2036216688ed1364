"""Tables as files for Excel, R, pandas and others. A cell is data: no program that opens it may run it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_UNHELD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORBIDDEN_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_WIDEST = 70
_LOOKED_AT = 200
_LONGEST_CELL = 32_767


def write_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, by which Excel knows it; text that looks like a formula gets an apostrophe."""
    safe = frame.apply(lambda column: column.map(_unformulated)) if len(frame) else frame
    safe = safe.rename(columns=_unformulated)
    return str(safe.to_csv(index=False, lineterminator="\n")).encode("utf-8-sig")


def write_xlsx(frame: pd.DataFrame) -> bytes:
    """One sheet; every text is a string cell, never a formula."""
    return write_workbook({"Sheet": frame})


def write_workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """A workbook with a sheet for each table: bold frozen header, filter, widths, long texts wrapped."""
    workbook = Workbook(write_only=True)
    for title, frame in sheets.items():
        _fill(workbook.create_sheet(_FORBIDDEN_IN_TITLES.sub(" ", title)[:31]), frame)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def write_parquet(frame: pd.DataFrame) -> bytes:
    """Apache Parquet, with the types of the columns; a column of mixed values is written as text."""
    content = io.BytesIO()
    _of_one_type(frame).to_parquet(content, index=False, engine="pyarrow")
    return content.getvalue()


TABLE_WRITERS: dict[str, Callable[[pd.DataFrame], bytes]] = {
    ".csv": write_csv,
    ".xlsx": write_xlsx,
    ".parquet": write_parquet,
}


def _unformulated(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _fill(sheet: Worksheet, frame: pd.DataFrame) -> None:
    widths = [
        max(len(str(name)), *(min(len(str(value)), _WIDEST) for value in frame[name].head(_LOOKED_AT)), 6)
        for name in frame.columns
    ]
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width + 2
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(frame.columns)))}{len(frame) + 1}"
    sheet.append([_cell(sheet, name, bold=True) for name in frame.columns])
    wrapped = [width >= _WIDEST for width in widths]
    for row in frame.itertuples(index=False, name=None):
        sheet.append([_cell(sheet, value, wrap=wrap) for value, wrap in zip(row, wrapped, strict=True)])


def _cell(sheet: Worksheet, value: Any, *, bold: bool = False, wrap: bool = False) -> Any:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, _UNHELD.sub("\ufffd", value)[:_LONGEST_CELL])
        # openpyxl takes a leading = for a formula; a text stays a text.
        cell.data_type = "s"
    else:
        cell = WriteOnlyCell(sheet, None if pd.isna(value) else value)
    cell.font = Font(bold=bold)
    cell.alignment = Alignment(vertical="top", wrap_text=wrap)
    return cell


def _of_one_type(frame: pd.DataFrame) -> pd.DataFrame:
    mixed = [
        name
        for name in frame.columns
        if frame[name].dtype == object and len({type(value) for value in frame[name] if not pd.isna(value)}) > 1
    ]
    as_text = {name: frame[name].map(lambda value: None if pd.isna(value) else str(value)) for name in mixed}
    return frame.assign(**as_text)
