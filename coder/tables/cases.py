"""Cases against codes: who says what, how much of it, and what is absent as against not yet read."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from coder.model.choices import Measure
from coder.tables.counting import belonging, counted, group_words
from coder.tables.material import Material
from coder.tables.places import Places, Stretches, clipped, numbered

NO_CASE = "(no case)"
"""Row for quotations in documents that belong to no case."""


def case_by_code(material: Material, measure: Measure = Measure.CODINGS) -> pd.DataFrame:
    """Cases (rows, in project order) by codes (columns, paths in codebook order); see ``counting.counted``.

    ``coded words`` and ``per 1,000`` need the texts of the documents. A row for no case stands last where
    a quotation lies in none.
    """
    stretches, rest = case_stretches(material), len(material.cases)
    places = Places.of(material)
    table = counted(material, stretches, measure, rest=rest, places=places)
    table.index.name = "case"
    _, under = belonging(places, stretches, rest)
    if not (stretches.group[under] == rest).any():
        return table.iloc[:rest]
    if NO_CASE not in table.index[:rest]:
        return table
    # A case of that very name takes these in, as it does in the list of quotations.
    return table.groupby(level=0, sort=False).sum()


def case_words(material: Material) -> Mapping[str, int]:
    """Words of content (speech, paragraphs, decisions, actions) by case name."""
    stretches = case_stretches(material)
    counts: dict[str, int] = {}
    for name, count in zip(stretches.names, group_words(material, stretches).tolist(), strict=True):
        if count:
            counts[name] = counts.get(name, 0) + count
    return counts


def unread(material: Material) -> pd.Series:
    """For each case the number of its documents that nobody has read to the end of what belongs to it.

    A zero of such a case says nothing yet; a case without documents has nothing to be absent from.
    """
    stretches = case_stretches(material)
    ends = {
        document.id: max(
            (turn.span.end for turn in material.turns.get(document.id, ()) if turn.kind.is_content), default=0
        )
        for document in material.documents
    }
    left: dict[int, set[str]] = {number: set() for number in range(len(stretches.names))}
    cases = numbered(case.id for case in material.cases)
    for membership in material.memberships:
        end = ends.get(membership.document, 0)
        wanted = end if membership.span is None else min(end, membership.span.end)
        if membership.case in cases and material.reached.get(membership.document, 0) < wanted:
            left[cases[membership.case]].add(membership.document)
    filed = {membership.document for membership in material.memberships if membership.span is None}
    left[len(material.cases)] = {
        id for id, end in ends.items() if id not in filed and material.reached.get(id, 0) < end
    }
    counts = pd.Series([len(left[number]) for number in left], index=pd.Index(stretches.names, name="case"))
    return counts.astype("int64").groupby(level=0, sort=False).sum()


def told_apart(table: pd.DataFrame, unread: pd.Series) -> pd.DataFrame:
    """A case by code table whose zeros are empty where the case is not yet read: 0 is absent, empty is unknown."""
    waiting = unread.reindex(table.index, fill_value=0) > 0
    whole = table.dtypes.map(lambda dtype: dtype.kind == "i").all()
    apart = table.astype("Int64" if whole else "Float64")
    return apart.mask(table.eq(0) & waiting.to_numpy()[:, None])


def case_stretches(material: Material) -> Stretches:
    """What belongs to which case; the last group is what belongs to none."""
    documents = numbered(document.id for document in material.documents)
    cases = numbered(case.id for case in material.cases)
    rows = [
        (*clipped(material, documents[membership.document], membership.span), cases[membership.case])
        for membership in material.memberships
        if membership.document in documents and membership.case in cases
    ]
    rest = len(cases)
    for document, number in documents.items():
        begin, end = clipped(material, number, None)
        taken = sorted(
            clipped(material, number, span) for spans in material.stretches_of(document).values() for span in spans
        )
        edges = [(begin, begin), *_merged(taken), (end, end)]
        rows += [(last, first, rest) for (_, last), (first, _) in pairwise(edges) if last < first]
    return Stretches.of([*(case.name for case in material.cases), NO_CASE], rows)


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
