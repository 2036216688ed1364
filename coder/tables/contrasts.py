"""Two groups of cases against each other: which codes tell them apart, what is said only here, shared, or absent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coder.errors import InvalidValue, UnknownItem
from coder.model.claim import CaseGroup
from coder.tables.crosstab import values_of
from coder.tables.material import Material
from coder.tables.places import Ints, Places, Stretches, clipped, numbered, union_lengths

DRAWS = 2_000
"""Bootstrap samples of documents, drawn with a fixed seed."""

FEW = 10
"""Documents of a group below which a bootstrap is known to give intervals that are too narrow."""

_Z = NormalDist().inv_cdf(0.975)

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


class Said(StrEnum):
    """In which group a code occurs, and whether its absence from the other is known or only not yet read."""

    FIRST = "only in the first"
    SECOND = "only in the second"
    BOTH = "in both"
    NEITHER = "in neither"
    FIRST_SO_FAR = "in the first; the second is not yet read"
    SECOND_SO_FAR = "in the second; the first is not yet read"
    UNKNOWN = "not yet known"


def contrast(material: Material, first: CaseGroup, second: CaseGroup) -> pd.DataFrame:
    """One row a code, those that tell the groups apart most surely first.

    Columns of the two groups end in ``(first)`` and ``(second)``. ``codings``, ``in documents`` and ``in cases`` count
    where the code was found, wherever one has read so far. Shares are told of what was read to its end alone, or else
    what is half read would count as having only what was found in it: ``read documents``, how many of these are
    ``with`` the code, and ``documents %``; the same for ``cases``, read when all their documents are; ``text %`` is the
    share of the characters of read documents that is coded so. Documents count as far as they belong to the group.

    Differences are first minus second, in percentage points, each with a 95% interval from ``low`` to ``high``:
    of the shares of documents and of cases after Newcombe (see ``newcombe``), of the share of the text by a percentile
    bootstrap over documents, drawn within each group (Efron & Tibshirani 1993, An Introduction to the Bootstrap,
    ch. 13). What cannot be said is empty. ``said`` is a ``Said``; ``first`` and ``second`` are the groups' names.

    Raises UnknownItem for an attribute or cases that are not there, InvalidValue where a group is empty or a case is
    in both.
    """
    here, there = (_held(material, cases) for cases in apart(material, first, second))
    codes, sides = _shown(material), ((here, "first"), (there, "second"))
    frame = pd.DataFrame({"code path": [material.codebook.path(material.codebook.codes[code].id) for code in codes]})
    frame["said"] = [said.value for said in _said(here, there, codes)]
    names = name_of(material, first), name_of(material, second)
    frame["first"], frame["second"] = names
    for side, word in sides:
        frame[f"codings ({word})"] = side.codings[codes]
        frame[f"in documents ({word})"] = side.documents.sum(axis=0)[codes]
        frame[f"in cases ({word})"] = side.cases.sum(axis=0)[codes]
    for unit in ("documents", "cases"):
        having, wholes = [], []
        for side, word in sides:
            holds, read = (side.documents, side.read) if unit == "documents" else (side.cases, side.cases_read)
            having.append(holds[read].sum(axis=0)[codes])
            wholes.append(int(read.sum()))
            frame[f"read {unit} ({word})"], frame[f"read {unit} with ({word})"] = wholes[-1], having[-1]
            frame[f"{unit} % ({word})"] = _percent(having[-1], wholes[-1])
        difference, low, high = newcombe(having[0], wholes[0], having[1], wholes[1])
        frame[f"{unit} difference"] = 100 * difference
        frame[f"{unit} low"], frame[f"{unit} high"] = 100 * low, 100 * high
    for side, word in sides:
        frame[f"text % ({word})"] = _percent(side.coded[side.read].sum(axis=0)[codes], side.length[side.read].sum())
    frame["text difference"] = frame["text % (first)"] - frame["text % (second)"]
    low, high = _bootstrapped(here, there, codes)
    frame["text low"], frame["text high"] = low, high
    frame["code id"] = [material.codebook.codes[code].id for code in codes]
    shares = frame.select_dtypes("float64").columns
    frame[shares] = frame[shares].round(1)
    # How far the interval keeps from no difference; negative where it reaches over it.
    surely = frame["documents low"].where(frame["documents low"] > -frame["documents high"], -frame["documents high"])
    order = pd.DataFrame({"surely": surely, "far": frame["documents difference"].abs()})
    return frame.loc[order.sort_values(["surely", "far"], ascending=False, kind="stable").index].reset_index(drop=True)


def newcombe(with_first: Ints, first: int, with_second: Ints, second: int) -> tuple[Floats, Floats, Floats]:
    """Difference (n,) of two independent proportions with a 95% hybrid score interval: difference, low, high.

    Method 10, without continuity correction, of Newcombe (1998), Interval estimation for the difference between
    independent proportions, Statistics in Medicine 17, 873-890. It holds its level for groups of five, too, and never
    leaves -1 to 1. Empty (nan) where a group has nobody.
    """
    if not first or not second:
        empty = np.full(len(with_first), np.nan)
        return empty, empty.copy(), empty.copy()
    p, q = with_first / first, with_second / second
    (p_low, p_high), (q_low, q_high) = wilson(with_first, first), wilson(with_second, second)
    low = p - q - np.hypot(p - p_low, q_high - q)
    high = p - q + np.hypot(p_high - p, q - q_low)
    return p - q, low, high


def wilson(having: Ints, whole: int) -> tuple[Floats, Floats]:
    """95% score interval of proportions (n,), low and high: Wilson (1927), J. American Statistical Association 22, 209.

    ``whole`` is at least 1.
    """
    middle = having + _Z**2 / 2
    half = _Z * np.sqrt(having * (whole - having) / whole + _Z**2 / 4)
    return (middle - half) / (whole + _Z**2), (middle + half) / (whole + _Z**2)


def caveats(material: Material, first: CaseGroup, second: CaseGroup) -> list[str]:
    """What a reader must know to read the contrast rightly, a sentence each."""
    sides = [_held(material, cases) for cases in apart(material, first, second)]
    names = name_of(material, first), name_of(material, second)
    told = []
    for side, name in zip(sides, names, strict=True):
        left = int((~side.read).sum())
        if not len(side.read):
            told.append(f"No document belongs to {name}, so nothing can be said of it.")
        elif left:
            told.append(
                f"{left} of {len(side.read)} documents of {name} {'is' if left == 1 else 'are'} not yet read to the "
                "end: shares leave them out, and what was not found there may still come."
            )
    if any(len(side.read) > len(side.cases_read) for side in sides):
        told.append(
            "Intervals over documents take them as independent, but documents of one case resemble each other: "
            "where it matters, go by the cases."
        )
    if any(0 < side.read.sum() < FEW for side in sides):
        told.append(
            f"The interval of the share of the text is too narrow where a group has fewer than {FEW} documents."
        )
    if len(sides[0].stretches.under(sides[1].stretches.start, sides[1].stretches.end)[0]):
        told.append("The groups share words of a document, so they are not independent.")
    told.append(
        "Many codes are looked at here: of twenty that do not differ, about one will seem to, going by its interval."
    )
    return told


def members(material: Material, group: CaseGroup) -> list[str]:
    """The ids of the cases of a group, in the order of the project. Raises UnknownItem."""
    if group.attribute:
        if group.attribute not in {attribute.name for attribute in material.attributes}:
            known = ", ".join(attribute.name for attribute in material.attributes) or "none"
            raise UnknownItem(f"no attribute of cases named {group.attribute!r}; known: {known}")
        values = values_of(material, group.attribute)
        return [case.id for case in material.cases if values[case.name] in group.values]
    if not group.cases:
        return [case.id for case in material.cases]
    if missing := set(group.cases) - {case.id for case in material.cases}:
        raise UnknownItem(f"{len(missing)} of the chosen cases are gone; choose the groups again")
    return [case.id for case in material.cases if case.id in group.cases]


def apart(material: Material, first: CaseGroup, second: CaseGroup) -> tuple[list[str], list[str]]:
    """The cases of two groups. Raises as ``contrast``."""
    sides = members(material, first), members(material, second)
    for side, group in zip(sides, (first, second), strict=True):
        if not side:
            what = f"with {group.attribute} {' or '.join(group.values)}" if group.attribute else "in the project"
            raise InvalidValue(f"there is no case {what}; choose other values, or choose cases by hand")
    if both := [case.name for case in material.cases if case.id in sides[0] and case.id in sides[1]]:
        raise InvalidValue(f"{', '.join(both)}: in both groups; a case can stand on one side only")
    return sides


def name_of(material: Material, group: CaseGroup) -> str:
    """What a group is called: its values, or its cases."""
    if group.attribute:
        return f"{group.attribute}: {', '.join(group.values)}"
    names = [case.name for case in material.cases if case.id in group.cases]
    return ", ".join(names) if group.cases else "all cases"


@dataclass(frozen=True, eq=False)
class _Held:
    """What one group holds: for each of its d documents and c cases and for each code whether it occurs.

    ``documents`` (d, codes), ``cases`` (c, codes), and of which all that belongs to the group is ``read`` (d,) and
    ``cases_read`` (c,); ``coded`` (d, codes) and ``length`` (d,) in characters of content; ``codings`` (codes,) counts.
    """

    documents: Truths
    read: Truths
    cases: Truths
    cases_read: Truths
    coded: Ints
    length: Ints
    codings: Ints
    stretches: Stretches


def _held(material: Material, cases: list[str]) -> _Held:
    number, owners = numbered(document.id for document in material.documents), numbered(cases)
    here = [each for each in material.memberships if each.case in owners and each.document in number]
    documents = numbered(each.document for each in here)
    ranges = [clipped(material, number[each.document], each.span) for each in here]
    parts = Stretches.of(tuple(documents), [(*r, documents[e.document]) for r, e in zip(ranges, here, strict=True)])
    wholes = Stretches.of(tuple(owners), [(*r, owners[e.case]) for r, e in zip(ranges, here, strict=True)])
    places, codes = Places.of(material), len(material.codebook.codes)
    row, under = parts.under(places.start, places.end)
    cell = parts.group[under] * codes + places.code[row]
    start, end = np.maximum(places.start[row], parts.start[under]), np.minimum(places.end[row], parts.end[under])
    content = _content(material)
    read, cases_read = np.ones(len(documents), np.bool_), np.isin(np.arange(len(owners)), wholes.group)
    ends = _content_ends(material)
    for each in here:
        wanted = ends[each.document] if each.span is None else min(ends[each.document], each.span.end)
        if material.reached.get(each.document, 0) < wanted:
            read[documents[each.document]] = cases_read[owners[each.case]] = False
    return _Held(
        _occurring(parts, places, codes),
        read,
        _occurring(wholes, places, codes),
        cases_read,
        _characters(content, start, end, cell, len(documents) * codes).reshape(-1, codes),
        _characters(content, parts.start, parts.end, parts.group, len(documents)),
        np.bincount(places.code[np.unique(row)], minlength=codes),
        parts,
    )


def _occurring(stretches: Stretches, places: Places, codes: int) -> Truths:
    found = np.zeros((len(stretches.names), codes), np.bool_)
    row, under = stretches.under(places.start, places.end)
    found[stretches.group[under], places.code[row]] = True
    return found


def _content(material: Material) -> Stretches:
    rows = (
        (begin + turn.span.start, begin + turn.span.end, 0)
        for document, begin in zip(material.documents, material.begins, strict=True)
        for turn in material.turns.get(document.id, ())
        if turn.kind.is_content
    )
    return Stretches.of(("content",), rows)


def _content_ends(material: Material) -> dict[str, int]:
    return {
        document.id: max(
            (turn.span.end for turn in material.turns.get(document.id, ()) if turn.kind.is_content), default=0
        )
        for document in material.documents
    }


def _characters(content: Stretches, start: Ints, end: Ints, key: Ints, keys: int) -> Ints:
    """(keys,), how many different characters of content lie under the ranges of each key."""
    row, turn = content.under(start, end)
    first, last = np.maximum(start[row], content.start[turn]), np.minimum(end[row], content.end[turn])
    return union_lengths(key[row], first, last, keys)


def _shown(material: Material) -> Ints:
    """Numbers of the codes that take codings or have some, in the order of the tree."""
    numbers = numbered(code.id for code in material.codebook.codes)
    used = {coding.code for coding in material.codings}
    if material.whole:
        used = {above for code in used for above in material.codebook.line(code)}
    walked = [code for _, code in material.codebook.walk() if code.takes_codings or code.id in used]
    return np.array([numbers[code.id] for code in walked], np.int64)


def _said(first: _Held, second: _Held, codes: Ints) -> list[Said]:
    here, there = first.codings[codes] > 0, second.codings[codes] > 0
    first_known, second_known = (bool(len(side.read)) and bool(side.read.all()) for side in (first, second))
    states = {
        (True, True): Said.BOTH,
        (True, False): Said.FIRST if second_known else Said.FIRST_SO_FAR,
        (False, True): Said.SECOND if first_known else Said.SECOND_SO_FAR,
        (False, False): Said.NEITHER if first_known and second_known else Said.UNKNOWN,
    }
    return [states[pair] for pair in zip(here.tolist(), there.tolist(), strict=True)]


def _percent(part: NDArray[np.int64], whole: int) -> Floats:
    return 100 * part / whole if whole else np.full(len(part), np.nan)


def _bootstrapped(first: _Held, second: _Held, codes: Ints) -> tuple[Floats, Floats]:
    """95% interval (codes,), (codes,) of the difference of the shares of the text, in percentage points."""
    rng, drawn = np.random.default_rng(0), []
    for side in (first, second):
        length, coded = side.length[side.read].astype(np.float64), side.coded[side.read][:, codes]
        if len(length) < 2:
            return np.full(len(codes), np.nan), np.full(len(codes), np.nan)
        times = rng.multinomial(len(length), np.full(len(length), 1 / len(length)), size=DRAWS).astype(np.float64)
        drawn.append(100 * (times @ coded) / np.maximum(times @ length, 1)[:, None])
    low, high = np.percentile(drawn[0] - drawn[1], [2.5, 97.5], axis=0)
    return low, high
