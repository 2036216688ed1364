"""The Documents page without a browser: what is offered once files are chosen. Everybody in them is invented."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from coder.store import Project
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import open_project
from ui import settings
from ui.session import Session

TALK = "Aino: We began {0}.\n\nLeena: When?\n\nAino: In {0}.\n\nLeena: And then?\n"
ANSWERS = b"person,sector,What helped most?\nP1,care,They showed us how they did.\nP2,port,We began it all together.\n"
DICTIONARY = (
    b"Variable / Field Name,Field Type,Field Label\nperson,text,Who\nsector,text,Sector\nWhat helped most?,notes,Help\n"
)


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import documents

    documents.show()


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(settings.HOME, str(tmp_path / "settings"))
    Project.create(tmp_path / "study.redthread", title="Study", coder="Maija").close()
    return tmp_path / "study.redthread"


@pytest.fixture
def app(study: Path) -> AppTest:
    with open_project(study) as project:
        me = project.coders()[0].id
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["redthread"] = Session(project=str(study), coder=me)
    return run(app)


def run(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return run(app)


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    app.file_uploader[0].set_value([(name, content, "") for name, content in files])
    return run(app)


def turn_on(app: AppTest, label: str) -> AppTest:
    next(toggle for toggle in app.toggle if toggle.label == label).set_value(True)
    return run(app)


def pattern(app: AppTest, text: str) -> AppTest:
    next(field for field in app.text_input if field.label == "Case and attributes from the path").set_value(text)
    return run(app)


def texts(app: AppTest) -> str:
    return " ".join(text.value for text in (*app.text, *app.caption, *app.error, *app.warning)).replace("\\", "")


def notes() -> tuple[str, bytes]:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("Kide/a.txt", TALK.format("a"))
        made.writestr("Verso/b.txt", TALK.format("b"))
    return "notes.zip", content.getvalue()


def test_files_are_shown_as_they_would_be_and_come_in_with_one_button(app: AppTest, study: Path) -> None:
    with open_project(study) as project:
        import_documents(project, [Source("there.txt", TALK.format("there").encode)], coder=project.coders()[0].id)
    upload(app, ("new.txt", TALK.format("new").encode()), ("again.txt", TALK.format("there").encode()), ("x.txt", b""))
    assert "1 new document, 1 already there, 1 cannot be read" in texts(app)
    assert "the file is empty" in texts(app)
    shown = app.dataframe[0].value
    assert shown["result"].tolist() == ["= already there", "✓ can be read"]
    assert shown["turns"].tolist() == [4, 4]
    press(app, "Bring in 3 files")
    assert "2 files read, 1 refused" in [heading.value for heading in app.subheader]
    with open_project(study) as project:
        assert [document.name for document in project.documents()] == ["there.txt", "new.txt"]


def test_a_pattern_gives_the_cases_and_is_remembered_for_files_that_it_fits(app: AppTest, study: Path) -> None:
    upload(app, notes())
    assert "2 new documents" in texts(app)
    pattern(app, "{name}")
    assert "names no {case}" in texts(app)
    pattern(app, "{case}/{name}")
    assert "2 new documents, 2 cases" in texts(app)
    assert app.dataframe[0].value["case"].tolist() == ["Kide", "Verso"]
    press(app, "Bring in 2 files")
    with open_project(study) as project:
        assert [case.name for case in project.cases()] == ["Kide", "Verso"]
    assert settings.load().pattern == "{case}/{name}"
    upload(app, ("plain.txt", TALK.format("plain").encode()))
    assert "" in [field.value for field in app.text_input]
    assert "1 new document" in texts(app)
    upload(app, notes())
    assert "{case}/{name}" not in texts(app)


def test_a_table_that_names_the_files_gives_their_cases(app: AppTest) -> None:
    upload(app, notes())
    app.file_uploader[1].set_value(("files.csv", b"file,case,region\na.txt,Satama,Savo\n", ""))
    run(app)
    shown = app.dataframe[0].value
    assert shown["case"].tolist() == ["", "Satama"]
    assert shown["known of it"].tolist() == ["", "region: Savo"]
    assert "the table does not name it" in shown["remarks"].tolist()
    app.file_uploader[1].set_value(("files.csv", b"a,b\n1,2\n", ""))
    run(app)
    assert "the table must have a column 'file'" in texts(app)


def test_all_or_nothing_brings_nothing_in_where_a_file_is_refused(app: AppTest, study: Path) -> None:
    upload(app, ("a.txt", TALK.format("a").encode()), ("x.txt", b""))
    turn_on(app, "All or nothing")
    press(app, "Bring in 2 files")
    assert "0 files read, 1 refused, 1 left out" in [heading.value for heading in app.subheader]
    assert "Nothing was brought in" in texts(app)
    with open_project(study) as project:
        assert project.documents() == []


def test_meetings_in_one_file_are_parted_where_that_is_asked_for(app: AppTest, study: Path) -> None:
    year = "# Notes\n\n" + "".join(f"## 2026-0{n}-07\n\nPresent: Aino\n\n- We met {n} times.\n\n" for n in (1, 2, 3))
    upload(app, ("year.md", year.encode()))
    assert "1 new document" in texts(app)
    turn_on(app, "Make a document of each dated meeting")
    assert len(app.dataframe[0].value) >= 3
    press(app, "Bring in 1 file")
    with open_project(study) as project:
        assert [document.date for document in project.documents()][-3:] == ["2026-01-07", "2026-02-07", "2026-03-07"]


def test_the_columns_of_a_table_of_answers_can_be_chosen_otherwise(app: AppTest, study: Path) -> None:
    upload(app, ("answers.csv", ANSWERS))
    assert "Understood as a plain table, 2 rows" in texts(app)
    assert app.dataframe[0].value["becomes"].tolist() == ["case", "attribute", "open answer"]
    assert "P1 will read:" in texts(app)
    app.button_group[-1].set_value("One document a question")
    run(app)
    press(app, "Bring in 1 document")
    with open_project(study) as project:
        assert [document.name for document in project.documents()] == ["What helped most?"]
        assert [case.name for case in project.cases()] == ["P1", "P2"]


def test_a_dictionary_beside_a_table_is_no_table_of_answers(app: AppTest) -> None:
    upload(app, ("answers.csv", ANSWERS), ("dictionary.csv", DICTIONARY))
    assert "Understood as REDCap, 2 rows, read with dictionary.csv" in texts(app)
    assert app.dataframe[0].value["question"].tolist() == ["Who", "Sector", "Help"]


def test_of_several_tables_the_rest_stays_when_one_was_brought_in(app: AppTest, study: Path) -> None:
    upload(app, ("one.csv", ANSWERS), ("two.csv", ANSWERS.replace(b"\nP", b"\nQ")))
    assert app.selectbox[-1].label == "Table"
    press(app, "Bring in 2 documents")
    app.selectbox[-1].select_index(1)
    run(app)
    press(app, "Bring in 2 documents")
    with open_project(study) as project:
        assert [case.name for case in project.cases()] == ["P1", "P2", "Q1", "Q2"]


def test_settings_of_an_earlier_redthread_are_kept(study: Path, tmp_path: Path) -> None:
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "settings.json").write_text('{"recent": ["a.redthread"], "names": {}, "name": "Maija"}')
    assert settings.load() == settings.Settings(recent=["a.redthread"], name="Maija")


def test_the_sheet_with_the_answers_can_be_chosen(app: AppTest, study: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["A cover and nothing else"])
    answers = book.create_sheet("Answers")
    for line in ANSWERS.decode().splitlines():
        answers.append(line.split(","))
    content = BytesIO()
    book.save(content)
    upload(app, ("answers.xlsx", content.getvalue()))
    assert "read from the sheet 'Answers'; left out: Sheet" in texts(app)
    box = next(box for box in app.selectbox if box.label == "Sheet")
    assert box.options == ["Sheet", "Answers"]
    box.set_value("Answers")
    press(run(app), "Bring in 2 documents")
    with open_project(study) as project:
        assert [document.name for document in project.documents()] == ["P1", "P2"]


@pytest.mark.parametrize("content", [b"", b"one,two\n", b"PK\x03\x04"])
def test_a_table_that_is_none_is_told(app: AppTest, study: Path, content: bytes) -> None:
    upload(app, ("answers.xlsx" if content[:2] == b"PK" else "answers.csv", content))
    assert "answers." in texts(app)
    with open_project(study) as project:
        assert project.documents() == []
