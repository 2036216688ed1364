"""A report as a Word document: wide tables on pages that lie, those wider still in several."""

from __future__ import annotations

from functools import singledispatch
from io import BytesIO
from typing import Any

from coder.formats.coded_transcript import shown
from coder.formats.word_styles import lettered, mark
from coder.model.report import (
    Block,
    Cell,
    Facts,
    Heading,
    Paragraph,
    Picture,
    Quotation,
    Report,
    Table,
    Voice,
    cell,
)

_LONG, _SHORT, _MARGIN = 29.7, 21.0, 2.0
_UPRIGHT, _LYING = _SHORT - 2 * _MARGIN, _LONG - 2 * _MARGIN
_GREY, _RULE = "5F6368", "C4C6D0"
_CELL = "Cell"
"""The style of paragraphs in tables, by its id."""


def write(report: Report) -> bytes:
    """The report as .docx with headings that make an outline; a chapter with a wide table lies across the page."""
    import docx  # slow to load
    from docx.shared import Pt

    page = docx.Document()
    page.core_properties.title = shown(report.title)[:255]
    page.core_properties.author = "Redthread"
    page.core_properties.comments = ""
    for style in ("Normal", "Title", "Heading 1", "Heading 2"):
        lettered(page.styles[style])
    page.styles["Normal"].font.size = Pt(10)
    _style_cells(page)
    page.add_heading(shown(report.title), 0)
    _quiet(page, report.subtitle)
    _turn(page.sections[0], lying=False)
    lies = False
    for section in report.sections:
        if lies or section.width > _UPRIGHT:
            lies = section.width > _UPRIGHT
            _turn(page.add_section(), lying=lies)
        page.add_heading(shown(section.title), 1)
        for block in section.blocks:
            _write(block, page, _LYING if lies else _UPRIGHT)
    _number_pages(page)
    content = BytesIO()
    page.save(content)
    return content.getvalue()


def _turn(section: Any, *, lying: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Cm(_LONG), Cm(_SHORT)) if lying else (Cm(_SHORT), Cm(_LONG))
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(_MARGIN)


@singledispatch
def _write(block: Block, page: Any, width: float) -> None:
    raise TypeError(f"no block of a report: {block!r}")


@_write.register
def _(block: Heading, page: Any, width: float) -> None:
    page.add_heading(shown(block.text), 2)
    if block.note:
        _quiet(page, block.note).paragraph_format.keep_with_next = True


@_write.register
def _(block: Paragraph, page: Any, width: float) -> None:
    page.add_paragraph(shown(block.text))


@_write.register
def _(block: Facts, page: Any, width: float) -> None:
    for name, fact in block.pairs:
        paragraph = page.add_paragraph()
        paragraph.paragraph_format.space_after = 0
        paragraph.add_run(shown(f"{name}: ")).bold = True
        paragraph.add_run(shown(fact))
    page.add_paragraph()


@_write.register
def _(block: Quotation, page: Any, width: float) -> None:
    from docx.shared import Cm, Pt

    said, source = page.add_paragraph(), page.add_paragraph()
    said.add_run(shown(f"“{block.text}”"))
    said.paragraph_format.keep_with_next, said.paragraph_format.space_after = True, Pt(0)
    run = source.add_run(shown(block.source))
    run.font.size = Pt(9)
    _pale(run)
    for paragraph in (said, source):
        paragraph.paragraph_format.left_indent = Cm(0.8)


@_write.register
def _(block: Picture, page: Any, width: float) -> None:
    from docx.shared import Cm

    drawn = page.add_picture(BytesIO(block.png))
    most = Cm(width)
    if drawn.width > most:
        drawn.height, drawn.width = round(drawn.height * most / drawn.width), most
    highest = Cm(20.0 if width == _UPRIGHT else 13.0)
    if drawn.height > highest:
        drawn.width, drawn.height = round(drawn.width * highest / drawn.height), highest
    drawn._inline.docPr.set("descr", shown(f"{block.title}. {block.note}"))


@_write.register
def _(block: Table, page: Any, width: float) -> None:
    for part in block.within(width):
        if part.caption:
            caption = page.add_paragraph()
            caption.add_run(shown(part.caption)).bold = True
            caption.paragraph_format.keep_with_next = True
        if part.note:
            _quiet(page, part.note).paragraph_format.keep_with_next = True
        _table(page, part, width)
        page.add_paragraph()


def _table(page: Any, table: Table, room: float) -> None:
    from docx.shared import Cm

    made = page.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    made.autofit = False
    _rule(made)
    widths = [Cm(width) for width in table.widths(room)]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    head, *others = made.rows
    mark(head, "w:tblHeader")
    for place, (box, name) in enumerate(zip(head.cells, table.columns, strict=True)):
        box.width = widths[place]
        _fill(box, cell(name), bold=True, number=_holds_numbers(table, place))
    for row, drawn in zip(table.rows, others, strict=True):
        mark(drawn, "w:cantSplit")
        boxes = drawn.cells
        for box, width in zip(boxes, widths, strict=True):
            box.width = width
        if row.heading:
            _fill(boxes[0].merge(boxes[-1]), row.cells[0], bold=True, depth=row.depth)
            boxes[0].paragraphs[0].paragraph_format.keep_with_next = True
            continue
        for place, (box, words) in enumerate(zip(boxes, row.cells, strict=True)):
            _fill(box, words, number=_holds_numbers(table, place), depth=0 if place else row.depth)


def _style_cells(page: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    style = page.styles.add_style(_CELL, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style, style.font.size = page.styles["Normal"], Pt(8.5)
    form = style.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(1), Pt(1), 1.0


def _fill(box: Any, words: Cell, *, bold: bool = False, number: bool = False, depth: int = 0) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    for place, line in enumerate(words):
        paragraph = box.paragraphs[0] if place == 0 else box.add_paragraph()
        # By its id: a style is looked up among all each time that it is named, and tables have many cells.
        paragraph._p.style = _CELL
        if depth:
            paragraph.paragraph_format.left_indent = Cm(0.4 * depth)
        if number:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        quoted = line.voice is Voice.QUOTED
        run = paragraph.add_run(shown(f"“{line.text}”" if quoted else line.text))
        if bold:
            run.bold = True
        if line.voice is Voice.QUIET:
            run.italic = True
            _pale(run)


def _holds_numbers(table: Table, place: int) -> bool:
    return place > 0 and place not in table.prose


def _quiet(page: Any, text: str) -> Any:
    from docx.shared import Pt

    paragraph = page.add_paragraph()
    run = paragraph.add_run(shown(text))
    run.font.size = Pt(9)
    _pale(run)
    return paragraph


def _pale(run: Any) -> None:
    from docx.shared import RGBColor

    run.font.color.rgb = RGBColor.from_string(_GREY)


def _rule(table: Any) -> None:
    """Lines between rows and none between columns, for which python-docx has no name."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in {"val": "single", "sz": "4", "space": "0", "color": _RULE}.items():
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _number_pages(page: Any) -> None:
    """The number of the page at its foot, which a program counts when it shows it."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    foot = page.sections[0].footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot._p.append(field)
