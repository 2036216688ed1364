"""What tables are made from: the domain values of one project, read once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from coder.model import Attribute, Case, Codebook, Coder, Coding, Document, Membership, Memo, Segment, Span, Turn


@dataclass(frozen=True)
class Material:
    """The documents, cases, codebook and codings of a project. ``turns`` by document id.

    ``reached`` says by document id how far somebody has read it, ``askers`` who the interviewer is. With ``whole``
    a code counts with all below it: a coding, for its own code and for every code above that one.
    """

    title: str
    documents: Sequence[Document]
    turns: Mapping[str, Sequence[Turn]]
    codebook: Codebook
    codings: Sequence[Coding]
    coders: Sequence[Coder]
    cases: Sequence[Case]
    attributes: Sequence[Attribute]
    memberships: Sequence[Membership]
    memos: Sequence[Memo]
    segments: Sequence[Segment] = ()
    reached: Mapping[str, int] = field(default_factory=dict)
    askers: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False

    @cached_property
    def begins(self) -> Sequence[int]:
        """Where each document begins if all texts are laid end to end, one character apart."""
        lengths = (max(document.characters, len(document.text)) + 1 for document in self.documents)
        return tuple(accumulate(lengths, initial=0))[:-1]

    @cached_property
    def _memberships(self) -> Mapping[str, list[Membership]]:
        found: dict[str, list[Membership]] = {}
        for membership in self.memberships:
            found.setdefault(membership.document, []).append(membership)
        return found

    @cached_property
    def _turn_ends(self) -> Mapping[str, list[int]]:
        return {document: [turn.span.end for turn in turns] for document, turns in self.turns.items()}

    def cases_of(self, document: str, span: Span) -> list[str]:
        """Ids of the cases that a place belongs to, each once."""
        return list(
            dict.fromkeys(
                membership.case
                for membership in self._memberships.get(document, ())
                if membership.span is None or membership.span.overlaps(span)
            )
        )

    def stretches_of(self, document: str) -> Mapping[str, list[Span | None]]:
        """Which stretches of a document belong to which case (by id); None is the whole of it."""
        found: dict[str, list[Span | None]] = {}
        for membership in self._memberships.get(document, ()):
            found.setdefault(membership.case, []).append(membership.span)
        return found

    def turns_under(self, document: str, span: Span) -> list[Turn]:
        """The turns that a span touches, in order."""
        turns = self.turns.get(document, ())
        first = bisect_left(self._turn_ends.get(document, []), span.start + 1)
        found = []
        for turn in turns[first:]:
            if turn.span.start >= span.end:
                break
            found.append(turn)
        return found
