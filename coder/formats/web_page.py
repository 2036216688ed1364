"""Web pages: transcripts and notes saved as HTML, by noScribe, by an editor or from a browser.

Read in one pass, as a browser takes its tags apart, and without a tree: what html5lib builds of open tags that nobody
closes takes time with the square of their number.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import pairwise

from coder.errors import TooLarge
from coder.formats.blocks import Block, understood
from coder.formats.decoding import decode
from coder.model import DocumentKind, Reading, Turn, TurnKind
from coder.model.span import lines_before

_KIND = "HTML page"
_MAX_TAGS = 4_000_000
_MAX_TABLES = 30
"""Tables within tables that are told apart."""

_MAX_OPEN = 60
"""Open tags among which the one that an end tag closes is looked for."""

_TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*+>?"
    r"""|<(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*+)(?P<more>(?:[^>=]++|=\s*+(?:"[^"]*+"?+|'[^']*+'?+)?+)*+)(?P<close>>?+)""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"""(?:^|[\s"'/])(name|style|title)\s*=\s*(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'>]{1,200}))""", re.IGNORECASE
)
_BOLD = re.compile(r"(?:^|[;\s])font-weight\s*:\s*(bold|bolder|[6-9]00)\b", re.IGNORECASE)
_LIGHT = re.compile(r"(?:^|[;\s])font-weight\s*:\s*(normal|lighter|[1-5]00)\b", re.IGNORECASE)
_TIMES = re.compile(r"ts_(\d{1,9})_(\d{1,9})_")
"""The name of an anchor of noScribe: where in the sound its words begin and end, in milliseconds, and who speaks."""

_CHARSET = re.compile(rb"""<meta\s[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,30})""", re.IGNORECASE)
_CHARSETS = re.compile(r"iso-?8859-\d{1,2}|latin-?1|(windows-|cp)12\d\d|windows-874|koi8-[ru]|macintosh|iso-2022-jp"
                       r"|shift[_-]jis|euc-(jp|kr)|gb2312|gbk|gb18030|big5")  # fmt: skip
_HEAD = 4_000
"""Bytes in which a page names its encoding."""

_LEFT_OUT = {"del": "deleted passages", "object": "embedded objects", "iframe": "embedded pages"}
_UNREAD = frozenset({
    *_LEFT_OUT, "script", "style", "title", "textarea", "noscript", "template", "svg", "math", "select", "xmp",
    "noembed", "noframes", "audio", "video", "canvas",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header",
    "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
_TABLE = frozenset({"table", "tbody", "td", "tfoot", "th", "thead", "tr"})
_STRONG = frozenset({"b", "strong"})
_FRAMES = {"header": TurnKind.HEADER, "nav": TurnKind.HEADER, "footer": TurnKind.FOOTER}
"""What stands around the words of a page."""
_HEADING = re.compile(r"h([1-6])")
_BLANKS = re.compile(r"[ \t\n\f]+")
_CONTROLS = dict.fromkeys((*range(9), 11, *range(14, 32), 127, 65279)) | {0xA0: " ", 13: "\n"}


def read(content: bytes, name: str) -> Reading:
    """Read a web page: its headings, paragraphs, lists and tables, and the times that noScribe keeps in it.

    Raises MalformedFile or TooLarge.
    """
    html, warnings = decode(_as_declared(content))
    if html.count("<") > _MAX_TAGS:
        raise TooLarge(f"the {_KIND} has more than {_MAX_TAGS:,} tags; split it into several documents")
    page = _Page(html)
    reading = understood([said.block for said in page.blocks], name, _KIND, [*warnings, *page.warnings])
    return _with_times(reading, page.blocks)


def _as_declared(content: bytes) -> bytes:
    """The content in UTF-8 where it is not, and the page itself names its encoding; else as it is."""
    declared = _CHARSET.search(content[:_HEAD])
    encoding = declared[1].decode("ascii").lower() if declared else ""
    if not _CHARSETS.fullmatch(encoding):
        return content
    # What browsers do: Latin-1 is what programs say that write Windows-1252.
    encoding = {"macintosh": "mac-roman", "windows-874": "cp874"}.get(encoding, encoding)
    encoding = "cp1252" if encoding in ("iso-8859-1", "iso8859-1", "latin1", "latin-1") else encoding
    try:
        if encoding != "iso-2022-jp":
            content.decode("utf-8")
            return content
    except UnicodeDecodeError:
        pass
    try:
        return content.decode(encoding).encode("utf-8")
    except (UnicodeError, LookupError):
        return content


@dataclass(frozen=True, slots=True)
class _Said:
    """A block, and where in its text the words stand whose times are known: place, start and end in milliseconds."""

    block: Block
    times: Sequence[tuple[int, int, int]] = ()


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that is still open, and what it changed."""

    name: str
    bold: bool
    row: bool = False
    kind: TurnKind | None = None


@dataclass
class _Page:
    """Goes through the tags of one page and collects its blocks."""

    html: str
    blocks: list[_Said] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _rows: list[list[list[_Said]]] = field(default_factory=list)
    _runs: list[tuple[str, bool]] = field(default_factory=list)
    _times: list[tuple[int, int, int]] = field(default_factory=list)
    _length: int = 0
    _last: str = "\n"
    _level: int = 0
    _items: int = 0
    _kept: int = 0
    """How many tags are open that keep blanks as they are."""

    def __post_init__(self) -> None:
        left_out = dict.fromkeys(_LEFT_OUT, 0)
        position = 0
        while found := _TOKEN.search(self.html, position):
            self._take(self.html[position : found.start()])
            position = found.end()
            name = (found["name"] or "").lower()
            if not name:
                continue
            if not found["close"]:
                self._unfinished(found.start(), "a tag has no end")
            elif found["end"]:
                self._leave(name)
            elif name in _UNREAD and not found["more"].endswith("/"):
                position = self._beyond(name, found)
                if name in left_out:
                    left_out[name] += 1
            else:
                self._enter(name, found["more"])
        self._take(self.html[position:])
        self._flush()
        while self._rows:
            self._end_row()
        self.warnings.extend(f"{_LEFT_OUT[name]} were left out: {count}" for name, count in left_out.items() if count)

    def _unfinished(self, start: int, what: str) -> None:
        self.warnings.append(f"line {lines_before(self.html, start)}: {what}; what follows it was not read")

    def _beyond(self, name: str, found: re.Match[str]) -> int:
        """The position of the end tag of what is not read."""
        end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(self.html, found.end())
        if end is None:
            self._unfinished(found.start(), f"<{name}> has no end")
        return end.start() if end else len(self.html)

    def _enter(self, name: str, more: str) -> None:
        if name == "br":
            self._line_end()
            return
        if name in _BLOCKS:
            self._flush()
            self._close_before(name)
        row = name == "tr" and len(self._rows) < _MAX_TABLES
        if row:
            self._rows.append([[]])
        elif name in ("td", "th") and self._rows:
            self._rows[-1].append([])
        if name in _VOID:
            return
        style = _attributes(more) if "=" in more else {}
        if name == "a" and (times := _TIMES.match(style.get("name", ""))):
            self._times.append((self._length, int(times[1]), int(times[2])))
        heading = _HEADING.fullmatch(name)
        self._level = int(heading[1]) if heading else self._level
        self._items += name == "li"
        self._kept += name == "pre"
        bold = name in _STRONG or (bool(self._open) and self._open[-1].bold)
        css = style.get("style", "")
        # LibreOffice writes the head and the foot of a printed page as divisions with these titles.
        frame = _FRAMES.get(style.get("title", "") if name == "div" else name) if name != "header" else None
        kind = frame or (self._open[-1].kind if self._open else None)
        self._open.append(_Open(name, (bold or bool(_BOLD.search(css))) and not _LIGHT.search(css), row, kind))

    def _close_before(self, name: str) -> None:
        """Close what a tag closes by beginning: a paragraph, or the item or cell before it."""
        top = len(self._open)
        for place in range(top - 1, max(-1, top - _MAX_OPEN), -1):
            before = self._open[place].name
            if before == "p" or before in _CLOSES.get(name, ()):
                self._pop(place)
            elif before in _BLOCKS:
                break

    def _leave(self, name: str) -> None:
        if name in _BLOCKS:
            self._flush()
        top = len(self._open)
        for place in range(top - 1, max(-1, top - _MAX_OPEN), -1):
            before = self._open[place].name
            if before == name:
                self._pop(place)
                break
            if (before in ("td", "th") and name not in _TABLE) or (before in _BLOCKS and name not in _BLOCKS):
                break

    def _pop(self, place: int) -> None:
        for tag in reversed(self._open[place:]):
            if tag.row:
                self._end_row()
            self._items -= tag.name == "li"
            self._kept -= tag.name == "pre"
            if _HEADING.fullmatch(tag.name):
                self._level = 0
        del self._open[place:]

    def _take(self, words: str) -> None:
        if not words:
            return
        if self._kept:
            first, *others = unescape(words).translate(_CONTROLS).split("\n")
            self._add(first)
            for line in others:
                self._line_end()
                self._add(line)
            return
        # Blanks are counted as one before entities are replaced: a page that wants more asks for them.
        words = _BLANKS.sub(" ", words)
        if self._last in " \n":
            words = words.removeprefix(" ")
        self._add(unescape(words).translate(_CONTROLS))

    def _add(self, words: str) -> None:
        if words:
            self._runs.append((words, bool(self._open) and self._open[-1].bold))
            self._length += len(words)
            self._last = words[-1]

    def _line_end(self) -> None:
        """A line ends; where the line is empty, a paragraph does."""
        if self._last == "\n":
            self._flush()
        else:
            self._add("\n")

    def _flush(self) -> None:
        """A block ends here."""
        text = "".join(words for words, _ in self._runs)
        if text.strip():
            bold = 0
            for words, is_bold in self._runs:
                if not (is_bold or not words.strip()):
                    break
                bold += len(words)
            item = self._items > 0 and not self._level
            kind = self._open[-1].kind if self._open else None
            said = _Said(Block(text, self._level, item, bold, kind=kind), tuple(self._times))
            (self._rows[-1][-1] if self._rows else self.blocks).append(said)
            self._times = []
        else:
            # The words of an anchor may begin only in the next paragraph.
            self._times = [(0, start, end) for _, start, end in self._times[-1:]]
        self._runs, self._length, self._last = [], 0, "\n"

    def _end_row(self) -> None:
        """A row with one cell is layout, and what stands in it is no table."""
        cells = [cell for cell in self._rows.pop() if cell]
        into = self._rows[-1][-1] if self._rows else self.blocks
        if len(cells) == 1:
            into.extend(cells[0])
        elif cells:
            words = (" ".join(" ".join(said.block.text.split()) for said in cell) for cell in cells)
            into.append(_Said(Block("\t".join(words), row=True)))


_CLOSES: Mapping[str, tuple[str, ...]] = {
    "li": ("li",),
    "dt": ("dt", "dd"),
    "dd": ("dt", "dd"),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("td", "th", "tr"),
    "tbody": ("td", "th", "tr", "thead", "tbody"),
}


def _attributes(more: str) -> dict[str, str]:
    """The attributes of a tag that tell something."""
    return {found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(more)}


def _with_times(reading: Reading, blocks: Sequence[_Said]) -> Reading:
    """The same reading with the times of the anchors, finer than those that are written out in the text."""
    stretches = list(_stretches(reading.text, blocks))
    if not stretches:
        return reading
    starts = [begin for begin, _, _, _ in stretches]
    ends = [finish for _, finish, _, _ in stretches]
    turns = []
    for turn in reading.turns:
        among = stretches[bisect_right(ends, turn.span.start) : bisect_left(starts, turn.span.end)]
        turns.append(_timed(turn, [(start, end) for _, _, start, end in among]))
    return replace(reading, turns=tuple(turns), kind=DocumentKind.INTERVIEW)


def _timed(turn: Turn, times: Sequence[tuple[int, int]]) -> Turn:
    if not times or turn.kind not in (TurnKind.SPEECH, TurnKind.PARAGRAPH, TurnKind.REMARK):
        return turn
    kind = TurnKind.SPEECH if turn.kind is TurnKind.PARAGRAPH else turn.kind
    return replace(turn, kind=kind, start_ms=times[0][0], end_ms=max(end for _, end in times))


def _stretches(text: str, blocks: Sequence[_Said]) -> Iterator[tuple[int, int, int, int]]:
    """Where in the whole text words stand whose times are known."""
    position = 0
    for said in blocks:
        words = said.block.text
        begin = text.index(words.strip(), position)
        position = begin + len(words.strip())
        shift = begin - (len(words) - len(words.lstrip()))
        places = [*((place + shift, start, end) for place, start, end in said.times), (position, 0, 0)]
        for (place, start, end), (following, _, _) in pairwise(places):
            if place < following:
                yield place, following, start, end
