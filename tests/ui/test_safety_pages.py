"""Backups and merging without a browser: made, put back, previewed, settled, merged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coder.model import Code, Codebook, Coder
from coder.store import Project
from coder.workflow.backups import Why, back_up, backups
from coder.workflow.codebooks import change_code
from coder.workflow.projects import open_project
from ui.session import Session


def backups_page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import safety

    safety.show()


def merge_page() -> None:
    from ui.screens import copies

    copies.show()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project, project.change("begin", coder=None) as change:
        change.save_codebook(Codebook("b", "Study", (Code("trust", "Trust", definition="As it was."),)))
        change.save_coder(Coder("bo", "Bo"))
    return path


def at(page: object, path: Path, coder: str = "Maija") -> AppTest:
    test = AppTest.from_function(page, default_timeout=30)  # type: ignore[arg-type]
    with open_project(path) as project:
        test.session_state["redthread"] = Session(project=str(path), coder=project.coder_named(coder).id)
    return test.run()


def press(test: AppTest, label: str) -> AppTest:
    next(button for button in test.button if button.label == label).click()
    test.run()
    assert not test.exception
    return test


def define(path: Path, words: str) -> None:
    with open_project(path) as project:
        change_code(project, "trust", coder=project.coders()[0].id, definition=words)


def definition(path: Path) -> str:
    with open_project(path) as project:
        return project.codebook().code("trust").definition


def test_a_backup_is_made_listed_and_counted(study: Path) -> None:
    page = at(backups_page, study)
    assert page.metric[0].value == "0"
    page = press(page, "Make a backup now")
    assert page.metric[0].value == "1"
    assert [backup.why for backup in backups(study)] == [Why.BY_HAND]
    press(page, "Check the whole file")
    assert "Sound" in page.success[0].value


def test_backups_by_themselves_are_switched_off_and_on(study: Path) -> None:
    page = at(backups_page, study)
    page.toggle[0].set_value(False).run()
    with open_project(study) as project:
        assert project.setting("backups.off") == "yes"
    page.toggle[0].set_value(True).run()
    with open_project(study) as project:
        assert project.setting("backups.off") is None


def test_a_backup_is_put_back_and_the_state_before_is_the_newest_backup(study: Path) -> None:
    back_up(study)
    define(study, "Changed since.")
    page = at(backups_page, study)
    page.session_state[f"backups 1 {backups(study)[0].path.name}"] = {"selection": {"rows": [0], "columns": []}}
    press(page.run(), "Put this backup back")
    assert definition(study) == "As it was."
    assert backups(study)[0].why is Why.BEFORE_RESTORE
    assert definition(backups(study)[0].path) == "Changed since."


def test_a_coder_sees_the_backups_but_puts_none_back(study: Path) -> None:
    back_up(study)
    page = at(backups_page, study, "Bo")
    assert any("owner" in caption.value for caption in page.caption)


def test_a_copy_is_previewed_settled_and_merged(study: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "study.redthread"
    other.parent.mkdir()
    shutil.copyfile(study, other)
    define(study, "Ours.")
    define(other, "Theirs.")
    page = at(merge_page, study)
    page.text_input(key="path of the other copy").set_value(str(other)).run()
    assert not page.exception
    (choice,) = (radio for radio in page.radio if radio.key != "prefer")
    assert choice.label.startswith("code Trust")
    assert choice.options == ["this project’s", "the other copy’s"]
    choice.set_value("ours").run()
    press(page, "Merge")
    assert definition(study) == "Ours."
    assert [backup.why for backup in backups(study)] == [Why.BEFORE_MERGE]
    assert "nothing to merge" in page.success[0].value
    assert definition(other) == "Theirs."


def test_a_coder_is_told_that_an_owner_merges(study: Path) -> None:
    page = at(merge_page, study, "Bo")
    assert "An owner" in page.info[0].value
    assert not page.text_input


def test_another_project_is_refused_with_what_would_work(study: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.redthread"
    Project.create(other, title="Another", coder="Bo").close()
    page = at(merge_page, study)
    page.text_input(key="path of the other copy").set_value(str(other)).run()
    assert "REFI" in page.error[0].value


def test_a_damaged_project_offers_its_backups_where_projects_are_opened(study: Path) -> None:
    def welcome() -> None:
        from ui.screens import project

        project.show()

    back_up(study)
    content = study.read_bytes()
    study.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    page = AppTest.from_function(welcome, default_timeout=30)
    page.session_state["redthread"] = Session(not_opened=str(study))
    page.run()
    (offered,) = (button for button in page.button if button.label.startswith("Put back that of"))
    offered.click()
    page.run()
    assert not page.exception
    assert definition(study) == "As it was."
