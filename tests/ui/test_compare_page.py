from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from coder.formats.tables import TABLE_WRITERS
from coder.model.choices import ExportKind, Measure
from coder.store import Project
from coder.workflow.cases import add_attribute, add_case, assign, set_value
from coder.workflow.tables import Question, as_file, behind, compared
from tests.workflow.study import code_document, fill
from ui.session import Session

TABLES = [kind for kind in ExportKind if kind is not ExportKind.QUOTATIONS]


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import compare

    compare.show()


def quotations_page() -> None:
    """The same for the page of quotations."""
    from ui.screens import quotations

    quotations.show()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four interviews in as many cases, two of a size, of which the last is not yet read."""
    path = tmp_path_factory.mktemp("compared") / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=4)
        add_attribute(project, "size", coder=me)
        for number, document in enumerate(project.documents()):
            case = add_case(project, f"Home {number}", coder=me)
            set_value(project, case.id, "size", "small" if number % 2 else "large", coder=me)
            assign(project, document.id, case.id, coder=me)
        for document in project.documents()[:-1]:
            code_document(project, document.id, me)
    return path


@pytest.fixture
def visit(study: Path) -> Callable[[Question], AppTest]:
    def visited(question: Question) -> AppTest:
        app = AppTest.from_function(page, default_timeout=60)
        with Project.open(study) as project:
            app.session_state["redthread"] = Session(
                project=str(study), coder=project.coders()[0].id, question=question
            )
        app.run()
        assert not app.exception
        return app

    return visited


@pytest.mark.parametrize("kind", TABLES)
def test_every_table_is_drawn_and_can_be_taken_along(visit: Callable[[Question], AppTest], kind: ExportKind) -> None:
    app = visit(Question(kind, attribute="size", within=3))
    shown = app.dataframe[0].value
    assert len(shown)
    assert {"Paths / Together", "Together"} & set(shown.iloc[:, 0])
    assert TABLES[app.selectbox[0].value] is kind


@pytest.mark.parametrize("kind", TABLES)
def test_a_cell_is_as_many_quotations_as_it_says(study: Path, kind: ExportKind) -> None:
    question = Question(kind, attribute="size", within=3)
    with Project.open(study) as project:
        table = compared(project, question)
        if kind is ExportKind.CO_OCCURRENCE:
            assert len(behind(project, question, table["code path"][0], table["with"][0]))
        elif kind is ExportKind.CROSSTAB:
            row = table[table["with code"] > 0].iloc[0]
            assert behind(project, question, row["code path"], row["value"])["case"].nunique() == row["with code"]
        else:
            table = table.T if kind is ExportKind.CASES else table
            for path in table.index:
                for column in table.columns:
                    counted = 0 if table[column].isna()[path] else table.loc[path, column]
                    assert len(behind(project, question, path, column)) == counted


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("suffix", TABLE_WRITERS)
def test_every_table_is_written_as_every_file(study: Path, kind: ExportKind, suffix: str) -> None:
    read = {".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": pd.read_parquet}[suffix]
    question = Question(kind, within=3)
    with Project.open(study) as project:
        found = read(BytesIO(as_file(project, suffix, question)))
        expected = compared(project, question)
    assert len(found) == len(expected)
    assert set(map(str, expected.columns)) <= set(found.columns)


def test_what_is_not_yet_read_is_no_zero(visit: Callable[[Question], AppTest]) -> None:
    app = visit(Question())
    assert app.dataframe[0].value["Home 3"].isna().all()
    assert any("1 document not yet read" in caption.value for caption in app.caption)


def test_choices_are_kept(visit: Callable[[Question], AppTest]) -> None:
    app = visit(Question())
    app.selectbox[0].set_value(TABLES.index(ExportKind.KINDS)).run()
    app.selectbox[1].set_value(list(Measure).index(Measure.BINARY)).run()
    assert not app.exception
    asked = app.session_state["redthread"].question
    assert asked == replace(Question(), kind=ExportKind.KINDS, measure=Measure.BINARY)


def test_without_attributes_the_page_says_where_to_note_them(tmp_path: Path) -> None:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=1)
        code_document(project, project.documents()[0].id, me)
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["redthread"] = Session(project=str(path), coder=me, question=Question(ExportKind.CROSSTAB))
    app.run()
    assert not app.exception
    assert app.button[0].label == "To the cases"


def test_of_many_quotations_a_browser_gets_the_first_and_the_files_all(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.screens.quotations._MOST", 5)
    app = AppTest.from_function(quotations_page, default_timeout=60)
    with Project.open(study) as project:
        many, last = len(project.codings()), project.codings()[-1]
        app.session_state["redthread"] = Session(project=str(study), coder=project.coders()[0].id)
    app.run()
    assert not app.exception
    assert (
        f"The first 5 rows of {many} quotations are shown. Filters look through all, and files hold all."
        in captions(app)
    )
    assert len(app.dataframe[0].value) == 5
    app.multiselect[2].select(last.document).run()
    assert set(app.dataframe[0].value["document"]) == {app.multiselect[2].options[-2]}


def captions(app: AppTest) -> list[str]:
    return [each.value for each in app.caption]
