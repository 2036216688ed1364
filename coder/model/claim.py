"""Groups of cases that are held against each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """Some cases: those in which an attribute has one of these values, or those with these ids; all if neither is told.

    ``values`` are as tables show them, so that a group by an attribute takes in cases that come later.
    """

    attribute: str = ""
    values: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
