"""The README says what is so: its commands run, its table is the readers' own, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from coder.cli import app
from coder.formats import CODEBOOK_READERS, CODEBOOK_WRITERS, READERS
from coder.formats.studies import STUDY_FORMATS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_command_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("corpora", "codebooks"):
        (tmp_path / folder).symlink_to(ROOT / folder, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ redthread (.+)$", README, re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        done = CliRunner().invoke(app, shlex.split(command))
        assert done.exit_code == 0, f"redthread {command}\n{done.output}"
    assert "quotation" in pd.read_excel(tmp_path / "quotations.xlsx").columns
    assert "codings" in pd.read_excel(tmp_path / "cases.xlsx", sheet_name=None)


def test_the_table_of_formats_is_that_of_the_readers() -> None:
    table = README.split("<!-- readers -->")[1].split("<!-- /readers -->")[0]
    rows = [row.split("|")[1] for row in table.strip().splitlines()[2:]]
    assert sorted(re.findall(r"`(\.\w+)`", " ".join(rows))) == sorted(READERS)


def test_every_program_in_the_table_is_read_from_the_files_it_names() -> None:
    table = README.split("<!-- studies -->")[1].split("<!-- /studies -->")[0]
    cells = [row.split("|")[1:3] for row in table.strip().splitlines()[2:]]
    told = {name.strip(): set(re.findall(r"`(\.\w+)`", files)) for name, files in cells}
    assert told
    assert told.items() <= {row.name: set(row.suffixes) for row in STUDY_FORMATS}.items()


def test_the_table_of_codebook_files_is_that_of_the_writers() -> None:
    table = README.split("<!-- codebooks -->")[1].split("<!-- /codebooks -->")[0]
    rows = [row.split("|")[1:4] for row in table.strip().splitlines()[2:]]
    told = {suffix: back.strip() for endings, _, back in rows for suffix in re.findall(r"`(\.\w+)`", endings)}
    assert told.keys() == CODEBOOK_WRITERS.keys()
    assert {suffix for suffix, back in told.items() if back != "no"} == CODEBOOK_READERS.keys()


def test_every_link_and_picture_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)`?", README)) - {"it"}
    assert {"app", "test"} <= named <= targets
