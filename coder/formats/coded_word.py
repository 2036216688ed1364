"""A coded transcript as a Word document with a comment for every coding."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from io import BytesIO
from typing import Any

from coder.formats.coded_transcript import CodedTranscript, Mark, definition, shown
from coder.model import TurnKind

_QUIET = frozenset({TurnKind.REMARK, TurnKind.HEADER, TurnKind.FOOTER, TurnKind.SUMMARY})


def write(transcript: CodedTranscript) -> bytes:
    """The transcript as .docx: the comment's author is the coder, its text the code's path and the memos."""
    import docx  # slow to load

    page = docx.Document()
    page.core_properties.title = shown(transcript.document.name)[:255]
    page.core_properties.author = "Redthread"
    page.core_properties.comments = ""
    page.add_heading(shown(transcript.document.name), 1)
    page.add_paragraph(shown(transcript.facts))
    for words, coder in transcript.notes:
        page.add_paragraph(shown(f"Memo ({coder}): {words}"))
    runs: dict[int, list[Any]] = {}
    for line, pieces, _ in transcript.lines():
        paragraph = page.add_paragraph()
        if line.kind is TurnKind.HEADING:
            paragraph.style = page.styles[f"Heading {min(9, 1 + max(1, line.level))}"]
        right_to_left = _right_to_left(line.span.of(transcript.document.text))
        if right_to_left:
            _on(paragraph._p.get_or_add_pPr(), "w:bidi")
        for piece in pieces:
            run = paragraph.add_run(shown(piece.text))
            run.bold = True if piece.label else None
            run.italic = True if line.kind in _QUIET else None
            if right_to_left:
                _on(run._r.get_or_add_rPr(), "w:rtl")
            for mark in piece.marks:
                runs.setdefault(mark.number, []).append(run)
    for mark in transcript.marks:
        if mark.number in runs:
            _comment(page, runs[mark.number], mark)
    _legend(page, transcript)
    content = BytesIO()
    page.save(content)
    return content.getvalue()


def _comment(page: Any, runs: list[Any], mark: Mark) -> None:
    coder = shown(mark.coder)
    initials = "".join(word[0] for word in coder.split() if word[0].isalnum())[:4]
    comment = page.add_comment([runs[0], runs[-1]], text=shown(mark.title), author=coder, initials=initials)
    for note in mark.notes:
        comment.add_paragraph(shown(note))
    if mark.created:
        comment._comment_elm.date = datetime.fromisoformat(mark.created)


def _legend(page: Any, transcript: CodedTranscript) -> None:
    if not transcript.used:
        return
    page.add_heading("Codes", 2)
    table = page.add_table(rows=1, cols=3, style="Table Grid")
    for cell, words in zip(table.rows[0].cells, ("Code", "Codings", "Meaning"), strict=True):
        cell.text = words
    for path, code, count in transcript.used:
        cells = table.add_row().cells
        for cell, words in zip(cells, (path, f"{count:,}", definition(code)), strict=True):
            cell.text = shown(words)


def _on(properties: Any, name: str) -> None:
    """Set a mark of a paragraph or a run, for which python-docx has no name."""
    from docx.oxml import OxmlElement

    properties.append(OxmlElement(name))


def _right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((way for way in directions if way in ("L", "R", "AL")), "L") != "L"
