"""Documents, who speaks in them, and the passages offered for coding."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from coder.model.span import Span


class DocumentKind(StrEnum):
    """What a document is."""

    INTERVIEW = "interview"
    MEETING_NOTES = "meeting notes"
    SURVEY_ANSWERS = "survey answers"
    OTHER = "other"


class TurnKind(StrEnum):
    """What a stretch of a document is; only content is segmented and suggested on."""

    SPEECH = "speech"
    PARAGRAPH = "paragraph"
    DECISION = "decision"
    ACTION = "action"
    HEADING = "heading"
    ATTENDANCE = "attendance"
    HEADER = "header"
    FOOTER = "footer"
    SUMMARY = "machine-made summary"
    REMARK = "remark"

    @property
    def is_content(self) -> bool:
        """Whether people said or decided this, as against what frames it."""
        return self in _CONTENT


_CONTENT = frozenset({TurnKind.SPEECH, TurnKind.PARAGRAPH, TurnKind.DECISION, TurnKind.ACTION})


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's words, or one paragraph of notes.

    ``span`` covers the words without the speaker's label; times are milliseconds from the start.
    ``level`` is a heading's depth (1 = top), 0 for everything else.
    """

    span: Span
    kind: TurnKind = TurnKind.SPEECH
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader understood of one file.

    Turns are in order and do not overlap; text outside every turn is labels, time stamps and blank
    lines. ``warnings`` are sentences for the researcher, with the line where that helps.
    """

    text: str
    turns: tuple[Turn, ...]
    kind: DocumentKind = DocumentKind.OTHER
    warnings: tuple[str, ...] = ()
    date: str | None = None

    def __post_init__(self) -> None:
        end = 0
        for turn in self.turns:
            if turn.span.start < end:
                raise ValueError(f"turns overlap or are out of order at {turn.span.start}")
            end = turn.span.end
        if end > len(self.text):
            raise ValueError(f"a turn ends at {end}, the text at {len(self.text)}")
        if "\r" in self.text or self.text.startswith("\ufeff"):
            raise ValueError("text must have LF line ends and no byte order mark")

    @property
    def speakers(self) -> tuple[str, ...]:
        """Speakers in order of first appearance."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns if turn.speaker))


@dataclass(frozen=True, slots=True)
class Document:
    """One transcript, one set of notes, one set of survey answers.

    ``text`` is empty where a list of documents was asked for; ``words`` and ``sha256`` are always there.
    ``date`` is ISO (2021-03-04) or None.
    """

    id: str
    name: str
    kind: DocumentKind
    sha256: str
    words: int
    characters: int
    language: str = "en"
    source: str = ""
    date: str | None = None
    revision: int = 1
    added: str = ""
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """A text that a document has or had, and the entry of the journal that gave it to it.

    ``reading`` is the hash of the text with its turns and segments.
    """

    entry: int
    at: str
    coder: str | None
    summary: str
    sha256: str
    reading: str
    words: int
    characters: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A unit offered for coding: a passage of one turn, in reading order within its document."""

    document: str
    index: int
    span: Span
    turn: int


def text_hash(text: str) -> str:
    """SHA-256 of the UTF-8 text, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
