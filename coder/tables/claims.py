"""Claims against the material: how each case stands to one, and which passages may speak against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coder.model import Segment, Span
from coder.model.claim import Claim
from coder.tables.cases import case_stretches, unread
from coder.tables.contrasts import members
from coder.tables.material import Material
from coder.tables.nearness import Vectors, likeness
from coder.tables.places import Places, clipped, numbered

LEAST = 20
"""Characters below which a passage says too little to be looked at for its meaning."""


class Standing(StrEnum):
    """How a case stands to a claim, by its codings and by what was read."""

    AS_CLAIMED = "as claimed"
    DIVIDED = "as claimed, and against it"
    AGAINST = "against it"
    ABSENT = "read, and not as claimed"
    UNKNOWN = "not yet read to the end"
    NOT_CODED = "no codes tell"
    OUTSIDE = "outside the claim"


class Why(StrEnum):
    """Why a passage may speak against a claim: first what was coded, then what is near in meaning."""

    CONTRARY = "coded with a code that shows the opposite"
    ELSEWHERE = "coded as claimed, in a case where it should not be"
    LIKE_CONTRARY = "near in meaning to what shows the opposite, and not coded so"
    MISSING = "near in meaning to the claim, in a case where none of its codes was found"
    NEAR = "near in meaning to the claim"

    @property
    def coded(self) -> bool:
        """Whether a coding says it, and not nearness of meaning."""
        return self in (Why.CONTRARY, Why.ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may speak against a claim. ``near`` is a cosine, None where no vector is known.

    ``cases`` are names; ``codes`` and ``coding`` are those that speak, none where only its meaning does.
    """

    document: str
    span: Span
    text: str
    why: Why
    cases: tuple[str, ...] = ()
    near: float | None = None
    codes: tuple[str, ...] = ()
    coding: str | None = None


@dataclass(frozen=True, eq=False)
class Passages:
    """Passages (n) with their words and vectors (n, d); ``asks`` (n,) is true for those of an interviewer."""

    segments: Sequence[Segment]
    texts: Sequence[str]
    vectors: Vectors
    asks: NDArray[np.bool_]


def standing(material: Material, claim: Claim) -> pd.DataFrame:
    """One row a case, those of the claim first: ``as claimed`` and ``against`` count codings, ``standing`` says how.

    ``inside`` is whether the claim speaks of it, ``not yet read`` how many of its documents nobody has read to the end.
    Outside, codings of the claim's codes count as against where it says ``only``. Raises UnknownItem.
    """
    inside, left = set(members(material, claim.group)), unread(material)
    places = Places.of(material)
    coded, opposed = (_by_case(places, _branches(material, codes)) for codes in (claim.about, claim.contrary))
    filed = {membership.case for membership in material.memberships}
    rows = []
    for number, case in enumerate(material.cases):
        about, contrary = int(coded[number]), int(opposed[number])
        for_it, against = (about, contrary) if case.id in inside else (0, about if claim.only else 0)
        waiting = int(left[case.name]) > 0 or case.id not in filed
        rows.append((case.name, case.id in inside, for_it, against, int(left[case.name]),
                     _stands(claim, case.id in inside, for_it, against, waiting).value, case.id))  # fmt: skip
    columns = ["case", "inside", "as claimed", "against", "not yet read", "standing", "case id"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values("inside", ascending=False, kind="stable").reset_index(drop=True)


def coded_against(material: Material, claim: Claim) -> list[Candidate]:
    """Quotations that speak against a claim by their codes, by document and place; the same words once.

    Contrary codes in the claim's cases; its own codes in other cases, if it says that they are only there.
    Raises UnknownItem.
    """
    inside = set(members(material, claim.group))
    names = {case.id: case.name for case in material.cases}
    contrary, about = _branches(material, claim.contrary), _branches(material, claim.about)
    order = {document.id: place for place, document in enumerate(material.documents)}
    found: dict[tuple[int, Span], Candidate] = {}
    for coding in material.codings:
        opposite, elsewhere = coding.code in contrary, claim.only and coding.code in about
        if coding.document not in order or not (opposite or elsewhere):
            continue
        belongs = material.cases_of(coding.document, coding.span)
        if opposite and (cases := [case for case in belongs if case in inside]):
            why = Why.CONTRARY
        elif elsewhere and (cases := [case for case in belongs if case not in inside]):
            why = Why.ELSEWHERE
        else:
            continue
        key = order[coding.document], coding.span
        known = found.setdefault(
            key,
            Candidate(
                coding.document,
                coding.span,
                coding.quotation,
                why,
                tuple(names[case] for case in cases),
                coding=coding.id,
            ),
        )
        found[key] = replace(known, codes=tuple(dict.fromkeys((*known.codes, coding.code))))
    return [found[key] for key in sorted(found)]


def near_against(
    material: Material,
    claim: Claim,
    stands: pd.DataFrame,
    passages: Passages,
    said: Vectors,
    opposite: Vectors,
    most: int,
) -> list[Candidate]:
    """Passages of the claim's cases that may speak against it by their meaning, at most ``most`` of each kind.

    ``stands`` is what ``standing`` gives, ``said`` (1, d) the vector of the claim, ``opposite`` (k, d) are those of
    quotations that show the opposite. First come passages like these that are not coded so; then passages near the
    claim in cases where none of its codes was found; where it names no code, passages near the claim anywhere in its
    cases.
    """
    inside = stands[stands["inside"]]
    lacking = inside[inside["as claimed"] == 0]
    groups: list[tuple[Why, set[str], tuple[str, ...], Vectors]] = []
    if len(opposite):
        groups.append((Why.LIKE_CONTRARY, set(inside["case"]), claim.contrary, opposite))
    if claim.about:
        groups.append((Why.MISSING, set(lacking["case"]), (*claim.about, *claim.contrary), said))
    else:
        groups.append((Why.NEAR, set(inside["case"]), claim.contrary, said))
    found: dict[int, Candidate] = {}
    places, (begin, finish) = Places.of(material), _ranges(material, passages.segments)
    cases = _cases_of(material, begin, finish)
    for why, wanted, codes, others in groups:
        coded = _coded(places, begin, finish, _branches(material, codes))
        rows = [
            row
            for row, belongs in enumerate(cases)
            if row not in found
            and not coded[row]
            and not passages.asks[row]
            and len(passages.texts[row]) >= LEAST
            and not wanted.isdisjoint(belongs)
        ]
        # Of all: picking the rows out copies the vectors, which takes longer than comparing some more.
        near = likeness(passages.vectors, others)[rows] if rows else np.zeros(0, np.float32)
        for place in np.argsort(-near, kind="stable")[:most].tolist():
            row = rows[place]
            segment, belongs = passages.segments[row], tuple(name for name in cases[row] if name in wanted)
            found[row] = Candidate(
                segment.document, segment.span, passages.texts[row], why, belongs, float(near[place])
            )
    return list(found.values())


def _branches(material: Material, codes: Iterable[str]) -> set[str]:
    """The codes with all below them; those gone from the codebook are left out."""
    return {each for code in codes if code in material.codebook for each in material.codebook.branch(code)}


def _by_case(places: Places, codes: set[str]) -> NDArray[np.int64]:
    """(cases,), how many codings of these codes touch each."""
    material = places.material
    numbers = {number for number, code in enumerate(material.codebook.codes) if code.id in codes}
    stretches = case_stretches(material)
    wanted = np.isin(places.code, list(numbers))
    rows, under = stretches.under(places.start[wanted], places.end[wanted])
    pairs = np.unique(stretches.group[under] * max(len(material.codings), 1) + rows)
    return np.bincount(pairs // max(len(material.codings), 1), minlength=len(stretches.names))


def _stands(claim: Claim, inside: bool, for_it: int, against: int, waiting: bool) -> Standing:
    if for_it and against:
        return Standing.DIVIDED
    if against:
        return Standing.AGAINST
    if not inside:
        return Standing.UNKNOWN if claim.only and waiting else Standing.OUTSIDE
    if for_it:
        return Standing.AS_CLAIMED
    if not claim.about:
        return Standing.NOT_CODED
    return Standing.UNKNOWN if waiting else Standing.ABSENT


def _ranges(material: Material, segments: Sequence[Segment]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    numbers = numbered(document.id for document in material.documents)
    found = [clipped(material, numbers[segment.document], segment.span) for segment in segments]
    start, end = np.array(found, np.int64).reshape(-1, 2).T
    return start, end


def _cases_of(material: Material, begin: NDArray[np.int64], finish: NDArray[np.int64]) -> list[list[str]]:
    """The names of the cases that each of n ranges belongs to."""
    stretches, cases = case_stretches(material), len(material.cases)
    found: list[list[str]] = [[] for _ in begin]
    rows, under = stretches.under(begin, finish)
    for row, group in zip(rows.tolist(), stretches.group[under].tolist(), strict=True):
        if group < cases and stretches.names[group] not in found[row]:
            found[row].append(stretches.names[group])
    return found


def _coded(places: Places, begin: NDArray[np.int64], finish: NDArray[np.int64], codes: set[str]) -> NDArray[np.bool_]:
    """(n,), whether a coding of one of these codes touches each of n ranges."""
    numbers = [number for number, code in enumerate(places.material.codebook.codes) if code.id in codes]
    wanted = np.isin(places.code, numbers)
    start, end = places.start[wanted], places.end[wanted]
    # Ended before its end, begun before its end: what lies between touches it.
    begun = np.searchsorted(np.sort(start), finish, "left")
    ended = np.searchsorted(np.sort(end), begin, "right")
    return begun > ended
