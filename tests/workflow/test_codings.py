from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import (
    CodebookConflict,
    InvalidValue,
    MalformedFile,
    NotAllowed,
    NothingToUndo,
    UnknownCode,
    UnknownItem,
)
from coder.model import Coding, Origin, Outcome, Role, Span
from coder.store import Project
from coder.workflow.codings import (
    change_code_of,
    change_extent,
    code_span,
    import_codings,
    place_of,
    redo,
    refuse_suggestion,
    remove_coding,
    take_suggestion,
    undo,
    write_memo,
)

SpanOf = Callable[[str], Span]


def test_a_coding_keeps_its_quotation_and_where_it_comes_from(
    project: Project, me: str, document: str, span_of: SpanOf
) -> None:
    coding = code_span(project, document, span_of("a ready model 😀"), "transfer", coder=me)
    assert project.coding(coding.id) == coding
    assert coding.quotation == "a ready model 😀"
    assert coding.anchor.after.startswith(" with them.")
    assert (coding.origin, coding.coder) == (Origin.HAND, me)
    assert coding.codebook_version == project.codebook().version


def test_codings_overlap_touch_and_differ_by_code_or_coder(
    project: Project, me: str, document: str, coded: Coding, someone: Callable[..., str]
) -> None:
    start, end = coded.span.start, coded.span.end
    for span, code, coder in [
        (Span(start, end - 2), "together", me),
        (Span(start + 2, end + 5), "together", me),
        (Span(end, end + 5), "together", me),
        (coded.span, "time", me),
        (coded.span, "together", someone("Leena")),
    ]:
        code_span(project, document, span, code, coder=coder)
    assert len(project.codings()) == 6


def test_an_equal_coding_is_given_instead_of_doubled(project: Project, me: str, document: str, coded: Coding) -> None:
    before = project.revision
    assert code_span(project, document, coded.span, "together", coder=me) == coded
    assert project.revision == before


def test_what_cannot_be_coded_is_refused(project: Project, me: str, document: str, coded: Coding) -> None:
    end = project.document(document).characters
    with pytest.raises(InvalidValue, match=r"lies outside interview\.txt"):
        code_span(project, document, Span(end - 1, end + 1), "time", coder=me)
    blank = project.document(document).text.index("\n\n")
    with pytest.raises(InvalidValue, match="nothing but white space"):
        code_span(project, document, Span(blank, blank + 2), "time", coder=me)
    with pytest.raises(CodebookConflict, match="only groups other codes; choose one below it"):
        code_span(project, document, coded.span, "obstacles", coder=me)
    with pytest.raises(UnknownCode):
        code_span(project, document, coded.span, "nowhere", coder=me)
    with pytest.raises(UnknownItem):
        code_span(project, "nowhere", coded.span, "time", coder=me)
    with pytest.raises(InvalidValue, match="another coding has the id"):
        code_span(project, document, coded.span, "time", coder=me, id=coded.id)
    assert project.codings() == [coded]


def test_an_unknown_coder_and_a_reader_code_nothing(
    project: Project, document: str, coded: Coding, someone: Callable[..., str]
) -> None:
    with pytest.raises(UnknownItem):
        code_span(project, document, coded.span, "time", coder="nobody")
    reader = someone("Leena", Role.READER)
    for verb in (
        lambda: code_span(project, document, coded.span, "time", coder=reader),
        lambda: remove_coding(project, coded.id, coder=reader),
        lambda: write_memo(project, coded.id, "Note", coder=reader),
        lambda: undo(project, coder=reader),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_a_repeated_operation_changes_nothing_whatever_happened_since(
    project: Project, me: str, document: str, span_of: SpanOf
) -> None:
    span = span_of("no time")
    made = code_span(project, document, span, "time", coder=me, id="c", operation="1")
    assert code_span(project, document, span, "time", coder=me, id="c", operation="1") == made
    remove_coding(project, "c", coder=me, operation="2")
    again = code_span(project, document, span, "time", coder=me, id="c", operation="1")
    assert (again.id, again.quotation) == ("c", "no time")
    remove_coding(project, "c", coder=me, operation="2")
    assert project.codings() == []


def test_a_suggestion_is_taken_in_one_change(project: Project, me: str, document: str, span_of: SpanOf) -> None:
    before = project.revision
    coding = take_suggestion(project, document, span_of("no time"), "time", coder=me, probability=0.8, model="m")
    assert project.revision == before + 1
    assert (coding.origin, coding.score, coding.model) == (Origin.SUGGESTION, 0.8, "m")
    (decision,) = project.decisions()
    assert (decision.outcome, decision.coding, decision.probability) == (Outcome.TAKEN, coding.id, 0.8)
    undo(project, coder=me)
    assert (project.codings(), project.decisions()) == ([], [])


def test_a_suggestion_taken_where_the_coding_stands_is_a_decision_only(
    project: Project, me: str, document: str, coded: Coding
) -> None:
    assert take_suggestion(project, document, coded.span, "together", coder=me, probability=0.9) == coded
    assert project.codings() == [coded]
    assert [decision.coding for decision in project.decisions()] == [coded.id]


def test_a_refusal_is_kept(project: Project, me: str, document: str, span_of: SpanOf) -> None:
    refuse_suggestion(project, document, span_of("no time"), "together", coder=me, probability=0.4, model="m")
    (decision,) = project.decisions()
    assert (decision.outcome, decision.code, decision.coding) == (Outcome.REFUSED, "together", None)
    with pytest.raises(UnknownCode):
        refuse_suggestion(project, document, span_of("no time"), "nowhere", coder=me)


def test_code_and_extent_of_a_coding_change(project: Project, me: str, coded: Coding, span_of: SpanOf) -> None:
    change_code_of(project, coded.id, "time", coder=me)
    change_extent(project, coded.id, span_of("began together, all nine homes"), coder=me)
    found = project.coding(coded.id)
    assert (found.code, found.quotation) == ("time", "began together, all nine homes")
    assert found.created == coded.created
    for _ in range(2):
        undo(project, coder=me)
    assert project.coding(coded.id) == coded


def test_a_change_to_what_stands_there_already_is_refused(
    project: Project, me: str, document: str, coded: Coding, span_of: SpanOf
) -> None:
    other = code_span(project, document, coded.span, "time", coder=me)
    shorter = code_span(project, document, span_of("began together"), "together", coder=me)
    with pytest.raises(InvalidValue, match="carry this code already"):
        change_code_of(project, other.id, "together", coder=me)
    with pytest.raises(InvalidValue, match="carry this code already"):
        change_extent(project, shorter.id, coded.span, coder=me)
    with pytest.raises(CodebookConflict):
        change_code_of(project, other.id, "paths", coder=me)


def test_changing_a_coding_to_what_it_is_changes_nothing(project: Project, me: str, coded: Coding) -> None:
    before = project.revision
    change_code_of(project, coded.id, "together", coder=me)
    change_extent(project, coded.id, coded.span, coder=me)
    assert project.revision == before


def test_coders_change_their_own_codings_and_the_owner_all(
    project: Project, me: str, document: str, coded: Coding, span_of: SpanOf, someone: Callable[..., str]
) -> None:
    leena = someone("Leena")
    for verb in (
        lambda: remove_coding(project, coded.id, coder=leena),
        lambda: change_code_of(project, coded.id, "time", coder=leena),
        lambda: change_extent(project, coded.id, span_of("no time"), coder=leena),
    ):
        with pytest.raises(NotAllowed, match="put your own code"):
            verb()
    hers = code_span(project, document, coded.span, "together", coder=leena)
    remove_coding(project, hers.id, coder=me)
    assert project.codings() == [coded]


def test_each_coder_has_one_memo_on_a_coding(
    project: Project, me: str, coded: Coding, someone: Callable[..., str]
) -> None:
    leena = someone("Leena")
    write_memo(project, coded.id, "First thought", coder=me)
    write_memo(project, coded.id, "Second thought", coder=me)
    write_memo(project, coded.id, "I see it otherwise", coder=leena)
    assert {(memo.coder, memo.text) for memo in project.memos(about="coding", target=coded.id)} == {
        (me, "Second thought"),
        (leena, "I see it otherwise"),
    }
    write_memo(project, coded.id, "  ", coder=me)
    assert [memo.coder for memo in project.memos()] == [leena]
    with pytest.raises(UnknownItem):
        write_memo(project, "nowhere", "x", coder=me)


def test_undo_and_redo_go_through_ones_own_changes(
    project: Project, me: str, document: str, coded: Coding, someone: Callable[..., str], span_of: SpanOf
) -> None:
    leena = someone("Leena")
    hers = code_span(project, document, span_of("no time"), "time", coder=leena)
    undo(project, coder=me)
    assert project.codings() == [hers]
    redo(project, coder=me)
    assert {coding.id for coding in project.codings()} == {coded.id, hers.id}
    with pytest.raises(NothingToUndo):
        redo(project, coder=me)


def test_an_undo_sent_twice_takes_back_one_change(project: Project, me: str, document: str, span_of: SpanOf) -> None:
    code_span(project, document, span_of("nine homes"), "together", coder=me)
    code_span(project, document, span_of("no time"), "time", coder=me)
    for _ in range(2):
        undo(project, coder=me, operation="u")
    assert [coding.quotation for coding in project.codings()] == ["nine homes"]
    for _ in range(2):
        redo(project, coder=me, operation="r")
    assert len(project.codings()) == 2


TABLE = """document,coder,code,quotation,memo
interview.txt,Aino (invented),Paths / Together,"We began together,  all
nine homes",Nothing ready
INTERVIEW.TXT,Aino (invented),no time,There never is.,
interview.txt,Leena (invented),Obstacles / No time,Then there was no time.,
interview.txt,Leena (invented),Obstacles / No time,We began together,
interview.txt,Leena (invented),Obstacles / No time,We began apart,
interview.txt,Leena (invented),Obstacles,nine homes,
interview.txt,Leena (invented),Money,nine homes,
lost.txt,Leena (invented),No time,nine homes,
interview.txt,,No time,nine homes,
interview.txt,Leena (invented),No time,,
"""


def test_a_table_of_codings_is_placed_and_what_cannot_be_is_said_with_its_row(project: Project, me: str) -> None:
    before = project.revision
    report = import_codings(project, "codings.csv", TABLE.encode(), coder=me)
    assert (report.added, report.known) == (3, 0)
    assert [(row.number, row.message) for row in report.refused] == [
        (5, "interview.txt: the quotation 'We began together' stands 2 times in it; make it longer"),
        (6, "interview.txt: the quotation 'We began apart' does not stand in it"),
        (7, "Obstacles only groups other codes; choose one below it"),
        (8, "no code at 'Money'"),
        (9, "no document named 'lost.txt'"),
        (10, "no coder is named"),
        (11, "interview.txt: the quotation is empty"),
    ]
    assert project.revision == before + 1
    names = {coder.id: (coder.name, coder.role) for coder in project.coders()}
    assert {(names[coding.coder], coding.code, coding.quotation) for coding in project.codings()} == {
        (("Aino (invented)", Role.CODER), "together", "We began together, all nine homes"),
        (("Aino (invented)", Role.CODER), "time", "There never is."),
        (("Leena (invented)", Role.CODER), "time", "Then there was no time."),
    }
    assert {coding.origin for coding in project.codings()} == {Origin.IMPORTED}
    assert [memo.text for memo in project.memos(about="coding")] == ["Nothing ready"]
    assert project.verify() == []


def test_a_table_of_codings_read_again_adds_nothing(project: Project, me: str) -> None:
    import_codings(project, "codings.csv", TABLE.encode(), coder=me)
    before = project.revision
    report = import_codings(project, "codings.csv", (TABLE + TABLE.partition("\n")[2]).encode(), coder=me)
    assert (report.added, report.known, len(report.refused)) == (0, 6, 14)
    assert project.revision == before


def test_a_table_of_codings_is_one_step_to_undo(project: Project, me: str) -> None:
    import_codings(project, "codings.csv", TABLE.encode(), coder=me)
    undo(project, coder=me)
    assert (project.codings(), project.memos()) == ([], [])


def test_a_code_name_that_two_codes_have_needs_its_path(project: Project, me: str) -> None:
    from coder.workflow.codebooks import add_code

    add_code(project, name="No time", parent="paths", coder=me)
    content = b"document,coder,code,quotation\ninterview.txt,A,No time,nine homes\n"
    (row,) = import_codings(project, "codings.csv", content, coder=me).refused
    assert row.message == "2 codes are named 'No time'; write the path: Obstacles / No time, Paths / No time"


def test_a_table_without_the_columns_of_codings_is_refused(project: Project, me: str) -> None:
    with pytest.raises(MalformedFile, match="no column 'code'"):
        import_codings(project, "codings.csv", b"document,coder,quotation\n", coder=me)


words = st.lists(st.sampled_from(["yes", "no", "😀", "é", "(a+b)", "\\"]), min_size=1, max_size=5)


@given(words, words, words, st.sampled_from([" ", "\n", " \t ", "\u00a0"]))
def test_a_quotation_is_placed_where_it_stands_or_not_at_all(
    before: list[str], inside: list[str], after: list[str], blank: str
) -> None:
    quotation = " ".join(inside)
    text = blank.join([*before, *inside, *after])
    places = [
        start
        for start in range(len(text))
        for end in range(start + 1, len(text) + 1)
        if text[start:end] == blank.join(inside)
    ]
    if len(places) == 1:
        assert place_of(quotation, text) == Span(places[0], places[0] + len(blank.join(inside)))
    else:
        with pytest.raises(InvalidValue, match=f"stands {len(places)} times"):
            place_of(quotation, text)


def test_letter_by_letter_goes_before_any_white_space() -> None:
    assert place_of("a b", "a  b, a b") == Span(6, 9)
