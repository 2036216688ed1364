from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from coder.errors import InvalidValue, NotAProject, ProjectExists, UnknownItem
from coder.formats import read_codebook
from coder.model import DocumentKind, Role
from coder.workflow import projects
from coder.workflow.codings import undo
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project, create_sample, open_project, person, shipped_codebooks, verify


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.redthread"
    create_sample(path, coder="Maija").close()
    return path


def test_a_project_is_made_and_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "study.redthread"
    create_project(path, title="Study", coder="Maija").close()
    with open_project(path) as project:
        assert (project.title, [(c.name, c.role) for c in project.coders()]) == ("Study", [("Maija", Role.OWNER)])
    with pytest.raises(ProjectExists):
        create_project(path, title="Other", coder="Maija")


@pytest.mark.parametrize(("title", "coder"), [(" ", "Maija"), ("Study", "\n")])
def test_a_project_needs_a_title_and_a_name(tmp_path: Path, title: str, coder: str) -> None:
    with pytest.raises(InvalidValue, match="needs a"):
        create_project(tmp_path / "study.redthread", title=title, coder=coder)
    assert list(tmp_path.iterdir()) == []


def test_the_sample_has_its_cases_documents_codebook_and_codings(sample: Path) -> None:
    with open_project(sample) as project:
        assert [case.name for case in project.cases()] == ["Kartano", "Terästie", "Satama", "Verso", "Kide"]
        assert "folder" not in {attribute.name for attribute in project.attributes()}
        assert project.cases()[0].values["workplaces"] == 9
        documents = project.documents()
        assert len(documents) == 20
        assert {document.kind for document in documents} == {DocumentKind.INTERVIEW, DocumentKind.MEETING_NOTES}
        assert all(document.date for document in documents)
        assert len(project.memberships()) == 20
        shipped = shipped_codebooks()["diffusion-and-cocreation"]
        assert project.codebook() == read_codebook(shipped.name, shipped.read_bytes())
        assert len({coding.document for coding in project.codings()}) >= 8
        rows = len(projects.read_table("codings.csv", _corpus("codings.csv"), needs=()).rows)
        assert len(project.codings()) == rows
        assert project.memos(about="coding")


def _corpus(name: str) -> bytes:
    return (projects.shipped("corpora") / "learning-networks" / name).read_bytes()


def test_the_sample_belongs_to_the_person_at_the_keyboard_who_has_nothing_to_undo(sample: Path) -> None:
    with open_project(sample) as project:
        owner, *invented = project.coders()
        assert (owner.name, owner.role) == ("Maija", Role.OWNER)
        assert len(invented) == 2
        assert all("invented" in coder.name for coder in invented)
        assert {coding.coder for coding in project.codings()} == {coder.id for coder in invented}
        assert project.can_undo(owner.id) is None


def test_the_sample_is_sound(sample: Path) -> None:
    assert verify(sample) == []


def test_a_sample_overwrites_nothing_and_what_a_killed_one_left_is_cleared(tmp_path: Path) -> None:
    path = tmp_path / "sample.redthread"
    left = tmp_path / ".sample.redthread.unfinished"
    left.write_bytes(b"half a project")
    (tmp_path / ".sample.redthread.unfinished-wal").write_bytes(b"half")
    told: list[tuple[int, int, str]] = []
    create_sample(path, coder="Maija", on_progress=lambda *step: told.append(step)).close()
    assert [found.name for found in tmp_path.iterdir()] == ["sample.redthread"]
    assert told[0][:2] == (0, 20)
    assert told[-1] == (20, 20, "")
    with pytest.raises(ProjectExists):
        create_sample(path, coder="Maija")


def test_a_sample_can_live_in_memory() -> None:
    with create_sample(":memory:") as project:
        assert project.coders()[0].name == person()
        assert project.codings()


def test_what_ships_is_found_inside_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "coder"
    (package / "workflow").mkdir(parents=True)
    (package / "shipped" / "codebooks").mkdir(parents=True)
    (package / "shipped" / "codebooks" / "one.yaml").touch()
    monkeypatch.setattr(projects, "__file__", str(package / "workflow" / "projects.py"))
    assert shipped_codebooks() == {"one": package / "shipped" / "codebooks" / "one.yaml"}
    with pytest.raises(UnknownItem, match="corpora did not come with this installation"):
        create_sample(":memory:")


def test_a_person_without_a_name_is_me(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", nobody)
    assert person() == "Me"


def test_what_is_wrong_with_a_project_is_said(tmp_path: Path) -> None:
    path = tmp_path / "study.redthread"
    with create_project(path, title="Study", coder="Maija") as project:
        (coder,) = project.coders()
        import_documents(project, [Source("a.txt", lambda: b"Aino: We began.\n")], coder=coder.id)
    assert verify(path) == []
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE document SET name = 'b.txt'")
    connection.close()
    assert verify(path)
    with pytest.raises(NotAProject):
        verify(tmp_path / "missing.redthread")


def test_undo_reaches_back_over_an_import(tmp_path: Path) -> None:
    with create_project(tmp_path / "study.redthread", title="Study", coder="Maija") as project:
        (coder,) = project.coders()
        import_documents(project, [Source("a.txt", lambda: b"Aino: We began.\n")], coder=coder.id)
        undo(project, coder=coder.id)
        assert project.documents() == []
        (report,) = import_documents(project, [Source("a.txt", lambda: b"Aino: We began.\n")], coder=coder.id)
        assert [(document.id, document.name) for document in project.documents()] == [(report.document, "a.txt")]
