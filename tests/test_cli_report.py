"""The report from the terminal is that of the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coder.cli import app
from coder.store import Project
from coder.workflow.report import Contents, Part, as_file, choose
from tests.workflow.study import code_document, fill


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("told") / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=1)
        code_document(project, project.documents()[0].id, me)
        choose(project, Contents(parts=(Part.CODEBOOK, Part.QUOTATIONS), each=1), coder=me)
    yield path


def told(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["report", *map(str, arguments)])
    return done.exit_code, done.output


def test_without_options_it_is_what_was_chosen_and_with_them_what_they_say(study: Path, tmp_path: Path) -> None:
    code, words = told(study, "--to", tmp_path / "chosen.html")
    assert (code, words.startswith(f"Wrote {tmp_path / 'chosen.html'} (")) == (0, True)
    assert told(study, "--to", tmp_path / "other.html", "--with", "kinds")[0] == 0
    with Project.open(study) as project:
        assert (tmp_path / "chosen.html").read_bytes() == as_file(project, ".html")
        other = as_file(project, ".html", Contents(parts=(Part.KINDS,)))
    assert (tmp_path / "other.html").read_bytes() == other


def test_tables_come_into_a_folder(study: Path, tmp_path: Path) -> None:
    code, words = told(study, "--tables", tmp_path / "tables", "--as", "parquet")
    assert (code, words) == (0, f"Wrote {tmp_path / 'tables' / 'quotations.parquet'}.\n")
    assert [path.name for path in (tmp_path / "tables").iterdir()] == ["quotations.parquet"]


def test_what_makes_no_sense_is_refused_with_what_would_work(study: Path, tmp_path: Path) -> None:
    for arguments, words in (
        ([], "such as --to report.docx"),
        (["--to", tmp_path / "report.pdf"], "known: .docx, .html"),
        (["--to", tmp_path / "report.html", "--with", "everything"], "it can hold: codebook, cases"),
        (["--to", tmp_path / "nowhere" / "report.html"], "there is no folder"),
    ):
        code, output = told(study, *arguments)
        assert code == 1
        assert words in output
