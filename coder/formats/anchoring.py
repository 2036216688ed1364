"""Where a quotation stands in a text, when the program it comes from may have counted otherwise."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum

from coder.model import Span


class Found(StrEnum):
    """How a quotation was found."""

    EXACT = "exactly where it stood"
    MOVED = "found again by its quotation"
    UNVERIFIED = "taken by position alone"


@dataclass(frozen=True, slots=True)
class Place:
    """Where it stands, and how that was found."""

    span: Span
    found: Found


class Anchoring:
    """Finds quotations in one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._squeezed: str | None = None
        self._places: list[int] = []

    def place(self, start: int, end: int, quotation: str | None) -> Place | None:
        """The place of a quotation that should stand at ``text[start:end]``; None if it is nowhere.

        White space may differ. Where it does not stand there, the nearest occurrence is taken. Without
        a quotation the position is believed, as far as the text reaches.
        """
        start, end = sorted((max(0, min(start, len(self._text))), max(0, min(end, len(self._text)))))
        wanted = squeezed(quotation or "")
        if not wanted:
            return Place(Span(start, end), Found.UNVERIFIED) if start < end else None
        if squeezed(self._text[start:end]) == wanted:
            return Place(Span(start, end), Found.EXACT)
        if quotation and (near := _nearest(self._text, quotation, start)) is not None:
            return Place(Span(near, near + len(quotation)), Found.MOVED)
        return self._without_blanks(start, wanted)

    def _without_blanks(self, start: int, wanted: str) -> Place | None:
        if self._squeezed is None:
            self._places = [place for place, character in enumerate(self._text) if not _is_blank(character)]
            self._squeezed = squeezed(self._text)
        near = _nearest(self._squeezed, wanted, bisect_left(self._places, start))
        if near is None:
            return None
        return Place(Span(self._places[near], self._places[near + len(wanted) - 1] + 1), Found.MOVED)


def squeezed(text: str) -> str:
    """The text without white space and marks that stand for none."""
    return "".join(text.split()).translate(_MARKS)


_MARKS = dict.fromkeys(map(ord, "\ufeff\u200b\ufffc"))


def _is_blank(character: str) -> bool:
    return character.isspace() or ord(character) in _MARKS


def _nearest(text: str, words: str, start: int) -> int | None:
    after = text.find(words, start)
    before = text.rfind(words, 0, start + len(words))
    found = [place for place in (before, after) if place >= 0]
    return min(found, key=lambda place: abs(place - start), default=None)
