"""The framework matrix at work: filled, gone stale with what changed, fresh again, taken along."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import docx
import openpyxl
import pandas as pd
import pytest

from coder.errors import NotAllowed, StaleEdit, UnknownFormat, UnknownItem
from coder.model import AttributeType, Coding, Role, Span
from coder.model.framework import CellState, MatrixCell, RowKind
from coder.store import Project
from coder.workflow.cases import add_attribute, add_case, assign, set_value
from coder.workflow.codebooks import change_code
from coder.workflow.codings import change_code_of, change_extent, code_span, remove_coding, undo
from coder.workflow.corrections import correct, preview_correction
from coder.workflow.documents import Source, import_documents, mark_read
from coder.workflow.framework import WRITERS, as_file, look_again, matrix, pin, unpin, what_changed, write_summary

SUMMARY = "All nine homes began at one table."


@pytest.fixture
def case(project: Project, document: str, me: str) -> str:
    made = add_case(project, "Kartano", coder=me)
    assign(project, document, made.id, coder=me)
    return made.id


@pytest.fixture
def cell(project: Project, case: str) -> Callable[..., MatrixCell]:
    """How a cell of the case stands, by default under Together."""

    def look(code: str = "together") -> MatrixCell:
        return matrix(project, under="paths" if code in ("together", "transfer") else None).cells[case, code]

    return look


@pytest.fixture
def written(project: Project, case: str, coded: Coding, me: str) -> Coding:
    write_summary(project, RowKind.CASE, case, "together", SUMMARY, coder=me)
    return coded


def test_a_cell_is_filled_and_emptied(
    project: Project, case: str, me: str, cell: Callable[..., MatrixCell], written: Coding
) -> None:
    found = cell()
    assert (found.state, found.summary, found.coder) == (CellState.WRITTEN, SUMMARY, "Maija")
    assert [quotation.text for quotation in found.quotations] == ["We began together"]
    assert found.quotations[0].source == "interview.txt · Aino"
    write_summary(project, RowKind.CASE, case, "together", "  ", coder=me)
    assert cell().state is CellState.QUOTATIONS
    assert project.framework_cells(RowKind.CASE) == []
    undo(project, coder=me)
    assert cell().summary == SUMMARY
    assert project.verify() == []


def test_a_theme_takes_in_the_codes_below_it(
    project: Project, case: str, coded: Coding, me: str, span_of: Callable[[str], Span]
) -> None:
    code_span(project, coded.document, span_of("there was no time"), "time", coder=me)
    themes = matrix(project)
    assert [column.name for column in themes.columns] == ["Paths", "Obstacles"]
    assert [len(themes.cells[case, code].quotations) for code in ("paths", "obstacles")] == [1, 1]
    below = matrix(project, under="paths")
    assert [column.name for column in below.columns] == ["Together", "Transfer"]
    assert [len(below.cells[case, code].quotations) for code in ("together", "transfer")] == [1, 0]


def test_a_coding_added_beneath_makes_it_stale_and_undo_fresh(
    project: Project, me: str, cell: Callable[..., MatrixCell], written: Coding, span_of: Callable[[str], Span]
) -> None:
    code_span(project, written.document, span_of("Nobody had a ready model"), "together", coder=me)
    assert cell().state is CellState.STALE
    assert cell().words == "stale: 1 coding added"
    assert what_changed(project, cell()) == ("Coding added: “Nobody had a ready model” (interview.txt · Aino)",)
    undo(project, coder=me)
    assert cell().state is CellState.WRITTEN


def test_a_coding_removed_beneath_is_told_with_its_words(
    project: Project, me: str, cell: Callable[..., MatrixCell], written: Coding
) -> None:
    remove_coding(project, written.id, coder=me)
    assert cell().state is CellState.STALE
    assert what_changed(project, cell()) == ("Coding removed: “We began together”",)
    undo(project, coder=me)
    assert cell().state is CellState.WRITTEN


def test_a_coding_moved_to_another_code_is_told_with_where_it_went(
    project: Project, me: str, cell: Callable[..., MatrixCell], written: Coding
) -> None:
    change_code_of(project, written.id, "time", coder=me)
    assert what_changed(project, cell()) == ("Coding no longer here, now Obstacles / No time: “We began together”",)


def test_a_coding_that_covers_other_words_makes_it_stale(
    project: Project, me: str, cell: Callable[..., MatrixCell], written: Coding, span_of: Callable[[str], Span]
) -> None:
    change_extent(project, written.id, span_of("We began together, all nine homes"), coder=me)
    assert what_changed(project, cell()) == (
        "Coding changed, now Paths / Together: “We began together, all nine homes”",
    )


def test_another_definition_makes_it_stale_and_undo_fresh(
    project: Project, me: str, cell: Callable[..., MatrixCell], written: Coding
) -> None:
    change_code(project, "together", definition="Began at one table, all of them.", coder=me)
    assert cell().words == "stale: definition changed"
    assert what_changed(project, cell()) == ("Definition changed: Paths / Together",)
    undo(project, coder=me)
    assert cell().state is CellState.WRITTEN


def test_a_text_corrected_makes_it_stale_and_undo_fresh(
    project: Project, me: str, cell: Callable[..., MatrixCell], written: Coding
) -> None:
    text = project.document(written.document).text
    corrected = text.replace("How did it begin?", "How did it begin, then?")
    correct(project, preview_correction(project, written.document, corrected), coder=me)
    assert cell().words == "stale: text corrected"
    assert what_changed(project, cell()) == ("Text corrected: interview.txt",)
    undo(project, coder=me)
    assert cell().state is CellState.WRITTEN


def test_a_text_that_comes_to_the_case_makes_it_stale(
    project: Project, case: str, me: str, cell: Callable[..., MatrixCell], written: Coding
) -> None:
    (report,) = import_documents(project, [Source("minutes.txt", lambda: b"Bo: We said nothing of that.\n")], coder=me)
    assign(project, report.document or "", case, coder=me)
    assert what_changed(project, cell()) == ("Text that was not there: minutes.txt",)


def test_what_still_holds_is_fresh_until_the_next_change(
    project: Project, case: str, me: str, cell: Callable[..., MatrixCell], written: Coding,
    span_of: Callable[[str], Span],
) -> None:  # fmt: skip
    code_span(project, written.document, span_of("all nine homes"), "together", coder=me)
    seen = cell().basis
    code_span(project, written.document, span_of("Nobody had a ready model"), "together", coder=me)
    look_again(project, RowKind.CASE, case, "together", coder=me, basis=seen)
    # What came while the researcher looked was not looked at.
    assert what_changed(project, cell()) == ("Coding added: “Nobody had a ready model” (interview.txt · Aino)",)
    look_again(project, RowKind.CASE, case, "together", coder=me)
    assert (cell().state, cell().summary) == (CellState.WRITTEN, SUMMARY)
    with pytest.raises(UnknownItem, match="no summary in this cell yet"):
        look_again(project, RowKind.CASE, case, "transfer", coder=me)


def test_quotations_are_pinned_in_the_order_of_pinning(
    project: Project, case: str, me: str, cell: Callable[..., MatrixCell], coded: Coding, span_of: Callable[[str], Span]
) -> None:
    later = code_span(project, coded.document, span_of("Nobody had a ready model"), "together", coder=me)
    for coding in (later, coded, later):
        pin(project, RowKind.CASE, case, "together", coding.id, coder=me)
    assert [quotation.coding for quotation in cell().pinned] == [later.id, coded.id]
    assert cell().state is CellState.QUOTATIONS
    unpin(project, RowKind.CASE, case, "together", later.id, coder=me)
    assert [quotation.coding for quotation in cell().quotations] == [coded.id, later.id]
    with pytest.raises(UnknownItem, match="not pinned"):
        unpin(project, RowKind.CASE, case, "together", later.id, coder=me)
    with pytest.raises(UnknownItem, match="does not lie under the cell"):
        pin(project, RowKind.CASE, case, "transfer", coded.id, coder=me)
    unpin(project, RowKind.CASE, case, "together", coded.id, coder=me)
    assert project.framework_cells(RowKind.CASE) == []


def test_absent_is_told_from_not_yet_read(
    project: Project, document: str, me: str, cell: Callable[..., MatrixCell], coded: Coding
) -> None:
    assert cell("transfer").state is CellState.UNREAD
    mark_read(project, document, len(project.document(document).text) // 2, coder=me)
    assert (cell("transfer").state, cell("transfer").unread) == (CellState.UNREAD, 1)
    mark_read(project, document, len(project.document(document).text), coder=me)
    assert cell("transfer").state is CellState.ABSENT


def test_a_case_without_texts_is_not_yet_read(project: Project, me: str, case: str) -> None:
    empty = add_case(project, "Kide", coder=me)
    assert matrix(project).cells[empty.id, "paths"].state is CellState.UNREAD


def test_suggestions_that_wait_are_counted_where_they_lie(
    project: Project, case: str, document: str, span_of: Callable[[str], Span]
) -> None:
    waiting = [(document, span_of("all nine homes"), "together"), (document, span_of("no time"), "time")]
    found = matrix(project, waiting=waiting).cells
    assert found[case, "paths"].waiting == 1
    assert found[case, "paths"].words == "not yet read; 1 suggested"


def test_rows_are_documents_and_speakers_too(project: Project, document: str, coded: Coding, me: str) -> None:
    by_document = matrix(project, RowKind.DOCUMENT, under="paths")
    assert [(row.id, row.name) for row in by_document.rows] == [(document, "interview.txt")]
    by_speaker = matrix(project, RowKind.SPEAKER, under="paths")
    assert [row.name for row in by_speaker.rows] == ["Interviewer", "Aino"]
    counts = [len(by_speaker.cells[name, "together"].quotations) for name in ("Interviewer", "Aino")]
    assert counts == [0, 1]
    for kind, row in ((RowKind.DOCUMENT, document), (RowKind.SPEAKER, "Aino")):
        write_summary(project, kind, row, "together", SUMMARY, coder=me)
        assert matrix(project, kind, under="paths").cells[row, "together"].summary == SUMMARY


def test_rows_stand_in_the_order_of_an_attribute(project: Project, me: str) -> None:
    add_attribute(project, "homes", AttributeType.NUMBER, coder=me)
    for name, homes in (("A", "12"), ("B", ""), ("C", "9")):
        set_value(project, add_case(project, name, coder=me).id, "homes", homes, coder=me)
    assert [row.name for row in matrix(project).rows] == ["A", "B", "C"]
    ordered = matrix(project, order_by="homes").rows
    assert [(row.name, row.value) for row in ordered] == [("C", "9"), ("A", "12"), ("B", "")]


def test_nobody_overwrites_what_another_wrote_meanwhile(
    project: Project, case: str, me: str, someone: Callable[..., str], cell: Callable[..., MatrixCell], written: Coding
) -> None:
    birk = someone("Birk")
    write_summary(project, RowKind.CASE, case, "together", "Two homes began.", coder=birk, seen=SUMMARY)
    with pytest.raises(StaleEdit, match="Birk changed this summary meanwhile"):
        write_summary(project, RowKind.CASE, case, "together", "All ten.", coder=me, seen=SUMMARY)
    assert (cell().summary, cell().coder) == ("Two homes began.", "Birk")


def test_a_reader_changes_nothing_and_nothing_stands_nowhere(
    project: Project, case: str, me: str, someone: Callable[..., str]
) -> None:
    with pytest.raises(NotAllowed):
        write_summary(project, RowKind.CASE, case, "together", "x", coder=someone("Reader", Role.READER))
    with pytest.raises(UnknownItem, match="no case with the id nowhere"):
        write_summary(project, RowKind.CASE, "nowhere", "together", "x", coder=me)


# --- taken along -----------------------------------------------------------------------------------


@pytest.fixture
def told(project: Project, case: str, me: str, written: Coding, span_of: Callable[[str], Span]) -> Project:
    """A stale cell with a pinned quotation, one that begins like a formula, and one that is read and absent."""
    pin(project, RowKind.CASE, case, "together", written.id, coder=me)
    write_summary(project, RowKind.CASE, case, "together", '=HYPERLINK("http://x")\nSecond line', coder=me)
    code_span(project, written.document, span_of("all nine homes"), "together", coder=me)
    mark_read(project, written.document, 10_000, coder=me)
    return project


def test_a_workbook_holds_summaries_comments_and_every_quotation(told: Project) -> None:
    book = openpyxl.load_workbook(BytesIO(as_file(matrix(told, under="paths"), ".xlsx")))
    sheet = book["Framework"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["case", "Paths / Together", "Paths / Transfer"],
        ["Kartano", '=HYPERLINK("http://x")\nSecond line\n\n[stale: 1 coding added]', "[read, and absent]"],
    ]
    assert sheet["B2"].data_type == "s"
    assert sheet["B2"].quotePrefix
    assert sheet["B2"].comment.text == "“We began together”\ninterview.txt · Aino"
    assert sheet.freeze_panes == "B2"
    rows = [[cell.value for cell in row][:5] for row in book["Quotations"].iter_rows()]
    assert rows == [
        ["case", "column", "pinned", "quotation", "source"],
        ["Kartano", "Paths / Together", "yes", "We began together", "interview.txt · Aino"],
        ["Kartano", "Paths / Together", "no", "all nine homes", "interview.txt · Aino"],
    ]


def test_a_word_document_holds_the_table_and_pinned_quotations_as_comments(told: Project) -> None:
    page = docx.Document(BytesIO(as_file(matrix(told, under="paths"), ".docx")))
    assert page.sections[0].page_width > page.sections[0].page_height
    (table,) = page.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Case", "Paths / Together", "Paths / Transfer"],
        ["Kartano", '=HYPERLINK("http://x")\nSecond line\n⚠ stale: 1 coding added', "∅ read, and absent"],
    ]
    (comment,) = page.comments
    assert [paragraph.text for paragraph in comment.paragraphs] == [
        "“We began together”", "interview.txt · Aino · Paths / Together"
    ]  # fmt: skip
    assert (comment.author, comment.initials) == ("Maija", "M")
    assert "1 cell is stale" in page.paragraphs[1].text


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_kind_of_file_is_written_for_every_kind_of_row(told: Project, suffix: str) -> None:
    for kind in RowKind:
        assert as_file(matrix(told, kind), suffix)


def test_as_a_table_each_cell_is_a_row(told: Project) -> None:
    frame = pd.read_parquet(BytesIO(as_file(matrix(told, under="paths"), ".parquet")))
    assert frame[["case", "code path", "state"]].to_numpy().tolist() == [
        ["Kartano", "Paths / Together", "stale"],
        ["Kartano", "Paths / Transfer", "read, absent"],
    ]
    assert frame["changed since"].fillna("").tolist() == ["1 coding added", ""]
    with pytest.raises(UnknownFormat, match=r"cannot write a matrix as \.pdf; known: \.xlsx"):
        as_file(matrix(told), ".pdf")
