"""Which cells of which tables a change of codebook and codings touches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from coder.model.framework import FrameworkCell, RowKind
from coder.tables.cases import case_by_code
from coder.tables.co_occurrence import co_occurrence
from coder.tables.crosstab import crosstab
from coder.tables.framework import columns_under, framework
from coder.tables.groups import code_by_date, code_by_kind, code_by_role, code_by_speaker, timeline
from coder.tables.material import Material


def changed_cells(before: Material, after: Material, cells: Sequence[FrameworkCell] = ()) -> dict[str, pd.DataFrame]:
    """For every table by its name the cells that differ, as texts: ``row``, ``column``, ``before``, ``after``.

    Counts are numbers of codings, crosstabs those of cases, ``cells`` are what is written in the framework. A cell
    that is not there is empty. Materials need texts and who asks.
    """
    found = {name: _differing(cells_of(before), cells_of(after)) for name, cells_of in _TABLES.items()}
    for kind in RowKind:
        old, new = (_framework(each, kind, cells) for each in (before, after))
        found[f"framework by {kind.value}"] = _differing(old, new)
    return found


def _differing(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    both = pd.DataFrame({"before": before, "after": after}).fillna("")
    both = both[both["before"] != both["after"]]
    return both.rename_axis(["row", "column"]).reset_index()


def _counts(frame: pd.DataFrame) -> pd.Series:
    """The cells of a table of counts, codes in rows; zeros are left out, so that a code that is gone has none."""
    long = frame.rename_axis(index="row", columns="column").reset_index().melt("row")
    counts = long.groupby(["row", "column"], sort=False)["value"].sum()
    return _said(counts[counts > 0])


def _said(numbers: pd.Series) -> pd.Series:
    return numbers.astype("int64").astype(str)


def _crosstabs(material: Material) -> pd.Series:
    tables = [crosstab(material, attribute.name) for attribute in material.attributes]
    if not tables:
        return _said(pd.Series([], dtype="int64", index=pd.MultiIndex.from_tuples([], names=["row", "column"])))
    table = pd.concat(tables, ignore_index=True)
    table = table[table["with code"] > 0]
    where = [table["code path"], table["attribute"] + ": " + table["value"].astype(str)]
    return _said(table["with code"].set_axis(pd.MultiIndex.from_arrays(where)).groupby(level=[0, 1], sort=False).sum())


def _pairs(material: Material) -> pd.Series:
    table = co_occurrence(material)
    # A pair is the same whichever of the two stands first.
    pairs = [sorted(pair) for pair in zip(table["code path"], table["with"], strict=True)]
    index = pd.MultiIndex.from_tuples([tuple(pair) for pair in pairs], names=["row", "column"])
    return _said(table["together"].set_axis(index))


def _framework(material: Material, kind: RowKind, cells: Sequence[FrameworkCell]) -> pd.Series:
    matrix = framework(material, kind, columns_under(material.codebook), cells)
    found = {
        (row.name, column.path): cell.words
        for row in matrix.rows
        for column in matrix.columns
        for cell in (matrix.cells[row.id, column.code],)
    }
    index = pd.MultiIndex.from_tuples(list(found), names=["row", "column"])
    return pd.Series(list(found.values()), index=index, dtype=object)


_TABLES: dict[str, Callable[[Material], pd.Series]] = {
    "cases by codes": lambda material: _counts(case_by_code(material).T),
    "crosstabs": _crosstabs,
    "codes together": _pairs,
    "by speaker": lambda material: _counts(code_by_speaker(material)),
    "by role": lambda material: _counts(code_by_role(material)),
    "by kind of document": lambda material: _counts(code_by_kind(material)),
    "by tenth": lambda material: _counts(timeline(material)),
    "by date": lambda material: _counts(code_by_date(material)),
}
