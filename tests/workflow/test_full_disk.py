"""A disk that is really full: a few megabytes of memory that stand for one; only a superuser can make it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from coder.errors import ProjectUnavailable
from coder.workflow.backups import back_up, folder_of
from coder.workflow.projects import create_project, open_project


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    if shutil.which("mount") is None:
        pytest.skip("no small disk can be made here")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no small disk can be made here")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


def test_a_full_disk_is_told_loses_nothing_stored_and_goes_on_when_there_is_room_again(disk: Path) -> None:
    path = disk / "study.redthread"
    with create_project(path, title="Study", coder="Maija") as project:
        stored = 0
        with pytest.raises(ProjectUnavailable, match="disk is full"):
            while True:
                with project.change("note", coder=None) as change:
                    change.set_setting(str(stored), "x" * 20_000)
                stored += 1
        assert stored > 0
        assert len(project.settings("")) == stored + 2
        with pytest.raises(ProjectUnavailable, match=r"disk is full|No space"):
            back_up(path)
        assert list(folder_of(path).glob("*")) == []
    subprocess.run(["mount", "-o", "remount,size=16m", disk], check=True)
    with open_project(path) as project:
        assert project.verify() == []
        with project.change("note", coder=None) as change:
            change.set_setting("after", "room")
        assert len(project.settings("")) == stored + 3
    assert back_up(path).size > 0
