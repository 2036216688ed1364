"""A wide framework matrix stays readable on paper."""

from __future__ import annotations

from io import BytesIO

import docx
import openpyxl

from coder.formats import framework_excel, framework_word
from coder.model.framework import CellState, Matrix, MatrixCell, MatrixColumn, MatrixRow, RowKind

ROWS = tuple(MatrixRow(f"r{number}", f"Case {number}") for number in range(3))
COLUMNS = tuple(MatrixColumn(f"c{number}", f"Theme {number}", f"Theme {number}", False) for number in range(11))
WIDE = Matrix(
    "An invented study",
    RowKind.CASE,
    ROWS,
    COLUMNS,
    {(row.id, column.code): MatrixCell(CellState.ABSENT) for row in ROWS for column in COLUMNS},
)


def test_in_word_its_columns_stand_in_several_tables_each_with_the_names_of_the_rows() -> None:
    page = docx.Document(BytesIO(framework_word.write(WIDE)))
    heads = [[cell.text for cell in table.rows[0].cells] for table in page.tables]
    assert [len(head) - 1 for head in heads] == [5, 5, 1]
    assert [name for head in heads for name in head[1:]] == [column.path for column in COLUMNS]
    for table in page.tables:
        assert [row.cells[0].text for row in table.rows] == ["Case", "Case 0", "Case 1", "Case 2"]
    assert [each.text for each in page.paragraphs if each.style.name == "Heading 2"][-1] == "Part 3 of 3"


def test_in_excel_it_prints_on_several_pages_each_with_the_names_of_rows_and_columns() -> None:
    book = openpyxl.load_workbook(BytesIO(framework_excel.write(WIDE)))
    sheet = book["Framework"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 3)
    assert (sheet.print_title_cols, sheet.print_title_rows) == ("$A:$A", "$1:$1")
    assert book["Quotations"].page_setup.fitToWidth == 1
