"""Paragraphs: what every reader of written text finds first, before anything is understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from coder.errors import TooLarge
from coder.model import TurnKind


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A stretch of the text, ``text[start:end]``, without white space at its ends.

    ``level`` is a heading's depth (0 = none), ``guessed`` says that only its looks make it a heading;
    ``item`` says that it stands in a list; ``bold`` counts the characters at its beginning that are set
    in bold; ``kind`` is what the format itself already tells.
    """

    start: int
    end: int
    level: int = 0
    item: bool = False
    bold: int = 0
    guessed: bool = False
    kind: TurnKind | None = None


MAX_PARAGRAPHS = 500_000
"""More than any document that people wrote holds."""


def lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of each line in ``text[start:end]``, without white space at its ends; empty ones too."""
    for line in text[start:end].split("\n"):
        words = line.strip()
        left = line.find(words[0]) if words else 0
        yield start + left, start + left + len(words)
        start += len(line) + 1


def paragraphs_of(text: str) -> list[Paragraph]:
    """The paragraphs of plain text: one a line, or, in text broken to a width, one between blank lines.

    Raises TooLarge if there are more than half a million.
    """
    found: list[Paragraph] = []
    wrapped = _is_wrapped(text)
    begin = finish = -1
    for start, end in lines(text, 0, len(text)):
        empty = start == end
        if begin >= 0 and (empty or not wrapped or BULLET.match(text, start)):
            found.append(Paragraph(begin, finish))
            begin = -1
        if not empty:
            begin, finish = (start if begin < 0 else begin), end
        check_number(found)
    if begin >= 0:
        found.append(Paragraph(begin, finish))
    return found


def check_number(found: Sequence[Paragraph]) -> None:
    """Refuse what nobody could read. Raises TooLarge."""
    if len(found) > MAX_PARAGRAPHS:
        raise TooLarge(f"holds more than {MAX_PARAGRAPHS:,} paragraphs; split it into several documents")


BULLET = re.compile(r"[-*+•–]\s+|\d{1,3}[.)]\s+")
_SAMPLE = 100_000
_ENDS = (".", "?", "!", "…", "。", "？", "！")


def _is_wrapped(text: str) -> bool:
    """Whether lines were broken to a width: then the first word of the next line seldom had room above it."""
    sample = text[:_SAMPLE].split("\n")
    lengths = sorted(len(line) for line in sample if line.strip())
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    pairs = [(above, below.split()[0]) for above, below in pairwise(sample) if above.strip() and below.strip()]
    full = sum(len(above) + 1 + len(word) > width for above, word in pairs)
    # Where nearly every line ends with its sentence, it was somebody who ended it.
    ended = sum(above.rstrip().endswith(_ENDS) for above, _ in pairs)
    return 40 <= width <= 120 and len(pairs) >= 3 and full > len(pairs) / 2 and ended < 0.7 * len(pairs)
