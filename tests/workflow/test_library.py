"""Codebooks shared in a folder: published once and never overwritten, pulled as a three-way merge."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from coder.errors import CodebookConflict, CodingError, InvalidValue, LibraryUnavailable, MalformedFile, UnknownItem
from coder.formats import read_codebook, write_codebook
from coder.model import Coding
from coder.model.merging import Side
from coder.store import Project
from coder.workflow.codebooks import add_code, change_code, remove_code
from coder.workflow.codings import undo
from coder.workflow.library import find, merge_with, newer, next_version, publish, pull, versions
from coder.workflow.projects import create_project, open_project
from coder.workflow.versions import to_look_at_again


@pytest.fixture
def library(tmp_path: Path) -> Path:
    made = tmp_path / "library"
    made.mkdir()
    return made


@pytest.fixture
def other(library: Path, project: Project, me: str) -> Iterator[Project]:
    """The study of a colleague who has taken version 1.0.0, which Maija has published."""
    publish(project, library, version="1.0.0", note="The beginning", coder=me)
    with Project.create(":memory:", title="Elsewhere", coder="Leena") as made:
        pull(made, versions(library, made.codebook())[0], coder=made.coders()[0].id)
        yield made


def test_what_is_published_is_a_file_that_people_can_read(project: Project, me: str, library: Path) -> None:
    published = publish(project, library, version="1.0.0", note="The\nbeginning", coder=me)
    assert published.path.parent.name.startswith("small-")
    assert published.path.name == "1.0.0.yaml"
    assert read_codebook("1.0.0.yaml", published.path.read_bytes()) == project.codebook()
    assert project.codebook().version == "1.0.0"
    assert [(each.version, each.note) for each in project.codebook_versions()] == [("1.0.0", "The beginning")]
    index = (published.path.parent / "README.md").read_text("utf-8")
    assert "| [1.0.0](1.0.0.yaml) |" in index
    assert "| Maija | The beginning |" in index
    assert versions(library, project.codebook()) == [published]
    assert newer(project, library) == []
    assert sorted(file.name for file in published.path.parent.iterdir()) == ["1.0.0.yaml", "README.md"]


def test_a_version_that_is_there_is_never_overwritten(project: Project, me: str, library: Path) -> None:
    published = publish(project, library, version="1.0.0", coder=me)
    before, revision = published.path.read_bytes(), project.revision
    change_code(project, "time", coder=me, brief="New")
    for version, words in (("1.0.0", "is in the library already"), ("0.9.0", "give this one a higher number")):
        with pytest.raises(CodebookConflict, match=words):
            publish(project, library, version=version, coder=me)
    with pytest.raises(InvalidValue, match=r"such as 1\.2\.0"):
        publish(project, library, version="../1", coder=me)
    assert published.path.read_bytes() == before
    assert project.revision == revision + 1
    assert next_version(project, library) == "1.0.1"


def test_what_has_not_changed_is_not_published_again(project: Project, me: str, library: Path) -> None:
    publish(project, library, version="1.0.0", coder=me)
    with pytest.raises(CodebookConflict, match=r"nothing has changed since version 1\.0\.0"):
        publish(project, library, version="1.1.0", coder=me)
    assert [each.version for each in versions(library, project.codebook())] == ["1.0.0"]


def test_edits_on_both_sides_come_together(project: Project, me: str, library: Path, other: Project) -> None:
    leena = other.coders()[0].id
    assert other.codebook() == project.codebook()
    assert [(each.version, each.note) for each in other.codebook_versions()] == [("1.0.0", "The beginning")]
    change_code(other, "time", coder=leena, definition="None was given.")
    publish(other, library, version="1.1.0", note="Time", coder=leena)
    add_code(project, name="Money", parent="obstacles", coder=me, id="money")
    (found,) = newer(project, library)
    assert (found.version, found.by, found.note) == ("1.1.0", "Leena", "Time")
    with pytest.raises(CodebookConflict, match=r"has version 1\.1\.0, which this project has not taken; pull it first"):
        publish(project, library, version="1.2.0", coder=me)
    merge = pull(project, found, coder=me)
    assert merge.open == ()
    after = project.codebook()
    assert (after.code("time").definition, after.code("money").name) == ("None was given.", "Money")
    assert newer(project, library) == []
    publish(project, library, version="1.2.0", coder=me)
    pull(other, newer(other, library)[0], coder=leena)
    assert other.codebook() == project.codebook()
    undo(other, coder=leena)
    assert "money" not in other.codebook()
    assert len(newer(other, library)) == 1


def test_a_conflict_stores_nothing_until_it_is_settled(
    project: Project, me: str, library: Path, other: Project
) -> None:
    leena = other.coders()[0].id
    change_code(other, "time", coder=leena, brief="Theirs")
    publish(other, library, version="1.1.0", coder=leena)
    change_code(project, "time", coder=me, brief="Ours")
    before, revision = project.codebook(), project.revision
    (conflict,) = pull(project, newer(project, library)[0], coder=me).open
    assert (conflict.path, conflict.field, conflict.base) == ("Obstacles / No time", "brief", "")
    assert (project.codebook(), project.revision) == (before, revision)
    pull(project, newer(project, library)[0], {conflict.key: Side.THEIRS}, coder=me)
    assert project.codebook().code("time").brief == "Theirs"
    undo(project, coder=me)
    assert project.codebook() == before


def test_a_pull_that_changes_a_meaning_asks_to_look_at_the_codings_made_before(
    project: Project, me: str, library: Path, other: Project, coded: Coding
) -> None:
    leena = other.coders()[0].id
    change_code(other, coded.code, coder=leena, definition="Only where all were asked.")
    publish(other, library, version="1.1.0", coder=leena)
    (found,) = newer(project, library)
    pull(project, found, coder=me)
    assert to_look_at_again(project) == []
    undo(project, coder=me)
    pull(project, found, changes_meaning=[coded.code], coder=me)
    assert [(one.coding, one.new["definition"]) for one in to_look_at_again(project)] == [
        (coded, "Only where all were asked.")
    ]
    undo(project, coder=me)
    assert to_look_at_again(project) == []


def test_who_publishes_says_what_means_something_else(
    project: Project, me: str, library: Path, other: Project, coded: Coding
) -> None:
    assert len(other.codebook_versions()) == 1
    change_code(project, coded.code, coder=me, definition="Only where all were asked.")
    publish(project, library, version="1.1.0", changes_meaning=[coded.code], coder=me)
    assert [one.coding for one in to_look_at_again(project)] == [coded]


def test_a_code_with_codings_stays_when_the_library_has_removed_it(
    project: Project, me: str, library: Path, other: Project, coded: Coding
) -> None:
    leena = other.coders()[0].id
    remove_code(other, "together", coder=leena)
    publish(other, library, version="1.1.0", coder=leena)
    merge = pull(project, newer(project, library)[0], coder=me)
    assert merge.kept == ("together",)
    assert project.codings() == [coded]
    assert not project.codebook().code("together").takes_codings


def test_several_who_publish_one_version_at_once_get_one_winner(tmp_path: Path, library: Path) -> None:
    start = tmp_path / "start.redthread"
    with create_project(start, title="Start", coder="Maija") as project:
        add_code(project, name="One", coder=project.coders()[0].id)
    paths = [tmp_path / f"{number}.redthread" for number in range(4)]
    for path in paths:
        path.write_bytes(start.read_bytes())

    def attempt(path: Path) -> str:
        with open_project(path) as mine:
            try:
                return publish(mine, library, version="1.0.0", note=path.stem, coder=mine.coders()[0].id).note
            except CodebookConflict as error:
                return str(error)

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(attempt, paths))
    won = [note for note in told if note in "0123"]
    assert len(won) == 1
    with open_project(start) as project:
        (found,) = versions(library, project.codebook())
        assert found.note == won[0]
        assert merge_with(project, found).open == ()


def test_a_library_that_is_gone_or_read_only_gives_words(
    project: Project, me: str, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for act in (
        lambda: publish(project, library / "away", version="1.0.0", coder=me),
        lambda: newer(project, library / "away"),
    ):
        with pytest.raises(LibraryUnavailable, match=r"there is no folder .*away"):
            act()

    (library / "file").write_text("")
    with pytest.raises(LibraryUnavailable, match="file is a file; a library is a folder"):
        publish(project, library / "file", version="1.0.0", coder=me)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    before = project.codebook()
    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(LibraryUnavailable, match="may not read or write"):
        publish(project, library, version="1.0.0", coder=me)
    assert project.codebook() == before
    assert project.codebook_versions() == []


@pytest.mark.parametrize(("number", "words"), [(errno.EIO, "Input/output error"), (errno.ENOSPC, "no room left for")])
def test_a_drive_that_goes_away_or_is_full_while_it_is_written_keeps_nothing(
    project: Project, me: str, library: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("coder.workflow.library.os.fsync", fail)
    with pytest.raises(LibraryUnavailable, match=words):
        publish(project, library, version="1.0.0", coder=me)
    assert [file for folder in library.iterdir() for file in folder.iterdir()] == []
    assert project.codebook_versions() == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda text: text.replace("redthread-codebook/1", "redthread-codebook/2"), "of a newer Redthread"),
        (lambda text: text.replace("version: 1.1.0", "version: 3.0.0"), "says that it is version 3.0.0"),
        (lambda text: text.replace("codes:", "kodes:", 1), "unknown field 'kodes'"),
    ],
)
def test_a_broken_version_in_the_library_changes_nothing(
    project: Project, me: str, library: Path, spoil: Callable[[str], str], words: str
) -> None:
    published = publish(project, library, version="1.0.0", coder=me)
    text = write_codebook("x.yaml", replace(project.codebook(), version="1.1.0")).decode()
    published.path.with_name("1.1.0.yaml").write_text(spoil(text), "utf-8")
    before = project.codebook()
    with pytest.raises(MalformedFile, match=rf"1\.1\.0\.yaml.*{words}"):
        pull(project, newer(project, library)[0], coder=me)
    assert project.codebook() == before


def test_without_anything_in_common_all_that_differs_is_to_be_chosen(
    project: Project, me: str, library: Path, other: Project
) -> None:
    with project.change("forget", coder=None) as change:
        change.set_setting(f"library version of {project.codebook().id}", None)
    change_code(project, "time", coder=me, brief="Ours")
    (conflict,) = merge_with(project, find(library, project.codebook(), "1.0.0")).open
    assert (conflict.field, conflict.base) == ("brief", None)
    with pytest.raises(UnknownItem, match=r"no version 9\.0\.0 .* there are: 1\.0\.0"):
        find(library, project.codebook(), "9.0.0")


def test_an_empty_codebook_is_not_published(library: Path) -> None:
    with Project.create(":memory:", title="New", coder="Maija") as made, pytest.raises(CodingError, match="no codes"):
        publish(made, library, version="1.0.0", coder=made.coders()[0].id)
