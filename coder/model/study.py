"""A whole project as one value: what exchange formats carry from program to program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from coder.model.case import Attribute, Case, Membership, Value
from coder.model.codebook import Codebook
from coder.model.coding import Coder, Coding, Decision, Memo, ReadMark
from coder.model.document import Document, Turn


@dataclass(frozen=True, slots=True)
class ItemSet:
    """Items that belong together for a reason that no tree tells.

    ``members`` are pairs such as ("document", id), ("code", id), ("case", id), ("memo", id), in order.
    """

    id: str
    name: str
    description: str = ""
    members: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StudyDocument:
    """A document with its text and turns; ``values`` are what another program knows about the document itself."""

    document: Document
    turns: tuple[Turn, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """A project, apart from any file. ``origin`` names the program that it comes from."""

    id: str
    title: str
    codebook: Codebook
    coders: tuple[Coder, ...] = ()
    documents: tuple[StudyDocument, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    cases: tuple[Case, ...] = ()
    memberships: tuple[Membership, ...] = ()
    codings: tuple[Coding, ...] = ()
    memos: tuple[Memo, ...] = ()
    sets: tuple[ItemSet, ...] = ()
    decisions: tuple[Decision, ...] = ()
    read_marks: tuple[ReadMark, ...] = ()
    description: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that does not come along: what it is, how many, why, and the first few of them by name."""

    what: str
    count: int
    why: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Received:
    """A study from another program, with what of it was lost, and what was chosen or mended, in sentences."""

    study: Study
    losses: tuple[Loss, ...] = ()
    remarks: tuple[str, ...] = ()
