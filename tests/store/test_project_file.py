"""Files that are no project, that cannot be written, that are locked: every one said in plain words."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations
from store_samples import add_codes, add_document, put_code, tables, tamper

from coder.errors import (
    NotAProject,
    ProjectDamaged,
    ProjectError,
    ProjectExists,
    ProjectFromTheFuture,
    ProjectUnavailable,
)
from coder.store import Project, file, schema


def test_a_project_is_there_again_when_opened(path: Path) -> None:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        add_document(project, aino)
        id, before = project.id, tables(project)
    with Project.open(str(path)) as project:
        assert (project.id, project.title, project.path) == (id, "An invented study", str(path))
        assert tables(project) == before
        assert project.verify() == []
    assert [left.name for left in path.parent.iterdir()] == [path.name]


def test_what_was_read_before_is_read_anew_when_anybody_has_changed_it(path: Path) -> None:
    with Project.open(path) as project, Project.open(path) as other:
        aino = project.coder_named("Aino").id
        one, two = (code.id for code in add_codes(project, aino, "One", "Two"))
        here = add_document(project, aino)
        first = put_code(project, here, 0, 4, one, aino)
        assert project.codings() == other.codings() == [first]
        project.codings().clear()
        assert project.codings() == [first]

        second = put_code(other, here, 5, 9, two, aino)
        assert project.codings() == other.codings() == [first, second]
        with pytest.raises(ZeroDivisionError), project.change("uncode", coder=aino) as change:
            change.remove_coding(first.id)
            assert project.codings() == [second]
            1 // 0  # noqa: B018
        assert project.codings() == [first, second]

        with other.change("remove", coder=aino) as change:
            change.remove_document(here.id)
        assert (project.codings(), project.segments(), project.all_turns()) == ([], [], {})
        assert project.coded_by() == frozenset()
        other.undo(aino)
        assert (len(project.codings()), len(project.segments()), len(project.all_turns()[here.id])) == (2, 2, 2)
        assert project.coded_by() == {aino}


def test_a_path_with_signs_that_mean_something_to_sqlite_is_just_a_path(tmp_path: Path) -> None:
    path = tmp_path / "50% ? study #1 äö.redthread"
    Project.create(path, title="t", coder="Aino").close()
    with Project.open(path) as project:
        assert project.verify() == []
    assert [left.name for left in tmp_path.iterdir()] == [path.name]


def test_a_new_project_never_overwrites_a_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary")
    with pytest.raises(ProjectExists, match="choose another name"):
        Project.create(path, title="t", coder="Aino")
    assert path.read_text() == "dear diary"


def test_a_new_project_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectUnavailable, match="no project can be made"):
        Project.create(tmp_path / "missing" / "study.redthread", title="t", coder="Aino")


def test_a_project_that_cannot_be_begun_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: object) -> None:
        raise ProjectUnavailable("the disk is full")

    monkeypatch.setattr("coder.store.project.migrate", fail)
    with pytest.raises(ProjectUnavailable):
        Project.create(tmp_path / "study.redthread", title="t", coder="Aino")
    assert list(tmp_path.iterdir()) == []


def text_file(path: Path) -> None:
    path.write_text("Aino: this is a transcript, not a project.\n" * 40)


def empty_file(path: Path) -> None:
    path.touch()


def other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE kitchen (spoon)")


def database_without_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = wal")


def folder(path: Path) -> None:
    path.mkdir()


def nothing(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (text_file, "is not a Redthread project"),
        (empty_file, "is empty and holds no project"),
        (other_database, "is a database of another program"),
        (database_without_tables, "holds no project yet"),
        (folder, "is a folder"),
        (nothing, "there is no file"),
    ],
)
def test_what_is_not_a_project_is_told_apart(tmp_path: Path, make: Callable[[Path], None], message: str) -> None:
    path = tmp_path / "study.redthread"
    make(path)
    content = path.read_bytes() if path.is_file() else None
    with pytest.raises(NotAProject, match=message):
        Project.open(path)
    assert (path.read_bytes() if path.is_file() else None) == content


def test_a_project_of_a_newer_program_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(ProjectFromTheFuture, match="update Redthread"):
        Project.open(path)


def test_the_version_is_the_number_of_migrations(project: Project) -> None:
    assert len(schema.MIGRATIONS.applied(project._file.db)) == schema.VERSION
    assert schema.MIGRATIONS.pending(project._file.db) == []


def newer(fail: bool = False) -> Migrations:
    migrations = Migrations("redthread")
    migrations._migrations = list(schema.MIGRATIONS._migrations)

    @migrations()
    def m999_kitchen(db: Database) -> None:
        db.execute("CREATE TABLE kitchen (spoon TEXT) STRICT")
        if fail:
            db.execute("INSERT INTO cupboard VALUES (1)")

    return migrations


def test_an_older_project_is_brought_up_to_date_and_keeps_everything(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Project.open(path) as project:
        add_document(project, project.coder_named("Aino").id)
        before = tables(project)
    monkeypatch.setattr(schema, "MIGRATIONS", newer())
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    for _ in range(2):
        with Project.open(path) as project:
            assert tables(project) == before
            assert project._file.value("SELECT count(*) FROM kitchen") == 0
            assert project._file.value("PRAGMA user_version") == schema.VERSION
            assert project.verify() == []


def test_a_migration_that_fails_leaves_the_project_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", newer(fail=True))
        patch.setattr(schema, "VERSION", schema.VERSION + 1)
        with pytest.raises(ProjectDamaged, match="cupboard"):
            Project.open(path)
    with Project.open(path) as project:
        assert project.verify() == []
        assert project._file.value("SELECT count(*) FROM sqlite_schema WHERE name = 'kitchen'") == 0


def test_an_older_project_that_cannot_be_written_says_why_it_must_be(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setattr(file, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProjectUnavailable, match=r"must first be brought up to date: .* has been locked"):
            Project.open(path)


def test_a_project_that_lost_a_table_is_damaged(path: Path) -> None:
    tamper(path, "DROP TABLE memo")
    with Project.open(path) as project:
        with pytest.raises(ProjectDamaged, match="not built as a project should be"):
            project.memos()
        assert any("no such table: memo" in problem for problem in project.verify())


def test_a_damaged_page_is_reported_and_never_a_foreign_error(path: Path) -> None:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        added = add_document(project, aino, "Aino: words and more words\n" * 300)
        (code,) = add_codes(project, aino, "trust")
        put_code(project, added, 0, 4, code.id, aino)
    content = bytearray(path.read_bytes())
    for page in range(4096, len(content), 4096):
        broken = bytearray(content)
        broken[page : page + 4096] = b"\xa5" * 4096
        path.write_bytes(broken)
        try:
            with Project.open(path) as project:
                assert project.verify() != []
        except ProjectError as error:
            assert "study.redthread" in str(error)


def test_a_text_that_is_no_text_is_damage_told_without_the_text(path: Path) -> None:
    tamper(path, "UPDATE setting SET value = CAST(x'41ff42' AS TEXT) WHERE \"key\" = 'project title'")
    with Project.open(path) as project:
        with pytest.raises(ProjectDamaged, match=r"study\.redthread is damaged \(a text in it cannot be read\)"):
            _ = project.title
        assert project.verify() != []


def test_a_project_cut_short_is_damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ProjectDamaged, match="is damaged"):
        Project.open(path).codebook()


def test_writing_waits_for_another_program_then_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "BUSY_SECONDS", 0.05)
    with Project.open(path) as project, Project.open(path) as other:
        aino = project.coder_named("Aino").id
        with other.change("settings", coder=aino) as change:
            change.set_setting("a", "1")
            with pytest.raises(ProjectUnavailable, match="locked by another program"):
                project.undo(aino)
            with pytest.raises(ProjectUnavailable, match="locked"), project.change("settings", coder=aino):
                pass
            assert project.setting("a") is None
        with project.change("settings", coder=aino) as change:
            change.set_setting("b", "2")
        assert (project.setting("a"), project.setting("b")) == ("1", "2")


def test_reading_sees_one_state_while_others_write(path: Path) -> None:
    with Project.open(path) as project, Project.open(path) as other:
        aino = project.coder_named("Aino").id
        with project._file.snapshot():
            before = project.revision
            with other.change("settings", coder=aino) as change:
                change.set_setting("a", "1")
            assert project.revision == before
        assert project.revision == before + 1


def test_a_full_disk_takes_back_the_change_and_nothing_else(path: Path) -> None:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        first = add_document(project, aino)
        before = tables(project)
        pages = project._file.value("PRAGMA page_count")
        project._file.rows(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(ProjectUnavailable, match="disk is full"):
            add_document(project, aino, "Aino: words and more words\n" * 5000)
        project._file.rows("PRAGMA max_page_count = 1000000")
        assert tables(project) == before
        assert project.verify() == []
        add_document(project, aino, "Aino: words and more words\n" * 5000)
    with Project.open(path) as project:
        assert [found.id for found in project.documents()][:-1] == [first.id]


def test_nothing_is_stored_after_the_disk_was_full_even_if_the_error_is_swallowed(path: Path) -> None:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        before = tables(project)
        project._file.rows(f"PRAGMA max_page_count = {project._file.value('PRAGMA page_count') + 1}")
        with pytest.raises(ProjectUnavailable), project.change("settings", coder=aino) as change:
            with pytest.raises(ProjectUnavailable):
                for number in range(1000):
                    change.set_setting(str(number), "x" * 5000)
            change.set_setting("small", "1")
        project._file.rows("PRAGMA max_page_count = 1000000")
        assert tables(project) == before
        assert project.verify() == []


def test_a_closed_project_says_so(path: Path) -> None:
    project = Project.open(path)
    project.close()
    project.close()
    with pytest.raises(ProjectUnavailable, match="closed"):
        project.documents()


def test_a_project_is_for_one_thread(path: Path) -> None:
    said: list[str] = []

    def look(project: Project) -> None:
        try:
            project.documents()
        except ProjectUnavailable as error:
            said.append(str(error))

    with Project.open(path) as project:
        thread = threading.Thread(target=look, args=(project,))
        thread.start()
        thread.join()
    assert "open the project anew" in said[0]


# A superuser may write everywhere, so what is read-only is tried by a process without that right.


def as_nobody(act: Callable[[Path], str], path: Path) -> str:
    said = multiprocessing.get_context("fork").SimpleQueue()

    def run() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        try:
            said.put(act(path))
        except BaseException as error:
            said.put(f"{type(error).__name__}: {error}")

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join()
    return str(said.get())


@contextmanager
def protected(path: Path, *, folder: int, project: int) -> Iterator[Path]:
    """A copy of the project in a folder that everyone may reach, with these permissions."""
    place = Path(tempfile.mkdtemp())
    copy = place / path.name
    try:
        shutil.copy(path, copy)
        copy.chmod(project)
        place.chmod(folder)
        yield copy
    finally:
        place.chmod(0o700)
        shutil.rmtree(place)


def read_title(path: Path) -> str:
    with Project.open(path) as project:
        return f"{project.title}, {len(project.documents())} documents, {project.verify()}"


def write_setting(path: Path) -> str:
    with Project.open(path) as project, project.change("s", coder=None) as change:
        change.set_setting("a", "1")
    return "written"


READ_ONLY = pytest.mark.skipif(os.name != "posix", reason="permissions of files as POSIX has them")


@READ_ONLY
@pytest.mark.parametrize(("folder", "project"), [(0o777, 0o444), (0o555, 0o444), (0o555, 0o666)])
def test_a_project_that_cannot_be_written_can_be_read(path: Path, folder: int, project: int) -> None:
    with protected(path, folder=folder, project=project) as copy:
        assert as_nobody(read_title, copy) == "An invented study, 0 documents, []"
        said = as_nobody(write_setting, copy)
        assert said.startswith("ProjectUnavailable: ")
        assert "read-only" in said
        assert "work on a copy" in said


@READ_ONLY
def test_files_beside_it_that_stayed_read_only_are_named(path: Path) -> None:
    with protected(path, folder=0o777, project=0o444) as copy:
        as_nobody(read_title, copy)
        copy.chmod(0o666)
        said = as_nobody(write_setting, copy)
        assert said == "written" or "its -wal and -shm files" in said


@READ_ONLY
def test_a_project_that_may_not_be_read_says_so(path: Path) -> None:
    with protected(path, folder=0o777, project=0o000) as copy:
        said = as_nobody(read_title, copy)
    assert said.startswith("ProjectUnavailable: ")
    assert "cannot be opened" in said


@READ_ONLY
def test_unsaved_changes_beside_a_project_are_never_overlooked(path: Path) -> None:
    with Project.open(path) as project, protected(path, folder=0o555, project=0o444) as copy:
        with project.change("settings", coder=None) as change:
            change.set_setting("a", "1")
        log = copy.with_name(copy.name + "-wal")
        shutil.copy(path.with_name(path.name + "-wal"), log)
        log.chmod(0o444)
        said = as_nobody(read_title, copy)
    assert said.startswith("ProjectUnavailable: ")


@READ_ONLY
def test_no_project_can_be_made_in_a_folder_that_cannot_be_written(path: Path) -> None:
    with protected(path, folder=0o555, project=0o444) as copy:
        said = as_nobody(lambda path: Project.create(path, title="t", coder="Aino").title, copy.with_name("new"))
    assert said.startswith("ProjectUnavailable: no project can be made at")
