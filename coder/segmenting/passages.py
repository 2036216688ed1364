"""Passages: runs of sentences inside one turn, of a length that one code can fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from coder.model import Span, Turn, trimmed
from coder.segmenting.sentences import sentence_ends

SEGMENTER = "passages-1"
"""Name and version of this way of cutting; stored with every document."""

SHORTEST, LONGEST, USUAL = 20, 120, 75
"""Words in a passage: aimed at, never more than, aimed at on the average."""

STRETCH = 200_000
"""Characters of one turn that are looked at together."""

_WORD = re.compile(r"\S{1,24}")
"""One word. A longer run (an address, a language written without spaces) counts as several."""

_CLAUSE = re.compile(r"[,;:–—…،؛、，；：]|\.\.\.?$")

_LINE_END = re.compile("\n")


def passages(text: str, turns: Sequence[Turn], language: str = "en") -> list[tuple[Span, int]]:
    """Spans of the passages, in order, each with the index of its turn.

    Every content turn that holds a letter or a digit is covered whole, save white space between
    passages; headings, attendance, headers and the like give none. ``language`` is an ISO 639 code.
    """
    found: list[tuple[Span, int]] = []
    for index, turn in enumerate(turns):
        span = trimmed(text, turn.span.start, turn.span.end) if turn.kind.is_content else None
        if span is None or not any(map(str.isalnum, span.of(text))):
            continue
        for stretch in _stretches(text, span):
            cuts = _cuts(text, stretch, language)
            parts = (trimmed(text, start, end) for start, end in pairwise(cuts))
            found.extend((part, index) for part in parts if part is not None)
    return found


def _stretches(text: str, span: Span) -> Iterator[Span]:
    """Parts of a turn of extraordinary length, so that the memory needed stays bounded."""
    start = span.start
    while span.end - start > STRETCH:
        space = max(text.rfind(blank, start + STRETCH // 2, start + STRETCH) for blank in " \n")
        end = space if space > 0 else start + STRETCH
        yield Span(start, end)
        start = end
    yield Span(start, span.end)


def _cuts(text: str, span: Span, language: str) -> list[int]:
    """Where to cut a turn, from its start to its end: at sentence ends, into parts as even as may be."""
    if sum(1 for _ in _WORD.finditer(text, span.start, span.end)) <= LONGEST:
        return [span.start, span.end]
    # Everything below counts in words: `marks[i]` is the number of words before the i-th possible cut.
    words: list[tuple[int, int]] = []
    sentences = [0]
    for start, end in pairwise([span.start, *_ends(text, span, language), span.end]):
        words.extend(match.span() for match in _WORD.finditer(text, start, end))
        sentences.append(len(words))
    marks = sorted({*sentences, *(place for a, b in pairwise(sentences) for place in _inside(text, words, a, b))})
    starts = (words[mark][0] for mark in _even(marks))
    return [span.start, *(_whole(text, start, span.start) for start in starts), span.end]


def _even(marks: list[int]) -> list[int]:
    """Those of the inner marks that cut the whole into the most even parts, none of them too long."""
    total = marks[-1]
    usual = total / round(total / USUAL)
    cost = [0.0] + [float("inf")] * (len(marks) - 1)
    before = [0] * len(marks)
    for j in range(1, len(marks)):
        for i in range(j - 1, -1, -1):
            size = marks[j] - marks[i]
            if size > LONGEST:
                break
            here = cost[i] + ((size - usual) / usual) ** 2 + (size < SHORTEST)
            if here < cost[j]:
                cost[j], before[j] = here, i
    chosen = []
    j = before[-1]
    while j:
        chosen.append(marks[j])
        j = before[j]
    return chosen[::-1]


def _ends(text: str, span: Span, language: str) -> list[int]:
    """Where sentences end; a line end inside a turn ends one too."""
    lines = (match.start() for match in _LINE_END.finditer(text, span.start + 1, span.end))
    return sorted({*sentence_ends(text, span.start, span.end, language), *lines})


def _inside(text: str, words: list[tuple[int, int]], first: int, last: int) -> Iterator[int]:
    """Where to cut a sentence that alone is too long: into even parts, each at the nearest end of a clause."""
    size = last - first
    if size <= LONGEST:
        return
    parts = -(-size // USUAL)
    reach = size // parts // 3
    for part in range(1, parts):
        middle = first + part * size // parts
        near = sorted(range(middle - reach, middle + reach + 1), key=lambda place: (abs(place - middle), place))
        yield next((place for place in near if _CLAUSE.search(text[slice(*words[place - 1])][-3:])), middle)


def _whole(text: str, position: int, least: int) -> int:
    """The position moved back, to ``least`` at most, so that no mark is parted from its letter."""
    while position > least and _joined(text, position):
        position -= 1
    return position


def _joined(text: str, position: int) -> bool:
    return unicodedata.category(text[position])[0] == "M" or "\u200d" in text[position - 1 : position + 1]
