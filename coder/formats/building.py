"""A readable text for formats that have none of their own: ``Name: words``, a blank line between turns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coder.model import Span, Turn, TurnKind


@dataclass(frozen=True, slots=True)
class Piece:
    """What becomes one turn: its words, and who says them when; times in milliseconds."""

    words: str
    kind: TurnKind = TurnKind.SPEECH
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None


def built(pieces: Iterable[Piece]) -> tuple[str, tuple[Turn, ...]]:
    """The text and its turns; a label stands in the text, outside the turn. Pieces without words are left out."""
    parts: list[str] = []
    turns: list[Turn] = []
    position = 0
    for piece in pieces:
        words = piece.words.strip().strip("\ufeff").strip()
        if not words:
            continue
        label = f"{piece.speaker}: " if piece.speaker else ""
        begin = position + len(label)
        span = Span(begin, begin + len(words))
        turns.append(Turn(span, piece.kind, piece.speaker, piece.start_ms, piece.end_ms))
        parts.append(f"{label}{words}\n\n")
        position = span.end + 2
    return "".join(parts).removesuffix("\n"), tuple(turns)
