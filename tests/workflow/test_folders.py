"""Folders, archives and tables of files: what they would give, and what they give."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from coder.errors import InvalidValue, NotAllowed
from coder.formats.rows import read_table
from coder.model import DocumentKind, PathPattern, Role, ToldCase
from coder.store import Project
from coder.workflow.cases import add_case
from coder.workflow.codings import undo
from coder.workflow.documents import (
    Outcome,
    Source,
    change_document,
    import_documents,
    import_each,
    preview_import,
    sources,
)
from coder.workflow.filing import Filing, listed_files

TALK = "Aino: We began {0}.\n\nLeena: When?\n\nAino: In {0}.\n\nLeena: And then?\n"
BY_WAVE = Filing(PathPattern.parse("{case}/{wave}/{name}"))


def file(path: str, text: str = "") -> Source:
    return Source(path.rpartition("/")[2], (text or TALK.format(path)).encode, path)


def archive(**members: bytes | str) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(name, text)
    return content.getvalue()


def zipped(members: dict[str, bytes | str], name: str = "notes.zip") -> Source:
    return Source(name, lambda: archive(**members))


def belonging(project: Project) -> dict[str, set[str]]:
    cases = {case.id: case.name for case in project.cases()}
    documents = {document.id: document.name for document in project.documents()}
    found: dict[str, set[str]] = {}
    for membership in project.memberships():
        found.setdefault(documents[membership.document], set()).add(cases[membership.case])
    return found


# --- paths -----------------------------------------------------------------------------------------


def test_case_and_attributes_are_read_off_the_path(project: Project, me: str) -> None:
    files = [file("in/Kartano/1/a.txt"), file("in/Kartano/1/b.txt"), file("in/Kide/2/c.txt"), file("loose.txt")]
    reports = import_documents(project, files, coder=me, filing=BY_WAVE)
    assert [report.cases for report in reports] == [
        (ToldCase("Kartano", {"wave": "1"}),),
        (ToldCase("Kartano", {"wave": "1"}),),
        (ToldCase("Kide", {"wave": "2"}),),
        (),
    ]
    assert reports[3].messages == ("its path loose.txt does not fit the pattern {case}/{wave}/{name}",)
    assert belonging(project) == {"a.txt": {"Kartano"}, "b.txt": {"Kartano"}, "c.txt": {"Kide"}}
    assert {case.name: case.values for case in project.cases()} == {"Kartano": {"wave": 1}, "Kide": {"wave": 2}}


def test_a_value_that_differs_within_a_case_is_told_and_the_first_is_kept(project: Project, me: str) -> None:
    files = [file("Kartano/1/a.txt"), file("kartano/2/b.txt")]
    preview = preview_import(project, files, filing=BY_WAVE)
    assert preview[1].messages == ("wave is 2 here, but 1 in another file of kartano, and a case has one value",)
    reports = import_documents(project, files, coder=me, filing=BY_WAVE)
    assert [report.messages for report in reports] == [report.messages for report in preview]
    assert [(case.name, case.values) for case in project.cases()] == [("Kartano", {"wave": 1})]
    assert belonging(project) == {"a.txt": {"Kartano"}, "b.txt": {"Kartano"}}


def test_a_table_that_names_files_goes_before_the_pattern(project: Project, me: str) -> None:
    table = read_table("t.csv", b"person,file,age\nP1,Group.txt,41\nP2,group.TXT,39\nP3,x/a,50\n")
    filing = Filing(BY_WAVE.pattern, listed_files(table))
    reports = import_documents(
        project, [file("in/group.txt"), file("in/x/a.txt"), file("K/2/a.txt")], coder=me, filing=filing
    )
    assert [[case.name for case in report.cases] for report in reports] == [["P1", "P2"], ["P3"], ["K"]]
    assert belonging(project) == {"group.txt": {"P1", "P2"}, "a.txt": {"P3"}, "a (2).txt": {"K"}}
    assert {case.name: case.values.get("age") for case in project.cases()} == {"P1": 41, "P2": 39, "P3": 50, "K": None}


def test_a_file_that_the_table_does_not_name_is_told(project: Project, me: str) -> None:
    filing = Filing(listed=listed_files(read_table("t.csv", b"case,file\nP1,b\n")))
    assert preview_import(project, [file("a.txt")], filing=filing)[0].messages == ("the table does not name it",)


def test_a_table_without_a_column_of_files_is_refused() -> None:
    with pytest.raises(InvalidValue, match="a column 'file'"):
        listed_files(read_table("t.csv", b"case,age\nP1,4\n"))


def test_the_case_of_all_is_that_of_files_of_which_nothing_else_is_told(project: Project, me: str) -> None:
    case = add_case(project, "Others", coder=me)
    import_documents(project, [file("K/1/a.txt"), file("b.txt")], coder=me, case=case.id, filing=BY_WAVE)
    assert belonging(project) == {"a.txt": {"K"}, "b.txt": {"Others"}}


# --- previews --------------------------------------------------------------------------------------


def test_a_preview_tells_what_the_import_will_and_stores_nothing(project: Project, me: str) -> None:
    files = [
        file("K/1/a.txt"),
        file("K/1/b.txt", TALK.format("K/1/a.txt")),
        file("x.pdfx"),
        file("1.txt", "Aino: A.\n"),
    ]
    before = project.revision
    preview = preview_import(project, files, filing=BY_WAVE)
    assert project.revision == before
    assert [(report.name, report.outcome) for report in preview] == [
        ("a.txt", Outcome.READ),
        ("b.txt", Outcome.KNOWN),
        ("x.pdfx", Outcome.REFUSED),
        ("1.txt", Outcome.WARNED),
    ]
    first = preview[0]
    assert (first.kind, first.turns, first.speakers, first.document) == (
        DocumentKind.INTERVIEW, 4, ("Aino", "Leena"), None,
    )  # fmt: skip
    after = import_documents(project, files, coder=me, filing=BY_WAVE)
    assert [report.outcome for report in after] == [report.outcome for report in preview]
    assert preview_import(project, files)[0].outcome is Outcome.KNOWN


def test_the_work_can_be_stopped_between_files(project: Project, me: str) -> None:
    reports = import_each(project, [file("a.txt"), file("b.txt"), file("c.txt")], coder=me)
    next(reports)
    next(reports)
    reports.close()  # type: ignore[attr-defined]
    assert [document.name for document in project.documents()] == ["interview.txt", "a.txt", "b.txt"]


@pytest.mark.parametrize("language", ["zz!", "", "english", "../x"])
def test_a_language_that_is_none_is_refused_in_words(project: Project, me: str, document: str, language: str) -> None:
    for all_or_nothing in (False, True):
        with pytest.raises(InvalidValue, match="not the code of a language"):
            import_documents(project, [file("a.txt")], coder=me, language=language, all_or_nothing=all_or_nothing)
    with pytest.raises(InvalidValue, match="not the code of a language"):
        change_document(project, document, coder=me, language=language)


# --- all or nothing --------------------------------------------------------------------------------


def test_a_whole_import_is_one_change_and_one_undo(project: Project, me: str) -> None:
    before = project.revision
    files = [file("Kartano/1/a.txt"), file("Kide/2b/b.txt")]
    reports = import_documents(project, files, coder=me, filing=BY_WAVE, all_or_nothing=True)
    assert [report.outcome for report in reports] == [Outcome.READ, Outcome.READ]
    assert project.revision == before + 1
    assert belonging(project) == {"a.txt": {"Kartano"}, "b.txt": {"Kide"}}
    assert {case.name: case.values for case in project.cases()} == {"Kartano": {"wave": "1"}, "Kide": {"wave": "2b"}}
    undo(project, coder=me)
    assert [document.name for document in project.documents()] == ["interview.txt"]
    assert (project.cases(), project.attributes()) == ([], [])
    assert project.verify() == []


def test_nothing_is_stored_if_one_file_is_refused_and_all_was_asked_for(project: Project, me: str) -> None:
    before = project.revision
    reports = import_documents(
        project, [file("a.txt"), file("b.mp4"), file("c.txt")], coder=me, all_or_nothing=True
    )  # fmt: skip
    assert [report.outcome for report in reports] == [Outcome.HELD, Outcome.REFUSED, Outcome.HELD]
    assert reports[0].messages == ("nothing was brought in, as another file was refused",)
    assert project.revision == before


def test_nothing_is_stored_if_a_whole_import_is_stopped(project: Project, me: str) -> None:
    def stopped(done: int, of: int, name: str) -> None:
        if done == 1:
            raise KeyboardInterrupt

    before = project.revision
    with pytest.raises(KeyboardInterrupt):
        import_documents(project, [file("a.txt"), file("b.txt")], coder=me, all_or_nothing=True, on_progress=stopped)
    assert project.revision == before


def test_the_same_text_twice_in_a_whole_import_is_one_document(project: Project, me: str) -> None:
    reports = import_documents(
        project, [file("a.txt", "Aino: A.\n"), file("b.txt", "Aino: A.\n")], coder=me, all_or_nothing=True
    )
    assert [report.outcome for report in reports] == [Outcome.READ, Outcome.KNOWN]
    assert reports[0].document == reports[1].document


def test_a_reader_imports_nothing_at_all(project: Project, someone) -> None:  # type: ignore[no-untyped-def]
    reader = someone("Leena", Role.READER)
    with pytest.raises(NotAllowed, match="Leena may read"):
        import_documents(project, [file("a.txt")], coder=reader, all_or_nothing=True)


# --- splitting -------------------------------------------------------------------------------------

YEAR = "# Notes of the network\n\n" + "".join(
    f"## 2026-0{month}-07\n\nPresent: Aino, Leena\n\n- We decided to meet in month {month} again.\n\n"
    for month in (1, 2, 3)
)


def test_a_file_of_many_meetings_is_split_where_that_is_asked_for(project: Project, me: str) -> None:
    files = [file("Kide/year.md", YEAR)]
    whole = preview_import(project, files)
    filing = Filing(PathPattern.parse("{case}/{name}"), split=True)
    parts = preview_import(project, files, filing=filing)
    assert len(whole) == 1
    assert [report.date for report in parts][-3:] == ["2026-01-07", "2026-02-07", "2026-03-07"]
    reports = import_documents(project, files, coder=me, filing=filing)
    assert [report.name for report in reports] == [report.name for report in parts]
    assert set(belonging(project)) == {report.name for report in reports}


# --- archives --------------------------------------------------------------------------------------


def test_an_archive_is_read_as_a_folder(project: Project, me: str, tmp_path: Path) -> None:
    content = archive(**{
        "Kartano/1/a.txt": TALK.format("a"), "Kide/2/b.txt": TALK.format("b"), "Kide/empty/": "",
        "__MACOSX/Kide/2/._b.txt": "x", "Kide/.DS_Store": "x", "Thumbs.db": "x", "Kide/~$b.docx": "x",
    })  # fmt: skip
    (tmp_path / "notes.zip").write_bytes(content)
    reports = import_documents(project, sources([tmp_path / "notes.zip"]), coder=me, filing=BY_WAVE)
    assert [(report.name, report.place) for report in reports] == [
        ("a.txt", "notes/Kartano/1/a.txt"),
        ("b.txt", "notes/Kide/2/b.txt"),
    ]
    assert belonging(project) == {"a.txt": {"Kartano"}, "b.txt": {"Kide"}}
    assert [path.name for path in tmp_path.iterdir()] == ["notes.zip"]


def test_names_in_an_archive_of_a_mac_are_read_as_they_were_written(project: Project, me: str) -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("Tera\u0308stie/1/yo\u0308.txt", TALK.format("a"))
    # As a Mac packs it: the name is UTF-8, and the mark that says so is missing.
    packed = content.getvalue()
    for mark, place in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        at = packed.index(mark) + place
        packed = packed[:at] + bytes([packed[at] & ~0x08]) + packed[at + 1 :]
    (report,) = import_documents(project, [Source("in.zip", lambda: packed)], coder=me, filing=BY_WAVE)
    assert report.name == "yö.txt"
    assert belonging(project) == {"yö.txt": {"Terästie"}}


def test_members_that_lead_elsewhere_are_refused_and_the_others_read(project: Project, me: str) -> None:
    linked = zipfile.ZipInfo("link.txt")
    linked.external_attr = 0o120777 << 16
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name in ("../../up.txt", "/etc/root.txt", "C:/windows.txt", "a/../../b.txt", "..\\back.txt"):
            made.writestr(name, "Aino: Away.\n")
        made.writestr(linked, "/etc/passwd")
        made.writestr("inner.zip", archive(**{"deep.txt": "Aino: Deep.\n"}))
        made.writestr("film.mp4", "x")
        made.writestr("good.txt", TALK.format("good"))
    reports = import_documents(project, [Source("in.zip", content.getvalue)], coder=me)
    told = {report.name: report.messages[0] for report in reports if report.outcome is Outcome.REFUSED}
    for name in ("up.txt", "root.txt", "windows.txt", "b.txt", "back.txt"):
        assert told[name] == "its path leads out of the archive; that is refused as unsafe"
    assert "links in archives are not followed" in told["link.txt"]
    assert "unpack it first" in told["inner.zip"]
    assert ".mp4" in told["film.mp4"]
    assert [document.name for document in project.documents()] == ["interview.txt", "good.txt"]


def encrypted() -> bytes:
    content = bytearray(archive(**{"a.txt": TALK}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no archive", "not a zip archive"),
        (archive(), "holds no files"),
        (archive(**{"__MACOSX/._a": "x"}), "holds no files"),
        (encrypted(), "protected by a password"),
        (archive(**{"bomb.txt": b"0" * 5_000_000}), "refused as unsafe"),
        (archive(**{f"{n}.txt": "" for n in range(5_001)}), "refused as unsafe"),
    ],
    ids=["no archive", "empty", "only left by systems", "encrypted", "bomb", "many members"],
)
def test_an_archive_that_cannot_be_opened_is_refused_in_words(
    project: Project, me: str, content: bytes, words: str
) -> None:
    (report,) = import_documents(project, [Source("in.zip", lambda: content)], coder=me)
    assert (report.name, report.outcome) == ("in.zip", Outcome.REFUSED)
    assert words in report.messages[0]


def test_a_damaged_member_does_not_keep_the_others_from_being_read(project: Project, me: str) -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("a.txt", "Aino: Damaged here.\n")
        made.writestr("b.txt", TALK.format("b"))
    broken = content.getvalue().replace(b"Damaged", b"damaged", 1)
    reports = import_documents(project, [Source("in.zip", lambda: broken)], coder=me)
    assert [report.outcome for report in reports] == [Outcome.REFUSED, Outcome.READ]
    assert "pack it once more" in reports[0].messages[0]


def test_what_is_written_like_markup_stays_text(project: Project, me: str) -> None:
    text = 'Aino: <script>alert(1)</script> =HYPERLINK("http://elsewhere.example").\n'
    members: dict[str, bytes | str] = {"=1+1/<b>x/=a.txt": text}
    (report,) = import_documents(project, [zipped(members)], coder=me, filing=BY_WAVE)
    assert report.document is not None
    assert project.document(report.document).text == text
    assert [(case.name, case.values) for case in project.cases()] == [("=1+1", {"wave": "<b>x"})]


def test_a_project_and_its_backups_beside_the_transcripts_are_no_transcripts(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("Aino: One.")
    (tmp_path / "study.backups").mkdir()
    for name in ("study.redthread", "study.redthread-wal", "study.backups/study 2026 by hand.redthread"):
        (tmp_path / name).write_bytes(b"a project")
    assert [source.name for source in sources([tmp_path])] == ["one.txt"]
