"""Where coders agree and where they differ: in extent, in the code, or in whether there is anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from coder.agreement.comparing import TOLERANCE
from coder.model import Coding, Span


class Kind(StrEnum):
    """How codings at one place stand to each other."""

    AGREED = "agreed"
    EXTENT = "extent"
    CODE = "code"
    MISSING = "missing"
    ALONE = "read by one"

    @property
    def differs(self) -> bool:
        """Whether there is something to settle."""
        return self in (Kind.EXTENT, Kind.CODE, Kind.MISSING)


@dataclass(frozen=True, slots=True)
class Place:
    """Codings that overlap, by whom they are, and which coders (by id) have read the place and put nothing of it.

    All carry one code, but for a difference in the code.
    """

    kind: Kind
    document: str
    span: Span
    codings: tuple[Coding, ...]
    missing: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The same for the same codings."""
        return hashlib.sha256("/".join(sorted(coding.id for coding in self.codings)).encode()).hexdigest()[:32]

    @property
    def coders(self) -> tuple[str, ...]:
        """Who put something, each once, in the order of the codings."""
        return tuple(dict.fromkeys(coding.coder for coding in self.codings))

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that were put, each once."""
        return tuple(dict.fromkeys(coding.code for coding in self.codings))


def places(
    codings: Iterable[Coding],
    reached: Mapping[tuple[str, str], int],
    coders: Sequence[str],
    *,
    tolerance: int = TOLERANCE,
) -> list[Place]:
    """Every place that one of these coders coded, in the order of documents (as the codings come) and of the text.

    ``reached`` says by (document, coder) up to where a coder has read. Ends that differ by no more than ``tolerance``
    characters are the same.
    """
    by_document: dict[str, list[Coding]] = {}
    place_of = {coder: number for number, coder in enumerate(coders)}
    for coding in codings:
        if coding.coder in place_of:
            by_document.setdefault(coding.document, []).append(coding)
    found = []
    for document, here in by_document.items():
        alone = [_alone(document, group, reached, coders, tolerance) for group in _overlapping(here, place_of)]
        found += sorted(_with_other_codes(alone), key=lambda place: (place.span, place.codes))
    return found


def _overlapping(codings: list[Coding], place_of: Mapping[str, int]) -> Iterator[list[Coding]]:
    """Codings of one code that overlap, or lie in a row of such as do."""
    codings = sorted(codings, key=lambda coding: (coding.code, coding.span, place_of[coding.coder], coding.id))
    for _, same in groupby(codings, key=lambda coding: coding.code):
        group: list[Coding] = []
        end = 0
        for coding in same:
            if group and coding.span.start >= end:
                yield group
                group, end = [], 0
            group.append(coding)
            end = max(end, coding.span.end)
        yield group


def _alone(
    document: str,
    codings: list[Coding],
    reached: Mapping[tuple[str, str], int],
    coders: Sequence[str],
    tolerance: int,
) -> Place:
    span = _hull(codings)
    put = {coding.coder for coding in codings}
    missing = tuple(
        coder for coder in coders if coder not in put and reached.get((document, coder), 0) >= span.end
    )  # fmt: skip
    if missing:
        kind = Kind.MISSING
    elif len(put) == 1:
        kind = Kind.ALONE
    elif len(codings) == len(put) and _near(codings, tolerance):
        kind = Kind.AGREED
    else:
        kind = Kind.EXTENT
    return Place(kind, document, span, tuple(codings), missing)


def _near(codings: list[Coding], tolerance: int) -> bool:
    starts, ends = [coding.span.start for coding in codings], [coding.span.end for coding in codings]
    return max(starts) - min(starts) <= tolerance and max(ends) - min(ends) <= tolerance


def _with_other_codes(found: list[Place]) -> list[Place]:
    """What one coder put with one code and the other with another, on much the same words, is one difference."""
    waiting = sorted((place for place in found if place.kind is Kind.MISSING), key=lambda place: place.span)
    pairs = sorted(_instead(waiting), key=lambda pair: (-pair[0].span.shared(pair[1].span), pair[0].span, pair[1].span))
    taken: set[int] = set()
    joined = []
    for one, other in pairs:
        if id(one) not in taken and id(other) not in taken:
            taken |= {id(one), id(other)}
            codings = (*one.codings, *other.codings)
            put = {coding.coder for coding in codings}
            missing = tuple(coder for coder in dict.fromkeys((*one.missing, *other.missing)) if coder not in put)
            joined.append(Place(Kind.CODE, one.document, _hull(codings), codings, missing))
    return [place for place in found if id(place) not in taken] + joined


def _instead(waiting: list[Place]) -> Iterator[tuple[Place, Place]]:
    near: list[Place] = []
    for place in waiting:
        near = [each for each in near if each.span.end > place.span.start]
        for each in near:
            shorter = min(len(each.span), len(place.span))
            swapped = set(each.missing) & set(place.coders) and set(place.missing) & set(each.coders)
            if swapped and each.codes != place.codes and 2 * each.span.shared(place.span) >= shorter:
                yield each, place
        near.append(place)


def _hull(codings: Iterable[Coding]) -> Span:
    spans = [coding.span for coding in codings]
    return Span(min(span.start for span in spans), max(span.end for span in spans))
