"""A framework matrix as an Excel workbook: summaries with pinned quotations as comments, then every quotation."""

from __future__ import annotations

from io import BytesIO
from math import ceil
from typing import Any

import pandas as pd

from coder.errors import TooLarge
from coder.formats.tables import MAX_ROWS, excel_cell, fill_sheet, fit_row
from coder.model.framework import CellState, Matrix, MatrixCell

_MAX_COMMENT = 8_000
_ROW_WIDTH, _WIDTH, _A_PAGE = 26, 44, 4
"""Characters of the first column and of the others, and how many of these can be read on a printed page."""
_A4 = 9
"""How Excel calls that size of paper."""

_FILLS = {CellState.STALE: "FCE8D5", CellState.ABSENT: "EEEEEE"}


def write(matrix: Matrix) -> bytes:
    """Two sheets. What is stale, absent or not yet read says so in words, not by its colour alone.

    Raises TooLarge for more quotations than a sheet holds.
    """
    import openpyxl

    quotations = _quotations(matrix)
    if len(quotations) > MAX_ROWS:
        raise TooLarge(f"{len(quotations):,} quotations do not fit into a sheet; choose a branch with fewer")
    book = openpyxl.Workbook(write_only=True)
    _write_matrix(book.create_sheet("Framework"), matrix)
    below = book.create_sheet("Quotations")
    _lie_across(below)
    fill_sheet(below, quotations)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _write_matrix(sheet: Any, matrix: Matrix) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet.column_dimensions["A"].width = _ROW_WIDTH
    for place in range(len(matrix.columns)):
        sheet.column_dimensions[get_column_letter(place + 2)].width = _WIDTH
    sheet.freeze_panes, sheet.print_title_cols = "B2", "A:A"
    _lie_across(sheet, pages=ceil(len(matrix.columns) / _A_PAGE))
    top = Alignment(vertical="top", wrap_text=True)
    header = [excel_cell(sheet, words) for words in (matrix.kind.value, *(column.path for column in matrix.columns))]
    for cell in header:
        cell.font, cell.alignment = Font(bold=True), top
    sheet.append(header)
    for number, row in enumerate(matrix.rows, start=2):
        first = excel_cell(sheet, f"{row.name}\n{row.value}" if row.value else row.name)
        first.font = Font(bold=True)
        cells = [first, *(_cell(sheet, matrix.cells[row.id, column.code]) for column in matrix.columns)]
        for cell in cells:
            cell.alignment = top
        fit_row(sheet, number, (cell.value for cell in cells), _WIDTH)
        sheet.append(cells)


def _lie_across(sheet: Any, pages: int = 1) -> None:
    """Print across the page, on so many side by side, with the header on each."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _cell(sheet: Any, cell: MatrixCell) -> Any:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    made = excel_cell(sheet, cell.summary if cell.state is CellState.WRITTEN else _with_state(cell))
    if not cell.summary:
        made.font = Font(italic=True)
    if cell.state in _FILLS:
        made.fill = PatternFill("solid", fgColor=_FILLS[cell.state])
    if cell.pinned:
        words = "\n\n".join(f"“{quotation.text}”\n{quotation.source}" for quotation in cell.pinned)
        # Read as a value of a cell, so that it holds no character that a workbook cannot.
        made.comment = Comment(str(excel_cell(sheet, words[:_MAX_COMMENT]).value), "Redthread", width=420, height=240)
    return made


def _with_state(cell: MatrixCell) -> str:
    return f"{cell.summary}\n\n[{cell.words}]" if cell.summary else f"[{cell.words}]"


def _quotations(matrix: Matrix) -> pd.DataFrame:
    columns = [matrix.kind.value, "column", "pinned", "quotation", "source", "code path", "coder", "coding id"]
    rows = [
        [
            row.name, column.path, "yes" if quotation.pinned else "no", quotation.text, quotation.source,
            quotation.code, quotation.coder, quotation.coding,
        ]
        for row in matrix.rows
        for column in matrix.columns
        for quotation in matrix.cells[row.id, column.code].quotations
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
