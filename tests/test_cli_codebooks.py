"""Codebooks from the terminal: merged, published to a library, pulled from it, checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from coder.cli import app
from coder.formats import read_codebook, write_codebook
from coder.model import Code, Codebook
from coder.workflow.codebooks import change_code
from coder.workflow.projects import open_project

Run = Callable[..., Result]
BASE = Codebook("b", "Book", (Code("a", "A", brief="Old"), Code("c", "C")))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    for name, book in {
        "base.yaml": BASE,
        "ours.yaml": BASE.changed("a", brief="Ours").changed("c", memo="Mine"),
        "theirs.yaml": BASE.changed("a", brief="Theirs"),
        "apart.yaml": BASE.with_code(Code("d", "D")),
    }.items():
        (tmp_path / name).write_bytes(write_codebook(name, book))
    return lambda *words: CliRunner().invoke(app, list(words))


def test_codebooks_that_fit_are_merged_into_a_file(run: Run, tmp_path: Path) -> None:
    done = run("codebook", "merge", "base.yaml", "ours.yaml", "apart.yaml", "--to", "new.yaml")
    assert done.exit_code == 0, done.output
    merged = read_codebook("new.yaml", (tmp_path / "new.yaml").read_bytes())
    assert ([code.name for code in merged.codes], merged.code("a").brief) == (["A", "C", "D"], "Ours")


def test_conflicts_are_listed_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    words = ("codebook", "merge", "base.yaml", "ours.yaml", "theirs.yaml", "--to", "new.yaml")
    done = run(*words)
    assert done.exit_code == 1
    assert "conflict: A, brief\n  ours: Ours\n  theirs: Theirs\n  base: Old\n" in done.stderr
    assert "1 conflict, so new.yaml was not written" in done.stderr
    assert not (tmp_path / "new.yaml").exists()
    assert run(*words, "--prefer", "theirs").exit_code == 0
    assert read_codebook("new.yaml", (tmp_path / "new.yaml").read_bytes()).code("a").brief == "Theirs"


def test_a_codebook_goes_through_a_library_from_study_to_study(run: Run, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    run("new", "one.redthread", "--coder", "Maija", "--codebook", "base.yaml")
    run("new", "two.redthread", "--coder", "Leena")
    done = run("codebook", "publish", "one.redthread", "--library", "shared", "--note", "The beginning")
    assert (done.exit_code, "Published version 0.1.0 as shared" in done.stdout) == (0, True), done.output
    done = run("codebook", "pull", "two.redthread", "--library", "shared")
    assert (done.exit_code, done.stdout) == (0, "Took version 0.1.0: 2 codes.\n"), done.output
    assert "no newer version" in run("codebook", "pull", "two.redthread", "--library", "shared").stdout
    for study, words in (("one", "Ours"), ("two", "Theirs")):
        with open_project(tmp_path / f"{study}.redthread") as project:
            change_code(project, "a", coder=project.coders()[0].id, brief=words)
    assert run("codebook", "publish", "two.redthread", "--library", "shared", "--version", "1.0").exit_code == 0
    done = run("codebook", "pull", "one.redthread", "--library", "shared")
    assert (done.exit_code, "the study was not changed" in done.stderr) == (1, True)
    assert run("codebook", "pull", "one.redthread", "--library", "shared", "--prefer", "theirs").exit_code == 0
    with open_project(tmp_path / "one.redthread") as project:
        assert project.codebook().code("a").brief == "Theirs"
    done = run("codebook", "publish", "one.redthread", "--library", "nowhere")
    assert (done.exit_code, "there is no folder nowhere" in done.stderr) == (1, True)


def test_a_study_is_checked_for_codes_that_nobody_used(run: Run) -> None:
    run("new", "one.redthread", "--coder", "Maija", "--codebook", "base.yaml")
    done = run("codebook", "check", "--study", "one.redthread")
    assert done.exit_code == 1
    assert "one.redthread: note: C: it has no codings" in done.stdout
    assert "name a codebook file" in run("codebook", "check").stderr
