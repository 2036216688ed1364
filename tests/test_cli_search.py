"""Search from the terminal."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from coder.cli import app
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.assistant import Assistant
from tests.workflow.study import fill


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        fill(project, project.coders()[0].id, documents=1)
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["search", *map(str, words)])


def test_passages_are_shown_with_their_words_marked(study: Path) -> None:
    done = run(study, "ferry OR ferries", "--limit", 1)
    assert done.exit_code == 0, done.output
    assert "interview 0.txt · Aino" in done.output
    assert "the *ferry* did not run" in done.output
    assert "passages found" in done.output or "1 passage found" in done.output


def test_all_that_was_found_goes_to_a_table(study: Path, tmp_path: Path) -> None:
    done = run(study, "knowledge", "--to", tmp_path / "found.csv")
    assert done.exit_code == 0, done.output
    frame = pd.read_csv(tmp_path / "found.csv")
    assert len(frame)
    assert frame["passage"].str.contains("knowledge").all()


def test_a_query_that_means_nothing_is_refused_in_words(study: Path) -> None:
    done = run(study, "trust OR")
    assert done.exit_code == 1
    assert "nothing stands after OR" in done.output


def test_meaning_is_searched(study: Path, monkeypatch: pytest.MonkeyPatch, word_encoder: type[Encoder]) -> None:
    monkeypatch.setattr("coder.workflow.assistant.Assistant", lambda: Assistant(word_encoder))
    done = run(study, "the cat slept and the ferry did not run", "--meaning", "--limit", 1)
    assert done.exit_code == 0, done.output
    assert "ferry did not run" in done.output
