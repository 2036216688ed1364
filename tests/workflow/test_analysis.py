"""A project for analysts: DataFrames in Python, and views in SQL that say the same."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from coder import open_project
from coder.errors import CodingError, InvalidValue, NotAProject
from coder.model import AttributeType, Code, Codebook, Coder, Origin, Span
from coder.model.choices import ExportKind, Measure
from coder.model.framework import RowKind
from coder.store import Project
from coder.store.views import VIEWS
from coder.workflow.cases import add_attribute, add_case, assign, set_value
from coder.workflow.codings import code_span, refuse_suggestion, write_memo
from coder.workflow.documents import Source, import_documents, remove_document
from coder.workflow.framework import write_summary
from coder.workflow.tables import Question, compared

CAPTIONS = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Aino>We began together 😀 all nine homes.

01:02:03.500 --> 01:02:08.000
<v Berit>Then there was no time, never.

01:03:00.000 --> 01:03:09.000
<v Aino>Nobody carried it on.
"""
NOTES = "No name stands before this paragraph, and no time.\n\nAnother paragraph of the notes.\n"
BOOK = Codebook(
    "b",
    "Book",
    (
        Code("paths", "Paths", codable=False),
        Code("together", "Together", parent="paths", brief="They began together."),
        Code("time", "No time"),
    ),
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two documents and a removed one, in two cases and in none, coded across turns by two coders, with memos."""
    path = tmp_path_factory.mktemp("analysed") / "study.redthread"
    with Project.create(path, title="An invented study", coder="Maija") as project:
        me = project.coders()[0].id
        with project.change("begin", coder=None) as change:
            change.save_codebook(BOOK)
            change.save_coder(Coder("antti", "Antti"))
        files = {"Captions.vtt": CAPTIONS, "Notes.txt": NOTES, "Removed.txt": "A removed document, coded.\n"}
        import_documents(project, [Source(name, text.encode) for name, text in files.items()], coder=me)
        captions, notes, removed = (document.id for document in project.documents())
        add_attribute(project, "homes", AttributeType.NUMBER, coder=me)
        add_attribute(project, "region", coder=me)
        ahti, ilta = (add_case(project, name, coder=me).id for name in ("Ahti", "Ilta"))
        set_value(project, ahti, "homes", "9", coder=me)
        set_value(project, ilta, "region", "Kainuu", coder=me)
        text = project.document(captions).text
        middle = text.index("Nobody")
        assign(project, captions, ahti, coder=me)
        assign(project, captions, ilta, span=Span(middle, len(text)), coder=me)
        long = code_span(project, captions, Span(3, middle + 5), "together", coder=me)
        write_memo(project, long.id, "goes on and on", coder=me)
        write_memo(project, long.id, "I agree", coder="antti")
        code_span(project, captions, Span(0, 8), "time", coder="antti", origin=Origin.SUGGESTION, model="m", score=0.7)
        code_span(project, captions, Span(middle, middle + 6), "time", coder=me)
        code_span(project, notes, Span(0, 7), "together", coder=me)
        code_span(project, removed, Span(2, 9), "together", coder=me)
        refuse_suggestion(project, notes, Span(0, 7), "time", coder=me, probability=0.4)
        refuse_suggestion(project, removed, Span(0, 7), "time", coder=me, probability=0.4)
        remove_document(project, removed, coder=me)
    return path


def view(path: Path, name: str) -> pd.DataFrame:
    """A view as any program reads it."""
    with closing(sqlite3.connect(path)) as connection:
        return pd.read_sql_query(f"SELECT * FROM {name}", connection)


def same(one: pd.DataFrame, other: pd.DataFrame, by: list[str]) -> None:
    """The columns that both have hold the same, whatever the order of rows and the types of empty columns."""
    one = one.rename(columns=lambda name: name.replace(" ", "_"))
    shared = [name for name in one.columns if name in other.columns]
    assert len(shared) > len(by)
    lists = [
        frame[shared].astype(object).where(frame[shared].notna(), None).sort_values(by).to_numpy().tolist()
        for frame in (one, other)
    ]
    assert lists[0] == lists[1]


def test_quotations_are_the_same_in_sql_and_in_python(study: Path) -> None:
    python, sql = open_project(study).quotations(), view(study, "quotations")
    assert len(sql) == 6
    same(python, sql, ["coding_id", "case_id"])
    lacking = {name.replace(" ", "_") for name in python.columns} - set(sql.columns)
    assert lacking == {"words", "case:_homes", "case:_region"}
    long = sql[sql["memo"].notna()]
    assert set(long["memo"]) == {"goes on and on\n\nI agree"}
    assert set(long["speaker"]) == {"Aino; Berit"}
    assert set(long["case"]) == {"Ahti", "Ilta"}
    assert set(sql["time"].dropna()) == {"0:00:01", "1:03:00"}


def test_positions_in_sql_are_code_points_of_the_text_in_sql(study: Path) -> None:
    texts = view(study, "documents").set_index("document_id")["text"]
    for row in view(study, "codings").itertuples():
        assert texts[row.document_id][row.start : row.end] == row.quotation


def test_codings_documents_codes_and_cases_are_the_same_in_sql_and_in_python(study: Path) -> None:
    project = open_project(study)
    same(project.codings(), view(study, "codings"), ["coding_id"])
    same(project.documents(), view(study, "documents"), ["document_id"])
    same(project.codebook(), view(study, "codes"), ["code_id"])
    wide = view(study, "case_attributes").pivot(index="case", columns="attribute", values="value")
    cases = project.cases().set_index("case")
    assert wide.loc["Ahti", "homes"] == cases.loc["Ahti", "case: homes"] == 9
    assert wide.loc["Ilta", "region"] == cases.loc["Ilta", "case: region"] == "Kainuu"
    assert view(study, "case_documents").groupby("case")["document_id"].nunique().to_dict() == dict(cases["documents"])


def test_decisions_and_the_journal_can_be_read_in_sql(study: Path) -> None:
    assert view(study, "decisions")[["code_path", "outcome", "coder"]].to_numpy().tolist() == [
        ["No time", "refused", "Maija"]
    ]
    entries = view(study, "journal_entries")
    with Project.open(study) as project:
        journal = project.journal()
    assert list(entries["hash"]) == [entry.hash for entry in journal]
    assert list(entries["changes"]) == [len(entry.changes) for entry in journal]


@pytest.mark.parametrize("name", VIEWS)
def test_what_was_removed_is_in_no_view_but_the_journal(study: Path, name: str) -> None:
    assert name == "journal_entries" or "Removed" not in view(study, name).to_csv()


def test_a_code_is_named_by_its_path_and_a_case_and_coder_by_name(study: Path) -> None:
    project = open_project(study)
    assert set(project.quotations(codes=["paths"])["code"]) == {"Together"}
    assert set(project.quotations(cases=["ilta"], coders=["Maija"])["code"]) == {"Together", "No time"}
    for wrong in ({"codes": ["Nothing"]}, {"cases": ["Nobody"]}, {"coders": ["Nobody"]}):
        with pytest.raises(CodingError, match="No"):
            project.quotations(**wrong)


def test_every_table_is_that_of_the_page_compare(study: Path) -> None:
    analysis = open_project(study)
    with Project.open(study) as project:
        for kind, found in {
            ExportKind.CASES: analysis.case_by_code("coded words"),
            ExportKind.SPEAKERS: analysis.by_speaker("coded words"),
            ExportKind.KINDS: analysis.by_kind("coded words"),
            ExportKind.TIMELINE: analysis.timeline(measure="coded words"),
            ExportKind.MEETINGS: analysis.by_date(measure="coded words"),
            ExportKind.CROSSTAB: analysis.crosstab(),
            ExportKind.CO_OCCURRENCE: analysis.co_occurrence(),
        }.items():
            pd.testing.assert_frame_equal(found, compared(project, Question(kind, measure=Measure.WORDS)))
    assert set(analysis.association("region")["attribute"]) == {"region"}


def test_groups_of_cases_are_named_or_told_by_an_attribute(study: Path) -> None:
    analysis = open_project(study)
    named, told = analysis.contrasts(["Ahti"], ["Ilta"]), analysis.contrasts(["Kainuu"], by="region")
    assert set(named["code path"]) == {"Paths / Together", "No time"}
    counts = named.set_index("code path")[["codings (first)", "codings (second)"]]
    assert counts.loc["No time"].tolist() == [2, 1]
    assert counts.loc["Paths / Together"].tolist() == [1, 1]
    assert set(told["first"]) == {"region: Kainuu"}
    with pytest.raises(CodingError, match="no case is named 'Nobody'"):
        analysis.contrasts(["Nobody"])


def test_the_framework_is_one_row_a_cell(study: Path) -> None:
    with Project.open(study) as project:
        me, code = project.coders()[0].id, project.codebook().at("No time").id
        document = project.documents()[0].id
        write_summary(project, RowKind.DOCUMENT, document, code, "There never was.", coder=me)
    frame = open_project(study).framework("document")
    assert list(frame["summary"].dropna()) == ["There never was."]
    assert list(open_project(study).framework("document", under="Paths")["code path"].unique()) == ["Paths / Together"]


def test_a_measure_or_a_file_that_there_is_not_is_refused_with_what_would_work(study: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="'words' is none of: codings, documents, coded words"):
        open_project(study).case_by_code("words")
    with pytest.raises(NotAProject, match="there is no file"):
        open_project(tmp_path / "none.redthread")


def test_a_project_is_read_without_being_written(study: Path) -> None:
    with Project.open(study) as project:
        before = project.revision
    analysis = open_project(str(study))
    analysis.quotations(), analysis.framework(), analysis.case_by_code()
    with Project.open(study) as project:
        assert project.revision == before


def test_importing_the_package_loads_nothing_that_is_slow() -> None:
    program = "import coder, sys; print(sorted({'pandas', 'numpy', 'sqlite3', 'typer'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
