"""Projects of other programs from the terminal."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from coder.cli import app
from tests.formats.refi_files import packed, selection, source, xml


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_project_of_another_program_begins_a_study_comes_once_and_goes_out_again(tmp_path: Path) -> None:
    file, study, out = tmp_path / "other.qdpx", tmp_path / "a.redthread", tmp_path / "out.qdpx"
    lost = '<PictureSource guid="77777777-7777-4777-8777-777777777777" name="map.jpg"/>'
    file.write_bytes(packed(xml(source(selection(6, 24)) + lost)))
    made = run("new", study, "--from", file, "--coder", "Me")
    assert "1 document, 1 code and 1 coding" in made
    assert "lost: pictures (1)" in made
    assert "codings: 0 new, 1 there already" in run("import", study, file, "--preview")
    assert "lost: roles of coders (2)" in run("export", study, "--to", out, "--for", "nvivo")
    assert "codings: 0 new, 1 there already" in run("import", study, out)
    run("verify", study)
