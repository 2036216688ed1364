"""A project of another program brought in on the Project page, and the project given away."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import ui
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project, open_project
from tests.formats.refi_files import packed, selection, source, xml
from ui import settings
from ui.assistant import Activity, Status
from ui.resources import PROJECT

APP = Path(ui.__file__).with_name("app.py")


class Idle:
    """An assistant with nothing to do."""

    status = Status(Activity.READY)


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of Maija's that a new tab opens."""
    path = tmp_path / "talks.redthread"
    with create_project(path, title="Talks", coder="Maija") as project:
        import_documents(project, [Source("talk.txt", "Bo: Yes.\n".encode)], coder=project.coders()[0].id)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(settings.HOME, str(tmp_path / "settings"))
    monkeypatch.setenv(PROJECT, str(path))
    monkeypatch.setattr("ui.parts.activity.assistant", Idle)
    return path


def test_a_study_is_shown_with_its_losses_then_brought_in(study: Path) -> None:
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    lost = '<PictureSource guid="77777777-7777-4777-8777-777777777777" name="map.jpg"/>'
    content = packed(xml(source(selection(6, 24)) + lost))
    app.file_uploader[0].set_value(("other.qdpx", content, "application/zip")).run()
    assert not app.exception
    frames = [frame.value.to_string() for frame in app.dataframe]
    assert any("codings" in frame and "documents" in frame for frame in frames)
    assert any("pictures" in frame and "map.jpg" in frame for frame in frames)
    next(button for button in app.button if button.label == "Bring it in").click().run()
    assert not app.exception
    with open_project(study) as project:
        assert [coding.quotation for coding in project.codings()] == ["We began together."]


def test_the_project_is_given_away_with_what_is_lost(study: Path) -> None:
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    next(button for button in app.button if button.label == "Make the file").click().run()
    assert not app.exception
    assert any("roles of coders" in frame.value.to_string() for frame in app.dataframe)


def test_a_project_of_another_program_becomes_one_of_its_own(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROJECT, "")
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    app.file_uploader[0].set_value(("other.qdpx", packed(xml(source(selection(6, 24)))), "application/zip")).run()
    assert any("1 coding" in text.value for text in app.text)
    next(field for field in app.text_input if field.key == "begin from name").set_value("Leena").run()
    next(button for button in app.button if button.label == "Create project from it").click().run()
    assert not app.exception
    made = [path for path in tmp_path.glob("*.redthread") if path != study]
    assert len(made) == 1
    with open_project(made[0]) as project:
        assert project.coders()[0].name == "Leena"
        assert [coding.quotation for coding in project.codings()] == ["We began together."]
    assert any(metric.label == "Codings" and metric.value == "1" for metric in app.metric)
