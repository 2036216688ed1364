"""A framework matrix as a Word document across the page, with each pinned quotation as a comment."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from coder.formats.coded_transcript import shown
from coder.model.framework import CellState, Matrix, MatrixCell


def write(matrix: Matrix) -> bytes:
    """A table in landscape whose header comes again on every page; the author of a comment is who coded the words."""
    import docx  # slow to load
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt

    page = docx.Document()
    page.core_properties.title = shown(f"{matrix.title}: framework matrix")[:255]
    page.core_properties.author = "Redthread"
    page.core_properties.comments = ""
    section = page.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.5)
    page.styles["Normal"].font.size = Pt(9)
    page.add_heading(shown(matrix.title), 1)
    page.add_paragraph(_legend(matrix))
    table = page.add_table(rows=1, cols=1 + len(matrix.columns), style="Table Grid")
    _repeat(table.rows[0])
    heads = (matrix.kind.value.capitalize(), *(column.path for column in matrix.columns))
    for cell, words in zip(table.rows[0].cells, heads, strict=True):
        _bold(cell, words)
    for row in matrix.rows:
        first, *others = table.add_row().cells
        _bold(first, row.name)
        if row.value:
            first.add_paragraph(shown(row.value))
        for place, column in zip(others, matrix.columns, strict=True):
            _fill(page, place, matrix.cells[row.id, column.code])
    content = BytesIO()
    page.save(content)
    return content.getvalue()


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


def _repeat(row: Any) -> None:
    """Let a row head every page, for which python-docx has no name."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
