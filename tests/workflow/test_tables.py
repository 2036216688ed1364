"""Tables of a project: whose reading counts, what stands behind a number, and the same from Python and the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from coder import open_project
from coder.cli import app
from coder.errors import UnknownItem
from coder.model import Coding, DocumentKind, Span
from coder.model.choices import ExportKind, Measure, PictureKind
from coder.store import Project
from coder.tables import INTERVIEWER
from coder.tables.contrasts import CaseGroup
from coder.workflow.cases import add_case, assign
from coder.workflow.codings import code_span
from coder.workflow.contrasts import contrasted
from coder.workflow.documents import Source, change_document, import_documents, mark_read
from coder.workflow.framework import matrix
from coder.workflow.pictures import Options, picture
from coder.workflow.pictures import behind as behind_picture
from coder.workflow.projects import create_sample
from coder.workflow.tables import Filters, Question, behind, compared, passing, quotations, unread_documents
from tests.workflow.conftest import BOOK, TEXT

Find = Callable[[str], Span]
MEETING = "Chair: Who was there?\n\nBo: All of us.\n\nChair: And did it work?\n\nBo: It did.\n"


@pytest.fixture
def case(project: Project, document: str, me: str) -> str:
    made = add_case(project, "Kartano", coder=me)
    assign(project, document, made.id, coder=me)
    return made.id


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with create_sample(tmp_path_factory.mktemp("sample") / "sample.redthread") as project:
        yield project


def test_of_one_coders_codings_what_another_read_is_not_yet_read(
    project: Project, document: str, case: str, coded: Coding, me: str, someone: Callable[..., str], span_of: Find
) -> None:
    eero = someone("Eero")
    mark_read(project, document, 10_000, coder=me)
    code_span(project, document, span_of("all nine homes"), "together", coder=eero)
    assert compared(project, Question()).loc["Kartano", "Obstacles / No time"] == 0
    assert compared(project, Question(layer=me)).loc["Kartano", "Obstacles / No time"] == 0
    assert pd.isna(compared(project, Question(layer=eero)).loc["Kartano", "Obstacles / No time"])
    assert [unread_documents(project, layer) for layer in ("", me, eero)] == [0, 0, 1]


def test_tables_and_matrix_agree_on_what_is_read(
    project: Project, document: str, case: str, me: str, span_of: Find
) -> None:
    # Coded by hand at its very end: whoever did it had the whole text before them.
    code_span(project, document, span_of("but no time was given."), "time", coder=me)
    assert compared(project, Question()).loc["Kartano", "Paths / Together"] == 0
    assert matrix(project).cells[case, "paths"].words == "read, and absent"


def test_filters_narrow_as_one_would_in_the_whole_table(sample: Project) -> None:
    whole, codebook = quotations(sample), sample.codebook()
    for family in [code for code in codebook.codes if code.parent is None]:
        below = {codebook.path(code) for code in codebook.branch(family.id)}
        narrowed = quotations(sample, Filters(codes=[family.id]))
        pd.testing.assert_frame_equal(narrowed, whole[whole["code path"].isin(below)].reset_index(drop=True))
    for column, by in (("case id", "cases"), ("document id", "documents"), ("coder", "coders")):
        for value in whole[column].dropna().unique():
            narrowed = quotations(sample, Filters(**{by: [value]}))
            pd.testing.assert_frame_equal(narrowed, whole[whole[column] == value].reset_index(drop=True))
    said = quotations(sample, Filters(words=" The MANAGER "))
    assert 0 < len(said) < len(whole)
    held = whole["quotation"].str.lower().str.contains("the manager", regex=False)
    pd.testing.assert_frame_equal(said, whole[held].reset_index(drop=True))


def test_the_first_rows_are_those_of_the_whole_table(sample: Project) -> None:
    found = passing(sample, Filters())
    first, whole = quotations(sample, codings=found[:50]), quotations(sample)
    assert set(first["coding id"]) == {coding.id for coding in found[:50]}
    kept = whole[whole["coding id"].isin(first["coding id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, kept)


def test_behind_a_number_with_the_codes_below_stand_their_quotations(
    project: Project, document: str, case: str, coded: Coding, me: str, span_of: Find
) -> None:
    code_span(project, document, span_of("all nine homes"), "transfer", coder=me)
    question = Question(whole=True)
    assert compared(project, question).loc["Kartano"].fillna(-1).to_dict() == {
        "Paths": 2, "Paths / Together": 1, "Paths / Transfer": 1, "Obstacles / No time": -1,
    }  # fmt: skip
    assert behind(project, question, "Paths", "Kartano")["quotation"].tolist() == [
        "We began together", "all nine homes"
    ]  # fmt: skip
    assert len(behind(project, Question(), "Paths / Together", "Kartano")) == 1
    options = Options(whole=True)
    assert "Paths" in set(picture(project, PictureKind.HEATMAP, options).table["code path"])
    clicked = {"path": "Paths", "column": "Kartano"}
    assert len(behind_picture(project, PictureKind.HEATMAP, options, clicked)) == 2


def test_a_contrast_of_themes_takes_in_the_codes_below_them(
    project: Project, document: str, case: str, coded: Coding, me: str
) -> None:
    other = add_case(project, "Kide", coder=me).id
    groups = CaseGroup(cases=(case,)), CaseGroup(cases=(other,))
    themes = contrasted(project, *groups, whole=True)
    row = themes.table.set_index("code path").loc["Paths"]
    assert (row["codings (first)"], row["codings (second)"]) == (1, 0)
    assert themes.quotations("paths")[0]["quotation"].tolist() == ["We began together"]
    assert "Paths" not in set(contrasted(project, *groups).table["code path"])


def test_whoever_leads_a_meeting_is_no_interviewer(project: Project, document: str, me: str, span_of: Find) -> None:
    (report,) = import_documents(project, [Source("meeting.txt", MEETING.encode)], coder=me)
    change_document(project, report.document or "", kind=DocumentKind.MEETING_NOTES, coder=me)
    code_span(project, report.document or "", Span(7, 21), "time", coder=me)
    code_span(project, document, span_of("How did it begin?"), "time", coder=me)
    table = compared(project, Question(ExportKind.ROLES))
    assert table.loc["Obstacles / No time"].to_dict() == {INTERVIEWER: 1, "interviewed": 0, "in a meeting": 1}
    assert behind(project, Question(ExportKind.ROLES), "Obstacles / No time", "in a meeting")["quotation"].tolist() == [
        "Who was there?"
    ]
    assert compared(project, Question(ExportKind.SPEAKERS)).loc["Obstacles / No time", "Chair"] == 1


def test_the_terminal_and_python_count_alike(tmp_path: Path) -> None:
    path, to = tmp_path / "study.redthread", tmp_path / "table.csv"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        with project.change("begin", coder=None) as change:
            change.save_codebook(BOOK)
        (report,) = import_documents(project, [Source("interview.txt", TEXT.encode)], coder=me)
        assign(project, report.document or "", add_case(project, "Kartano", coder=me).id, coder=me)
        for words, code in (("all nine homes", "transfer"), ("Nobody had", "together"), ("no time", "time")):
            start = TEXT.index(words)
            code_span(project, report.document or "", Span(start, start + len(words)), code, coder=me)
    found = open_project(path)
    calls = {
        ("--kind", "cases", "--measure", "coded words"): found.case_by_code(Measure.WORDS, whole=True),
        ("--kind", "roles"): found.by_role(whole=True),
        ("--kind", "co-occurrence", "--within", "2"): found.co_occurrence(2, whole=True, layer="maija"),
    }
    for words, frame in calls.items():
        told = CliRunner().invoke(app, ["export", str(path), "--to", str(to), "--with-below", *words])
        assert told.exit_code == 0, told.output
        written = pd.read_csv(to)
        assert len(written) == len(frame) > 0
        assert set(map(str, frame.columns)) <= set(written.columns)
    with pytest.raises(UnknownItem, match="nobody's codings go by the name 'Nobody'"):
        found.crosstab(layer="Nobody")
