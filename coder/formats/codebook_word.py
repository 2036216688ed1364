"""A codebook as a Word document, to read, print or hand to a reviewer."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from coder.formats.codebook_printed import facts, kind, lists, paragraphs
from coder.formats.coded_transcript import shown
from coder.model import Code, Codebook

_DEEPEST_HEADING = 9


def write(codebook: Codebook) -> bytes:
    """A title page with facts, a table of all codes, every code with all that it says of itself, and the sources."""
    import docx  # slow to load

    page: Any = docx.Document()
    page.core_properties.title = shown(codebook.title)[:255]
    page.core_properties.author = shown(", ".join(codebook.authors) or "Redthread")[:255]
    page.core_properties.comments = ""
    page.add_heading(shown(codebook.title), 0)
    for name, fact in facts(codebook):
        _labelled(page, name, fact)
    for line in _lines(codebook.description):
        page.add_paragraph(shown(line))
    if codebook.codes:
        page.add_heading("All codes", 1)
        _overview(page, codebook)
        page.add_page_break()
    for depth, code in codebook.walk():
        _code(page, code, depth)
    if codebook.sources:
        page.add_heading("Sources", 1)
        for source in codebook.sources:
            _labelled(page, source.key, source.reference)
    content = BytesIO()
    page.save(content)
    return content.getvalue()


def _overview(page: Any, codebook: Codebook) -> None:
    from docx.shared import Cm

    table = page.add_table(rows=1, cols=2, style="Table Grid")
    widths = (Cm(6), Cm(10))
    rows = [("Code", "In brief"), *((("    " * depth) + code.name, code.brief) for depth, code in codebook.walk())]
    for number, row in enumerate(rows):
        cells = table.rows[0].cells if number == 0 else table.add_row().cells
        for cell, words, width in zip(cells, row, widths, strict=True):
            cell.width = width
            cell.text = ""
            cell.paragraphs[0].add_run(shown(words)).bold = True if number == 0 else None


def _code(page: Any, code: Code, depth: int) -> None:
    from docx.shared import RGBColor

    heading = page.add_heading("", min(_DEEPEST_HEADING, depth + 1))
    heading.add_run("■ ").font.color.rgb = RGBColor.from_string(code.colour.removeprefix("#").upper())
    heading.add_run(shown(code.name))
    if said := kind(code):
        _kept_with_next(page.add_paragraph()).add_run(shown(said)).italic = True
    if code.brief.strip():
        page.add_paragraph().add_run(shown(code.brief)).bold = True
    for name, text in paragraphs(code):
        first, *rest = _lines(text)
        _labelled(page, name, first)
        for line in rest:
            page.add_paragraph(shown(line))
    for name, items in lists(code):
        _kept_with_next(page.add_paragraph()).add_run(name).bold = True
        for item in items:
            page.add_paragraph(shown(" ".join(item.split())), style="List Bullet")
    if code.sources:
        _labelled(page, "Sources", ", ".join(code.sources))


def _labelled(page: Any, name: str, text: str) -> None:
    paragraph = page.add_paragraph()
    paragraph.add_run(shown(f"{name}: ")).bold = True
    paragraph.add_run(shown(text))


def _kept_with_next(paragraph: Any) -> Any:
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
