"""OpenDocument text (LibreOffice and others): read from its XML, tracked changes as accepted."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile

from coder.errors import MalformedFile, TooLarge
from coder.formats.archives import opened, unpacked
from coder.formats.blocks import Block, understood
from coder.model import Reading

_KIND = "OpenDocument text"
_MANIFEST = "META-INF/manifest.xml"
_MIMETYPE = b"application/vnd.oasis.opendocument.text"
_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _TABLE, _OFFICE, _STYLE, _DRAW = (_NS % part for part in ("text", "table", "office", "style", "drawing"))
_WEIGHT = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}font-weight"
_LEFT_OUT = {
    f"{_TEXT}deletion": "deleted passages (tracked changes)",
    f"{_OFFICE}annotation": "comments",
    f"{_TEXT}note": "footnotes and endnotes",
    f"{_DRAW}text-box": "text boxes",
    f"{_TEXT}table-of-content": "tables of contents",
}
_NOT_READ = frozenset(
    {*_LEFT_OUT, f"{_TEXT}tracked-changes", f"{_DRAW}frame", f"{_DRAW}custom-shape", f"{_TEXT}sequence-decls"}
    | {f"{_TEXT}{tag}" for tag in ("ruby-text", "script", "page-number", "variable-decls", "user-field-decls")}
)
_ROW_GROUPS = frozenset(f"{_TABLE}table-{part}" for part in ("rows", "header-rows", "row-group"))
_BLANKS = re.compile(r"[ \t\r\n]+")
_BLANK, _TAB, _LINE_END = "\0\1\2"
"""Stand for what elements ask for, while blanks of the XML itself are still to be counted as one; XML holds none."""
_CHARACTERS = {0: " ", 1: "\t", 2: "\n"}
_MADE = {f"{_TEXT}tab": _TAB, f"{_TEXT}line-break": _LINE_END}
_MAX_BLANKS = 1_000
_MAX_TAGS = 4_000_000


def read(content: bytes, name: str) -> Reading:
    """Read an OpenDocument text: paragraphs and tables in the order of the page, a row of a table as one paragraph.

    Raises MalformedFile or TooLarge.
    """
    document, common = _parts(content)
    body = document.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise MalformedFile(f"the {_KIND} has no body; open it in LibreOffice and save it anew")
    try:
        return understood(_Body(_styles([*common, document])).blocks(body), name, _KIND, _left_out(body))
    except RecursionError as error:
        raise MalformedFile(f"the {_KIND} is nested too deeply; save it anew in LibreOffice") from error


def _parts(content: bytes) -> tuple[ET.Element, list[ET.Element]]:
    """The document, and the styles that lie beside it."""
    with opened(content, _KIND) as archive:
        names = archive.namelist()
        found = unpacked(archive, "mimetype", _KIND).strip() if "mimetype" in names else b""
        if not found.startswith(_MIMETYPE):
            raise MalformedFile(f"not an {_KIND} but another kind of file; give it its own suffix, or save it as .odt")
        manifest = unpacked(archive, _MANIFEST, _KIND) if _MANIFEST in names else b""
        if b"encryption-data" in manifest:
            raise MalformedFile(f"the {_KIND} is protected by a password; save it without")
        if "content.xml" not in names:
            raise MalformedFile(f"the {_KIND} has lost its content.xml; fetch it once more")
        styles = [unpacked(archive, "styles.xml", _KIND)] if "styles.xml" in names else []
        return _parsed(unpacked(archive, "content.xml", _KIND)), [_parsed(each) for each in styles]


def _parsed(content: bytes) -> ET.Element:
    if content.count(b"<") > _MAX_TAGS:
        raise TooLarge(f"the {_KIND} has more than {_MAX_TAGS:,} tags; split it into several documents")
    if b"<!" in content.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or b"<\0!" in content:
        raise MalformedFile(f"the {_KIND} declares a document type, refused as unsafe; save it anew in LibreOffice")
    try:
        return ET.fromstring(content)  # noqa: S314 - no entities are left to unfold
    except (ET.ParseError, ValueError, LookupError) as error:
        raise MalformedFile(f"the {_KIND} is broken: {error}; open it in LibreOffice and save it anew") from error


@dataclass(frozen=True, slots=True)
class _Style:
    """What a style of text or paragraphs tells; ``level`` is the depth of a heading."""

    parent: str | None = None
    bold: bool | None = None
    level: int = 0


def _styles(documents: list[ET.Element]) -> Mapping[str, _Style]:
    found = {}
    for document in documents:
        for style in document.iter(f"{_STYLE}style"):
            weight = next((part.get(_WEIGHT) for part in style.iter(f"{_STYLE}text-properties")), None)
            name = style.get(f"{_STYLE}name", "")
            outline = style.get(f"{_STYLE}default-outline-level", "")
            level = 1 if name == "Title" else int(outline) if re.fullmatch("[1-9]", outline) else 0
            bold = None if weight is None else weight == "bold" or weight in ("600", "700", "800", "900")
            found[name] = _Style(style.get(f"{_STYLE}parent-style-name"), bold, level)
    return found


class _Body:
    """Goes through the body of one document, with its styles at hand."""

    def __init__(self, styles: Mapping[str, _Style]) -> None:
        self._styles = styles

    def blocks(self, element: ET.Element, *, item: bool = False) -> Iterator[Block]:
        """Paragraphs, headings, items of lists and rows of tables, in order."""
        for child in element:
            if child.tag in (f"{_TEXT}h", f"{_TEXT}p"):
                yield self._block(child, item=item)
            elif child.tag == f"{_TABLE}table":
                for row in _rows(child):
                    cells = (self._cell(cell) for cell in row.findall(f"{_TABLE}table-cell"))
                    yield Block("\t".join(cells).rstrip("\t"), row=True)
            elif child.tag not in _NOT_READ:
                yield from self.blocks(child, item=item or child.tag == f"{_TEXT}list")

    def _block(self, paragraph: ET.Element, *, item: bool) -> Block:
        style = paragraph.get(f"{_TEXT}style-name")
        outline = paragraph.get(f"{_TEXT}outline-level", "1")
        level = self._level(style)
        if paragraph.tag == f"{_TEXT}h":
            level = int(outline) if re.fullmatch("[1-9]|10", outline) else 1
        text, bold = self._words(paragraph)
        return Block(text, level, item and not level, bold)

    def _cell(self, cell: ET.Element) -> str:
        return " ".join(" ".join(block.text.split()) for block in self.blocks(cell))

    def _level(self, style: str | None) -> int:
        return next((found.level for found in self._lineage(style) if found.level), 0)

    def _is_bold(self, style: str | None, otherwise: bool) -> bool:
        return next((found.bold for found in self._lineage(style) if found.bold is not None), otherwise)

    def _lineage(self, style: str | None) -> Iterator[_Style]:
        seen: set[str | None] = set()
        while style not in seen and (found := self._styles.get(style or "")):
            seen.add(style)
            yield found
            style = found.parent

    def _words(self, paragraph: ET.Element) -> tuple[str, int]:
        """The text of a paragraph, and how many characters at its beginning are bold."""
        runs = list(self._runs(paragraph, self._is_bold(paragraph.get(f"{_TEXT}style-name"), False)))
        leading = takewhile(lambda run: run[1] or not run[0].strip(" \0\1\2"), runs)
        return _shown(runs), len(_shown(leading))

    def _runs(self, element: ET.Element, bold: bool) -> Iterator[tuple[str, bool]]:
        yield element.text or "", bold
        for child in element:
            if child.tag == f"{_TEXT}s":
                count = child.get(f"{_TEXT}c", "1")
                yield _BLANK * (min(int(count), _MAX_BLANKS) if re.fullmatch("[0-9]{1,9}", count) else 1), bold
            elif child.tag in _MADE:
                yield _MADE[child.tag], bold
            elif child.tag not in _NOT_READ:
                yield from self._runs(child, self._is_bold(child.get(f"{_TEXT}style-name"), bold))
            yield child.tail or "", bold


def _shown(runs: Iterable[tuple[str, bool]]) -> str:
    """The words with blanks as a reader sees them: those of the XML count as one, those it asks for as many."""
    words = _BLANKS.sub(" ", "".join(words for words, _ in runs)).lstrip(" ")
    return words.translate(_CHARACTERS).replace("\ufeff", "")


def _rows(table: ET.Element) -> Iterator[ET.Element]:
    """The rows of a table, without those of tables in its cells."""
    for child in table:
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in _ROW_GROUPS:
            yield from _rows(child)


def _left_out(body: ET.Element) -> Iterator[str]:
    for tag, what in _LEFT_OUT.items():
        count = sum(1 for _ in body.iter(tag))
        if count:
            yield f"{what} were left out: {count}"
