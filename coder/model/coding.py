"""Who coded what, where, and why it was proposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from coder.model.span import Span

CONTEXT = 32
"""Characters of context kept on each side of a quotation, so that a moved text is found again."""


class Role(StrEnum):
    """What a coder may do; who was retired may do nothing, and their codings stay."""

    OWNER = "owner"
    CODER = "coder"
    READER = "reader"
    RETIRED = "retired"

    @property
    def writes(self) -> bool:
        """Whether it permits changes."""
        return self in (Role.OWNER, Role.CODER)


@dataclass(frozen=True, slots=True)
class Coder:
    """The person who codes."""

    id: str
    name: str
    role: Role = Role.CODER


class Origin(StrEnum):
    """How a coding came to be."""

    HAND = "by hand"
    SUGGESTION = "suggestion taken"
    IMPORTED = "imported"
    WORDS = "found by words"
    MEANING = "found by meaning"

    @property
    def in_reading(self) -> bool:
        """Whether who coded so had the text before them; a queue or a search shows one passage by itself."""
        return self in (Origin.HAND, Origin.IMPORTED)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A span with the words under it and beside it, so that any shift of the text is detected."""

    span: Span
    quotation: str
    before: str
    after: str

    @classmethod
    def on(cls, text: str, span: Span) -> Anchor:
        """Anchor a span to its text. Raises ValueError if it ends beyond the text."""
        if span.end > len(text):
            raise ValueError(f"the span ends at {span.end}, the text at {len(text)}")
        before = text[max(0, span.start - CONTEXT) : span.start]
        return cls(span, span.of(text), before, text[span.end : span.end + CONTEXT])


@dataclass(frozen=True, slots=True)
class Coding:
    """The act: this coder put this code on this span.

    ``score`` is the probability shown when a suggestion was taken, ``model`` what gave it.
    Times are ISO 8601 in UTC.
    """

    id: str
    document: str
    anchor: Anchor
    code: str
    coder: str
    origin: Origin = Origin.HAND
    model: str | None = None
    score: float | None = None
    codebook_version: str | None = None
    created: str = ""
    modified: str = ""

    @property
    def span(self) -> Span:
        """Where it lies in its document."""
        return self.anchor.span

    @property
    def quotation(self) -> str:
        """The text under it."""
        return self.anchor.quotation


class Outcome(StrEnum):
    """What became of a suggestion."""

    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Decision:
    """A suggestion taken or refused; refusals teach too."""

    id: str
    document: str
    span: Span
    code: str
    coder: str
    outcome: Outcome
    probability: float | None = None
    model: str | None = None
    coding: str | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Memo:
    """A researcher's note. ``about`` is what it hangs on ("coding", "document", "code", "case", "project").

    ``anchor`` is the stretch that a memo on a document speaks of, None for all of it. ``title`` may be empty.
    """

    id: str
    about: str
    target: str
    coder: str
    text: str
    created: str = ""
    modified: str = ""
    anchor: Anchor | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class ReadMark:
    """How far a coder has read a document, in code points."""

    document: str
    coder: str
    position: int


def new_id() -> str:
    """A UUID, made once for every row that can be exchanged."""
    return str(uuid4())


def now() -> str:
    """This moment, ISO 8601 in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
