"""From the blocks of a laid-out document (paragraphs, items of lists, rows of tables) to one text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coder.errors import MalformedFile, TooLarge
from coder.formats.paragraphs import MAX_PARAGRAPHS, Paragraph
from coder.formats.understanding import understand
from coder.model import Reading, TurnKind, trimmed


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or one row of a table: its text, and what its form tells.

    ``level`` is a heading's depth (0 = none), ``bold`` counts the characters at the beginning that are set
    in bold, ``row`` says that the text holds the cells of a row with tabs between them.
    """

    text: str
    level: int = 0
    item: bool = False
    bold: int = 0
    row: bool = False
    kind: TurnKind | None = None


def understood(blocks: Iterable[Block], name: str, what: str, warnings: Iterable[str] = ()) -> Reading:
    """What a document of these blocks says; ``what`` names the format, "Word document".

    Items of a list and rows of a table follow each other line by line, all else has a blank line between.
    Raises MalformedFile if there are no words, TooLarge if there are more than half a million paragraphs.
    """
    text, paragraphs = _joined(blocks)
    if not paragraphs:
        raise MalformedFile(f"the {what} holds no text")
    return understand(text, paragraphs, name, list(warnings), lined=False)


def _joined(blocks: Iterable[Block]) -> tuple[str, Sequence[Paragraph]]:
    parts: list[str] = []
    paragraphs: list[Paragraph] = []
    position = 0
    before: Block | None = None
    for number, block in enumerate(blocks):
        if number > MAX_PARAGRAPHS:
            raise TooLarge(f"holds more than {MAX_PARAGRAPHS:,} paragraphs; split it into several documents")
        span = trimmed(block.text, 0, len(block.text))
        if span is None:
            continue
        if before is not None:
            close = (block.item and before.item) or (block.row and before.row)
            parts.append("\n" if close else "\n\n")
            position += len(parts[-1])
        parts.append(span.of(block.text))
        bold = max(0, min(block.bold - span.start, len(span)))
        end = position + len(span)
        paragraphs.append(Paragraph(position, end, block.level, block.item, bold, kind=block.kind))
        position = end
        before = block
    return "".join(parts), paragraphs
