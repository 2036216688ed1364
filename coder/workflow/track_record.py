"""A probability in words, and what it rests on: what this coder did with suggestions at that level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coder.model import Decision, Outcome

ENOUGH = 20
"""Decisions at one level from which on they say more than what was estimated."""

BANDS = 10


@dataclass(frozen=True, slots=True)
class Band:
    """Suggestions shown with a probability from ``low`` up to ``high``: how many were decided, how many taken."""

    low: float
    high: float
    decided: int = 0
    taken: int = 0
    expected: float = 0.0
    """How many would have been taken, had the probabilities been right."""


@dataclass(frozen=True, slots=True)
class Said:
    """A probability for a person: ``8 in 10``, and what it rests on."""

    words: str
    basis: str


def track_record(decisions: Iterable[Decision]) -> tuple[Band, ...]:
    """Ten bands of probability. What was taken in a batch was not looked at one by one and does not count."""
    found = [[0, 0, 0.0] for _ in range(BANDS)]
    for decision in decisions:
        if decision.probability is not None:
            band = found[band_of(decision.probability)]
            band[0] += 1
            band[1] += decision.outcome is Outcome.TAKEN
            band[2] += decision.probability
    return tuple(
        Band(i / BANDS, (i + 1) / BANDS, int(decided), int(taken), expected)
        for i, (decided, taken, expected) in enumerate(found)
    )


def band_of(probability: float) -> int:
    """Which of the ten bands a probability falls into."""
    return min(int(probability * BANDS), BANDS - 1)


def in_ten(probability: float) -> str:
    """Tenths in words: ``8 in 10``."""
    tenths = round(probability * 10)
    if tenths == 0:
        return "fewer than 1 in 10"
    return f"{tenths} in 10" if tenths < 10 else "nearly 10 in 10"


def said(probability: float, record: tuple[Band, ...], *, by_definition: bool = False) -> Said:
    """A probability in words. Rests on own decisions at this level where there are at least ``ENOUGH``."""
    band = record[band_of(probability)]
    if band.decided >= ENOUGH:
        return Said(in_ten(band.taken / band.decided), f"you took {band.taken} of {band.decided} at this level")
    if by_definition:
        return Said(in_ten(probability), "by its definition alone, before it has learned from your coding")
    return Said(in_ten(probability), "estimated on documents that were left out of learning")
