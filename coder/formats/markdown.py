"""Markdown: the text stays as it was written, marks and all; its headings and lists are understood."""

from __future__ import annotations

import re
from dataclasses import replace

from coder.formats.decoding import characters, decode
from coder.formats.notes import field_kind
from coder.formats.paragraphs import BULLET, Paragraph, check_number, lines
from coder.formats.understanding import understand
from coder.model import Reading, TurnKind

_HEADING = re.compile(r"(#{1,6})\s+(.*?)(?:\s+#+)?(?:\s*\{#[^{}]*\})?$")
_QUOTE = re.compile(r"(?:>\s*)+")
_RULE = re.compile(r"(?:[-*_=]\s*){3,}$|\{:.*\}$|\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?$|`{3,}|~{3,}|<!--.*-->$")
_UNDERLINES = {"=": 1, "-": 2}
_BOLD = re.compile(r"(?:\*\*|__)[^*\n]{1,200}?(?:\*\*|__)")


def read(content: bytes, name: str) -> Reading:
    """Read a Markdown file. Raises MalformedFile."""
    text, warnings = decode(content)
    text = characters(text)
    return understand(text, _paragraphs(text), name, warnings)


def _paragraphs(text: str) -> list[Paragraph]:
    found: list[Paragraph] = []
    begin = finish = -1
    item = quoted = False
    position = _front_matter(text, found)

    def close(level: int = 0) -> None:
        nonlocal begin
        if begin >= 0:
            bold = _BOLD.match(text, begin, finish)
            found.append(Paragraph(begin, finish, level, item, bold.end() - begin if bold else 0))
        begin = -1

    for begins, end in lines(text, position, len(text)):
        check_number(found)
        quote = _QUOTE.match(text, begins, end)
        start = quote.end() if quote else begins
        line = text[start:end]
        if (quote is not None) != quoted:
            close()
            quoted = not quoted
        if not line:
            close()
            item = False
            continue
        if len(line) < 200 and _RULE.match(line):
            # A line of === or --- below words makes them a title.
            headed = "|" in line and begin >= 0 and text.startswith("|", begin)
            close(_UNDERLINES.get(line[0], 0) if len(set(line)) == 1 and not item else 0)
            if headed:
                # What a table's columns are called is nothing that was decided or is to be done.
                found[-1] = replace(found[-1], kind=TurnKind.HEADER)
            continue
        if heading := _HEADING.match(line):
            close()
            if heading[2]:
                at = start + heading.start(2)
                found.append(Paragraph(at, start + heading.end(2), len(heading[1])))
            item = False
            continue
        if bullet := BULLET.match(line):
            close()
            item = True
            begin, finish = start + bullet.end(), end
        elif line.startswith("|"):
            close()
            item = True
            begin, finish = start, end
        elif field_kind(line):
            close()
            begin, finish = start, end
        else:
            begin, finish = (start if begin < 0 else begin), end
    close()
    return found


def _front_matter(text: str, found: list[Paragraph]) -> int:
    """Add the lines between ``---`` and ``---`` at the very beginning as header; where the text goes on."""
    if not text.startswith("---\n"):
        return 0
    end = text.find("\n---", 3)
    if end < 0:
        return 0
    if end > 3:
        for start, stop in lines(text, 4, end):
            if start < stop:
                found.append(Paragraph(start, stop, kind=TurnKind.HEADER))
    rest = text.find("\n", end + 1)
    return rest + 1 if rest >= 0 else len(text)
