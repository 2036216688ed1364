"""Plain text: transcripts and notes as any program can save them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from coder.formats import webvtt
from coder.formats.decoding import decode
from coder.formats.paragraphs import Paragraph, paragraphs_of
from coder.formats.understanding import understand
from coder.model import Reading

_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})[.)]?\s+\S")
_ENDS_A_SENTENCE = re.compile(r"[.?!:;,…]$")


def read(content: bytes, name: str) -> Reading:
    """Read a text file; subtitles that were saved as text are read as what they are.

    Raises MalformedFile.
    """
    text, warnings = decode(content)
    if text.startswith("WEBVTT"):
        return webvtt.read(content, name)
    return understand(text, _with_headings(text, paragraphs_of(text)), name, warnings)


def _with_headings(text: str, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The same paragraphs, with titles marked: numbered ones, and lines in capitals, with a blank line above."""
    found = []
    for index, paragraph in enumerate(paragraphs):
        before = paragraphs[index - 1].end if index else None
        after = paragraphs[index + 1].start if index + 1 < len(paragraphs) else len(text)
        level = 0
        if paragraph.end - paragraph.start <= 100 and (before is None or "\n\n" in text[before : paragraph.start]):
            level = _level(text[paragraph.start : paragraph.end], apart="\n\n" in text[paragraph.end : after])
        found.append(replace(paragraph, level=level) if level else paragraph)
    return found


def _level(line: str, *, apart: bool) -> int:
    """The depth of the heading that a line is, or 0; ``apart`` says that a blank line follows."""
    if "\n" in line or _ENDS_A_SENTENCE.search(line) or len(line.split()) > 12:
        return 0
    if line.isupper() and sum(map(str.isalpha, line)) >= 4:
        return 1
    numbered = _NUMBERED.match(line) if apart else None
    return numbered[1].count(".") + 2 if numbered else 0
