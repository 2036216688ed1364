"""The whole project as plain text in a folder, as a repository keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coder.errors import MalformedFile, ProjectUnavailable
from coder.model import Span
from coder.workflow.codebooks import add_code
from coder.workflow.codings import code_span
from coder.workflow.documents import Source, import_documents, remove_document
from coder.workflow.exchange import export_folder, holds_study, new_project_from, read_from, study_of
from coder.workflow.projects import create_project

TALK = "Bo: We began together. 👩‍🔬\n\nEva: Niin, aivan.\n"


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def project(tmp_path: Path):
    with create_project(tmp_path / "talks.redthread", title="Talks (invented)", coder="Maija") as project:
        me = project.coders()[0].id
        import_documents(
            project, [Source("talk.txt", TALK.encode), Source("b.txt", lambda: b"Bo: Another.\n")], coder=me
        )
        code = add_code(project, name="Together", coder=me)
        code_span(project, project.document_named("talk.txt").id, Span(4, 22), code.id, coder=me)
        yield project


def test_a_project_goes_through_a_folder_and_comes_back(project, tmp_path: Path) -> None:
    losses = export_folder(project, tmp_path / "text")
    assert [loss.what for loss in losses] == ["entries of the journal"]
    assert holds_study(tmp_path / "text")
    with new_project_from(tmp_path / "back.redthread", read_from(tmp_path / "text"), coder="Maija") as back:
        assert study_of(back) == study_of(project)
        export_folder(back, tmp_path / "again")
        assert back.verify() == []
    assert contents(tmp_path / "again") == contents(tmp_path / "text")


def test_the_same_project_gives_the_same_files_and_those_of_nothing_go(project, tmp_path: Path) -> None:
    folder = tmp_path / "text"
    export_folder(project, folder)
    (folder / "documents" / "mine.txt").write_text("not a document of the study")
    before = contents(folder)
    export_folder(project, folder)
    assert contents(folder) == before
    gone = project.document_named("b.txt").id
    remove_document(project, gone, coder=project.coders()[0].id)
    export_folder(project, folder)
    assert before.keys() - contents(folder).keys() == {
        f"documents/b-txt--{gone}.txt",
        f"turns/b-txt--{gone}.jsonl",
    }


def test_a_folder_of_something_else_is_left_alone(project, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.png").write_bytes(b"x")
    with pytest.raises(ProjectUnavailable, match="holds something else"):
        export_folder(project, tmp_path / "photos")
    assert list((tmp_path / "photos").iterdir()) == [tmp_path / "photos" / "one.png"]
    assert not holds_study(tmp_path / "photos")


def test_a_listing_never_leads_out_of_its_folder(project, tmp_path: Path) -> None:
    folder = tmp_path / "text"
    export_folder(project, folder)
    (tmp_path / "secret.txt").write_text("secret")
    listing = folder / "documents.jsonl"
    name = next(line.split('"file": "')[1].split('"')[0] for line in listing.read_text("utf-8").splitlines())
    listing.write_text(listing.read_text("utf-8").replace(name, "../../secret"), "utf-8")
    with pytest.raises(MalformedFile, match="lacks"):
        read_from(folder)
    export_folder(project, folder)
    assert (tmp_path / "secret.txt").read_text() == "secret"
