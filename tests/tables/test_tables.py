"""Tables counted by hand, and agreeing with each other."""

import re
from dataclasses import replace

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

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
    Memo,
    Span,
    Turn,
    TurnKind,
    text_hash,
)
from coder.model.choices import Measure
from coder.tables import NO_CASE, Material, case_by_code, case_words, clock, quotations

TEXT = "Ada: one two three four\n\nBo: five six\n\nEnd of recording"
TURNS = (
    Turn(Span(5, 23), speaker="Ada", start_ms=4_000),
    Turn(Span(29, 37), speaker="Bo", start_ms=3_723_000),
    Turn(Span(39, 55), kind=TurnKind.FOOTER),
)
BOOK = Codebook("b", "Book", (Code("o", "Obstacles", codable=False), Code("t", "Time", "o"), Code("r", "Trust", "o")))


def document(id: str, name: str) -> Document:
    return Document(id, name, DocumentKind.INTERVIEW, text_hash(TEXT), 8, len(TEXT), text=TEXT)


def coding(id: str, doc: str, start: int, end: int, code: str, coder: str = "c1") -> Coding:
    return Coding(id, doc, Anchor.on(TEXT, Span(start, end)), code, coder, created="2026-01-02T00:00:00.000Z")


def material(*codings: Coding, memberships: tuple[Membership, ...] = ()) -> Material:
    return Material(
        title="Study",
        documents=[document("d1", "One"), document("d2", "Two")],
        turns={"d1": TURNS, "d2": TURNS},
        codebook=BOOK,
        codings=codings,
        coders=[Coder("c1", "Aino"), Coder("c2", "Birk")],
        cases=[Case("k1", "Kartano", {"workplaces": 9}), Case("k2", "Kide")],
        attributes=[Attribute("workplaces")],
        memberships=memberships,
        memos=[Memo("m", "coding", "x1", "c1", "look again")],
    )


WHOLE = (Membership("d1", "k1"), Membership("d2", "k2"))


def test_a_row_says_where_the_quotation_comes_from() -> None:
    frame = quotations(material(coding("x1", "d1", 9, 33, "t"), memberships=WHOLE))
    row = frame.iloc[0]
    assert row["quotation"] == TEXT[9:33]
    assert row[["project", "case", "document", "speaker", "time", "code", "code path", "coder", "memo"]].tolist() == [
        "Study", "Kartano", "One", "Ada; Bo", "0:00:04", "Time", "Obstacles / Time", "Aino", "look again",
    ]  # fmt: skip
    assert row["case: workplaces"] == 9
    assert list(frame.columns[:4]) == ["project", "case", "case: workplaces", "document"]


def test_rows_stand_in_the_order_of_documents_and_places() -> None:
    frame = quotations(
        material(coding("c", "d2", 5, 8, "t"), coding("b", "d1", 9, 12, "t"), coding("a", "d1", 5, 8, "r"))
    )
    assert frame["coding id"].tolist() == ["a", "b", "c"]


def test_a_document_with_two_cases_gives_each_its_part() -> None:
    parts = (Membership("d1", "k1", Span(0, 25)), Membership("d1", "k2", Span(25, 55)))
    frame = quotations(material(coding("a", "d1", 5, 8, "t"), coding("b", "d1", 29, 33, "t"), memberships=parts))
    assert frame[["coding id", "case"]].to_numpy().tolist() == [["a", "Kartano"], ["b", "Kide"]]


def test_a_project_without_codings_gives_an_empty_table_with_all_columns() -> None:
    frame = quotations(material())
    assert frame.empty
    assert "case: workplaces" in frame.columns
    assert case_by_code(material()).to_numpy().tolist() == [[0, 0], [0, 0]]


def test_words_under_two_codings_of_a_code_count_once() -> None:
    twice = material(
        coding("a", "d1", 5, 18, "t"), coding("b", "d1", 9, 23, "t", coder="c2"), coding("c", "d1", 29, 33, "t"),
        memberships=WHOLE,
    )  # fmt: skip
    assert case_by_code(twice, Measure.CODINGS).loc["Kartano", "Obstacles / Time"] == 3
    assert case_by_code(twice, Measure.WORDS).loc["Kartano", "Obstacles / Time"] == 5
    assert case_by_code(twice, Measure.DOCUMENTS).loc["Kartano", "Obstacles / Time"] == 1
    assert case_by_code(twice, Measure.PER_THOUSAND).loc["Kartano", "Obstacles / Time"] == round(5000 / 6, 1)


def test_a_footer_is_no_word_of_a_case() -> None:
    assert case_words(material(memberships=WHOLE)) == {"Kartano": 6, "Kide": 6}


def test_quotations_of_documents_without_a_case_have_a_row_of_their_own() -> None:
    table = case_by_code(material(coding("a", "d1", 5, 8, "t"), memberships=WHOLE[1:]))
    assert table.loc[NO_CASE].tolist() == [1, 0]


def test_times_are_written_as_a_clock() -> None:
    assert [clock(None), clock(0), clock(59_999), clock(3_723_000)] == [None, "0:00:00", "0:00:59", "1:02:03"]


@given(st.lists(st.tuples(st.sampled_from(["d1", "d2"]), st.integers(0, 50), st.integers(1, 20)), max_size=12))
def test_coded_words_agree_with_counting_every_character(places: list[tuple[str, int, int]]) -> None:
    spans = [(doc, start, min(start + length, len(TEXT))) for doc, start, length in places if start < len(TEXT)]
    codings = [coding(str(n), doc, start, end, "t") for n, (doc, start, end) in enumerate(spans)]
    table = case_by_code(material(*codings, memberships=WHOLE), Measure.WORDS)
    for name, doc in (("Kartano", "d1"), ("Kide", "d2")):
        covered = {i for d, start, end in spans if d == doc for i in range(start, end)}
        said = (
            range(turn.span.start + word.start(), turn.span.start + word.end())
            for turn in TURNS[:2]
            for word in re.finditer(r"\S+", turn.span.of(TEXT))
        )
        assert table.loc[name, "Obstacles / Time"] == sum(not covered.isdisjoint(word) for word in said)


def test_a_case_gets_only_its_own_words_of_a_quotation_that_goes_beyond_it() -> None:
    parts = (Membership("d1", "k1", Span(5, 23)), Membership("d1", "k2", Span(29, 37)))
    made = material(coding("a", "d1", 0, 55, "t"), memberships=parts)
    table = case_by_code(made, Measure.WORDS)["Obstacles / Time"]
    assert table.to_dict() == {"Kartano": 4, "Kide": 2}
    assert case_words(made) == {"Kartano": 4, "Kide": 2, NO_CASE: 6}
    assert case_by_code(made, Measure.PER_THOUSAND).loc["Kartano", "Obstacles / Time"] == 1000


def test_a_quotation_over_two_stretches_of_a_case_stands_in_one_row() -> None:
    parts = (Membership("d1", "k1", Span(5, 8)), Membership("d1", "k1", Span(29, 33)))
    made = material(coding("a", "d1", 5, 37, "t"), memberships=parts)
    assert quotations(made)["case"].tolist() == ["Kartano"]
    assert case_by_code(made, Measure.WORDS).loc["Kartano", "Obstacles / Time"] == 2


def test_a_case_may_bear_the_name_of_the_row_for_none() -> None:
    made = replace(material(coding("a", "d1", 5, 8, "t")), cases=[Case("k1", NO_CASE)])
    assert case_by_code(made, Measure.WORDS).loc[NO_CASE, "Obstacles / Time"] == 1


def test_the_table_agrees_with_counting_the_long_form() -> None:
    made = material(
        *(coding(str(n), "d1" if n % 3 else "d2", 5 + n, 20, "t" if n % 2 else "r") for n in range(10)),
        memberships=WHOLE,
    )
    counted = pd.crosstab(quotations(made)["case"], quotations(made)["code path"])
    table = case_by_code(made)
    assert table.loc[counted.index, counted.columns].to_numpy().tolist() == counted.to_numpy().tolist()
