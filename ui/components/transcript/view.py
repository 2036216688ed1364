"""What the transcript pane is given to show besides the document itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from coder.model import Coding, Decision, Memo


@dataclass(frozen=True, slots=True)
class Marks:
    """What lies on a document, or what of it changed since a revision.

    ``codings`` as they are now with the ``memos`` on them, the refusals of the coder at the screen,
    how far that coder has read (code points; None: not known or not changed) and the ids of codings
    and refusals that are no longer there.
    """

    revision: int
    codings: tuple[Coding, ...] = ()
    memos: tuple[Memo, ...] = ()
    refusals: tuple[Decision, ...] = ()
    gone: frozenset[str] = frozenset()
    read: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code offered for a passage; ``probability`` between 0 and 1."""

    code: str
    probability: float


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Suggestions for a whole document, by index of the segment, each passage's best first.

    A new ``version`` says that something may have changed; ``model`` names what gave them and is
    kept with what is taken or refused.
    """

    version: str
    passages: Mapping[int, tuple[Suggestion, ...]]
    model: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation that speaks for or against a suggestion, and where it stands (code points)."""

    text: str
    document: str
    name: str
    position: int
    likeness: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a code is suggested for a passage.

    The quotations of the code most like it, the refused passage most like it, the sentence of the
    definition that it matched, the words that count, and a remark such as how often suggestions at
    this level were taken.
    """

    quotations: tuple[Quotation, ...] = ()
    refused: Quotation | None = None
    definition: str = ""
    words: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Goto:
    """A place to show, in code points. The pane goes there when it meets a ``token`` that it has not met."""

    start: int
    end: int | None = None
    token: str = field(default="")
