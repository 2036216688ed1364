from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import InvalidValue, NotAllowed, UnknownItem
from coder.model import DocumentKind, Role
from coder.store import Project
from coder.workflow.cases import add_case
from coder.workflow.codings import undo
from coder.workflow.documents import (
    Outcome,
    Source,
    change_document,
    free_name,
    import_documents,
    mark_read,
    name_of,
    remove_document,
    remove_documents,
    sources,
)


def source(name: str, text: str) -> Source:
    return Source(name, text.encode)


def test_every_file_gets_a_report_and_a_broken_one_stops_nothing(project: Project, me: str) -> None:
    reports = import_documents(
        project,
        [
            source("one.txt", "Aino: One.\n\nLeena: Two?\n\nAino: Three.\n\nLeena: Four!\n"),
            Source("broken.docx", lambda: b"no zip at all"),
            source("film.mp4", "x"),
            source("empty.txt", ""),
            source("two.txt", "Aino: Two things.\n"),
        ],
        coder=me,
    )
    assert [(report.name, report.outcome) for report in reports] == [
        ("one.txt", Outcome.READ),
        ("broken.docx", Outcome.REFUSED),
        ("film.mp4", Outcome.REFUSED),
        ("empty.txt", Outcome.REFUSED),
        ("two.txt", Outcome.READ),
    ]
    assert reports[0].speakers == ("Aino", "Leena")
    assert (reports[0].turns, reports[0].words) == (4, 4)
    assert all(report.messages and report.document is None for report in reports[1:4])
    assert [document.name for document in project.documents()] == ["interview.txt", "one.txt", "two.txt"]


def test_each_file_is_a_change_of_its_own(project: Project, me: str) -> None:
    before = project.revision
    import_documents(project, [source("a.txt", "Aino: A.\n"), source("b.txt", "Aino: B.\n")], coder=me)
    assert project.revision == before + 2
    undo(project, coder=me)
    assert [document.name for document in project.documents()] == ["interview.txt", "a.txt"]


def test_the_same_text_is_recognised_whatever_its_name(project: Project, me: str) -> None:
    text = "Aino: The same.\n"
    first, again, once_more = import_documents(
        project, [source("a.txt", text), source("b.txt", text), source("c.txt", text.replace("\n", "\r\n"))], coder=me
    )
    assert again.outcome is once_more.outcome is Outcome.KNOWN
    assert again.document == once_more.document == first.document
    assert again.messages == ("its text is already in the project, as a.txt",)


def test_a_taken_name_gets_a_number(project: Project, me: str) -> None:
    import_documents(project, [source(f"{n}/a.txt", f"Aino: Version {n}.\n") for n in range(3)], coder=me)
    assert [document.name for document in project.documents()][1:] == ["a.txt", "a (2).txt", "a (3).txt"]


def test_progress_is_told_before_each_file_and_at_the_end(project: Project, me: str) -> None:
    told: list[tuple[int, int, str]] = []
    files = [source("a.txt", "Aino: A.\n"), source("b.mp4", "")]
    import_documents(project, files, coder=me, on_progress=lambda *step: told.append(step))
    assert told == [(0, 2, "a.txt"), (1, 2, "b.mp4"), (2, 2, "")]


def test_a_killed_import_keeps_the_finished_files(project: Project, me: str) -> None:
    def killed() -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_documents(project, [source("a.txt", "Aino: A.\n"), Source("b.txt", killed)], coder=me)
    assert [document.name for document in project.documents()] == ["interview.txt", "a.txt"]
    assert project.verify() == []


def test_documents_can_come_with_their_case(project: Project, me: str) -> None:
    case = add_case(project, "Kartano", coder=me)
    (report,) = import_documents(project, [source("a.txt", "Aino: A.\n")], coder=me, case=case.id)
    assert [(m.document, m.case, m.span) for m in project.memberships()] == [(report.document, case.id, None)]
    with pytest.raises(UnknownItem):
        import_documents(project, [source("b.txt", "Aino: B.\n")], coder=me, case="nowhere")


def test_a_text_that_is_there_already_is_put_in_the_case_too(project: Project, me: str) -> None:
    case = add_case(project, "Kartano", coder=me)
    (first,) = import_documents(project, [source("a.txt", "Aino: A.\n")], coder=me)
    (again,) = import_documents(project, [source("b.txt", "Aino: A.\n")], coder=me, case=case.id)
    assert (again.outcome, again.document) == (Outcome.KNOWN, first.document)
    assert again.messages == ("its text is already in the project, as a.txt; that was put in Kartano",)
    assert [(m.document, m.case) for m in project.memberships()] == [(first.document, case.id)]
    revision = project.revision
    (known,) = import_documents(project, [source("b.txt", "Aino: A.\n")], coder=me, case=case.id)
    assert known.messages == ("its text is already in the project, as a.txt",)
    assert project.revision == revision
    undo(project, coder=me)
    assert project.memberships() == []
    assert first.document in {document.id for document in project.documents()}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(project: Project, me: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (report,) = import_documents(project, sources([tmp_path]), coder=me)
    assert (report.outcome, report.messages) == (
        Outcome.REFUSED, ("it is no ordinary file; save its content in one",)
    )  # fmt: skip


def test_a_reader_imports_nothing(project: Project, someone: Callable[..., str]) -> None:
    reader = someone("Leena", Role.READER)
    with pytest.raises(NotAllowed, match="Leena may read"):
        import_documents(project, [source("a.txt", "Aino: A.\n")], coder=reader)


def test_folders_are_walked_in_order_and_what_cannot_be_read_is_said(project: Project, me: str, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.txt").write_text("Aino: Two.\n")
    (tmp_path / "a.txt").write_text("Aino: One.\n")
    (tmp_path / ".hidden").write_text("Aino: Hidden.\n")
    (tmp_path / "sound.mp3").write_bytes(b"ID3")
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    found = sources([tmp_path, tmp_path / "missing.txt"])
    assert [source.name for source in found] == ["a.txt", "two.txt", "round", "sound.mp3", "missing.txt"]
    reports = {report.name: report for report in import_documents(project, found, coder=me)}
    assert [name for name, report in reports.items() if report.outcome is Outcome.READ] == ["a.txt", "two.txt"]
    assert "not followed" in reports["round"].messages[0]
    assert ".mp3" in reports["sound.mp3"].messages[0]
    assert "there is no file or folder of this name" in reports["missing.txt"].messages[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_folder_that_may_not_be_opened_is_said(project: Project, me: str, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    (report,) = import_documents(project, sources([closed]), coder=me)
    assert "cannot open the folder" in report.messages[0]


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\a\\interview.docx", "interview.docx"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("moc\u202etxt.exe", "moctxt.exe"),
        ("..", "unnamed"),
        ("/", "unnamed"),
        ("", "unnamed"),
        ("<b>bold</b>.txt", "b>.txt"),
        ("x" * 300 + ".txt", "x" * 196 + ".txt"),
    ],
)
def test_a_file_name_is_only_ever_a_name(given_name: str, expected: str) -> None:
    assert name_of(given_name) == expected


@given(st.text())
def test_every_name_can_be_shown_stored_and_taken_again(text: str) -> None:
    name = name_of(text)
    assert name
    assert "/" not in name
    assert "\\" not in name
    assert "\n" not in name
    assert len(name) <= 200
    assert name.encode()
    assert name_of(name) == name


@given(st.lists(st.sampled_from(["a.txt", "a (2).txt", "a", "b.tar.gz"]), max_size=8))
def test_free_names_never_clash(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        free = free_name(name, taken)
        assert free not in taken
        taken.add(free)


def test_a_document_can_be_described_otherwise(project: Project, me: str, document: str) -> None:
    change_document(
        project,
        document,
        coder=me,
        name=" First.txt ",
        kind=DocumentKind.MEETING_NOTES,
        date="2021-03-04",
        language="fi",
    )
    found = project.document(document)
    assert (found.name, found.kind, found.date, found.language) == (
        "First.txt",
        DocumentKind.MEETING_NOTES,
        "2021-03-04",
        "fi",
    )
    assert found.revision == 2
    assert change_document(project, document, coder=me, date="").date is None


def test_a_description_that_changes_nothing_is_no_change(project: Project, me: str, document: str) -> None:
    before = project.revision
    change_document(project, document, coder=me, name="interview.txt")
    assert project.revision == before


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "other.txt"}, "another document"),
        ({"name": "  "}, "needs a name"),
        ({"date": "4.3.2021"}, "2021-03-04"),
    ],
)
def test_a_description_that_cannot_be_is_refused(
    project: Project, me: str, document: str, values: dict[str, str], words: str
) -> None:
    import_documents(project, [source("other.txt", "Aino: Other.\n")], coder=me)
    with pytest.raises(InvalidValue, match=words):
        change_document(project, document, coder=me, **values)  # type: ignore[arg-type]


def test_removing_hides_a_document_and_undo_brings_it_back(project: Project, me: str, document: str) -> None:
    remove_document(project, document, coder=me)
    assert project.documents() == []
    undo(project, coder=me)
    assert [found.id for found in project.documents()] == [document]


def test_several_documents_are_removed_with_one_undo(project: Project, me: str, document: str) -> None:
    import_documents(project, [source("other.txt", "Aino: Other.\n")], coder=me)
    remove_documents(project, [found.id for found in project.documents()], coder=me)
    assert project.documents() == []
    assert project.can_undo(me) == "remove 2 documents"
    undo(project, coder=me)
    assert [found.name for found in project.documents()] == ["interview.txt", "other.txt"]


def test_a_mark_of_reading_never_moves_back_nor_beyond_the_end(project: Project, me: str, document: str) -> None:
    for position in (10, 5, 10_000_000):
        mark_read(project, document, position, coder=me)
    (mark,) = project.read_marks(document=document)
    assert mark.position == project.document(document).characters
