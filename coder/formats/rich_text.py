"""Rich Text Format: transcripts of f4 and easytranscript, and whatever a word processor saves as RTF."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

from coder.errors import MalformedFile
from coder.formats.blocks import Block, understood
from coder.model import Reading

_KIND = "RTF document"
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\\rtf")
_MAX_DEPTH = 1_000

_TOKEN = re.compile(
    r"(?P<text>[^\\{}\r\n]+)|\\'(?P<byte>[0-9A-Fa-f]{2})|\\(?P<word>[A-Za-z]{1,32})(?P<number>-?[0-9]{1,10})? ?"
    r"|\\(?P<symbol>[^A-Za-z])|(?P<brace>[{}])|[\r\n]+|\\",
    re.DOTALL,
)

_LEFT_OUT = {"annotation": "comments", "footnote": "footnotes and endnotes", "shptxt": "text boxes"}
_UNREAD = frozenset({
    *_LEFT_OUT, "fonttbl", "colortbl", "stylesheet", "info", "pict", "nonshppict", "object", "fldinst", "listtext",
    "pntext", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "ftnsep",
    "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "xe", "tc", "rxe", "txe", "upr", "filetbl", "revtbl",
})  # fmt: skip
"""What a group is that holds no words of the document."""

_NUMBERED = frozenset({"listtext", "pntext"})
"""The bullet or number of an item, written out."""

_CHARACTERS = {
    "tab": "\t", "line": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘",
    "rquote": "’", "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ",
    "nestcell": " ", "nestrow": " ",
}  # fmt: skip
_SYMBOLS = {"~": "\xa0", "_": "-", "\t": "\t"}
_BREAKS = frozenset({"par", "sect", "cell", "row", "pard"})

_CHARSETS = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp850",
}  # fmt: skip
_FAMILIES = {"mac": "mac-roman", "pc": "cp437", "pca": "cp850", "ansi": "cp1252"}
_CODE_PAGES = {10000: "mac-roman", 20127: "cp1252", 65001: "utf-8", 936: "gbk", 1361: "johab"}
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, 65279)) | {13: "\n"}
_TITLE = re.compile(rb"\s*(?:title|heading ([1-9]));", re.IGNORECASE)
"""The names of styles that are headings."""

_SURROGATES = re.compile("[\ud800-\udfff]")


def read(content: bytes, name: str) -> Reading:
    """Read an RTF document: paragraphs, headings, items and rows of tables; tracked changes as accepted.

    Raises MalformedFile or TooLarge.
    """
    if not content.strip():
        raise MalformedFile("the file is empty")
    if not _BEGINS.match(content):
        raise MalformedFile(
            f"not an {_KIND}: it does not begin with {{\\rtf; give it its own suffix, or open it in Word or LibreOffice"
            " and save it as .rtf"
        )
    document = _Document(content[content.index(b"{") :].decode("latin-1"))
    blocks = list(document.blocks())
    return understood(blocks, name, _KIND, document.warnings())


@dataclass(slots=True)
class _Look:
    """What the characters of one group look like, and whether they are read at all.

    ``unread`` names what they are instead of text; ``fallback`` is how many characters follow one in Unicode for
    programs that do not know it.
    """

    unread: str = ""
    bold: bool = False
    hidden: bool = False
    deleted: bool = False
    font: int = -1
    fallback: int = 1


class _Document:
    """Goes through one document, group by group."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._look = _Look()
        self._outer: list[_Look] = []
        self._encoding = "cp1252"
        self._fonts: dict[int, str] = {}
        self._default_font = -1
        self._style = 0
        self._levels: dict[int, int] = {}
        self._starred = False
        self._over = 0
        self._bytes = bytearray()
        self._runs: list[tuple[str, bool]] = []
        self._cells: list[str] = []
        self._level = 0
        self._listed = self._item = self._in_table = False
        self._ended = False
        self._deletions = 0
        self._left_out = dict.fromkeys(_LEFT_OUT, 0)

    def blocks(self) -> Iterator[Block]:
        """Paragraphs and rows of tables, in order. Raises MalformedFile if groups nest too deeply."""
        position = 0
        while not self._ended and (found := _TOKEN.match(self._text, position)):
            position = found.end()
            kind = found.lastgroup
            if kind == "text":
                self._take(found["text"].encode("latin-1"))
            elif kind == "byte":
                self._take(bytes.fromhex(found["byte"]))
            elif kind == "brace":
                self._brace(found["brace"])
            elif kind == "symbol":
                yield from self._symbol(found["symbol"])
            elif kind is not None:
                number = int(found["number"]) if found["number"] else None
                if found["word"] == "bin":
                    position += max(0, number or 0)
                yield from self._word(found["word"], number)
        yield from self._paragraph()
        yield from self._row()

    def warnings(self) -> Iterator[str]:
        """What was left out, and whether the end is missing."""
        if self._deletions:
            yield f"deleted passages (tracked changes) were left out: {self._deletions}"
        for word, count in self._left_out.items():
            if count:
                yield f"{_LEFT_OUT[word]} were left out: {count}"
        if not self._ended:
            yield "the file ends before its last group does; perhaps it was cut off: compare its end with the original"

    def _brace(self, brace: str) -> None:
        self._decode()
        self._over, self._starred = 0, False
        if brace == "{":
            if len(self._outer) >= _MAX_DEPTH:
                raise MalformedFile(f"the {_KIND} is nested too deeply; open it in LibreOffice and save it anew")
            self._outer.append(copy(self._look))
            return
        self._look = self._outer.pop()
        self._ended = not self._outer

    def _symbol(self, symbol: str) -> Iterator[Block]:
        if symbol == "*":
            self._starred = True
        elif symbol in "\r\n":
            yield from self._word("par", None)
        elif symbol in "\\{}":
            # The second byte of a character of two may look like one of these.
            self._take(symbol.encode("ascii"))
        elif symbol in _SYMBOLS:
            if self._over:
                self._over -= 1
            else:
                self._add(_SYMBOLS[symbol])

    def _word(self, word: str, number: int | None) -> Iterator[Block]:
        starred, self._starred = self._starred, False
        look = self._look
        if word == "u":
            self._unicode(number or 0)
            return
        self._over = 0
        if word in _LEFT_OUT:
            self._left_out[word] += 1
        if look.unread:
            self._in_unread(word, number)
        elif word in _UNREAD or starred:
            self._decode()
            look.unread = word
            self._item = self._item or word in _NUMBERED
        elif word in _BREAKS:
            yield from self._break(word)
        elif word in _CHARACTERS:
            self._add(_CHARACTERS[word])
        else:
            self._decode()
            self._set(word, number)

    def _in_unread(self, word: str, number: int | None) -> None:
        """Fonts tell which letters their bytes are, styles the depth of headings.

        Of two ways to write the same words the second is in Unicode.
        """
        look = self._look
        if look.unread == "fonttbl":
            if word == "f":
                look.font = number or 0
            elif word == "fcharset" and number in _CHARSETS:
                self._fonts[look.font] = _CHARSETS[number]
            elif word == "cpg" and number is not None:
                self._fonts[look.font] = _code_page(number)
        elif look.unread == "stylesheet":
            if word == "s":
                self._style = number or 0
            elif word == "outlinelevel":
                self._levels[self._style] = _level(number)
        elif look.unread == "upr" and word == "ud":
            look.unread = ""

    def _break(self, word: str) -> Iterator[Block]:
        if word == "pard":
            self._level, self._listed, self._in_table = 0, False, False
        elif word == "cell":
            self._cells.append(" ".join(self._said()[0].split()))
        elif word == "row":
            yield from self._row()
        elif self._in_table:
            self._add("\n")
        else:
            yield from self._paragraph()

    def _set(self, word: str, number: int | None) -> None:
        """Take note of what the characters or paragraphs to come look like."""
        look = self._look
        on = number != 0
        if word == "b":
            look.bold = on
        elif word == "v":
            look.hidden = on
        elif word in ("deleted", "mvf"):
            self._deletions += on and not look.deleted
            look.deleted = on
        elif word == "plain":
            look.bold = look.hidden = look.deleted = False
            look.font = self._default_font
        elif word == "f":
            look.font = number or 0
        elif word == "uc":
            look.fallback = max(0, number or 0)
        elif word == "outlinelevel":
            self._level = _level(number)
        elif word == "s":
            self._level = self._levels.get(number or 0, 0)
        elif word == "ls":
            self._listed = bool(number)
        elif word == "intbl":
            self._in_table = True
        elif word == "deff":
            self._default_font = look.font = number or 0
        elif word == "ansicpg" and number is not None:
            self._encoding = _code_page(number)
        elif word in _FAMILIES:
            self._encoding = _FAMILIES[word]

    def _take(self, content: bytes) -> None:
        """Bytes of text, in the encoding of their font; those that stand for a character already read are passed."""
        if self._over:
            passed = min(self._over, len(content))
            self._over -= passed
            content = content[passed:]
        if content and self._is_read:
            self._bytes += content
        elif self._look.unread == "stylesheet" and (title := _TITLE.match(content)):
            self._levels[self._style] = int(title[1] or 1)

    @property
    def _is_read(self) -> bool:
        return not (self._look.unread or self._look.hidden or self._look.deleted)

    def _unicode(self, number: int) -> None:
        self._over = self._look.fallback
        code = number + 0x10000 if number < 0 else number
        self._add(chr(code) if 0 <= code < 0x110000 else "\ufffd")

    def _add(self, words: str) -> None:
        self._decode()
        if self._is_read:
            self._runs.append((words, self._look.bold))

    def _decode(self) -> None:
        if self._bytes:
            encoding = self._fonts.get(self._look.font, self._encoding)
            words = self._bytes.decode(encoding, "replace")
            self._runs.append((words, self._look.bold))
            self._bytes.clear()

    def _said(self) -> tuple[str, int]:
        """The words since the last paragraph, and how many characters at their beginning are bold."""
        self._decode()
        leading: list[str] = []
        for words, is_bold in self._runs:
            if not (is_bold or not words.strip()):
                break
            leading.append(words)
        text = _written("".join(words for words, _ in self._runs))
        self._runs = []
        return text, len(_written("".join(leading)))

    def _paragraph(self) -> Iterator[Block]:
        text, bold = self._said()
        item, self._item = (self._item or self._listed) and not self._level, False
        if text.strip():
            yield from self._row()
            yield Block(text, self._level, item, bold)

    def _row(self) -> Iterator[Block]:
        if self._cells:
            yield Block("\t".join(self._cells).rstrip("\t"), row=True)
            self._cells = []


def _level(number: int | None) -> int:
    """The depth of a heading that the outline counts from 0; beyond its end stands other text."""
    return (number or 0) + 1 if 0 <= (number or 0) < 9 else 0


def _code_page(number: int) -> str:
    """The name of an encoding that Windows gives this number; that of Western languages for one that is unknown."""
    name = _CODE_PAGES.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def _written(text: str) -> str:
    """The text with halves of characters put together and without what is no character of a text."""
    if _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.translate(_CONTROLS)
