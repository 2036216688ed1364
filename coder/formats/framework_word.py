"""A framework matrix as a Word document across the page, with each pinned quotation as a comment."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from coder.formats.coded_transcript import shown
from coder.formats.word_styles import lettered, mark
from coder.model.framework import CellState, Matrix, MatrixCell, MatrixColumn

_A_PAGE = 5
"""Columns that can be read side by side."""


def write(matrix: Matrix) -> bytes:
    """A table in landscape whose header comes again on every page; the author of a comment is who coded the words."""
    import docx  # slow to load
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt

    page: Any = docx.Document()
    page.core_properties.title = shown(f"{matrix.title}: framework matrix")[:255]
    page.core_properties.author = "Redthread"
    page.core_properties.comments = ""
    section = page.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.5)
    for style in ("Normal", "Heading 1", "Heading 2"):
        lettered(page.styles[style])
    page.styles["Normal"].font.size = Pt(9)
    page.add_heading(shown(matrix.title), 1)
    page.add_paragraph(_legend(matrix))
    groups = [matrix.columns[first : first + _A_PAGE] for first in range(0, max(1, len(matrix.columns)), _A_PAGE)]
    for number, columns in enumerate(groups, 1):
        if number > 1:
            page.add_page_break()
        if len(groups) > 1:
            page.add_heading(f"Part {number} of {len(groups)}", 2)
        _table(page, matrix, columns)
    content = BytesIO()
    page.save(content)
    return content.getvalue()


def _table(page: Any, matrix: Matrix, columns: Sequence[MatrixColumn]) -> None:
    table = page.add_table(rows=1, cols=1 + len(columns), style="Table Grid")
    mark(table.rows[0], "w:tblHeader")
    heads = (matrix.kind.value.capitalize(), *(column.path for column in columns))
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        _bold(cell, words)
    for row in matrix.rows:
        drawn = table.add_row()
        mark(drawn, "w:cantSplit")
        first, *others = drawn.cells
        _bold(first, row.name)
        if row.value:
            first.add_paragraph(shown(row.value))
        for place, column in zip(others, columns, strict=True):
            _fill(page, place, matrix.cells[row.id, column.code])


def _legend(matrix: Matrix) -> str:
    stale = sum(cell.state is CellState.STALE for cell in matrix.cells.values())
    rows, columns = len(matrix.rows), len(matrix.columns)
    told = f"Framework matrix, {rows} row{'s' * (rows != 1)} by {columns} code{'s' * (columns != 1)}. "
    told += "Quotations pinned to a cell are its comments."
    if stale:
        told += f" {stale} cell{'s are' if stale > 1 else ' is'} stale: what lies beneath has changed since."
    return told


def _bold(cell: Any, words: str) -> None:
    cell.paragraphs[0].add_run(shown(words)).bold = True


def _fill(page: Any, place: Any, cell: MatrixCell) -> None:
    said = [words for words in cell.summary.split("\n") if words.strip()]
    for words in said:
        _next(place).add_run(shown(words))
    if cell.state is not CellState.WRITTEN:
        _next(place).add_run(f"{cell.state.sign} {cell.words}").italic = True
    run = place.paragraphs[0].runs[0]
    for quotation in cell.pinned:
        coder = shown(quotation.coder)
        initials = "".join(word[0] for word in coder.split() if word[0].isalnum())[:4]
        comment = page.add_comment(run, text=shown(f"“{quotation.text}”"), author=coder, initials=initials)
        comment.add_paragraph(shown(f"{quotation.source} · {quotation.code}"))


def _next(place: Any) -> Any:
    """An empty paragraph at the end of a cell, which has one to begin with."""
    last = place.paragraphs[-1]
    return place.add_paragraph() if last.runs else last
