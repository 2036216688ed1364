"""Plain text: transcripts and notes as any program can save them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from coder.formats import webvtt
from coder.formats.decoding import decode
from coder.formats.notes import section_kind
from coder.formats.paragraphs import BULLET, Paragraph, paragraphs_of
from coder.formats.subtitles import read_cues
from coder.formats.understanding import understand
from coder.model import Reading

_SUBTITLES = re.compile(r"\s*(?:\d+[ \t]*\n)?\d+:\d{2}:\d{2}[,.]\d{3} --> \d")
_PLACE = r"(\d{1,2}(?:\.\d{1,2}){0,3})"
_NUMBERED = re.compile(
    rf"(?:TOP|§|Agenda item|Item|Punkt|Kohta)\s?{_PLACE}[.):]?\s+\S|{_PLACE}[.)]?\s+\S", re.IGNORECASE
)
_ENDS_A_SENTENCE = re.compile(r"[.?!:;,…]$")


def read(content: bytes, name: str) -> Reading:
    """Read a text file; subtitles that were saved as text are read as what they are.

    Raises MalformedFile.
    """
    text, warnings = decode(content)
    if text.startswith("WEBVTT"):
        return webvtt.read(content, name)
    if _SUBTITLES.match(text):
        return read_cues(
            text.split("\n"), name, [*warnings, "these are subtitles saved as text, and were read as such"]
        )
    return reading_of(text, name, warnings)


def reading_of(text: str, name: str, warnings: Sequence[str] = ()) -> Reading:
    """What a text says, the text itself left as it is. Raises MalformedFile if it holds no words."""
    return understand(text, _with_headings(text, paragraphs_of(text)), name, warnings)


def _with_headings(text: str, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The same paragraphs, with titles marked: numbered ones, and lines in capitals, with a blank line above."""
    found: list[Paragraph] = []
    for index, paragraph in enumerate(paragraphs):
        line = text[paragraph.start : paragraph.end] if paragraph.end - paragraph.start <= 100 else ""
        apart = index == 0 or "\n\n" in text[paragraphs[index - 1].end : paragraph.start]
        # A title may stand in two lines; the items of a numbered list follow each other.
        level = _level(line) if apart or (found[-1].level == 1 and line.isupper()) else 0
        if level > 1 and index + 1 < len(paragraphs):
            below = paragraphs[index + 1].start
            level *= "\n\n" in text[paragraph.end : below] or not _NUMBERED.match(text, below)
        item = BULLET.match(text, paragraph.start) is not None and not level
        found.append(replace(paragraph, level=level, guessed=level > 0, item=item) if level or item else paragraph)
    return found


def _level(line: str) -> int:
    """The depth of the heading that a line is, or 0."""
    if "\n" in line or _ENDS_A_SENTENCE.search(line) or len(line.split()) > 12:
        return 0
    if line.isupper() and sum(map(str.isalpha, line)) >= 4:
        return 1
    if section_kind(line):
        return 2
    numbered = _NUMBERED.match(line)
    return (numbered[1] or numbered[2]).count(".") + 2 if numbered else 0
