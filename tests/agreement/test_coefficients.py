"""Every coefficient against worked examples that were published, and against a second way of computing it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from coder.agreement.coefficients import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent,
    percent_of_pair,
    presence,
)
from coder.agreement.masi import apart, as_rows, quadratic

EXACT = 1e-9

COHEN = np.array([[88.0, 10, 2], [14, 40, 6], [18, 10, 12]])
"""Cohen (1960), table 2: 200 patients, two judges, three diagnoses."""

FLEISS = np.array(
    [
        int(count)
        for count in "000600300301401000060303020400004022031020040000061005011040033001005002031"
        "005013001251000020401020300006010500201320040100410501040002020401050000006"
    ]
).reshape(30, 5)
"""Fleiss (1971), table 1: 30 patients, six psychiatrists, five diagnoses."""

FOUR = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
"""Krippendorff (2011), example D, and Gwet (2014), table of four raters: 12 units, four observers, five values."""


def counted(raters: Sequence[str]) -> NDArray[np.int64]:
    """(units, values), how many raters gave each value; a dot is none."""
    values = sorted({value for rater in raters for value in rater} - {"."})
    return np.array([[said.count(value) for value in values] for said in zip(*raters, strict=True)])


def ones(patterns: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.ones(len(patterns))


def test_cohen_1960_table_2() -> None:
    assert percent_of_pair(COHEN) == pytest.approx(140 / 200, abs=EXACT)
    # (140 - 82) / (200 - 82), printed as .492.
    assert cohen_kappa(COHEN) == pytest.approx(58 / 118, abs=EXACT)


def test_fleiss_1971_table_1() -> None:
    assert FLEISS.sum(0).tolist() == [26, 26, 30, 55, 43]
    assert percent(FLEISS, ones(FLEISS)) == pytest.approx(5 / 9, abs=EXACT)
    assert fleiss_kappa(FLEISS, ones(FLEISS)) == pytest.approx(0.430, abs=5e-4)


def test_krippendorff_2011_examples() -> None:
    binary = counted(["0100000010", "1110010000"])
    assert krippendorff_alpha(binary, ones(binary)) == pytest.approx(2 / 21, abs=EXACT)  # printed as .095
    nominal = counted(["aabbdcccedda", "babbbccceddd"])
    assert krippendorff_alpha(nominal, ones(nominal)) == pytest.approx(0.692, abs=5e-4)
    missing = counted(FOUR)
    assert krippendorff_alpha(missing, ones(missing)) == pytest.approx(0.743, abs=5e-4)


def test_gwet_2014_four_raters() -> None:
    four = counted(FOUR)
    assert percent(four, ones(four)) == pytest.approx(0.81818, abs=1e-5)
    assert gwet_ac1(four, ones(four)) == pytest.approx(0.77544, abs=1e-5)
    assert fleiss_kappa(four, ones(four)) == pytest.approx(0.76117, abs=1e-5)
    assert krippendorff_alpha(four, ones(four)) == pytest.approx(0.74342, abs=1e-5)


def test_gwet_2002_where_kappa_fails() -> None:
    """Two raters, 125 subjects, nearly all with the trait: kappa falls below zero, AC1 does not."""
    patterns, weight = np.array([[2, 0], [1, 1], [0, 2]]), np.array([118.0, 7, 0])
    assert gwet_ac1(patterns, weight) == pytest.approx(0.9408, abs=5e-5)
    assert cohen_kappa(np.array([[118.0, 5], [2, 0]])) == pytest.approx(-0.0234, abs=5e-5)


def test_coders_who_code_by_chance_get_zero() -> None:
    """Two coders who each code 90 % of the text whatever it says."""
    by_chance = np.array([[1.0, 9], [9, 81]])
    assert percent_of_pair(by_chance) == pytest.approx(0.82)
    assert cohen_kappa(by_chance) == pytest.approx(0, abs=EXACT)


def test_where_everybody_says_the_same_everywhere_nothing_is_defined() -> None:
    patterns, weight = np.array([[2, 0]]), np.array([7.0])
    assert percent(patterns, weight) == 1
    for coefficient in (fleiss_kappa, krippendorff_alpha, presence):
        assert np.isnan(coefficient(patterns, weight))
    assert np.isnan(cohen_kappa(np.array([[7.0, 0], [0, 0]])))


def test_agreement_on_presence_is_dices_coefficient() -> None:
    patterns, weight = np.array([[2, 0], [1, 1], [0, 2]]), np.array([90.0, 6, 4])
    assert presence(patterns, weight) == pytest.approx(2 * 4 / (2 * 4 + 6), abs=EXACT)


ratings = st.integers(2, 4).flatmap(
    lambda coders: st.lists(
        st.lists(st.sampled_from("abc."), min_size=coders, max_size=coders), min_size=1, max_size=12
    )
)


@given(ratings)
def test_alpha_is_that_of_all_pairs_of_values(units: list[list[str]]) -> None:
    """Krippendorff's definition in fractions: the disagreement of pairs within units, and of all pairs."""
    pairable = [[value for value in unit if value != "."] for unit in units]
    pairable = [unit for unit in pairable if len(unit) > 1]
    values = [value for unit in pairable for value in unit]
    within = sum(Fraction(sum(a != b for a, b in permutations(unit, 2)), len(unit) - 1) for unit in pairable)
    across = sum(a != b for a, b in permutations(values, 2))
    patterns = np.array([[unit.count(value) for value in "abc"] for unit in pairable], np.int64).reshape(-1, 3)
    found = krippendorff_alpha(patterns, ones(patterns))
    if across:
        assert found == pytest.approx(float(1 - within * (len(values) - 1) / across), abs=EXACT)
    else:
        assert np.isnan(found)


@given(ratings)
def test_ac1_and_fleiss_are_those_of_their_definitions(units: list[list[str]]) -> None:
    units = [[value for value in unit if value != "."] for unit in units]
    units = [unit for unit in units if unit]
    several = [unit for unit in units if len(unit) > 1]
    if not several:
        return
    same = sum(Fraction(sum(a == b for a, b in permutations(u, 2)), len(u) * (len(u) - 1)) for u in several)
    observed = same / len(several)
    shares = [sum(Fraction(unit.count(value), len(unit)) for unit in units) / len(units) for value in "abc"]
    patterns = np.array([[unit.count(value) for value in "abc"] for unit in units])
    for expected, coefficient in (
        (sum(share**2 for share in shares), fleiss_kappa),
        (sum(share * (1 - share) for share in shares) / 2, gwet_ac1),
    ):
        found = coefficient(patterns, ones(patterns))
        if expected == 1:
            assert np.isnan(found)
        else:
            assert found == pytest.approx(float((observed - expected) / (1 - expected)), abs=EXACT)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=30))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    table = np.zeros((3, 3))
    for pair in pairs:
        table[pair] += 1
    if len({value for pair in pairs for value in pair}) > 1:
        one, other = zip(*pairs, strict=True)
        assert cohen_kappa(table) == pytest.approx(cohen_kappa_score(one, other), abs=EXACT)


def test_samples_are_computed_at_once() -> None:
    weight = np.array([ones(FLEISS), np.arange(30.0)])
    together = krippendorff_alpha(FLEISS, weight)
    assert together.tolist() == pytest.approx([float(krippendorff_alpha(FLEISS, row)) for row in weight], abs=EXACT)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("ab", "ab", 0),
        ("", "", 0),
        ("abc", "ab", 1 - Fraction(2, 3) * Fraction(2, 3)),
        ("ab", "bc", 1 - Fraction(1, 3) * Fraction(1, 3)),
        ("ab", "cd", 1),
        ("a", "", 1),
    ],
)
def test_masi_as_passonneau_2006_defines_it(one: str, other: str, distance: Fraction) -> None:
    first, second, _ = as_rows([sum(1 << "abcd".index(code) for code in each) for each in (one, other, "abcd")])
    assert apart(first @ second, first.sum(), second.sum()) == pytest.approx(float(distance), abs=EXACT)


def test_expected_disagreement_is_a_quadratic_form_of_the_counts() -> None:
    sets = as_rows([0, 1, 3, 6])
    counts = np.array([[3.0, 1, 0, 2], [0, 2, 2, 1]])
    distances = apart(sets @ sets.T, sets.sum(1)[:, None], sets.sum(1))
    assert quadratic(counts, sets) == pytest.approx(counts @ distances @ counts.T, abs=EXACT)
