"""Backups beside the work, and a project file that is moved, replaced or damaged while a tab has it open."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coder.errors import NotAProject
from coder.store import Project
from coder.workflow.backups import backups
from coder.workflow.projects import open_project
from ui import keeping

APP = str(Path(__file__).parents[2] / "ui" / "app.py")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDTHREAD_HOME", str(tmp_path / "settings"))
    path = tmp_path / "study.redthread"
    Project.create(path, title="Study", coder="Maija").close()
    monkeypatch.setenv("REDTHREAD_PROJECT", str(path))
    return path


def app() -> AppTest:
    test = AppTest.from_file(APP, default_timeout=60).run()
    assert not test.exception
    return test


def errors(test: AppTest) -> str:
    return " ".join(error.value for error in test.error).replace("\\", "")


def kept(path: Path) -> bool:
    until = time.monotonic() + 20
    while not backups(path) and time.monotonic() < until:
        time.sleep(0.02)
    return bool(backups(path))


def test_a_backup_is_made_when_a_project_is_opened(study: Path) -> None:
    app()
    assert kept(study)


def test_why_a_backup_failed_is_told_once(study: Path) -> None:
    study.with_name("study.backups").write_text("in the way")
    keeping._keep(study, opening=True)
    assert "backups" in (keeping.begin(str(study)) or "")
    assert keeping.begin(str(study)) is None


def test_a_file_that_is_moved_away_is_told_and_opens_again_when_it_is_back(study: Path) -> None:
    page = app()
    assert kept(study)
    elsewhere = study.rename(study.with_name("elsewhere.redthread"))
    page.run()
    assert "may have been moved or renamed" in errors(page)
    elsewhere.rename(study)
    next(button for button in page.button if button.label.startswith("Try")).click()
    page.run()
    assert not page.error
    assert any("Study" in each.value for each in page.title)


def test_what_was_stored_last_and_lies_beside_a_moved_file_is_told(study: Path) -> None:
    with open_project(study) as project:
        with project.change("note", coder=None) as change:
            change.set_setting("word", "stored")
        elsewhere = study.rename(study.with_name("elsewhere.redthread"))
        with pytest.raises(NotAProject, match=r"study\.redthread-wal"):
            open_project(study)
        elsewhere.rename(study)
    with open_project(study) as project:
        assert project.setting("word") == "stored"


def test_another_project_in_its_place_is_told_and_not_coded_in(study: Path) -> None:
    page = app()
    assert kept(study)
    study.rename(study.with_name("elsewhere.redthread"))
    Project.create(study, title="Another", coder="Bo").close()
    page.run()
    assert "another project" in errors(page)
    with open_project(study) as project:
        assert project.revision == 1


def test_a_damaged_project_is_told_and_its_backup_put_back(study: Path) -> None:
    page = app()
    assert kept(study)
    content = study.read_bytes()
    study.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    for ending in ("-wal", "-shm"):
        study.with_name(study.name + ending).unlink(missing_ok=True)
    page.run()
    assert page.error
    (offered,) = (button for button in page.button if button.label.startswith("Put back that of"))
    offered.click()
    page.run()
    with open_project(study) as project:
        assert project.title == "Study"
        assert project.verify() == []
