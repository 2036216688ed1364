"""Coders on texts: units, unitizing, matching, intervals, cautions."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder.agreement import Coded, Coefficient, Comparison, Unit
from coder.agreement.coefficients import krippendorff_alpha
from coder.agreement.continuum import Codings, Spans
from coder.agreement.masi import apart, as_rows

A, B, C = (frozenset([code]) for code in range(3))


def coded(
    rows: list[tuple[int, int, int, int, int]], *, read: list[list[int]], length: int = 40, passage: int = 10
) -> Coded:
    """Texts in passages of ten characters, less the last that parts them; ``read`` by coder and document."""
    documents = len(read[0])
    passages = [(d, at, at + passage - 1) for d in range(documents) for at in range(0, length, passage)]
    return Coded(np.full(documents, length), np.array(read), Codings.of(rows), Spans.of(passages))


texts = st.integers(1, 3).flatmap(
    lambda documents: st.tuples(
        st.lists(
            st.tuples(
                st.integers(0, 2), st.integers(0, 2), st.integers(0, documents - 1), st.integers(0, 39),
                st.integers(1, 15),
            ).map(lambda row: (*row[:4], min(40, row[3] + row[4]))),
            max_size=12,
        ),
        st.lists(st.lists(st.integers(0, 40), min_size=documents, max_size=documents), min_size=3, max_size=3),
    )
)  # fmt: skip


def by_character(found: Coded, codes: frozenset[int]) -> list[list[frozenset[int] | None]]:
    """What each coder says of every character of every document, None where it is not read."""
    place = found.codings.place
    rows = list(zip(found.codings.coder, found.codings.code, place.document, place.start, place.end, strict=True))
    return [
        [
            frozenset(int(k) for c, k, d, s, e in rows if (c, d) == (coder, document) and s <= at < e and k in codes)
            if at < found.read[coder, document]
            else None
            for coder in range(found.coders)
        ]
        for document in range(len(found.length))
        for at in range(found.length[document])
    ]


@settings(max_examples=40)
@given(texts)
def test_alpha_on_characters_is_that_of_every_single_character(
    made: tuple[list[tuple[int, int, int, int, int]], list[list[int]]],
) -> None:
    found = coded(made[0], read=made[1])
    codes = A | B
    said = [[value for value in unit if value is not None] for unit in by_character(found, codes)]
    said = [unit for unit in said if len(unit) > 1]
    patterns = np.array([[sum(not v for v in unit), sum(bool(v) for v in unit)] for unit in said], np.int64)
    expected = krippendorff_alpha(patterns.reshape(-1, 2), np.ones(len(said)))
    measured = Comparison(found, Unit.CHARACTER).on(codes)
    assert measured.units == len(said)
    assert measured.estimates[Coefficient.ALPHA].value == pytest.approx(float(expected), abs=1e-9, nan_ok=True)


@settings(max_examples=40)
@given(texts)
def test_alpha_with_masi_is_that_of_all_pairs_of_sets(
    made: tuple[list[tuple[int, int, int, int, int]], list[list[int]]],
) -> None:
    found = coded(made[0], read=made[1])
    said = [[sum(1 << k for k in v) for v in unit if v is not None] for unit in by_character(found, A | B | C)]
    said = [unit for unit in said if len(unit) > 1]
    values = [value for unit in said for value in unit]
    sets = as_rows(list(range(8)))
    distances = apart(sets @ sets.T, sets.sum(1)[:, None], sets.sum(1))
    within = sum(sum(distances[a, b] for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in said)
    counts = np.bincount(np.array(values, np.int64), minlength=8)
    across = counts @ distances @ counts
    measured = Comparison(found, Unit.CHARACTER).together([A, B, C]).estimates[Coefficient.MASI]
    if across:
        assert measured.value == pytest.approx(1 - within * (len(values) - 1) / across, abs=1e-9)
    else:
        assert not measured.defined


Segment = tuple[int, int, int]
"""Start, end, value; value 0 is a gap."""


def published(observers: list[list[Segment]]) -> tuple[float, float]:
    """Unitizing alpha and that of codes only, by the sums of Krippendorff et al. (2016), equations 1, 4, 5, 10, 11."""
    m = len(observers)
    values = {0} | {value for observer in observers for *_, value in observer}

    def shared(one: Segment, other: Segment) -> int:
        return max(0, min(one[1], other[1]) - max(one[0], other[0]))

    observed = {(c, k): 0.0 for c in values for k in values}
    squares, both = dict.fromkeys(values, 0.0), dict.fromkeys(values, 0.0)
    for i, mine in enumerate(observers):
        for one in mine:
            squares[one[2]] += (one[1] - one[0]) ** (2 if one[2] else 1)
            for j, theirs in enumerate(observers):
                if i != j:
                    for other in theirs:
                        observed[one[2], other[2]] += shared(one, other) / (m - 1)
                    if one[2]:
                        both[one[2]] += sum(shared(one, other) for other in theirs if other[2]) ** 2 / (m - 1)
    margin = {c: sum(observed[c, k] for k in values) for c in values}
    total = sum(margin.values())
    expected = total * (sum(margin[c] ** 2 - squares[c] for c in values)) / (total**2 - sum(squares.values()))
    u = 1 - (total - sum(observed[c, c] for c in values)) / (total - expected)
    marked = {c: margin[c] - observed[c, 0] for c in values if c}
    whole = sum(marked.values())
    if not whole or len([c for c in marked if marked[c]]) < 2:
        return u, np.nan
    if whole**2 == sum(both.values()):
        return u, np.nan
    expected = sum(marked[c] ** 2 - both[c] for c in marked) / (whole - sum(both.values()) / whole)
    return u, 1 - (whole - sum(observed[c, c] for c in marked)) / (whole - expected)


def test_the_published_sums_give_what_an_independent_package_prints() -> None:
    """The example of the package krippendorff-unitized-alpha: three coders, one value."""
    gaps = [
        [(0, 2, 0), (3, 14, 1), (15, 21, 0), (22, 52, 1), (53, 55, 0)],
        [(0, 2, 0), (3, 9, 1), (10, 21, 0), (22, 52, 1), (53, 55, 0)],
        [(0, 21, 0), (22, 45, 1), (46, 55, 0)],
    ]
    assert published(gaps)[0] == pytest.approx(0.5671992508994135, abs=1e-12)


@st.composite
def marked(draw: st.DrawFn) -> list[list[Segment]]:
    """Two or three observers who each cut a text of 40 characters into segments and gaps."""
    observers = []
    for _ in range(draw(st.integers(2, 3))):
        cuts = sorted(draw(st.sets(st.integers(1, 39), max_size=6)))
        parts = list(zip([0, *cuts], [*cuts, 40], strict=True))
        observers.append([(start, end, draw(st.integers(0, 2))) for start, end in parts])
    return observers


@settings(max_examples=40)
@given(marked())
def test_unitizing_alpha_is_that_of_the_published_sums(observers: list[list[Segment]]) -> None:
    rows = [(i, value, 0, start, end) for i, mine in enumerate(observers) for start, end, value in mine if value]
    found = Comparison(coded(rows, read=[[40]] * len(observers)), Unit.CHARACTER).together([B, C]).estimates
    if len({value for mine in observers for *_, value in mine}) < 2:
        return
    u, cu = published(observers)
    assert found[Coefficient.U_ALPHA].value == pytest.approx(u, abs=1e-9)
    if np.isfinite(cu):
        assert found[Coefficient.CU_ALPHA].value == pytest.approx(cu, abs=1e-9)


@settings(max_examples=40)
@given(marked())
def test_unitizing_alpha_of_one_code_takes_it_as_the_only_value(observers: list[list[Segment]]) -> None:
    rows = [(i, value, 0, start, end) for i, mine in enumerate(observers) for start, end, value in mine if value]
    found = Comparison(coded(rows, read=[[40]] * len(observers)), Unit.CHARACTER).on(B).estimates
    one = [[(start, end, int(value == 1)) for start, end, value in mine] for mine in observers]
    if len({value for mine in one for *_, value in mine}) == 2:
        assert found[Coefficient.U_ALPHA].value == pytest.approx(published(one)[0], abs=1e-9)


def test_a_passage_carries_a_code_where_half_of_the_shorter_is_shared() -> None:
    rows = [
        (0, 0, 0, 0, 9),  # the first passage whole
        (1, 0, 0, 2, 5),  # few words within it
        (0, 0, 0, 17, 29),  # the third passage, with two characters of the second
        (1, 0, 0, 20, 24),
    ]
    measured = Comparison(coded(rows, read=[[40], [40]]), Unit.PASSAGE).on(A)
    assert (measured.units, measured.put, measured.some, measured.all) == (4, (2, 2), 2, 2)
    assert measured.estimates[Coefficient.KAPPA].value == 1


def test_only_what_both_have_read_counts() -> None:
    rows = [(0, 0, 0, 0, 9), (0, 0, 0, 30, 39), (1, 0, 0, 0, 9)]
    measured = Comparison(coded(rows, read=[[40], [20]]), Unit.PASSAGE).on(A)
    assert (measured.units, measured.some) == (2, 1)
    assert Comparison(coded(rows, read=[[40], [20]]), Unit.CHARACTER).on(A).units == 20
    assert Comparison(coded(rows, read=[[40], [20]]), Unit.CODING).on(A).units == 2


def test_where_nobody_shares_anything_it_is_said() -> None:
    rows = [(0, 0, 0, 0, 9)]
    for unit in Unit:
        measured = Comparison(coded(rows, read=[[40], [0]]), unit).on(A)
        assert measured.units == 0
        assert measured.cautions[0].startswith("There is nothing" if unit is not Unit.CODING else "There are no")


def test_a_code_that_nobody_put_has_no_coefficient() -> None:
    measured = Comparison(coded([(0, 0, 0, 0, 9)], read=[[40], [40]]), Unit.PASSAGE).on(B)
    assert measured.cautions == ("Nobody put it: there is nothing to agree on.",)
    assert not measured.estimates[Coefficient.ALPHA].defined


def test_where_prevalence_makes_numbers_meaningless_it_is_said() -> None:
    rows = [(coder, 0, 0, 0, 9) for coder in (0, 1)] + [(0, 0, 0, 10, 19)]
    read = [[400] * 12] * 2
    found = Comparison(coded(rows, read=read, length=400), Unit.PASSAGE)
    rare = found.on(A)
    assert rare.estimates[Coefficient.PERCENT].value > 0.99
    assert any(caution.startswith("Rare: on 0.3% of the passages") for caution in rare.cautions)
    everywhere = [(coder, 0, document, 0, 400) for coder in (0, 1) for document in range(12)]
    common = Comparison(coded(everywhere, read=read, length=400), Unit.PASSAGE).on(A)
    assert any(caution.startswith("Nearly everywhere") for caution in common.cautions)


def test_an_interval_is_the_same_each_time_and_holds_the_value() -> None:
    generator = np.random.default_rng(1)
    rows = []
    for document in range(12):
        for at in range(0, 40, 10):
            both = generator.random() < 0.4
            rows += [(c, 0, document, at, at + 9) for c in (0, 1) if both or generator.random() < 0.2]
    found = coded(rows, read=[[40] * 12] * 2)
    once, again = (Comparison(found, Unit.PASSAGE).on(A).estimates for _ in range(2))
    assert once == again
    alpha = once[Coefficient.ALPHA]
    assert alpha.low < alpha.value < alpha.high


def test_one_document_has_no_interval() -> None:
    measured = Comparison(coded([(0, 0, 0, 0, 9), (1, 0, 0, 0, 9)], read=[[40], [40]]), Unit.PASSAGE).on(A)
    assert np.isnan(measured.estimates[Coefficient.ALPHA].low)
    assert "One document: no interval." in measured.cautions


def test_codings_match_within_the_tolerance_one_to_one() -> None:
    rows = [(0, 0, 0, 0, 10), (0, 0, 0, 20, 30), (1, 0, 0, 3, 12), (1, 0, 0, 21, 30), (1, 0, 0, 19, 30)]
    found = coded(rows, read=[[40], [40]])
    assert Comparison(found, Unit.CODING, tolerance=3).on(A).estimates[Coefficient.F1].value == pytest.approx(4 / 5)
    assert Comparison(found, Unit.CODING, tolerance=2).on(A).estimates[Coefficient.F1].value == pytest.approx(2 / 5)
    assert Comparison(found, Unit.CODING, tolerance=0).on(A).estimates[Coefficient.F1].value == 0


@settings(max_examples=30)
@given(texts, st.integers(0, 8))
def test_f1_is_that_of_the_best_matching(
    made: tuple[list[tuple[int, int, int, int, int]], list[list[int]]], tolerance: int
) -> None:
    rows = [row for row in dict.fromkeys(made[0]) if row[0] < 2 and row[1] == 0][:9]
    documents = len(made[1][0])
    sides = [[row[2:] for row in rows if row[0] == coder] for coder in (0, 1)]

    def near(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
        meet = one[0] == other[0] and min(one[2], other[2]) > max(one[1], other[1])
        return meet and all(abs(one[i] - other[i]) <= tolerance for i in (1, 2))

    def best(left: list[tuple[int, ...]], right: list[tuple[int, ...]]) -> int:
        if not left:
            return 0
        rest = best(left[1:], right)
        return max([rest, *(1 + best(left[1:], [r for r in right if r != o]) for o in right if near(left[0], o))])

    measured = Comparison(coded(rows, read=[[40] * documents] * 2), Unit.CODING, tolerance=tolerance).on(A)
    expected = 2 * best(*sides) / len(rows) if rows else np.nan
    assert measured.estimates[Coefficient.F1].value == pytest.approx(expected, nan_ok=True)


def test_a_stretch_is_counted_as_if_it_were_the_document() -> None:
    rows = [(0, 0, 0, 0, 9), (1, 0, 0, 0, 25), (0, 0, 1, 20, 29), (1, 0, 1, 20, 29)]
    found = Comparison(coded(rows, read=[[40, 40], [40, 30]]), Unit.CHARACTER)
    part = found.within(Spans.of([(0, 5, 20), (1, 20, 40)])).on(A)
    assert part.units == 15 + 10
    assert part.put == (4 + 9, 15 + 9)
    passages = Comparison(found.coded, Unit.PASSAGE).within(Spans.of([(0, 5, 20), (1, 20, 40)])).on(A)
    assert (passages.units, passages.put) == (2, (1, 2))


def test_a_pair_is_counted_as_if_there_were_no_others() -> None:
    rows = [(0, 0, 0, 0, 9), (1, 1, 0, 10, 19), (2, 0, 0, 0, 9)]
    found = Comparison(coded(rows, read=[[40], [0], [40]]), Unit.PASSAGE)
    assert found.between([0, 2]).on(A).estimates[Coefficient.KAPPA].value == 1
    assert found.between([0, 1]).on(A).units == 0
