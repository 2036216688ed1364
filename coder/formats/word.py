"""Word documents: transcripts by hand or from Teams and Google Meet, and meeting notes."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from coder.errors import MalformedFile
from coder.formats.archives import opened
from coder.formats.blocks import Block, understood
from coder.model import Reading

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEFT_OUT = {
    "del": "deleted passages (tracked changes)",
    "txbxContent": "text boxes",
    "footnoteReference": "footnotes",
    "endnoteReference": "endnotes",
    "commentReference": "comments",
}
_NOT_READ = frozenset(
    f"{_W}{tag}" for tag in ("del", "moveFrom", "instrText", "drawing", "pict", "object", "rPr", "pPr")
)
_CHARACTERS = {f"{_W}tab": "\t", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}ptab": "\t"}


def read(content: bytes, name: str) -> Reading:
    """Read a Word document: paragraphs and tables in the order of the page, a row of a table as one paragraph.

    Raises MalformedFile or TooLarge.
    """
    body, styles = _parts(content)
    return understood(_blocks(body, _Styles(styles)), name, "Word document", _left_out(body))


def _parts(content: bytes) -> tuple[Any, Any]:
    """The XML elements of the body and of the styles."""
    import docx  # slow to load

    with opened(content, "Word document") as archive:
        names = {member.filename for member in archive.infolist()}
    if not any(name.startswith("word/") for name in names):
        other = next((kind for part, kind in _OTHERS.items() if any(n.startswith(part) for n in names)), "ZIP archive")
        raise MalformedFile(f"not a Word document but a {other}; give it its own suffix")
    try:
        document = docx.Document(BytesIO(content))
        parts = document.element.body, document.styles.element
    except (KeyError, ValueError, AttributeError, TypeError, IndexError, SyntaxError, OSError, EOFError) as error:
        raise MalformedFile(f"the Word document is broken: {error}; open it in Word and save it anew") from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise MalformedFile(f"the Word document is broken: {error}; fetch it once more") from error
    if document.element.getroottree().docinfo.internalDTD is not None:
        # Words that stand in entities would be missing without a sign.
        raise MalformedFile("the Word document declares entities, as Word never does; that is refused as unsafe")
    return parts


_OTHERS = {"xl/": "Excel workbook", "ppt/": "PowerPoint presentation", "META-INF/": "OpenDocument file or program"}


class _Styles:
    """What the paragraph styles of one document tell: the depth of a heading, and whether it is a list."""

    def __init__(self, element: Any) -> None:
        self._known = {style.get(f"{_W}styleId"): style for style in element.iter(f"{_W}style")}

    def level(self, style: str | None, seen: tuple[str, ...] = ()) -> int:
        """The depth of a heading of this style; 0 for other text."""
        found = self._known.get(style)
        if found is None or style in seen:
            return 0
        name = _value(found, "name").lower()
        if name == "title":
            return 1
        if name.startswith("heading ") and name[8:].isdigit():
            return int(name[8:])
        outline = _value(found, "pPr", "outlineLvl")
        if outline.isdigit() and int(outline) < 9:
            return int(outline) + 1
        return self.level(_value(found, "basedOn") or None, (*seen, style or ""))

    def lists(self, style: str | None) -> bool:
        """Whether paragraphs of this style are items of a list."""
        found = self._known.get(style)
        if found is None:
            return False
        return _value(found, "name").lower().startswith("list") or found.find(f"{_W}pPr/{_W}numPr") is not None


def _value(element: Any, *path: str) -> str:
    """The attribute ``w:val`` of a descendant; empty if there is none."""
    found = element.find("/".join(f"{_W}{tag}" for tag in path))
    return "" if found is None else found.get(f"{_W}val") or ""


def _blocks(element: Any, styles: _Styles) -> Iterator[Block]:
    for child in element:
        if child.tag == f"{_W}p":
            yield _block(child, styles)
        elif child.tag == f"{_W}tbl":
            # The rows of a table in a cell are words of that cell, read there.
            for row in (row for row in child.iter(f"{_W}tr") if next(row.iterancestors(f"{_W}tbl")) is child):
                cells = (" ".join(_text(p)[0] for p in cell.iter(f"{_W}p")) for cell in row.findall(f"{_W}tc"))
                yield Block("\t".join(cells), row=True)
        elif child.tag not in _NOT_READ:
            yield from _blocks(child, styles)


def _block(paragraph: Any, styles: _Styles) -> Block:
    text, bold = _text(paragraph)
    style = _value(paragraph, "pPr", "pStyle") or None
    outline = _value(paragraph, "pPr", "outlineLvl")
    level = int(outline) + 1 if outline.isdigit() and int(outline) < 9 else styles.level(style)
    item = not level and (paragraph.find(f"{_W}pPr/{_W}numPr") is not None or styles.lists(style))
    return Block(text, level, item, bold)


def _text(paragraph: Any) -> tuple[str, int]:
    """The text of a paragraph, and how many characters at its beginning are bold."""
    text = ""
    bold = 0
    all_bold = True
    parts = []
    for words, is_bold in _runs(paragraph, False):
        parts.append(words)
        all_bold = all_bold and (is_bold or not words.strip())
        bold += len(words) if all_bold else 0
    text = "".join(parts).replace("\r", "").replace("\ufeff", "")
    return text, bold


def _runs(element: Any, bold: bool) -> Iterator[tuple[str, bool]]:
    for child in element:
        tag = child.tag
        if tag == f"{_W}t":
            yield child.text or "", bold
        elif tag == f"{_W}r":
            yield from _runs(child, _is_bold(child))
        elif tag == f"{_W}br":
            yield ("" if child.get(f"{_W}type") in ("page", "column") else "\n"), bold
        elif tag in _CHARACTERS:
            yield _CHARACTERS[tag], bold
        elif tag not in _NOT_READ:
            yield from _runs(child, bold)


def _is_bold(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}b")
    return (mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off")) or _value(
        run, "rPr", "rStyle"
    ) == "Strong"


def _left_out(body: Any) -> Iterator[str]:
    for tag, what in _LEFT_OUT.items():
        count = sum(1 for _ in body.iter(f"{_W}{tag}"))
        if count:
            yield f"{what} were left out: {count}"
