"""Several programs and threads write to one project: nothing is lost, nothing doubled."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from pathlib import Path

import pytest
from store_samples import add_codes, add_document, code_often, coding

from coder.model import Anchor, Coding, Span
from coder.store import Project

PROCESSES, TIMES = 4, 25


@pytest.fixture
def begun(path: Path) -> tuple[str, str, str, str]:
    """Path, document, code and coder of a project ready for coding."""
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        added = add_document(project, aino)
        (code,) = add_codes(project, aino, "trust")
    return str(path), added.id, code.id, aino


def code_and_note(begun: tuple[str, str, str, str], said: Path) -> None:
    with said.open("w", encoding="utf-8") as notes:
        code_often(*begun, TIMES, lambda id: notes.write(f"{id}\n"))


def repeat_all(begun: tuple[str, str, str, str]) -> None:
    """Send the same operations as everybody else, as a browser does that had no answer."""
    path, document, code, coder = begun
    with Project.open(path) as project:
        found = project.document(document)
        for number in range(TIMES):
            anchor = Anchor.on(found.text, Span(number, number + 2))
            with project.change("code", coder=coder, operation=f"operation {number}") as change:
                if not change.repeated:
                    change.save_coding(Coding(f"coding {number}", document, anchor, code, coder))


def test_processes_that_write_at_once_lose_nothing(begun: tuple[str, str, str, str], tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    notes = [tmp_path / f"notes {number}" for number in range(PROCESSES)]
    processes = [spawn.Process(target=code_and_note, args=(begun, said)) for said in notes]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    said = [id for file in notes for id in file.read_text().split()]
    with Project.open(begun[0]) as project:
        assert len(said) == PROCESSES * TIMES
        assert Counter(made.id for made in project.codings()) == Counter(said)
        assert [entry.number for entry in project.journal()] == list(range(1, 3 + PROCESSES * TIMES + 1))
        assert project.verify() == []


def test_the_same_operation_from_several_processes_is_applied_once(begun: tuple[str, str, str, str]) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=repeat_all, args=(begun,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    with Project.open(begun[0]) as project:
        assert len(project.codings()) == TIMES
        assert project.revision == 3 + TIMES
        assert project.verify() == []


def test_threads_with_a_project_each_lose_nothing(begun: tuple[str, str, str, str]) -> None:
    said: list[str] = []
    threads = [threading.Thread(target=code_often, args=(*begun, TIMES, said.append)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Project.open(begun[0]) as project:
        assert sorted(said) == sorted(made.id for made in project.codings())
        assert len(said) == 4 * TIMES
        assert project.verify() == []


def test_two_programs_that_open_an_older_project_bring_it_up_to_date_once(path: Path) -> None:
    with Project.open(path) as project, project._file.transaction():
        project._file.write("PRAGMA user_version = 0")
    failed: list[BaseException] = []
    ready = threading.Barrier(4)

    def look() -> None:
        try:
            ready.wait()
            with Project.open(path) as project:
                assert project.verify() == []
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_what_a_change_rests_on_can_be_read_inside_it(begun: tuple[str, str, str, str]) -> None:
    path, _, _, aino = begun

    def add(names: list[str]) -> None:
        with Project.open(path) as project:
            for name in names:
                add_codes(project, aino, name)

    names = [[f"code {n} of thread {thread}" for n in range(8)] for thread in range(3)]
    threads = [threading.Thread(target=add, args=(some,)) for some in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Project.open(path) as project:
        assert {code.name for code in project.codebook().codes} == {"trust", *(name for some in names for name in some)}


def test_a_reader_is_never_kept_waiting_by_a_writer(begun: tuple[str, str, str, str]) -> None:
    path, document, code, aino = begun
    with Project.open(path) as writer, Project.open(path) as reader:
        made = coding(writer.document(document), 0, 4, code, aino)
        with writer.change("code", coder=aino) as change:
            change.save_coding(made)
            assert reader.codings() == []
        assert reader.codings() == [made]
