"""Positions in a document's text, and how other programs count them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters (Unicode code points), ``text[start:end]``. Never empty.

    Raises ValueError if ``0 <= start < end`` does not hold.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The characters it covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether ``other`` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def shared(self, other: Span) -> int:
        """How many characters the two share."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


def trimmed(text: str, start: int, end: int) -> Span | None:
    """The span without white space at its ends, or None if nothing else is there.

    Positions outside the text are clamped to it.
    """
    start, end = max(0, start), min(len(text), end)
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class Utf16Map:
    """Converts code point positions of one text to UTF-16 code units (browsers, NVivo, UIMA) and back.

    Only characters outside the Basic Multilingual Plane make the two differ, so only these are kept.
    """

    text: str = field(repr=False)
    _wide: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # An ASCII or Latin text is the common case: skip the walk over millions of characters.
        narrow = self.text.isascii() or max(self.text, default="") <= "\uffff"
        wide = () if narrow else tuple(i for i, character in enumerate(self.text) if character > "\uffff")
        object.__setattr__(self, "_wide", wide)

    def to_utf16(self, position: int) -> int:
        """UTF-16 units before this code point position."""
        return position + bisect_left(self._wide, position)

    def from_utf16(self, units: int) -> int:
        """Code points before this UTF-16 position; inside a surrogate pair counts as before it."""
        low, high = 0, len(self._wide)
        while low < high:
            middle = (low + high) // 2
            if self._wide[middle] + middle < units:
                low = middle + 1
            else:
                high = middle
        position = units - low
        if low and self._wide[low - 1] + (low - 1) == units - 1:
            return self._wide[low - 1]
        return position


def lines_before(text: str, position: int) -> int:
    """The one-based number of the line at this position."""
    return text.count("\n", 0, position) + 1


def turn_at(starts: list[int], position: int) -> int:
    """Index of the last start at or before the position; 0 if there is none."""
    return max(0, bisect_right(starts, position) - 1)
