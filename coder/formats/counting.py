"""Whether a program counted characters or the UTF-16 units of Java and of browsers: what fits better tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from coder.model import Utf16Map

Stretch = tuple[int, int, str | None]
"""Start, end, and the words that should stand there, where they are told."""


def counting_of(text: str, stretches: Iterable[Stretch]) -> Callable[[int], int]:
    """From this program's positions in a text to code points.

    A stretch fits where its words stand or, without words, where it begins and ends at the edge of a word.
    """
    found = list(stretches)
    units = Utf16Map(text)
    if units.to_utf16(len(text)) == len(text):
        return int
    as_units = sum(_fits(text, units.from_utf16(s), units.from_utf16(e), words) for s, e, words in found)
    as_characters = sum(_fits(text, start, end, words) for start, end, words in found)
    return units.from_utf16 if as_units > as_characters else int


def _fits(text: str, start: int, end: int, words: str | None) -> bool:
    if not 0 <= start < end <= len(text):
        return False
    if words is not None:
        return text[start:end] == words
    inside = text[start].isspace() or text[end - 1].isspace()
    before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not (inside or before or after)
