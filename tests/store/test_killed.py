"""A program that is killed in the middle of its work loses at most the change in flight."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from store_samples import add_codes, add_document, tables

from coder.model.query import Query
from coder.store import Project

HERE = Path(__file__).parent

CODE = """
import sys
sys.path.insert(0, sys.argv[1])
from store_samples import code_often
code_often(*sys.argv[2:6], 10**6, lambda id: print(id, flush=True))
"""

IMPORT = """
import sys
sys.path.insert(0, sys.argv[1])
from coder.store import Project
from store_samples import add_document
with Project.open(sys.argv[2]) as project:
    for number in range(10**6):
        text = "".join(f"Aino: words {number} and words {line}\\n" for line in range(2000))
        print(add_document(project, sys.argv[3], text, name=str(number)).id, flush=True)
"""


IN_FLIGHT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from coder.store import Project
with Project.open(sys.argv[2]) as project, project.change("settings", coder=None) as change:
    for number in range(20000):
        change.set_setting(str(number), "x" * 1000)
    print("inside", flush=True)
    time.sleep(60)
"""


@contextmanager
def running(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", program, str(HERE), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def killed_after(count: int, program: str, *arguments: str) -> list[str]:
    """What the program said it had stored when it was killed without warning."""
    with running(program, *arguments) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(count)]
        process.kill()
        return [line.strip() for line in [*said, *process.stdout] if line.endswith("\n")]


@pytest.mark.parametrize("count", [1, 40, 173])
def test_a_burst_of_codings_that_is_killed_loses_at_most_the_last(path: Path, count: int) -> None:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        added = add_document(project, aino)
        (code,) = add_codes(project, aino, "trust")
    said = killed_after(count, CODE, str(path), added.id, code.id, aino)
    with Project.open(path) as project:
        stored = {made.id for made in project.codings()}
        assert stored >= set(said)
        assert len(stored) <= len(said) + 1
        assert project.verify() == []
        project.undo(aino)
        assert len(project.codings()) == len(stored) - 1


@pytest.mark.parametrize("count", [1, 4])
def test_an_import_that_is_killed_keeps_whole_documents_only(path: Path, count: int) -> None:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
    said = killed_after(count, IMPORT, str(path), aino)
    with Project.open(path) as project:
        stored = [document.id for document in project.documents()]
        assert stored[: len(said)] == said
        assert len(stored) <= len(said) + 1
        assert len(project.segments()) == 2000 * len(stored)
        assert len(project.find_words(Query.parse("words"))) == 2000 * len(stored)
        assert project.verify() == []
        add_document(project, aino)
        assert project.verify() == []


def test_a_change_in_flight_leaves_no_trace_when_killed(path: Path) -> None:
    with Project.open(path) as project:
        before = tables(project)
    assert killed_after(1, IN_FLIGHT, str(path)) == ["inside"]
    with Project.open(path) as project:
        assert tables(project) == before
        assert project.verify() == []


def test_a_program_killed_while_another_has_the_project_open_disturbs_nobody(path: Path) -> None:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        added = add_document(project, aino)
        (code,) = add_codes(project, aino, "trust")
        said = killed_after(20, CODE, str(path), added.id, code.id, aino)
        assert len(project.codings()) >= len(said)
        with project.change("settings", coder=aino) as change:
            change.set_setting("a", "1")
        assert project.verify() == []
