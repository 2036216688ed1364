"""The text of an HTML body, counted as the program counts that wrote it, and with line ends where blocks end."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from coder.errors import MalformedFile

if TYPE_CHECKING:
    from bs4.element import Tag

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip

_UNREAD = frozenset({"script", "style", "template", "noscript", "iframe", "object"})


class BodyText:
    """The text nodes of a body one after the other, as html5lib reads it; their bytes in UTF-8 are what is counted.

    Raises MalformedFile for markup that nobody writes.
    """

    def __init__(self, html: str) -> None:
        body = _body(html)
        self._nodes: list[str] = []
        self._starts: list[int] = []
        self._length = 0
        self._parts: list[str] = []
        self._last = "\n"
        if body is not None:
            self._walk(body)
        self.text = "".join(self._parts)
        self._bytes = list(accumulate((len(node.encode("utf-8", "replace")) for node in self._nodes), initial=0))

    def position(self, offset: int) -> int:
        """Where in ``text`` the character at this byte stands; inside a character counts as before it."""
        if not self._nodes:
            return 0
        node = min(bisect_right(self._bytes, offset) - 1, len(self._nodes) - 1)
        within = self._nodes[node].encode("utf-8", "replace")[: max(0, offset - self._bytes[node])]
        return self._starts[node] + len(within.decode("utf-8", "ignore"))

    def end_position(self, offset: int) -> int:
        """Where in ``text`` what ends at this byte ends: before a line end that was put in there."""
        return self.position(offset - 1) + 1 if offset > 0 else 0

    def _walk(self, body: Tag) -> None:
        from bs4.element import CData, NavigableString, Tag

        # A walk by hand: markup may be nested deeper than Python's recursion.
        pending: list[tuple[object, bool]] = [(child, False) for child in reversed(body.contents)]
        while pending:
            node, leaving = pending.pop()
            if isinstance(node, Tag):
                if node.name in _UNREAD:
                    continue
                if node.name == "br":
                    self._line_end(always=True)
                elif node.name in _BLOCKS:
                    self._line_end()
                if not leaving:
                    if node.name in _BLOCKS:
                        pending.append((node, True))
                    pending.extend((child, False) for child in reversed(node.contents))
            elif type(node) in (NavigableString, CData):
                # Comments are another type.
                self._take(str(node))

    def _take(self, words: str) -> None:
        if words:
            self._nodes.append(words)
            self._starts.append(self._length)
            self._add(words)

    def _line_end(self, *, always: bool = False) -> None:
        if always or self._last != "\n":
            self._add("\n")

    def _add(self, words: str) -> None:
        self._parts.append(words)
        self._length += len(words)
        self._last = words[-1]


def _body(html: str) -> Tag | None:
    from bs4 import BeautifulSoup  # slow to load

    try:
        with warnings.catch_warnings():
            # Words that look like an address or the name of a file are words all the same.
            warnings.simplefilter("ignore")
            return BeautifulSoup(html, "html5lib").body
    except RecursionError as error:
        raise MalformedFile("its HTML is nested too deeply") from error
