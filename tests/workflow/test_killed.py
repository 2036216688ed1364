"""A process that is killed loses at most the operation in flight."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coder.model import Code
from coder.workflow.codebooks import add_code
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project, open_project, verify

IMPORTING = """
import sys
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import open_project
words = "We began together and then there was no time. " * 40
files = [Source(f"{n}.txt", f"Aino: {n}. {words}".encode) for n in range(1000)]
with open_project(sys.argv[1]) as project:
    me = project.coders()[0].id
    import_documents(project, files, coder=me, on_progress=lambda done, of, name: print(done, flush=True))
"""

CODING = """
import sys
from coder.workflow.operations import Operation, perform
from coder.workflow.projects import open_project
with open_project(sys.argv[1]) as project:
    me, document = project.coders()[0].id, project.documents()[0].id
    code = project.codebook().codes[0].id
    for n in range(1, 100_000):
        values = {"coding": f"c{n}", "code": code, "start": 6, "end": 6 + n % 300 + 1, "probability": 0.5, "model": "m"}
        values["start"] += n // 300
        values["end"] += n // 300
        assert perform(project, document, [Operation(f"o{n}", n, "take", values)], coder=me) == []
        print(n, flush=True)
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.redthread"
    with create_project(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        code: Code = add_code(project, name="Together", coder=me)
        assert code.takes_codings
        import_documents(project, [Source("talk.txt", ("Aino: " + "word " * 2000).encode)], coder=me)
    return path


def kill_after(program: str, study: Path, lines: int) -> int:
    """Run a program until it has said this many lines, kill it, and give the last number it said."""
    with subprocess.Popen([sys.executable, "-c", program, str(study)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(lines):
            assert process.stdout.readline()
        process.kill()
        said = process.stdout.read().split("\n")
    # The last piece may be cut off in the middle of its number.
    return max([lines - 1, *(int(line) for line in said[:-1] if line)])


@pytest.mark.parametrize("lines", [1, 7])
def test_an_import_that_is_killed_keeps_what_was_finished(study: Path, lines: int) -> None:
    finished = kill_after(IMPORTING, study, lines)
    assert verify(study) == []
    with open_project(study) as project:
        assert finished <= len(project.documents()) - 1 <= finished + 1
        assert all(project.segments(document.id) for document in project.documents())
        assert len(project.journal()) == project.revision


@pytest.mark.parametrize("lines", [1, 40])
def test_a_coding_burst_that_is_killed_misses_at_most_the_one_in_flight(study: Path, lines: int) -> None:
    said = max(lines, kill_after(CODING, study, lines))
    assert verify(study) == []
    with open_project(study) as project:
        codings, decisions = project.codings(), project.decisions()
        assert said <= len(codings) <= said + 1
        assert {decision.coding for decision in decisions} == {coding.id for coding in codings}
