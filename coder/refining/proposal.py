"""One shape for all proposals, and one way of keeping chance findings out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FALSE_DISCOVERIES = 0.1
"""Of what is proposed after a test, about so much may be chance (Benjamini and Hochberg 1995)."""

OnCode = Callable[[int, int], None]
"""Told how many of how many codes (or pairs) are looked at."""


class Kind(StrEnum):
    """What could be done."""

    MERGE = "merge"
    SPLIT = "split"
    MISFIT = "misfit"
    GAP = "gap"
    DRIFT = "drift"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic by its name, with an interval where there is one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """Quotations that belong together in a proposal, the most telling first: ids of codings, or of passages."""

    title: str
    quotations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that could be done to codebook or codings, and what speaks for it.

    ``codes`` are ids, the first one is what it is about. ``strength`` in [0, 1] orders proposals of one kind. ``why``
    and ``would`` are sentences in which ``{0}`` and ``{1}`` stand for the names of the codes. ``words`` are the
    material's own (gaps), ``field`` the field of a code to sharpen (definitions). ``rests_on`` are all ids that it was
    computed from.
    """

    kind: Kind
    codes: tuple[str, ...]
    strength: float
    why: str
    would: str
    figures: tuple[Figure, ...]
    sides: tuple[Side, ...]
    rests_on: tuple[str, ...]
    words: tuple[str, ...] = ()
    field: str = ""

    @property
    def key(self) -> str:
        """The same for the same proposal on another day: its kind and codes, and the quotation that it is about."""
        single = self.kind in (Kind.MISFIT, Kind.GAP)
        about = self.sides[0].quotations[:1] if single else (self.field, *(side.title for side in self.sides))
        return hashlib.sha256("\n".join((self.kind, *sorted(self.codes), *about)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Silence:
    """A code (None: all of them) of which nothing of this kind could be said, and why."""

    kind: Kind
    code: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """Proposals, strongest first, and what stayed unsaid."""

    proposals: tuple[Proposal, ...] = ()
    silences: tuple[Silence, ...] = ()


def discoveries(p: Sequence[float] | NDArray[np.float64], rate: float = FALSE_DISCOVERIES) -> NDArray[np.bool_]:
    """Which of these p-values (k,) stand when the false discovery rate is held (Benjamini and Hochberg 1995).

    Journal of the Royal Statistical Society B 57(1), 289-300, doi 10.1111/j.2517-6161.1995.tb02031.x.
    """
    values = np.asarray(p, np.float64)
    order = np.argsort(values, kind="stable")
    within = np.flatnonzero(values[order] <= rate * np.arange(1, len(values) + 1) / max(1, len(values)))
    stands = np.zeros(len(values), np.bool_)
    if len(within):
        stands[order[: within[-1] + 1]] = True
    return stands
