"""Codes against an attribute of cases: how many cases of each value have the code, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coder.model import AttributeType, Value
from coder.model.choices import Measure
from coder.tables.cases import case_by_code, unread
from coder.tables.material import Material

DRAWS = 9_999
"""Tables drawn at random where there are more than two values."""

NOT_KNOWN = "(not known)"
MAX_NUMBERS = 5
"""Different numbers that stand for themselves; more are cut in two at the median."""

INDEPENDENT = "Cases are taken as independent of each other; cases not yet read and without the code are left out"
EXACT = "Fisher's exact test, two-sided"
DRAWN = f"Monte Carlo test with {DRAWS:,} tables of the same margins"


def crosstab(material: Material, attribute: str) -> pd.DataFrame:
    """One row a code and value of the attribute.

    ``with code`` counts cases, ``without`` those read to the end that lack it, ``not yet read`` those of which
    neither can be said. ``row %``: of the cases with the code, those of this value; ``column %``: of the cases of
    this value that are with or without, those with. Percentages are empty where there is nothing to divide by.
    """
    values = values_of(material, attribute)
    has = _coded(material)
    waiting = _waiting(material, has)
    order = [value for value in _order(values) if value in set(values.values())]
    rows = []
    for path in has.columns:
        having = {name for name in has.index if has.at[name, path]}
        for value in order:
            group = [name for name, found in values.items() if found == value]
            with_code = sum(name in having for name in group)
            left = sum(name not in having and name in waiting for name in group)
            rows.append((attribute, path, value, with_code, len(group) - with_code - left, left, len(having)))
    names = ["attribute", "code path", "value", "with code", "without", "not yet read", "all"]
    frame = pd.DataFrame(rows, columns=names)
    known = frame["with code"] + frame["without"]
    frame["row %"] = (frame["with code"] * 100 / frame["all"].where(frame["all"] > 0)).astype("float64").round(1)
    frame["column %"] = (frame["with code"] * 100 / known.where(known > 0)).astype("float64").round(1)
    return frame.drop(columns="all")


def association(material: Material, attribute: str) -> pd.DataFrame:
    """One row a code: ``p``, adjusted for the number of codes after Holm (1979), and ``caveat`` in words.

    No test where it would not be honest: cases that share documents, or fewer than two cases in a value. Two
    values: Fisher's exact test; more: Monte Carlo over tables of the same margins (Freeman & Halton 1951), with a
    fixed seed.
    """
    frame = crosstab(material, attribute)
    frame = frame[frame["value"] != NOT_KNOWN]
    shared = _shared(material)
    rows = []
    for path, part in frame.groupby("code path", sort=False):
        table = part[["with code", "without"]].to_numpy(np.int64)
        p, caveat = (None, shared) if shared else exact(table)
        rows.append((attribute, path, p, caveat))
    tested = pd.DataFrame(rows, columns=["attribute", "code path", "p", "caveat"]).astype({"p": "float64"})
    tested.insert(3, "p (Holm)", holm(tested["p"].to_numpy(np.float64)))
    return tested


def exact(table: NDArray[np.int64]) -> tuple[float | None, str]:
    """The p of a table of k values (rows) by with and without the code (two columns), or None; and its caveat."""
    # Half a second to import, which every other table would pay too.
    from scipy.stats import fisher_exact, multivariate_hypergeom

    sizes = table.sum(axis=1)
    with_code, cases = int(table[:, 0].sum()), int(sizes.sum())
    if len(table) < 2 or (sizes < 2).any():
        return None, "No test: it needs at least two read cases of each value"
    if with_code in (0, cases):
        return None, "No test: every case has the code, or none"
    few = f" Only {cases} cases: a difference has to be large to show." if cases < 20 else ""
    if len(table) == 2:
        return float(fisher_exact(table).pvalue), f"{EXACT}. {INDEPENDENT}.{few}"
    drawn = np.random.default_rng(0).multivariate_hypergeometric(sizes, with_code, DRAWS)
    likely = multivariate_hypergeom.logpmf(drawn, sizes, with_code)
    seen = multivariate_hypergeom.logpmf(table[:, 0], sizes, with_code)
    p = (1 + int((likely <= seen + 1e-9).sum())) / (1 + DRAWS)
    return p, f"{DRAWN}. {INDEPENDENT}.{few}"


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same p (n,), adjusted for all that are not empty, after Holm (1979)."""
    adjusted = np.full(len(p), np.nan)
    (there,) = np.nonzero(~np.isnan(p))
    order = there[np.argsort(p[there], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * factors))
    return adjusted


def values_of(material: Material, attribute: str) -> Mapping[str, str]:
    """The value of each case, by name, as the table shows it; many numbers are cut in two at their median."""
    kind = next(found.type for found in material.attributes if found.name == attribute)
    known = {case.name: case.values.get(attribute) for case in material.cases}
    numbers = [value for value in known.values() if isinstance(value, int | float)]
    if kind is not AttributeType.NUMBER or len(set(numbers)) <= MAX_NUMBERS:
        return {name: _shown(value) for name, value in known.items()}
    middle = median(numbers)
    sides = {True: f"up to {middle:g}", False: f"above {middle:g}"}
    return {
        name: sides[value <= middle] if isinstance(value, int | float) else NOT_KNOWN for name, value in known.items()
    }


def value_order(material: Material, attribute: str) -> list[str]:
    """The different values of an attribute as the table shows them: numbers by size, others by name, unknown last."""
    return _order(values_of(material, attribute))


def _shown(value: Value) -> str:
    if value is None or value == "":
        return NOT_KNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _order(values: Mapping[str, str]) -> list[str]:
    def place(value: str) -> tuple[bool, bool, float, str]:
        try:
            number = float(value)
        except ValueError:
            return value == NOT_KNOWN, not value.startswith("up to"), 0.0, value
        return False, False, number, value

    return sorted(set(values.values()), key=place)


def _coded(material: Material) -> pd.DataFrame:
    table = case_by_code(material, Measure.BINARY).astype(bool)
    return table.loc[[name for name in table.index if name in {case.name for case in material.cases}]]


def _waiting(material: Material, has: pd.DataFrame) -> set[str]:
    left = unread(material)
    filed = {membership.case for membership in material.memberships}
    empty = {case.name for case in material.cases if case.id not in filed}
    return {name for name in has.index if left[name] > 0 or name in empty}


def _shared(material: Material) -> str:
    """Why cases are not independent, or nothing: two of them hold the same words."""
    names = {case.id: case.name for case in material.cases}
    for document in material.documents:
        stretches = [(case, span) for case, spans in material.stretches_of(document.id).items() for span in spans]
        for place, (case, span) in enumerate(stretches):
            for other, there in stretches[place + 1 :]:
                if case != other and (span is None or there is None or span.overlaps(there)):
                    return (
                        f"No test: {names[case]} and {names[other]} share words of {document.name}, "
                        "so they are not independent"
                    )
    return ""
