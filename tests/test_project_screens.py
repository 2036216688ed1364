"""The app without a browser: projects begun, opened, left; documents and cases; errors told in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import ui
from coder.formats import read_codebook
from coder.store import schema
from coder.workflow.codebooks import add_code
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project, open_project, shipped_codebooks
from ui import settings
from ui.assistant import Activity, Status
from ui.resources import PROJECT
from ui.session import Session

APP = Path(ui.__file__).with_name("app.py")
TALK = "Aino: We began together.\n\nLeena: There was no time.\n\nAino: Never?\n\nLeena: Never.\n"
NAME = "Your name, as it stands beside your codings"


class Idle:
    """An assistant with nothing to do."""

    status = Status(Activity.READY)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer on which Redthread was never used."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv(settings.HOME, str(tmp_path / "settings"))
    monkeypatch.setenv(PROJECT, "")
    monkeypatch.setattr("ui.parts.activity.assistant", Idle)
    return home


@pytest.fixture
def study(home: Path) -> Path:
    """A project of Maija's with a document, elsewhere on the computer."""
    path = home / "talks.redthread"
    with create_project(path, title="Talks", coder="Maija") as project:
        import_documents(project, [Source("talk.txt", TALK.encode)], coder=project.coders()[0].id)
    return path


def tab(**address: str) -> AppTest:
    """A new tab on the app."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def fill(app: AppTest, label: str, text: str) -> AppTest:
    next(field for field in app.text_input if field.label == label).set_value(text)
    return app


def opened(path: Path | str) -> AppTest:
    return press(fill(tab(), "Path of a project file", str(path)), "Open")


def screen(name: str) -> None:
    """What AppTest runs for one page: the page alone, without the frame."""
    from importlib import import_module

    import_module(f"ui.screens.{name}").show()


def visit(study: Path, name: str, **state: object) -> AppTest:
    """A page with this study open, as its owner."""
    with open_project(study) as project:
        owner = project.coders()[0].id
    app = AppTest.from_function(screen, default_timeout=60, args=(name,))
    app.session_state["redthread"] = Session(project=str(study), coder=owner)
    for key, value in state.items():
        app.session_state[key.replace("_", " ")] = value
    app.run()
    assert not app.exception
    return app


def errors(app: AppTest) -> str:
    return " ".join(error.value.replace("\\", "") for error in app.error)


def title(app: AppTest) -> str:
    return app.title[0].value


# --- beginning -------------------------------------------------------------------------------------


def test_a_project_is_made_with_the_codebook_that_was_chosen(home: Path) -> None:
    app = fill(fill(tab(), "Title", "Five networks: 1/2"), NAME, "Maija")
    assert title(app) == "Redthread"
    next(box for box in app.selectbox if box.label == "Codebook to begin with").set_value("patient-experience")
    press(app, "Create project")
    assert title(app).replace("\\", "") == "Five networks: 1/2"
    with open_project(home / "five-networks-1-2.redthread") as project:
        assert (project.title, [coder.name for coder in project.coders()]) == ("Five networks: 1/2", ["Maija"])
        book = shipped_codebooks()["patient-experience"]
        assert project.codebook() == read_codebook(book.name, book.read_bytes())
    assert any("bring in your transcripts" in text.value for text in app.text)


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "C:\\study", "\x00", ""])
def test_a_title_never_leads_out_of_the_folder(home: Path, name: str) -> None:
    press(fill(fill(tab(), "Title", name), NAME, "Maija"), "Create project")
    (made,) = home.glob("*.redthread")
    assert made.parent == home
    assert ".." not in made.name


def test_a_project_that_is_there_is_not_overwritten(home: Path) -> None:
    (home / "study.redthread").write_text("mine")
    app = press(fill(fill(tab(), "Title", "Study"), NAME, "Maija"), "Create project")
    assert "study.redthread is there already" in errors(app)
    assert title(app) == "Redthread"
    assert (home / "study.redthread").read_text() == "mine"


@pytest.mark.parametrize(
    ("label", "text", "words"),
    [("Folder for the project file", "/nowhere/at/all", "nowhere"), (NAME, "  ", "name")],
)
def test_a_project_that_cannot_be_made_is_told(home: Path, label: str, text: str, words: str) -> None:
    app = press(fill(fill(tab(), "Title", "Study"), label, text), "Create project")
    assert words in errors(app)
    assert title(app) == "Redthread"
    assert list(home.glob("*.redthread")) == []


def _foreign(path: Path) -> None:
    path.write_bytes(b"no project at all")


def _future(path: Path) -> None:
    create_project(path, title="Study", coder="Maija").close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")


def _damaged(path: Path) -> None:
    create_project(path, title="Study", coder="Maija").close()
    content = bytearray(path.read_bytes())
    content[100:8000] = b"\xff" * 7900
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "study.redthread"),
        (_foreign, "study.redthread"),
        (_future, "update Redthread"),
        (_damaged, "study.redthread"),
        (Path.mkdir, "study.redthread"),
    ],
    ids=["missing", "foreign", "of the future", "damaged", "a folder"],
)
def test_what_cannot_be_opened_is_told_in_words(home: Path, make: Callable[[Path], object], words: str) -> None:
    make(home / "study.redthread")
    app = opened(home / "study.redthread")
    assert words in errors(app)
    assert title(app) == "Redthread"
    assert settings.load().recent == []


def test_the_sample_is_made_once_and_opened_again(home: Path) -> None:
    app = press(tab(), "Open the sample project")
    assert "invented sample" in title(app)
    assert {metric.label: metric.value for metric in app.metric}["Documents"] == "20"
    press(app, "Close the project")
    made = (home / "learning-networks.redthread").stat().st_mtime_ns
    assert "invented sample" in title(press(app, "Open the sample project"))
    assert (home / "learning-networks.redthread").stat().st_mtime_ns == made


def test_settings_that_are_damaged_are_begun_anew(tmp_path: Path, study: Path) -> None:
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "settings.json").write_text('{"recent": 7}')
    assert title(opened(study)) == "Talks"
    assert settings.load().recent == [str(study)]


# --- opened ----------------------------------------------------------------------------------------


def test_a_new_tab_opens_what_was_opened_last_until_that_is_closed(study: Path) -> None:
    first = opened(study)
    assert title(tab()) == "Talks"
    assert title(press(first, "Close the project")) == "Redthread"
    assert title(again := tab()) == "Redthread"
    assert title(press(again, "talks")) == "Talks"


def test_a_link_to_a_document_opens_the_project_that_holds_it(home: Path, study: Path) -> None:
    opened(study)
    create_project(home / "other.redthread", title="Other", coder="Bo").close()
    press(tab(), "Close the project")
    assert title(opened(home / "other.redthread")) == "Other"
    with open_project(study) as project:
        document = project.documents()[0].id
    assert title(tab(document="unknown")) == "Other"
    assert title(tab(document=document)) == "Talks"


def test_a_project_that_goes_away_meanwhile_is_told_and_left(study: Path) -> None:
    app = opened(study)
    study.rename(study.with_suffix(".moved"))
    app.run()
    assert not app.exception
    assert "talks.redthread" in errors(app)
    assert title(app) == "Redthread"
    assert title(tab()) == "Redthread"


def test_a_coder_is_added_once_and_remembered(study: Path) -> None:
    app = opened(study)
    assert app.sidebar.selectbox[0].value == _coder(study, "Maija")
    press(fill(app, "Name of the new coder", "Bo"), "Add")
    assert app.sidebar.selectbox[0].value == _coder(study, "Bo")
    press(app, "Add")
    assert "a coder needs a name" in errors(app)
    press(fill(app, "Name of the new coder", "bo"), "Add")
    assert "there is a coder named bo already" in errors(app)
    assert tab().sidebar.selectbox[0].value == _coder(study, "Bo")


def _coder(study: Path, name: str) -> str:
    with open_project(study) as project:
        return project.coder_named(name).id


def test_undo_stands_beside_every_page_and_says_what_it_takes_back(study: Path) -> None:
    with open_project(study) as project:
        add_code(project, name="Time", coder=project.coders()[0].id)
    app = press(opened(study), "Undo")
    assert [toast.value.replace("\\", "") for toast in app.toast] == ["Taken back: add code Time"]
    press(app, "Redo")
    assert "Made again" in app.toast[0].value
    with open_project(study) as project:
        assert [code.name for code in project.codebook().codes] == ["Time"]


def test_the_file_is_checked_when_asked(study: Path) -> None:
    app = opened(study)
    press(app, "Check that the file is sound")
    assert "Sound" in app.success[0].value
    with closing(sqlite3.connect(study)) as connection, connection:
        connection.execute("UPDATE text SET content = replace(content, 'Never', 'Often')")
    press(app, "Check that the file is sound")
    assert "altered" in errors(app)


# --- documents and cases ---------------------------------------------------------------------------


def test_files_are_read_with_a_report_and_known_again(study: Path) -> None:
    app = visit(study, "documents")
    app.file_uploader[0].set_value(
        [("new.txt", TALK.replace("Never", "Often").encode(), "text/plain"), ("bad.docx", b"PK", "")]
    )
    app.run()
    press(app, "Bring in 2 files")
    assert "1 file read, 1 refused" in [heading.value for heading in app.subheader]
    assert "bad.docx" in errors(app)
    with open_project(study) as project:
        assert [document.name for document in project.documents()] == ["talk.txt", "new.txt"]
    press(app, "Put this report away")
    app.file_uploader[0].set_value([("again.txt", TALK.encode(), "text/plain")]).run()
    press(app, "Bring in 1 file")
    assert app.dataframe[0].value["result"].tolist() == ["= already there"]


def test_the_name_of_a_case_that_cannot_be_is_told(study: Path) -> None:
    app = visit(study, "documents", documents_view="Cases")
    for name, words in (("Kartano", ""), ("kartano", "kartano"), ("", "name")):
        next(field for field in app.text_input if field.label == "Name of the case").set_value(name)
        press(app, "Add it")
        assert words in errors(app)
        assert bool(app.error) == bool(words)
    with open_project(study) as project:
        assert [case.name for case in project.cases()] == ["Kartano"]


def test_a_case_table_that_is_none_is_told(study: Path) -> None:
    app = visit(study, "documents", documents_view="Cases")
    app.file_uploader[0].set_value(("cases.csv", b"case,region\nKide,Uusimaa\nKide,Savo\n", "text/csv")).run()
    assert not app.exception
    assert "Kide" in errors(app)
    with open_project(study) as project:
        assert project.cases() == []


@pytest.mark.parametrize("page", ["project", "documents", "coding", "codebook", "quotations", "compare", "review"])
def test_an_empty_project_says_on_every_page_what_to_do(home: Path, page: str) -> None:
    create_project(home / "empty.redthread", title="Empty", coder="Maija").close()
    app = visit(home / "empty.redthread", page)
    assert not app.error
    assert app.info or any(word in text.value for text in app.text for word in ("Next", "yet"))


def test_what_was_done_stands_newest_first_and_all_of_it_where_it_is_asked_for(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_project(study) as project:
        for number in range(10):
            add_code(project, name=f"One | two {number}", coder=project.coders()[0].id)
    monkeypatch.setenv(PROJECT, str(study))
    app = tab()
    told = next(text.value for text in app.markdown if text.value.startswith("| when"))
    assert told.count("\n") == 9
    assert r"One \| two 9" in told.splitlines()[2]
    app.toggle(key="whole history").set_value(True).run()
    whole = app.dataframe[0].value["what"].tolist()
    assert "One | two 9" in whole[0]
    assert len(whole) > 10
