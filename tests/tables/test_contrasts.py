"""Contrasts of two groups of cases: intervals as published, counts by hand, absence apart from not yet read."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from coder.errors import InvalidValue, UnknownItem
from coder.model import (
    Anchor,
    Attribute,
    Case,
    Code,
    Codebook,
    Coder,
    Coding,
    Document,
    DocumentKind,
    Membership,
    Span,
    Turn,
    TurnKind,
    text_hash,
)
from coder.model.claim import CaseGroup
from coder.tables import Material, Said, contrast
from coder.tables.contrasts import caveats, newcombe, wilson

TEXT = "0123456789" * 10 + "footer"
TURNS = (Turn(Span(0, 60)), Turn(Span(60, 100)), Turn(Span(100, 106), kind=TurnKind.FOOTER))
BOOK = Codebook("b", "Book", (Code("t", "Time"), Code("r", "Trust"), Code("u", "Unused")))
SMALL, LARGE = CaseGroup("size", ("small",)), CaseGroup("size", ("large",))
READ = len(TEXT)


def study(
    *places: tuple[int, int, int, str],
    documents: int = 6,
    reached: dict[str, int] | None = None,
    memberships: list[Membership] | None = None,
) -> Material:
    """Documents d0, d1, ... of 100 characters of content, two a case; the even cases are small, the others large.

    Places are (document, start, end, code).
    """
    count = (documents + 1) // 2
    return Material(
        title="Study",
        documents=[
            Document(f"d{n}", f"D{n}", DocumentKind.INTERVIEW, text_hash(TEXT), 1, READ, text=TEXT)
            for n in range(documents)
        ],
        turns={f"d{n}": TURNS for n in range(documents)},
        codebook=BOOK,
        codings=[
            Coding(f"x{n}", f"d{doc}", Anchor.on(TEXT, Span(start, end)), code, "c")
            for n, (doc, start, end, code) in enumerate(places)
        ],
        coders=[Coder("c", "Aino")],
        cases=[Case(f"k{n}", f"K{n}", {"size": "large" if n % 2 else "small"}) for n in range(count)],
        attributes=[Attribute("size")],
        memberships=[Membership(f"d{n}", f"k{n // 2}") for n in range(documents)]
        if memberships is None
        else memberships,
        memos=[],
        reached={f"d{n}": READ for n in range(documents)} if reached is None else reached,
    )


def by_code(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("code path")


# --- intervals ---

# Newcombe (1998), Statistics in Medicine 17, table II: method 10 on eight contrasts.
PUBLISHED = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@pytest.mark.parametrize(("having", "whole", "other", "of", "low", "high"), PUBLISHED)
def test_intervals_are_those_that_were_published(
    having: int, whole: int, other: int, of: int, low: float, high: float
) -> None:
    difference, lows, highs = newcombe(np.array([having]), whole, np.array([other]), of)
    assert difference[0] == having / whole - other / of
    assert (round(lows[0], 4), round(highs[0], 4)) == (low, high)


@given(st.integers(1, 40).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_score_intervals_are_those_of_scipy(drawn: tuple[int, int]) -> None:
    having, whole = drawn
    expected = binomtest(having, whole).proportion_ci(method="wilson")
    low, high = wilson(np.array([having]), whole)
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.integers(1, 8), st.integers(1, 8), st.data())
def test_an_interval_holds_the_difference_and_mirrors_it(first: int, second: int, data: st.DataObject) -> None:
    having, other = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
    there = newcombe(np.array([having]), first, np.array([other]), second)
    back = newcombe(np.array([other]), second, np.array([having]), first)
    difference, low, high = (float(each[0]) for each in there)
    assert -1 - 1e-9 <= low <= difference + 1e-9
    assert difference - 1e-9 <= high <= 1 + 1e-9
    assert [-float(each[0]) for each in back] == pytest.approx([difference, high, low])


def test_of_nobody_nothing_is_said() -> None:
    assert all(math.isnan(each[0]) for each in newcombe(np.array([0]), 0, np.array([1]), 3))


# --- counts ---


def test_shares_of_documents_cases_and_text_are_counted_by_hand() -> None:
    made = study((0, 0, 10, "t"), (0, 5, 30, "t"), (1, 95, 106, "t"), (4, 0, 20, "t"), (2, 0, 50, "t"), (3, 0, 9, "r"))
    row = by_code(contrast(made, SMALL, LARGE)).loc["Time"]
    assert row[["first", "second"]].tolist() == ["size: small", "size: large"]
    assert row[["codings (first)", "in documents (first)", "in cases (first)"]].tolist() == [4, 3, 2]
    assert row[["read documents (first)", "read documents with (first)", "documents % (first)"]].tolist() == [4, 3, 75]
    assert row[["read cases (first)", "read cases with (first)", "cases % (first)"]].tolist() == [2, 2, 100]
    # 30 characters of the first document, 5 of the second (the footer is no content), 20 of the third, of 400.
    assert row[["text % (first)", "text % (second)", "text difference"]].tolist() == pytest.approx([13.8, 25.0, -11.2])
    assert row["documents difference"] == 25.0
    low, high = newcombe(np.array([3]), 4, np.array([1]), 2)[1:]
    assert row[["documents low", "documents high"]].tolist() == [round(100 * low[0], 1), round(100 * high[0], 1)]


def test_what_tells_the_groups_apart_most_surely_stands_first() -> None:
    made = study((0, 0, 10, "t"), *((n, 0, 10, "r") for n in (0, 1, 4, 5)))
    assert contrast(made, SMALL, LARGE)["code path"].tolist() == ["Trust", "Time", "Unused"]


def test_only_here_shared_and_absent() -> None:
    made = study((0, 0, 10, "t"), (2, 0, 10, "t"), (3, 0, 10, "r"))
    said = by_code(contrast(made, SMALL, LARGE))["said"]
    assert said.to_dict() == {"Time": Said.BOTH, "Trust": Said.SECOND, "Unused": Said.NEITHER}
    assert by_code(contrast(made, LARGE, SMALL))["said"]["Trust"] == Said.FIRST


def test_absent_is_told_apart_from_not_yet_read() -> None:
    places = (0, 0, 10, "t"), (3, 0, 10, "r")
    half = study(*places, reached={"d0": READ, "d1": READ, "d2": READ, "d3": 10, "d4": READ, "d5": READ})
    frame = by_code(contrast(half, SMALL, LARGE))
    assert frame["said"].to_dict() == {"Time": Said.FIRST_SO_FAR, "Trust": Said.SECOND, "Unused": Said.UNKNOWN}
    # Of what is half read no share is told: what was found there is counted, what was not is not yet known.
    trust = frame.loc["Trust"]
    assert trust[["in documents (second)", "read documents (second)", "read documents with (second)"]].tolist() == [
        1, 1, 0,
    ]  # fmt: skip
    assert trust["read cases (second)"] == 0
    assert math.isnan(trust["cases difference"])
    assert any(
        "1 of 2 documents of size: large is not yet read" in sentence for sentence in caveats(half, SMALL, LARGE)
    )


def test_a_footer_need_not_be_read() -> None:
    assert (
        by_code(contrast(study(reached={f"d{n}": 100 for n in range(6)}), SMALL, LARGE))["said"]["Time"] == "in neither"
    )


def test_of_a_document_each_group_has_its_own_part() -> None:
    parts = [Membership("d0", "k0", Span(0, 60)), Membership("d0", "k1", Span(60, 100))]
    made = study((0, 0, 30, "t"), (0, 50, 80, "r"), documents=3, memberships=parts, reached={"d0": 60})
    frame = by_code(contrast(made, SMALL, LARGE))
    assert frame["said"].to_dict() == {"Time": Said.FIRST_SO_FAR, "Trust": Said.BOTH, "Unused": Said.UNKNOWN}
    assert frame["read documents (first)"].unique().tolist() == [1]
    assert frame["read documents (second)"].unique().tolist() == [0]
    assert frame.loc["Trust", "text % (first)"] == round(100 * 10 / 60, 1)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 90), st.integers(91, 106), st.sampled_from("tr")), max_size=10
    ),
    st.lists(st.integers(0, READ), min_size=6, max_size=6),
)
def test_swapping_the_groups_turns_every_sign(places: list[tuple[int, int, int, str]], read: list[int]) -> None:
    made = study(*places, reached={f"d{n}": end for n, end in enumerate(read)})
    there, back = by_code(contrast(made, SMALL, LARGE)), by_code(contrast(made, LARGE, SMALL))
    back = back.loc[there.index]
    for unit in ("documents", "cases"):
        assert (there[f"{unit} difference"].fillna(-1) == -back[f"{unit} difference"].fillna(1)).all()
        assert (there[f"{unit} low"].fillna(-1) == -back[f"{unit} high"].fillna(1)).all()
    assert there["codings (first)"].tolist() == back["codings (second)"].tolist()
    assert (there["read documents with (first)"] <= there["in documents (first)"]).all()


def test_groups_by_hand_are_named_by_their_cases() -> None:
    row = contrast(study(), CaseGroup(cases=("k1", "k0")), CaseGroup(cases=("k2",))).iloc[0]
    assert row[["first", "second"]].tolist() == ["K0, K1", "K2"]


def test_a_group_that_is_empty_or_gone_or_on_both_sides_is_refused() -> None:
    with pytest.raises(InvalidValue, match="K0: in both groups"):
        contrast(study(), SMALL, CaseGroup(cases=("k0",)))
    with pytest.raises(InvalidValue, match="no case with size huge"):
        contrast(study(), SMALL, CaseGroup("size", ("huge",)))
    with pytest.raises(UnknownItem, match="known: size"):
        contrast(study(), SMALL, CaseGroup("region", ("north",)))
    with pytest.raises(UnknownItem, match="1 of the chosen cases"):
        contrast(study(), SMALL, CaseGroup(cases=("k9",)))


def test_words_that_both_groups_share_are_told() -> None:
    shared = study(memberships=[Membership("d0", "k0"), Membership("d0", "k1"), Membership("d1", "k0")])
    assert any("share words" in sentence for sentence in caveats(shared, SMALL, LARGE))
    assert not any("share words" in sentence for sentence in caveats(study(), SMALL, LARGE))


def test_bootstrapped_intervals_agree_with_drawing_documents_one_by_one() -> None:
    made = study(*((n, 0, 10 * n + 10, "t") for n in range(6)))
    row = by_code(contrast(made, SMALL, LARGE)).loc["Time"]
    rng = np.random.default_rng(7)
    small, large = np.array([10.0, 20, 50, 60]), np.array([30.0, 40])
    drawn = [rng.choice(small, 4).mean() - rng.choice(large, 2).mean() for _ in range(20_000)]
    assert row[["text low", "text high"]].tolist() == pytest.approx(np.percentile(drawn, [2.5, 97.5]).tolist(), abs=1.5)
