"""Blind double coding: who codes what in a round, what nobody tells anybody until it is revealed, who is done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from random import Random

from coder.errors import InvalidValue

TABLES = ("coding_round", "round_document", "assignment")
"""The tables of rounds. What was seen cannot be unseen, and taking a round back would show what it seals: so no undo
and no restoring of a backup goes over them."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A document that a coder codes in a round; ``done`` is when they said so, None while they are at work."""

    document: str
    coder: str
    done: str | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """Documents that several coders code, each without seeing the others, until it is revealed.

    ``drawn`` says in words how the documents were chosen. ``revealed`` is when the round ended, None while it is
    sealed; ``reason`` is given where that was before all were done. Times are ISO 8601 in UTC.
    """

    id: str
    name: str
    maker: str
    assignments: tuple[Assignment, ...]
    drawn: str = ""
    created: str = ""
    revealed: str | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidValue("the round has no name; write one, such as 'Round 1'")
        pairs = [(each.document, each.coder) for each in self.assignments]
        if len(set(pairs)) < len(pairs):
            raise InvalidValue("somebody is given a document twice in this round; give each document once")
        if len(self.coders) < 2:
            raise InvalidValue("blind coding compares coders; give the documents to at least two")

    @property
    def sealed(self) -> bool:
        """Whether nobody sees anybody's coding on its documents."""
        return self.revealed is None

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents of the round, in order."""
        return tuple(dict.fromkeys(each.document for each in self.assignments))

    @property
    def coders(self) -> tuple[str, ...]:
        """Who codes in the round, in order."""
        return tuple(dict.fromkeys(each.coder for each in self.assignments))

    def of(self, coder: str) -> tuple[Assignment, ...]:
        """What one coder was given."""
        return tuple(each for each in self.assignments if each.coder == coder)

    def waiting(self, documents: Collection[str]) -> tuple[Assignment, ...]:
        """What is not done yet of these documents; one that was removed from the project keeps nobody waiting."""
        return tuple(each for each in self.assignments if each.done is None and each.document in documents)

    def marked(self, document: str, coder: str, done: str | None) -> Round:
        """With a document done by a coder at this time, or (None) to be worked on again.

        Raises InvalidValue for what was not given to this coder.
        """
        if not any((each.document, each.coder) == (document, coder) for each in self.assignments):
            raise InvalidValue("this document was not given to this coder in this round")
        changed = (
            replace(each, done=done) if (each.document, each.coder) == (document, coder) else each
            for each in self.assignments
        )
        return replace(self, assignments=tuple(changed))


def sample(documents: Sequence[str], count: int, seed: int) -> tuple[str, ...]:
    """So many of the documents drawn at random, in their order; the same seed draws the same of the same.

    Raises InvalidValue where there are not so many, or none is wanted.
    """
    if not 1 <= count <= len(documents):
        raise InvalidValue(f"{count} of {len(documents)} documents cannot be drawn; choose from 1 to {len(documents)}")
    drawn = set(Random(seed).sample(sorted(documents), count))  # noqa: S311
    return tuple(document for document in documents if document in drawn)


def given(documents: Sequence[str], coders: Sequence[str], each: int | None = None) -> tuple[Assignment, ...]:
    """Documents given to coders: every document to everybody, or to so many of them in turn.

    Raises InvalidValue where ``each`` is below two or more than there are coders.
    """
    wanted = len(coders) if each is None else each
    if not 2 <= wanted <= len(coders):
        raise InvalidValue(f"a document goes to 2 to {len(coders)} coders, not {wanted}; choose at least two coders")
    return tuple(
        Assignment(document, coders[(number * wanted + step) % len(coders)])
        for number, document in enumerate(documents)
        for step in range(wanted)
    )
