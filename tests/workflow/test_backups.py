"""Backups are made beside the project, thin out, and can be put back, whatever became of the project meanwhile."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coder.errors import NotAllowed, NotAProject, ProjectError, ProjectUnavailable
from coder.model import Coder
from coder.store import Project
from coder.workflow import backups as verbs
from coder.workflow.backups import (
    Why,
    back_up,
    back_up_if_due,
    backups,
    folder_of,
    look_over,
    remove,
    restore,
    size,
    switch,
    thin,
)
from coder.workflow.copies import merge, opened_copy
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project, open_project


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "study.redthread"
    create_project(path, title="Study", coder="Maija").close()
    return path


def say(path: Path, word: str) -> None:
    with open_project(path) as project, project.change("say", coder=project.coders()[0].id) as change:
        change.set_setting("word", word)


def said(path: Path) -> str | None:
    with open_project(path) as project:
        assert project.verify() == []
        return project.setting("word")


def test_a_backup_is_the_project_in_one_file_that_opens_as_it_is(path: Path) -> None:
    say(path, "one")
    with open_project(path):  # the log is not yet in the file
        made = back_up(path)
    assert [file.name for file in folder_of(path).iterdir()] == [made.path.name]
    assert said(made.path) == "one"
    assert backups(path) == [made]
    assert size([made]) == made.path.stat().st_size


def test_a_backup_waits_for_nobody_and_nobody_waits_for_it(path: Path) -> None:
    say(path, "stored")
    with open_project(path) as project, project.change("say", coder=None) as change:
        change.set_setting("word", "not yet stored")
        made = back_up(path)
    assert said(made.path) == "stored"
    assert said(path) == "not yet stored"


def test_one_is_due_at_opening_and_every_hour_but_only_if_something_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert back_up_if_due(path, opening=True)
    assert back_up_if_due(path, opening=True) is None
    say(path, "one")
    assert back_up_if_due(path) is None
    monkeypatch.setattr(verbs, "EVERY", timedelta(0))
    assert back_up_if_due(path)
    assert back_up_if_due(path) is None


def test_they_can_be_switched_off(path: Path) -> None:
    with open_project(path) as project:
        switch(project, on=False, coder=project.coders()[0].id)
    assert back_up_if_due(path, opening=True) is None
    with open_project(path) as project:
        switch(project, on=True, coder=project.coders()[0].id)
    assert back_up_if_due(path, opening=True)


def test_only_those_made_while_working_grow_old(path: Path) -> None:
    made = back_up(path)
    for why in (Why.WORKING, Why.WORKING, Why.BEFORE_MERGE, Why.BEFORE_MERGE):
        for _ in range(2):
            old = datetime.now(UTC) - timedelta(days=40, microseconds=len(backups(path)))
            made.path.with_name(verbs._named(path, old, why).name).write_bytes(b"old")
    assert len(thin(path)) == 3
    assert sorted(backup.why for backup in backups(path)) == sorted([Why.BY_HAND, Why.WORKING, *[Why.BEFORE_MERGE] * 4])


def test_restoring_keeps_the_present_state_and_says_so_in_the_journal(path: Path) -> None:
    say(path, "one")
    made = back_up(path)
    say(path, "two")
    with open_project(path) as other_tab:
        me = other_tab.coders()[0].id
        kept = restore(path, made, coder=me)
        assert kept is not None
        assert kept.why is Why.BEFORE_RESTORE
        assert other_tab.setting("word") == "one"
        with other_tab.change("say", coder=me) as change:
            change.set_setting("after", "restoring")
    assert said(path) == "one"
    assert said(kept.path) == "two"
    with open_project(path) as project:
        assert any(kept.path.name in entry.summary for entry in project.journal())
    restore(path, kept, coder=me)
    assert said(path) == "two"


def test_restoring_is_one_change_that_undo_takes_back_and_later_copies_can_still_be_merged(
    path: Path, tmp_path: Path
) -> None:
    made = back_up(path)
    with open_project(path) as project:
        me = project.coders()[0].id
        (report,) = import_documents(project, [Source("one.txt", b"Aino: Invented.".strip)], coder=me)
        with project.change("coder", coder=me) as change:
            change.save_coder(Coder("bo", "Bo"))
    colleague = tmp_path / "colleague.redthread"
    shutil.copyfile(back_up(path).path, colleague)
    revision = 4
    restore(path, made, coder=me)
    with open_project(path) as project:
        assert project.revision == revision
        assert project.documents() == []
        assert [coder.name for coder in project.coders()] == ["Maija", "Bo"]
        assert project.verify() == []
        project.undo(me)
        assert [document.id for document in project.documents()] == [report.document]
        assert project.verify() == []
    say(colleague, "there")
    with open_project(path) as project, opened_copy(colleague) as other:
        merge(project, other, coder=me)
    assert said(path) == "there"


def test_a_backup_of_another_course_of_events_takes_the_place_of_the_file(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.redthread"
    shutil.copyfile(back_up(path).path, other)
    say(other, "there")
    say(path, "here")
    with open_project(path) as project:
        kept = restore(path, other, coder=project.coders()[0].id)
    assert said(path) == "there"
    assert kept is not None
    assert said(kept.path) == "here"


def test_a_damaged_or_missing_project_comes_back_from_its_backup(path: Path) -> None:
    say(path, "one")
    made = back_up(path)
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    with pytest.raises(ProjectError):
        said(path)
    kept = restore(path, made)
    assert kept is not None
    assert kept.path.read_bytes()[:100] == content[:100]
    assert said(path) == "one"
    path.unlink()
    assert restore(path, made) is None
    assert said(path) == "one"


def test_what_is_no_project_is_not_put_back(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("Not a project.")
    say(path, "one")
    for source in (other, tmp_path / "nothing"):
        with pytest.raises(NotAProject, match="another backup"):
            restore(path, source)
    assert said(path) == "one"
    assert backups(path) == []


def test_only_an_owner_puts_a_backup_back_or_takes_it_away(path: Path) -> None:
    with open_project(path) as project:
        with project.change("coder", coder=None) as change:
            change.save_coder(Coder("bo", "Bo"))
        made = back_up(path)
        for who in ("bo", None):
            with pytest.raises(NotAllowed, match="only an owner"):
                restore(path, made, coder=who)
        with pytest.raises(NotAllowed, match="only an owner takes backups away"):
            remove(project, made, coder="bo")
        assert backups(path) == [made]
        remove(project, made, coder=project.coders()[0].id)
        assert backups(path) == []


def test_a_backup_that_cannot_be_kept_leaves_nothing_behind_and_says_why(path: Path) -> None:
    folder_of(path).write_text("a file where the folder should be")
    with pytest.raises(ProjectUnavailable, match="no backup can be kept"):
        back_up(path)
    say(path, "one")
    assert said(path) == "one"


def test_a_full_disk_leaves_no_half_backup(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say(path, "one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ProjectUnavailable, match="No space left"):
        back_up(path)
    assert list(folder_of(path).iterdir()) == []
    assert said(path) == "one"


def test_a_quick_look_finds_damage_and_a_broken_head_of_the_journal(path: Path) -> None:
    say(path, "one")
    assert look_over(path) == []
    with Project.open(path) as project:
        project._file.db.conn.executescript(
            "DROP TRIGGER journal_stays; UPDATE journal SET summary = 'another' WHERE number = 2"
        )
    assert any("journal" in problem for problem in look_over(path))
