"""Tables of counts: small ones counted by hand, random ones counted again in plain loops."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from math import comb, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from coder.model import (
    Anchor,
    Attribute,
    AttributeType,
    Case,
    Code,
    Codebook,
    Coder,
    Coding,
    Document,
    DocumentKind,
    Membership,
    Segment,
    Span,
    Turn,
    text_hash,
)
from coder.model.choices import Measure
from coder.tables import (
    INTERVIEWER,
    NO_CASE,
    NO_DATE,
    NOBODY,
    Material,
    Near,
    Period,
    association,
    case_by_code,
    co_occurrence,
    code_by_date,
    code_by_kind,
    code_by_role,
    code_by_speaker,
    codings_in,
    codings_together,
    crosstab,
    timeline,
    told_apart,
    unread,
)
from coder.tables.cases import case_stretches
from coder.tables.crosstab import exact, holm

WORDS = "one two three four five six seven eight nine ten"
LINES = [("Q", "Why so?"), ("Ada", WORDS), ("Bo", WORDS), ("Ada", "yes yes")]
TEXT = "\n".join(f"{who}: {said}" for who, said in LINES)
TURNS = tuple(
    Turn(Span(found.start(1), found.end(1)), speaker=who)
    for (who, _), found in zip(LINES, re.finditer(r"^\w+: (.*)$", TEXT, re.M), strict=True)
)
BOOK = Codebook("b", "Book", (Code("t", "Time"), Code("r", "Trust"), Code("u", "Unused")))
KINDS = [DocumentKind.INTERVIEW, DocumentKind.INTERVIEW, DocumentKind.MEETING_NOTES, DocumentKind.MEETING_NOTES]
DATES = ["2021-03-04", "2021-03-20", "2022-01-01", None]


def study(*places: tuple[int, int, int, str], reached: dict[str, int] | None = None, **given: object) -> Material:
    """Four documents d0 to d3 of the same text in cases k0 to k3; places are (document, start, end, code)."""
    made = {
        "title": "Study",
        "documents": [
            Document(f"d{n}", f"D{n}", KINDS[n], text_hash(TEXT), 24, len(TEXT), text=TEXT, date=DATES[n])
            for n in range(4)
        ],
        "turns": {f"d{n}": TURNS for n in range(4)},
        "codebook": BOOK,
        "codings": [
            Coding(f"x{n}", f"d{doc}", Anchor.on(TEXT, Span(start, end)), code, "c")
            for n, (doc, start, end, code) in enumerate(places)
        ],
        "coders": [Coder("c", "Aino")],
        "cases": [Case(f"k{n}", f"K{n}", {"size": "small" if n < 2 else "large"}) for n in range(4)],
        "attributes": [Attribute("size")],
        "memberships": [Membership(f"d{n}", f"k{n}") for n in range(4)],
        "memos": [],
        "segments": [Segment(f"d{n}", i, turn.span, i) for n in range(4) for i, turn in enumerate(TURNS)],
        "reached": {f"d{n}": len(TEXT) for n in range(4)} if reached is None else reached,
        "askers": {f"d{n}": "Q" for n in range(4)},
    } | given
    return Material(**made)  # type: ignore[arg-type]


def turn(number: int) -> tuple[int, int]:
    return TURNS[number].span.start, TURNS[number].span.end


PLACES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, len(TEXT) - 1), st.integers(1, 60), st.sampled_from("tr")).map(
        lambda found: (found[0], found[1], min(found[1] + found[2], len(TEXT)), found[3])
    ),
    max_size=14,
)


# --- cases ---


def test_the_share_of_speakers_leaves_the_interviewer_out() -> None:
    table = case_by_code(
        study((0, *turn(1), "t"), (0, *turn(0), "t"), (1, *turn(1), "r"), (1, *turn(2), "r")), Measure.SPEAKERS
    )
    assert table["Time"].tolist() == [50.0, 0.0, 0.0, 0.0]
    assert table["Trust"].tolist() == [0.0, 100.0, 0.0, 0.0]


def test_coded_or_not_is_one_or_zero() -> None:
    made = study((0, *turn(1), "t"), (0, *turn(2), "t"))
    assert case_by_code(made, Measure.BINARY).to_numpy().tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_absent_is_zero_and_not_yet_read_is_empty() -> None:
    made = study((0, *turn(1), "t"), (1, *turn(1), "t"), reached={"d0": len(TEXT), "d1": 20, "d2": len(TEXT)})
    assert unread(made).to_dict() == {"K0": 0, "K1": 1, "K2": 0, "K3": 1, NO_CASE: 0}
    table = told_apart(case_by_code(made), unread(made))
    assert table["Time"].fillna(-1).tolist() == [1, 1, 0, -1]
    assert table["Trust"].fillna(-1).tolist() == [0, -1, 0, -1]


def test_a_case_is_read_when_its_own_stretch_is() -> None:
    parts = [Membership("d0", "k0", Span(0, 20)), Membership("d0", "k1", Span(20, len(TEXT)))]
    left = unread(study(memberships=parts, reached={"d0": 20}))
    assert left[["K0", "K1"]].tolist() == [0, 1]


@given(PLACES, st.booleans())
@settings(max_examples=40, deadline=None)
def test_every_measure_agrees_with_counting_in_loops(places: list[tuple[int, int, int, str]], filed: bool) -> None:
    members = [Membership("d0", "k0"), Membership("d0", "k1", Span(10, 60)), Membership("d0", "k1", Span(70, 90))]
    made = study(*places, memberships=[*members, *([Membership("d1", "k1")] if filed else [])])
    tables = {measure: case_by_code(made, measure) for measure in Measure}
    for case in made.cases:
        for code, path in (("t", "Time"), ("r", "Trust")):
            here = [c for c in made.codings if c.code == code and case.id in made.cases_of(c.document, c.span)]
            spoken, everyone = set(), set()
            for member in made.memberships:
                if member.case != case.id:
                    continue
                for one in TURNS[1:]:
                    inside = range(len(TEXT)) if member.span is None else range(member.span.start, member.span.end)
                    said = set(range(one.span.start, one.span.end)) & set(inside)
                    if said:
                        everyone.add(one.speaker)
                    if any(c.document == member.document and said & set(range(c.span.start, c.span.end)) for c in here):
                        spoken.add(one.speaker)
            assert tables[Measure.CODINGS].loc[case.name, path] == len(here)
            assert tables[Measure.DOCUMENTS].loc[case.name, path] == len({c.document for c in here})
            assert tables[Measure.BINARY].loc[case.name, path] == bool(here)
            share = round(100 * len(spoken) / len(everyone), 1) if everyone else 0
            assert tables[Measure.SPEAKERS].loc[case.name, path] == share
    nowhere = [c for c in made.codings if not made.cases_of(c.document, c.span)]
    assert (NO_CASE in tables[Measure.CODINGS].index) == bool(nowhere)
    if nowhere:
        assert tables[Measure.CODINGS].loc[NO_CASE].sum() == len(nowhere)


# --- with the codes below ---

TREE = Codebook("b", "Book", (Code("f", "Felt", codable=False), Code("t", "Time", "f"), Code("r", "Trust", "t")))


def test_a_code_counts_with_all_below_it_and_the_same_words_once() -> None:
    start, end = turn(1)
    made = study((0, start, end, "t"), (0, start, start + 7, "r"), (1, *turn(3), "r"), codebook=TREE, whole=True)
    table = case_by_code(made)
    assert list(table.columns) == ["Felt", "Felt / Time", "Felt / Time / Trust"]
    assert table.loc[["K0", "K1"]].to_numpy().tolist() == [[2, 2, 1], [1, 1, 1]]
    assert case_by_code(made, Measure.WORDS).loc["K0"].tolist() == [10, 10, 2]
    assert case_by_code(made, Measure.DOCUMENTS).loc["K0"].tolist() == [1, 1, 1]
    assert codings_in(made, case_stretches(made), "K0", "Felt") == ["x0", "x1"]
    crossed = crosstab(made, "size").set_index(["code path", "value"])
    assert crossed.loc[("Felt", "small"), "with code"] == 2
    # A code and one above it are always together, which says nothing.
    assert co_occurrence(made).empty


@given(PLACES)
@settings(max_examples=30, deadline=None)
def test_with_the_codes_below_is_as_if_they_were_merged(places: list[tuple[int, int, int, str]]) -> None:
    made = study(*places, codebook=TREE)
    merged = study(*((d, start, end, "t") for d, start, end, _ in places), codebook=TREE)
    for measure in Measure:
        below = case_by_code(replace(made, whole=True), measure)
        alone = case_by_code(made, measure)
        assert below["Felt / Time"].tolist() == case_by_code(merged, measure)["Felt / Time"].tolist()
        assert below["Felt / Time / Trust"].tolist() == alone["Felt / Time / Trust"].tolist()


# --- speakers, roles, kinds, dates, tenths ---


def test_a_coding_over_two_turns_counts_for_both_speakers() -> None:
    table = code_by_speaker(study((0, turn(1)[0], turn(2)[1], "t"), (0, *turn(0), "r")))
    assert list(table.columns) == [INTERVIEWER, "Ada", "Bo"]
    assert table.loc["Time"].tolist() == [0, 1, 1]
    assert table.loc["Trust"].tolist() == [1, 0, 0]


def test_roles_tell_who_asks_from_who_is_interviewed_and_who_speaks_in_a_meeting() -> None:
    nameless = {f"d{n}": (*TURNS[:3], Turn(TURNS[3].span)) for n in range(4)}
    made = study((0, turn(0)[0], turn(1)[1], "t"), (2, *turn(1), "t"), (3, *turn(3), "r"), turns=nameless,
                 askers={"d0": "Q", "d1": "Q"})  # fmt: skip
    table = code_by_role(made)
    assert list(table.columns) == [INTERVIEWER, "interviewed", "in a meeting", NOBODY]
    assert table.loc["Time"].tolist() == [1, 1, 1, 0]
    assert table.loc["Trust"].tolist() == [0, 0, 0, 1]


def test_kinds_of_document_are_compared_by_their_words() -> None:
    made = study((0, *turn(1), "t"), (2, *turn(3), "t"))
    assert code_by_kind(made, Measure.WORDS).loc["Time"].to_dict() == {"interview": 10, "meeting notes": 2}
    per = code_by_kind(made, Measure.PER_THOUSAND).loc["Time"]
    assert per.to_dict() == {"interview": round(10_000 / 48, 1), "meeting notes": round(2_000 / 48, 1)}


def test_meetings_stand_in_the_order_of_their_dates() -> None:
    made = study((1, *turn(1), "t"), (2, *turn(1), "t"), (3, *turn(1), "t"))
    assert list(code_by_date(made).columns) == ["2021-03-04", "2021-03-20", "2022-01-01", NO_DATE]
    assert code_by_date(made, period=Period.MONTH).loc["Time"].to_dict() == {"2021-03": 1, "2022-01": 1, NO_DATE: 1}
    assert list(code_by_date(made, period=Period.YEAR, kind=DocumentKind.INTERVIEW).columns) == ["2021"]


@given(PLACES, st.sampled_from([None, "d1"]))
@settings(max_examples=40, deadline=None)
def test_tenths_agree_with_dealing_the_words_out(places: list[tuple[int, int, int, str]], only: str | None) -> None:
    made = study(*places)
    said = [w.span() for one in TURNS for w in re.compile(r"\S+").finditer(TEXT, one.span.start, one.span.end)]
    table = timeline(made, Measure.WORDS, only)
    expected = [0] * 10
    for document in {only} if only else {d.id for d in made.documents}:
        for place, (start, end) in enumerate(said):
            if any(
                c.document == document and c.code == "t" and c.span.start < end and start < c.span.end
                for c in made.codings
            ):
                expected[place * 10 // len(said)] += 1
    assert table.loc["Time"].tolist() == expected


# --- together ---


def test_codes_of_one_passage_are_together_with_jaccard_and_lift() -> None:
    made = study((0, *turn(1), "t"), (0, turn(1)[1] - 3, turn(1)[1], "r"), (0, *turn(2), "t"), (1, *turn(1), "r"))
    row = co_occurrence(made).iloc[0]
    assert row[["code path", "with", "together", "first", "second", "of all"]].tolist() == [
        "Time",
        "Trust",
        1,
        2,
        2,
        16,
    ]
    assert (row["Jaccard"], row["lift"]) == (0.333, 4.0)
    assert codings_together(made, "t", "r") == ["x0", "x1"]
    assert codings_together(made, "r", "t", Near(1)) == ["x0", "x1", "x2"]


def test_codes_on_the_same_words_share_characters() -> None:
    start, end = turn(1)
    made = study((0, start, start + 20, "t"), (0, start + 10, start + 30, "r"), (1, start, end, "r"))
    row = co_occurrence(made, Near(None)).iloc[0]
    assert row[["together", "first", "second"]].tolist() == [10, 20, 20 + end - start]
    assert row["of all"] == 4 * sum(len(one.span) for one in TURNS)
    assert codings_together(made, "t", "r", Near(None)) == ["x0", "x1"]


def test_codes_of_different_documents_are_never_together() -> None:
    assert co_occurrence(study((0, *turn(3), "t"), (1, *turn(0), "r")), Near(9)).empty


@given(PLACES, st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_nearness_agrees_with_sliding_a_window(places: list[tuple[int, int, int, str]], within: int) -> None:
    made = study(*places)
    windows = [
        {TURNS[i].span for i in range(first, min(first + within + 1, len(TURNS)))} | {document.id}
        for document in made.documents
        for first in range(max(1, len(TURNS) - within))
    ]

    def held(window: set[object]) -> set[str]:
        return {c.code for c in made.codings if c.document in window
                and any(isinstance(span, Span) and span.overlaps(c.span) for span in window)}  # fmt: skip

    holds = [held(window) for window in windows]
    together, t, r = (sum(wanted <= found for found in holds) for wanted in ({"t", "r"}, {"t"}, {"r"}))
    frame = co_occurrence(made, Near(within))
    assert len(frame) == bool(together)
    if together:
        row = frame.iloc[0]
        assert row[["together", "first", "second", "of all"]].tolist() == [together, t, r, len(windows)]
        assert row["lift"] == round(together / len(windows) / (t / len(windows) * r / len(windows)), 2)


# --- attributes ---


def test_a_crosstab_counts_cases_and_says_both_percentages() -> None:
    made = study((0, *turn(1), "t"), (1, *turn(1), "t"), (1, *turn(2), "t"), (2, *turn(2), "t"))
    frame = crosstab(made, "size").set_index(["code path", "value"])
    assert frame.loc[("Time", "small"), ["with code", "without", "row %", "column %"]].tolist() == [2, 0, 66.7, 100.0]
    assert frame.loc[("Time", "large"), ["with code", "without", "row %", "column %"]].tolist() == [1, 1, 33.3, 50.0]
    assert isnan(frame.loc[("Trust", "small"), "row %"])


def test_a_case_not_yet_read_is_neither_with_nor_without() -> None:
    made = study((0, *turn(1), "t"), reached={"d0": 0, "d1": 0})
    row = crosstab(made, "size").set_index(["code path", "value"]).loc[("Time", "small")]
    assert row[["with code", "without", "not yet read"]].tolist() == [1, 0, 1]


def test_no_test_where_cases_share_words_or_are_too_few() -> None:
    shared = study((0, *turn(1), "t"), memberships=[Membership("d0", "k0"), Membership("d0", "k1", Span(3, 9))])
    found = association(shared, "size")
    assert found["p"].isna().all()
    assert "K0 and K1 share words of D0" in found["caveat"][0]
    few = association(study((0, *turn(1), "t"), reached={"d0": 0}), "size")
    assert few["p"].isna().all()
    assert "at least two" in few["caveat"][0]


def test_two_values_are_tested_exactly_and_the_caveat_says_that_cases_are_independent() -> None:
    found = association(study((0, *turn(1), "t"), (1, *turn(1), "t")), "size").set_index("code path")
    assert found.loc["Time", "p"] == pytest.approx(1 / 3)
    assert "independent" in found.loc["Time", "caveat"]
    assert "Only 4 cases" in found.loc["Time", "caveat"]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=4))
@settings(max_examples=30, deadline=None)
def test_p_agrees_with_going_through_every_table(rows: list[tuple[int, int]]) -> None:
    table = np.array(rows, np.int64)
    p, _ = exact(table)
    sizes, having = table.sum(axis=1).tolist(), int(table[:, 0].sum())
    if p is None:
        assert min(sizes) < 2 or having in (0, sum(sizes))
        return

    def every(left: int, of: list[int]) -> list[list[int]]:
        if len(of) == 1:
            return [[left]] if left <= of[0] else []
        return [[n, *more] for n in range(min(left, of[0]) + 1) for more in every(left - n, of[1:])]

    def weight(counts: list[int]) -> int:
        product = 1
        for n, size in zip(counts, sizes, strict=True):
            product *= comb(size, n)
        return product

    seen = weight(table[:, 0].tolist())
    likely = sum(found for counts in every(having, sizes) if (found := weight(counts)) <= seen) / comb(
        sum(sizes), having
    )
    assert p == pytest.approx(likely, abs=0.03 if len(rows) > 2 else 1e-9)
    if len(rows) == 2:
        assert p == pytest.approx(fisher_exact(table.T)[1])


def test_p_adjusted_after_holm_skips_what_was_not_tested() -> None:
    assert holm(np.array([0.01, np.nan, 0.04, 0.03])).tolist() == pytest.approx([0.03, np.nan, 0.06, 0.06], nan_ok=True)


def test_many_numbers_are_cut_in_two_at_their_median() -> None:
    cases = [Case(f"k{n}", f"K{n}", {"size": n}) for n in range(7)]
    frame = crosstab(study(cases=cases, attributes=[Attribute("size", AttributeType.NUMBER)]), "size")
    assert frame["value"].unique().tolist() == ["up to 3", "above 3"]


def test_pairs_of_codes_stand_once() -> None:
    frame = co_occurrence(study(*((0, *turn(1), code) for code in "tru")))
    assert {frozenset(pair) for pair in zip(frame["code path"], frame["with"], strict=True)} == {
        frozenset(pair) for pair in combinations(["Time", "Trust", "Unused"], 2)
    }
