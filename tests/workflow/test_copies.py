"""Merging a copy that went on elsewhere: what comes along, what follows, what is asked; and it can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coder.errors import NoCommonHistory, NotAllowed
from coder.model import Case, Code, Coder, Coding, Membership, Role, Span, new_id
from coder.model.copies import Choice
from coder.store import Project
from coder.store.file import MEMORY, ProjectFile
from coder.workflow.cases import add_case
from coder.workflow.codebooks import change_code, merge_codes, remove_code
from coder.workflow.coders import add_coder
from coder.workflow.codings import change_code_of, code_span, remove_coding, write_memo
from coder.workflow.copies import merge, opened_copy, preview_merge
from coder.workflow.corrections import correct, preview_correction
from coder.workflow.documents import Source, import_documents, mark_read
from coder.workflow.projects import create_project

Find = Callable[[str], Span]


def copied(project: Project) -> Project:
    file = ProjectFile.connect(MEMORY)
    project._file.db.conn.backup(file.db.conn)
    return Project(file)


@pytest.fixture
def theirs(project: Project, coded: Coding, someone: Callable[..., str]) -> Iterator[Project]:
    """A copy of the project with one coding of Maija's, for Bo to go on with."""
    someone("Bo")
    with copied(project) as made:
        yield made


def test_what_the_other_coded_and_read_comes_along(
    project: Project, theirs: Project, document: str, me: str, span_of: Find
) -> None:
    made = code_span(theirs, document, span_of("there was no time"), "time", coder="bo")
    write_memo(theirs, made.id, "Again time.", coder="bo")
    mark_read(theirs, document, 100, coder="bo")
    found = merge(project, theirs, coder=me)
    assert project.coding(made.id) == theirs.coding(made.id)
    assert [memo.text for memo in project.memos(about="coding", target=made.id)] == ["Again time."]
    assert project.read_marks() == theirs.read_marks()
    assert [(each.what, each.new) for each in found.came][:2] == [("codings", 1), ("memos", 1)]
    assert found.conflicts == ()
    assert project.verify() == []


def test_a_document_that_only_the_other_has_comes_with_its_turns_passages_and_words(
    project: Project, theirs: Project, me: str
) -> None:
    (report,) = import_documents(theirs, [Source("more.txt", b"Bo: Snow lay till May.\n".strip)], coder="bo")
    theirs.save_vectors("m", 2, {"h": b"1234"})
    merge(project, theirs, coder=me)
    assert report.document is not None
    assert project.document(report.document).text == theirs.document(report.document).text
    assert project.turns(report.document) == theirs.turns(report.document)
    assert project.segments(report.document) == theirs.segments(report.document)
    assert project.vectors("m", ["h"]) == {"h": b"1234"}
    assert project.verify() == []


def test_one_undo_takes_a_merge_back_and_the_same_copy_can_be_merged_again(
    project: Project, theirs: Project, document: str, me: str, span_of: Find
) -> None:
    made = code_span(theirs, document, span_of("there was no time"), "time", coder="bo")
    import_documents(theirs, [Source("more.txt", b"Bo: Snow lay till May.\n".strip)], coder="bo")
    before = project.codings(), project.documents()
    merge(project, theirs, coder=me)
    project.undo(me)
    assert (project.codings(), project.documents()) == before
    assert not merge(project, theirs, coder=me).known
    assert project.coding(made.id)
    assert len(project.documents()) == 2
    assert project.verify() == []


def test_a_copy_merged_twice_changes_nothing_even_where_ours_was_chosen(
    project: Project, theirs: Project, coded: Coding, me: str
) -> None:
    change_code_of(theirs, coded.id, "time", coder=me)
    change_code_of(project, coded.id, "transfer", coder=me)
    found = merge(project, theirs, prefer=Choice.OURS, coder=me)
    assert [(conflict.field, conflict.ours, conflict.theirs) for conflict in found.conflicts] == [
        ("code", "Transfer", "No time")
    ]
    assert project.coding(coded.id).code == "transfer"
    revision = project.revision
    assert merge(project, theirs, prefer=Choice.THEIRS, coder=me).known
    assert project.revision == revision
    code = code_span(theirs, project.documents()[0].id, Span(0, 11), "time", coder="bo")
    assert merge(project, theirs, coder=me).conflicts == ()
    assert project.coding(code.id)
    assert project.coding(coded.id).code == "transfer"


def test_a_copy_that_was_only_brought_up_to_date_is_still_the_same_copy(
    project: Project, theirs: Project, coded: Coding, me: str
) -> None:
    change_code_of(theirs, coded.id, "time", coder=me)
    change_code_of(project, coded.id, "transfer", coder=me)
    for _ in range(2):
        with theirs.change("update file", coder=None, operation=new_id()):
            pass
        merge(project, theirs, prefer=Choice.OURS, coder=me)
    assert project.coding(coded.id).code == "transfer"
    assert [entry.verb for entry in project.journal()].count("merge copies") == 1


def test_conflicts_are_listed_by_field_and_each_can_be_chosen(
    project: Project, theirs: Project, coded: Coding, me: str
) -> None:
    write_memo(project, coded.id, "Ours.", coder=me)
    write_memo(theirs, coded.id, "Theirs.", coder=me)
    change_code_of(theirs, coded.id, "time", coder=me)
    change_code_of(project, coded.id, "transfer", coder=me)
    change_code(project, "together", coder=me, definition="Side by side.")
    change_code(theirs, "together", coder="bo", definition="Jointly.", brief="With others.")
    listed = preview_merge(project, theirs).conflicts
    told = {(conflict.what, conflict.field, conflict.ours, conflict.theirs) for conflict in listed}
    assert told == {
        ("coding of Transfer in interview.txt", "code", "Transfer", "No time"),
        ("code Together", "definition", "Side by side.", "Jointly."),
    }
    choices = {conflict.key: Choice.THEIRS for conflict in listed if conflict.field == "definition"}
    choices |= {conflict.key: Choice.OURS for conflict in listed if conflict.field == "code"}
    merge(project, theirs, choices, coder=me)
    together = project.codebook().code("together")
    assert (together.definition, together.brief) == ("Jointly.", "With others.")
    assert project.coding(coded.id).code == "transfer"
    assert project.verify() == []


def test_two_texts_of_one_memo_both_stand_unless_one_is_chosen(
    project: Project, theirs: Project, coded: Coding, me: str
) -> None:
    for each, text in ((project, "First"), (theirs, "First")):
        write_memo(each, coded.id, text, coder=me)
    merge(project, theirs, coder=me)
    assert [memo.text for memo in project.memos(about="coding")] == ["First"]
    with copied(project) as other:
        write_memo(project, coded.id, "Ours.", coder=me)
        write_memo(other, coded.id, "Theirs.", coder=me)
        (conflict,) = preview_merge(project, other).conflicts
        assert conflict.stands is Choice.BOTH
        with copied(project) as third:
            merge(third, other, {conflict.key: Choice.THEIRS}, coder=me)
            assert [memo.text for memo in third.memos(about="coding")] == ["Theirs."]
        merge(project, other, coder=me)
        (memo,) = project.memos(about="coding")
        assert sorted(memo.text.split("\n\n")) == ["Ours.", "Theirs."]


def test_codings_follow_a_code_that_the_other_merged_into_another(
    project: Project, theirs: Project, document: str, coded: Coding, me: str, span_of: Find
) -> None:
    merge_codes(theirs, "together", into="transfer", coder="bo")
    new = code_span(project, document, span_of("Nobody had a ready model"), "together", coder=me)
    found = merge(project, theirs, coder=me)
    assert {project.coding(each).code for each in (coded.id, new.id)} == {"transfer"}
    assert "together" not in project.codebook()
    assert any("went up in" in remark for remark in found.remarks)
    assert project.verify() == []


def test_a_code_that_one_removed_and_the_other_used_stays_retired(
    project: Project, theirs: Project, document: str, me: str, span_of: Find
) -> None:
    remove_code(theirs, "time", coder="bo")
    made = code_span(project, document, span_of("there was no time"), "time", coder=me)
    found = merge(project, theirs, coder=me)
    assert project.coding(made.id).code == "time"
    assert not project.codebook().code("time").takes_codings
    assert any("stays, retired" in remark for remark in found.remarks)


def test_the_same_coding_made_in_both_copies_is_one_with_both_memos(
    project: Project, theirs: Project, document: str, me: str, span_of: Find
) -> None:
    for each, words in ((project, "Here."), (theirs, "There.")):
        made = code_span(each, document, span_of("there was no time"), "time", coder="bo")
        write_memo(each, made.id, words, coder="bo")
    merge(project, theirs, coder=me)
    (one,) = project.codings(code="time")
    (memo,) = project.memos(about="coding", target=one.id)
    assert sorted(memo.text.split("\n\n")) == ["Here.", "There."]
    assert project.verify() == []


def test_codings_move_with_a_text_that_the_other_corrected(
    project: Project, theirs: Project, document: str, me: str, span_of: Find
) -> None:
    new = code_span(project, document, span_of("there was no time"), "time", coder=me)
    lost = code_span(project, document, span_of("There never is."), "time", coder=me)
    write_memo(project, lost.id, "Mark this.", coder=me)
    text = theirs.document(document).text
    corrected = text.replace("Interviewer:", "Interviewer, an invented one:").replace(" There never is.", "")
    correct(theirs, preview_correction(theirs, document, corrected), coder="bo")
    merge(project, theirs, coder=me)
    assert project.document(document).text == theirs.document(document).text
    moved = project.coding(new.id)
    assert moved.quotation == "there was no time"
    assert moved.span != new.span
    (memo,) = project.memos(about="document", target=document)
    assert "There never is." in memo.text
    assert "Mark this." in memo.text
    assert project.verify() == []


def test_what_one_removed_and_the_other_worked_on_stays(
    project: Project, theirs: Project, document: str, coded: Coding, me: str, span_of: Find
) -> None:
    remove_coding(project, coded.id, coder=me)
    write_memo(theirs, coded.id, "Important.", coder="bo")
    with project.change("remove document", coder=me) as change:
        change.remove_document(document)
    merge(project, theirs, coder=me)
    assert [memo.text for memo in project.memos(about="coding", target=coded.id)] == ["Important."]
    assert project.verify() == []


def test_cases_of_one_name_are_one_and_coders_of_one_name_are_two_unless_somebody_says_so(
    project: Project, theirs: Project, document: str, me: str, span_of: Find
) -> None:
    for each in (project, theirs):
        case = add_case(each, "Kartano", coder=me)
        with each.change("assign", coder=me) as change:
            change.assign(Membership(document, case.id))
    here, there = (add_coder(each, "Cilla", coder=me) for each in (project, theirs))
    made = code_span(theirs, document, span_of("there was no time"), "time", coder=there.id)
    with copied(project) as apart:
        merge(apart, theirs, coder=me)
        assert sorted(coder.name for coder in apart.coders() if "Cilla" in coder.name) == ["Cilla", "Cilla (2)"]
        assert [case.name for case in apart.cases()] == ["Kartano"]
        assert len(apart.memberships()) == 1
    (conflict,) = preview_merge(project, theirs).conflicts
    merge(project, theirs, {conflict.key: Choice.OURS}, coder=me)
    assert [coder.id for coder in project.coders() if coder.name == "Cilla"] == [here.id]
    assert project.coding(made.id).coder == here.id
    assert project.verify() == []


def test_a_case_removed_here_and_filled_there_comes_back(project: Project, document: str, me: str) -> None:
    with project.change("case", coder=me) as change:
        change.save_case(Case("k", "Kartano"))
    with copied(project) as theirs:
        with project.change("remove", coder=me) as change:
            change.remove_case("k")
        with theirs.change("assign", coder=me) as change:
            change.assign(Membership(document, "k"))
        found = merge(project, theirs, coder=me)
    assert [case.name for case in project.cases()] == ["Kartano"]
    assert project.memberships() == [Membership(document, "k")]
    assert any("it stays" in remark for remark in found.remarks)


def test_new_codes_of_one_name_are_both_kept(project: Project, theirs: Project, me: str) -> None:
    for each, id in ((project, "ours"), (theirs, "theirs")):
        with each.change("add", coder=me) as change:
            change.save_codebook(each.codebook().with_code(Code(id, "Trust", "paths")))
    merge(project, theirs, coder=me)
    names = {project.codebook().code(id).name for id in ("ours", "theirs")}
    assert names == {"Trust", "Trust (2)"}


def test_projects_without_common_history_are_refused_with_what_would_work(project: Project, me: str) -> None:
    with (
        Project.create(":memory:", title="Another", coder="Bo") as other,
        pytest.raises(NoCommonHistory, match=r"\.qdpx"),
    ):
        merge(project, other, coder=me)


def test_only_an_owner_merges(project: Project, theirs: Project, document: str, span_of: Find) -> None:
    code_span(theirs, document, span_of("there was no time"), "time", coder="bo")
    with pytest.raises(NotAllowed, match="owner"):
        merge(project, theirs, coder="bo")


def test_a_role_that_the_other_copy_gives_is_told(project: Project, theirs: Project, me: str) -> None:
    with theirs.change("role", coder=None) as change:
        change.save_coder(Coder("bo", "Bo", Role.OWNER))
    assert "Bo comes as owner" in merge(project, theirs, coder=me).remarks


def test_the_file_of_the_other_copy_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "other.redthread"
    create_project(path, title="Study", coder="Maija").close()
    before = path.read_bytes()
    with opened_copy(path) as other:
        with other.change("settings", coder=None) as change:
            change.set_setting("a", "b")
        assert other.setting("a") == "b"
    assert path.read_bytes() == before
