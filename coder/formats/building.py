"""A readable text for formats that have none of their own: ``Name: words``, a blank line between turns."""

from __future__ import annotations

import re
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
        words = _clean(piece.words).strip().strip("\ufeff").strip()
        if not words:
            continue
        speaker = " ".join(_clean(piece.speaker or "").split()) or None
        label = f"{speaker}: " if speaker else ""
        begin = position + len(label)
        span = Span(begin, begin + len(words))
        turns.append(Turn(span, piece.kind, speaker, piece.start_ms, piece.end_ms))
        parts.append(f"{label}{words}\n\n")
        position = span.end + 2
    return "".join(parts).removesuffix("\n"), tuple(turns)


_NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""What JSON can hold but no text: zero bytes, and halves of characters."""


def _clean(words: str) -> str:
    return _NO_TEXT.sub("\ufffd", words.replace("\r\n", "\n").replace("\r", "\n"))
