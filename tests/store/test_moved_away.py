"""A project file that is moved away or replaced while it is open takes no change that nobody would find again."""

from __future__ import annotations

from pathlib import Path

import pytest

from coder.errors import NotAProject, ProjectUnavailable
from coder.store import Project


def note(project: Project, word: str) -> None:
    with project.change("note", coder=None) as change:
        change.set_setting("word", word)


def test_a_change_to_a_file_that_was_moved_is_refused_and_goes_on_when_it_is_back(path: Path) -> None:
    with Project.open(path) as project:
        note(project, "before")
        elsewhere = path.rename(path.with_name("elsewhere.redthread"))
        with pytest.raises(ProjectUnavailable, match="moved, renamed or replaced"):
            note(project, "lost")
        with pytest.raises(NotAProject, match="moved or renamed"):
            Project.open(path)
        elsewhere.rename(path)
        note(project, "after")
    with Project.open(path) as project:
        assert project.setting("word") == "after"
        assert project.verify() == []


def test_a_file_that_is_moved_in_the_middle_of_a_change_takes_nothing_of_it(path: Path) -> None:
    elsewhere = path.with_name("elsewhere.redthread")
    with Project.open(path) as project:
        note(project, "before")
        with (
            pytest.raises(ProjectUnavailable, match="not stored"),
            project.change("note", coder=None) as change,
        ):
            change.set_setting("word", "lost")
            path.rename(elsewhere)
        elsewhere.rename(path)
        assert project.setting("word") == "before"
    with Project.open(path) as project:
        assert project.verify() == []


def test_a_file_that_was_replaced_by_another_project_is_not_written_to(path: Path) -> None:
    other = path.with_name("other.redthread")
    Project.create(other, title="Another", coder="Bo").close()
    with Project.open(path) as project:
        path.rename(path.with_name("elsewhere.redthread"))
        other.rename(path)
        with pytest.raises(ProjectUnavailable, match="replaced"):
            note(project, "lost")
    with Project.open(path) as project:
        assert project.setting("word") is None
        assert project.verify() == []
