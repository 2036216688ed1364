"""PDF: transcripts and notes that were printed; lines become paragraphs again."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double, c_int, create_string_buffer
from itertools import pairwise
from math import pi
from threading import Lock
from typing import Any

from coder.errors import MalformedFile, TooLarge
from coder.formats.blocks import understood
from coder.formats.page_layout import Line, blocks, rows, without_margin, without_running
from coder.model import Reading

MAX_PAGES = 5_000
MAX_CHARACTERS = 20_000_000
MAX_STREAM = 10_000_000
"""Bytes of what is drawn in one go, unpacked; a page of text has some ten thousand."""

_ONE_AT_A_TIME = Lock()
"""PDFium does not bear two threads at once, not even in different documents."""

_Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""

_HYPHEN = "\x02"
"""What PDFium makes of a hyphen that breaks a word, and of the end of its line."""
_LINE = re.compile(r"[^\r\n\x02]+")
_BREAKS = re.compile(r"[^\W\d_][-\u2010\u00ad]$")
_LETTERS = {
    **{ord(blank): " " for blank in "\t\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"},
    **dict.fromkeys([*range(9), *range(0x0E, 0x1C), 0x7F, 0xAD, 0xFEFF, 0xFFFE, 0xFFFF]),
    **dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)),
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNKNOWN = re.compile("[\ufffd\ue000-\uf8ff]")
_BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_CLOCK_LAST = re.compile(r"^.{1,60}?( \d{1,3}(?::\d{2}){1,2})$")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")


def read(content: bytes, name: str) -> Reading:
    """Read a PDF: paragraphs rebuilt from its lines, page numbers, running heads and feet left out and told.

    Raises MalformedFile or TooLarge.
    """
    _check_streams(content)
    with _ONE_AT_A_TIME:
        pages, warnings = _pages(content)
    text = "".join(line.text for page in pages for line in page)
    if not text.strip():
        raise MalformedFile(
            "the PDF holds no text, perhaps pictures of pages from a scanner; run text recognition (OCR) over it first"
        )
    unknown = len(_UNKNOWN.findall(text))
    if unknown > 0.3 * len(text):
        raise MalformedFile(
            "the PDF does not tell which letters its shapes are; print it anew from the program it was written in, "
            "or run text recognition (OCR) over it"
        )
    if unknown:
        warnings.append(f"letters that the PDF does not tell: {unknown}")
    numbered, numbers = without_margin(pages)
    kept, running = without_running([rows(page) for page in numbered])
    return understood(blocks(kept), name, "PDF", [*warnings, *numbers, *running])


def _check_streams(content: bytes) -> None:
    """Refuse what would unpack to more than a machine can bear, before anything is unpacked whole."""
    for found in _STREAM.finditer(content):
        head = content[max(0, found.start() - 500) : found.start()].rpartition(b"obj")[2]
        if any(kind in head for kind in (b"/Image", b"/Length1", b"/EmbeddedFile")):
            continue
        data = content[found.end() : max(found.end(), content.find(b"endstream", found.end()))]
        for _ in range(head.count(b"/Fl")):
            try:
                data = zlib.decompressobj().decompress(data, MAX_STREAM + 1)
            except zlib.error:
                break
        if len(data) > MAX_STREAM:
            raise TooLarge(
                f"the PDF holds a part of more than {MAX_STREAM:,} bytes that is no picture; that is refused as unsafe"
            )


def _pages(content: bytes) -> tuple[list[list[Line]], list[str]]:
    """The lines of each page, and what to know about pages that could not be read."""
    import pypdfium2 as pdfium  # slow to load

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium.raw.FPDF_ERR_PASSWORD:
            raise MalformedFile("the PDF is protected by a password; save it without") from error
        if error.err_code == pdfium.raw.FPDF_ERR_SECURITY:
            raise MalformedFile("the PDF is protected in a way that is not known here; print it anew") from error
        raise MalformedFile(f"not a PDF, or a broken one: {error}; fetch it once more, or print it anew") from error
    try:
        return _read(document)
    finally:
        document.close()


def _read(document: Any) -> tuple[list[list[Line]], list[str]]:
    from pypdfium2 import PdfiumError

    number = len(document)
    if number > MAX_PAGES:
        raise TooLarge(f"the PDF has {number:,} pages, more than {MAX_PAGES:,}; split it into several documents")
    pages: list[list[Line]] = []
    broken: list[int] = []
    empty: list[int] = []
    left = MAX_CHARACTERS
    for index in range(number):
        try:
            page = document[index]
        except PdfiumError:
            broken.append(index + 1)
            continue
        try:
            lines, characters = _lines(page, left)
            left -= characters
            if not lines and next(page.get_objects(), None) is not None:
                empty.append(index + 1)
            pages.append(lines)
        except PdfiumError:
            broken.append(index + 1)
        finally:
            page.close()
    told = _told("pages that are broken were left out", broken)
    return pages, [*told, *_told("pages without text, perhaps pictures from a scanner, were left out", empty)]


def _told(what: str, pages: Sequence[int]) -> Iterator[str]:
    if pages:
        yield f"{what}: {len(pages)} (first page {pages[0]})"


def _lines(page: Any, most: int) -> tuple[list[Line], int]:
    """The lines of a page in the order of its content, and how many characters it has."""
    from pypdfium2 import raw

    textpage = page.get_textpage()
    try:
        count = raw.FPDFText_CountChars(textpage)
        if count > most:
            raise TooLarge(f"the PDF holds more than {MAX_CHARACTERS:,} characters; split it into several documents")
        letter = raw.FPDFText_GetUnicode
        handle = textpage.raw
        text = "".join([chr(letter(handle, index)) for index in range(count)])
        setting = _Setting(handle, page.get_bbox())
        lines = [setting.line(text, *stretch) for stretch in _stretches(text)]
        if any(line is not None and "\t" in line.text for line in lines):
            # A row whose cells are full shows its gaps to a closer look only.
            lines = [setting.line(text, *stretch, loose=0.0) for stretch in _stretches(text)]
        return [line for line in lines if line is not None and line.text], count
    finally:
        textpage.close()


def _stretches(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each line, without blanks at its ends, and whether a hyphen there broke a word."""
    for found in _LINE.finditer(text):
        words = found[0].rstrip()
        start = found.start() + len(words) - len(words.lstrip())
        end = found.start() + len(words)
        marked = text[found.end() : found.end() + 1] == _HYPHEN
        typed = not marked and _BREAKS.search(words) is not None
        if start < end:
            yield start, end - typed, marked or typed


_LOOSE, _CELL = 0.6, 1.5
"""Heights of a line: what a letter takes where a row has gaps, and a gap that no blank in a sentence is as wide as."""


class _Setting:
    """Where and how the characters of one page are set."""

    def __init__(self, handle: Any, visible: _Box) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._handle = handle
        self._visible = visible
        self._angle = 0
        self._rectangle = raw.FS_RECTF()
        self._name = create_string_buffer(128)

    def line(self, page: str, start: int, end: int, hyphen: bool, *, loose: float = _LOOSE) -> Line | None:
        """The line of the characters ``page[start:end]``; None if it does not lie on the page.

        It is looked for cells in it if each letter takes more than ``loose`` heights of the line.
        """
        self._angle = round(self._raw.FPDFText_GetCharAngle(self._handle, start) / (pi / 2)) % 4
        text = page[start:end]
        word = start + len(text.split(None, 1)[0]) - 1
        left, low, _, high = self._place(start)
        begin, bottom, finish, top = self._turned_box(*self._visible)
        base = self._base(start)
        # Some programs go on drawing below the page.
        if not (begin <= left <= finish and bottom <= base <= top):
            return None
        _, _, first, _ = self._place(word)
        _, _, right, _ = self._place(end - 1)
        wide = right - left > loose * (high - low) * len(text)
        cells = self._cells(text, start, _CELL * (high - low)) if wide else [text]
        if _SURROGATE.search(text):
            cells = [cell.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") for cell in cells]
        text = "\t".join(cell.translate(_LETTERS).strip() for cell in cells)
        if (clock := _CLOCK_LAST.search(text)) and self._is_apart(end - len(clock[1])):
            text = f"{text[: clock.start(1)]} {clock[1]}"
        bold = next((index for index in range(start, end) if not self._is_bold(index)), end) - start
        return Line(text, left, right, base, first, max(high - low, 1.0), bold, hyphen)

    def _place(self, index: int) -> _Box:
        """The box of a character."""
        box = self._rectangle
        if not self._raw.FPDFText_GetLooseCharBox(self._handle, index, byref(box)):
            return 0.0, 0.0, 0.0, 0.0
        return self._turned_box(box.left, box.bottom, box.right, box.top)

    def _turned_box(self, left: float, bottom: float, right: float, top: float) -> _Box:
        """A rectangle as it is looked at with the line upright."""
        (one, low), (other, high) = self._turned(left, bottom), self._turned(right, top)
        return min(one, other), min(low, high), max(one, other), max(low, high)

    def _is_apart(self, blank: int) -> bool:
        """Whether a blank, which PDFium always gives as one, is wider than one."""
        before, at, after = self._place(blank - 1), self._place(blank), self._place(blank + 1)
        one = at[2] - at[0] or 0.3 * (before[3] - before[1])
        return after[0] - before[2] > 1.5 * one

    def _cells(self, text: str, start: int, gap: float) -> list[str]:
        """The cells that a line runs through, where blanks in it are wider than this."""
        places = [found.start() for found in re.finditer(r"(?<=\S) (?=\S)", text)]
        apart = [at for at in places if self._place(start + at + 1)[0] - self._place(start + at - 1)[2] > gap]
        return [text[a:b] for a, b in pairwise([0, *apart, len(text)])]

    def _base(self, index: int) -> float:
        x, y = c_double(), c_double()
        self._raw.FPDFText_GetCharOrigin(self._handle, index, byref(x), byref(y))
        return self._turned(x.value, y.value)[1]

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        return ((x, y), (-y, x), (-x, -y), (y, -x))[self._angle]

    def _is_bold(self, index: int) -> bool:
        flags = c_int()
        length = self._raw.FPDFText_GetFontInfo(self._handle, index, self._name, len(self._name), byref(flags))
        return 0 < length <= len(self._name) and _BOLD.search(self._name.value) is not None
