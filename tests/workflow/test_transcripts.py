"""Coded transcripts of a project."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import pytest

from coder.errors import ProjectUnavailable, UnknownFormat, UnknownItem
from coder.formats.transcripts import TRANSCRIPT_WRITERS
from coder.model import Coding, Memo, Role
from coder.store import Project
from coder.workflow.codings import code_span
from coder.workflow.documents import Source, import_documents
from coder.workflow.transcripts import (
    coded_transcript,
    export_transcript,
    export_transcripts,
    file_name,
    transcript_as_file,
)


def test_a_transcript_holds_the_codings_of_every_coder_and_their_memos(
    project: Project, document: str, coded: Coding, someone: Callable[..., str], me: str
) -> None:
    ben = someone("Ben", Role.CODER)
    code_span(project, document, coded.span, "time", coder=ben)
    with project.change("note", coder=me) as change:
        change.save_memo(Memo("m", "coding", coded.id, me, "She smiles."))
        change.save_memo(Memo("n", "document", document, me, "Read twice."))
        change.save_memo(Memo("o", "code", "time", me, "Of the codebook."))
    found = coded_transcript(project, document)
    assert [(mark.title, mark.coder, mark.notes) for mark in found.marks] == [
        ("Obstacles / No time", "Ben", ()),
        ("Paths / Together", "Maija", ("She smiles.",)),
    ]
    assert found.notes == (("Read twice.", "Maija"),)
    comments = docx.Document(BytesIO(transcript_as_file(project, document, ".docx"))).comments
    assert {(comment.author, comment.paragraphs[0].text) for comment in comments} == {
        ("Ben", "Obstacles / No time"),
        ("Maija", "Paths / Together"),
    }


@pytest.mark.parametrize("suffix", TRANSCRIPT_WRITERS)
def test_all_transcripts_go_to_a_folder_that_is_made(project: Project, me: str, tmp_path: Path, suffix: str) -> None:
    texts = ("Anna: Hi.\nBen: Ho.\nAnna: Bye.", "Anna: Hm.\nBen: Ho.\nAnna: Bye.")
    names = ("a: b?.txt", "a_ b_.md")
    import_documents(project, [Source(name, text.encode) for name, text in zip(names, texts, strict=True)], coder=me)
    written = export_transcripts(project, tmp_path / "out", suffix)
    assert [path.name for path in written] == [f"interview{suffix}", f"a_ b_{suffix}", f"a_ b_ (2){suffix}"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in written)
    assert all(path.stat().st_size for path in written)


def test_names_of_documents_become_names_of_files() -> None:
    assert file_name("interview 1.2", ".html") == "interview 1.2.html"
    assert file_name("interview.DOCX", ".html") == "interview.html"
    assert file_name("../../x", ".md") == "_.._x.md"
    assert file_name("...", ".md") == "transcript.md"


def test_what_cannot_be_written_is_refused_before_anything_is_made(
    project: Project, document: str, tmp_path: Path
) -> None:
    with pytest.raises(UnknownFormat):
        export_transcripts(project, tmp_path / "out", ".pdf")
    assert not (tmp_path / "out").exists()
    with pytest.raises(ProjectUnavailable):
        export_transcript(project, document, tmp_path / "nowhere" / "x.html")
    with pytest.raises(UnknownItem):
        export_transcript(project, "nothing", tmp_path / "x.html")
    (tmp_path / "file").touch()
    with pytest.raises(ProjectUnavailable, match="cannot make the folder"):
        export_transcripts(project, tmp_path / "file")
