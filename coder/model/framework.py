"""The framework matrix: what a researcher says of a case under a code, and what lay beneath when it was said.

The method is that of Ritchie & Spencer (1994), "Qualitative data analysis for applied policy research", in Bryman &
Burgess (eds.), Analyzing Qualitative Data, 173-194.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from uuid import NAMESPACE_URL, uuid5

from coder.model.codebook import Code
from coder.model.coding import Coding
from coder.model.document import Document
from coder.model.journal import canonical
from coder.model.span import Span


class RowKind(StrEnum):
    """What the rows of a matrix are."""

    CASE = "case"
    DOCUMENT = "document"
    SPEAKER = "speaker"


@dataclass(frozen=True, slots=True)
class Basis:
    """What lies beneath a cell, as pairs of an id and a hash: its codings, its codes' definitions, its row's texts.

    Kept whole and not as one hash, so that it tells what has changed, and not only that something has.
    """

    codings: tuple[tuple[str, str], ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """How two bases differ: ids of codings, codes and documents. ``joined`` and ``left`` are texts of the row."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    redefined: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.changed, self.redefined, self.corrected, self.joined, self.left))

    def sentences(self) -> tuple[str, ...]:
        """What has changed, in a few words each."""
        told = (
            (self.added, "1 coding added", "{} codings added"),
            (self.removed, "1 coding removed", "{} codings removed"),
            (self.changed, "1 coding changed", "{} codings changed"),
            (self.redefined, "definition changed", "{} definitions changed"),
            (self.corrected, "text corrected", "{} texts corrected"),
            (self.joined, "1 text more", "{} texts more"),
            (self.left, "1 text fewer", "{} texts fewer"),
        )
        return tuple((one if len(ids) == 1 else many).format(len(ids)) for ids, one, many in told if ids)


@dataclass(frozen=True, slots=True)
class FrameworkCell:
    """A researcher's summary of one row under one code, with the codings that stand for it, in order.

    ``row`` is the id of a case or document, or a speaker's name. ``coder`` wrote or looked at it last.
    """

    kind: RowKind
    row: str
    code: str
    coder: str
    summary: str = ""
    pinned: tuple[str, ...] = ()
    basis: Basis = Basis()
    created: str = ""
    modified: str = ""

    @property
    def id(self) -> str:
        """The same for whoever writes at this place, so that there is one cell and never two."""
        return cell_id(self.kind, self.row, self.code)


def cell_id(kind: RowKind, row: str, code: str) -> str:
    """The id of the cell at a place, a UUID."""
    return str(uuid5(NAMESPACE_URL, canonical([kind.value, row, code])))


def basis_of(codings: Iterable[Coding], codes: Iterable[Code], documents: Iterable[Document]) -> Basis:
    """What lies beneath a cell now."""
    return Basis(
        tuple(sorted((coding.id, _short_hash([coding.code, coding.quotation])) for coding in codings)),
        tuple(sorted((code.id, _short_hash([getattr(code, name) for name in DEFINING])) for code in codes)),
        tuple(sorted((document.id, document.sha256) for document in documents)),
    )


DEFINING = ("brief", "definition", "when_to_use", "when_not_to_use")
"""The fields of a code that say what it means."""


def changes_since(basis: Basis, now: Basis) -> Changes:
    """What has changed from one basis to the other.

    A code that came under a theme or left it shows by its codings only.
    """
    codings, definitions, texts = dict(basis.codings), dict(basis.definitions), dict(basis.texts)
    return Changes(
        added=_keys(now.codings, lambda id, _: id not in codings),
        removed=_gone(basis.codings, now.codings),
        changed=_keys(now.codings, lambda id, hash: codings.get(id, hash) != hash),
        redefined=_keys(now.definitions, lambda id, hash: definitions.get(id, hash) != hash),
        corrected=_keys(now.texts, lambda id, hash: texts.get(id, hash) != hash),
        joined=_keys(now.texts, lambda id, _: id not in texts),
        left=_gone(basis.texts, now.texts),
    )


class CellState(StrEnum):
    """How a cell stands."""

    WRITTEN = "written"
    STALE = "stale"
    QUOTATIONS = "not summed up"
    ABSENT = "read, absent"
    UNREAD = "not yet read"

    @property
    def sign(self) -> str:
        """One character that tells it without colour."""
        return _SIGNS[self]


_SIGNS = {
    CellState.WRITTEN: "✓",
    CellState.STALE: "⚠",
    CellState.QUOTATIONS: "❝",
    CellState.ABSENT: "∅",
    CellState.UNREAD: "…",
}


@dataclass(frozen=True, slots=True)
class CellQuotation:
    """A coding beneath a cell: its words, where they stand, who coded them with what."""

    coding: str
    text: str
    document: str
    span: Span
    source: str
    code: str
    coder: str
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A case, document or speaker. ``value`` is that of the attribute by which rows are ordered, as text."""

    id: str
    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """A code with the codes below it, which it takes in. ``whole`` says that there are any."""

    code: str
    name: str
    path: str
    whole: bool


@dataclass(frozen=True, eq=False)
class MatrixCell:
    """One cell as it stands. ``codings`` is how many lie beneath it now, ``waiting`` how many suggestions do.

    What lies beneath is looked for when it is first asked for: of many thousand cells few are ever opened.
    """

    state: CellState
    find_basis: Callable[[], Basis] = field(default=Basis, repr=False)
    find_quotations: Callable[[], tuple[CellQuotation, ...]] = field(default=tuple, repr=False)
    summary: str = ""
    changes: Changes = Changes()
    codings: int = 0
    coder: str = ""
    modified: str = ""
    unread: int = 0
    waiting: int = 0

    @cached_property
    def basis(self) -> Basis:
        """What lies beneath it now."""
        return self.find_basis()

    @cached_property
    def quotations(self) -> tuple[CellQuotation, ...]:
        """Its codings, those that are pinned first, in the order in which they were pinned."""
        return self.find_quotations()

    @property
    def pinned(self) -> tuple[CellQuotation, ...]:
        """The quotations that stand for it, in the order in which they were pinned."""
        return tuple(quotation for quotation in self.quotations if quotation.pinned)

    @property
    def words(self) -> str:
        """Its state in words."""
        counted = f"{self.codings} quotation{'' if self.codings == 1 else 's'}"
        told = {
            CellState.WRITTEN: f"{counted} beneath",
            CellState.STALE: "stale: " + ", ".join(self.changes.sentences()),
            CellState.QUOTATIONS: f"{counted}, not summed up",
            CellState.ABSENT: "read, and absent",
            CellState.UNREAD: "not yet read",
        }[self.state]
        return told + (f"; {self.waiting} suggested" if self.waiting else "")


@dataclass(frozen=True)
class Matrix:
    """Rows by columns; ``cells`` by (row id, code id), one for every pair."""

    title: str
    kind: RowKind
    rows: tuple[MatrixRow, ...]
    columns: tuple[MatrixColumn, ...]
    cells: Mapping[tuple[str, str], MatrixCell] = field(default_factory=dict)


def _keys(pairs: Iterable[tuple[str, str]], wanted: Callable[[str, str], bool]) -> tuple[str, ...]:
    return tuple(id for id, hash in pairs if wanted(id, hash))


def _gone(before: Iterable[tuple[str, str]], now: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    there = dict(now)
    return tuple(id for id, _ in before if id not in there)


def _short_hash(value: object) -> str:
    # 64 bits tell a change; nobody gains from forging one against a notice.
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]
