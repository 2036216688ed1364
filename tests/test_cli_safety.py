"""Merging, backups and putting one back, from a terminal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coder.cli import app
from coder.model import Code, Codebook
from coder.store import Project
from coder.workflow.codebooks import change_code
from coder.workflow.projects import open_project


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project, project.change("begin", coder=None) as change:
        change.save_codebook(Codebook("b", "Study", (Code("trust", "Trust", definition="As it was."),)))
    return path


def define(path: Path, words: str) -> None:
    with open_project(path) as project:
        change_code(project, "trust", coder=project.coders()[0].id, definition=words)


def definition(path: Path) -> str:
    with open_project(path) as project:
        return project.codebook().code("trust").definition


def run(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_a_copy_is_merged_with_its_conflicts_listed_and_a_backup_before(study: Path, tmp_path: Path) -> None:
    other = tmp_path / "copy.redthread"
    shutil.copyfile(study, other)
    define(study, "Ours.")
    define(other, "Theirs.")
    said = run("merge", study, other, "--prefer", "ours", "--dry-run")
    assert "code Trust, definition (ours stands)" in said
    assert "Nothing was stored" in said
    assert "Merged" in run("merge", study, other, "--prefer", "theirs")
    assert definition(study) == "Theirs."
    assert "already" in run("merge", study, other)
    assert "before a merge" in run("backup", study, "--list")
    run("verify", study)


def test_a_backup_is_made_listed_and_put_back(study: Path) -> None:
    assert "study.backups" in run("backup", study)
    define(study, "Changed since.")
    assert "1 backup in" in run("backup", study, "--list")
    said = run("restore", study)
    assert "kept as" in said
    assert definition(study) == "As it was."
    run("restore", study)
    assert definition(study) == "Changed since."


def test_a_study_that_is_gone_comes_back_from_its_newest_backup(study: Path) -> None:
    run("backup", study)
    study.unlink()
    run("restore", study)
    assert definition(study) == "As it was."


def test_without_a_backup_there_is_nothing_to_put_back(study: Path) -> None:
    assert "--from" in run("restore", study, code=1)
    assert definition(study) == "As it was."
