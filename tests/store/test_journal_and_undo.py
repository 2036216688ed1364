"""The journal, operations that come twice, taking back and making again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import TEXT, add_coder, add_codes, add_document, coding, put_code, tables, tamper

from coder.errors import CodingError, NothingToUndo, StaleEdit, UnknownItem
from coder.model import Attribute, Case, Code, Codebook, Coder, Memo, Span, new_id
from coder.store import Project


def test_a_change_is_one_entry_with_its_rows_before_and_after(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    first, second = (code.id for code in add_codes(project, aino, "trust", "doubt"))
    made = put_code(project, added, 0, 4, first, aino)
    with project.change("recode", coder=aino, operation="op 1", summary="code again") as change:
        change.save_coding(replace(made, code=second))
    (entry,) = project.journal(after=project.revision - 1)
    assert change.entry == entry.number == project.revision
    assert (entry.coder, entry.verb, entry.summary, entry.operation) == (aino, "recode", "code again", "op 1")
    (row,) = entry.changes
    assert row.before is not None
    assert row.after is not None
    assert (row.table, row.key, row.document) == ("coding", made.id, added.id)
    assert (row.before["code"], row.after["code"]) == (first, second)


def test_a_change_that_changes_nothing_leaves_no_entry(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = put_code(project, added, 0, 4, code.id, aino)
    before = project.revision
    with project.change("code", coder=aino) as change:
        change.save_coding(made)
        change.set_setting("a", "1")
        change.set_setting("a", None)
        change.save_codebook(project.codebook())
    assert change.entry is None
    assert project.revision == before


def test_a_row_written_twice_in_one_change_is_one_row_change(project: Project, aino: str) -> None:
    with project.change("settings", coder=aino) as change:
        change.set_setting("a", "1")
        change.set_setting("a", "2")
    (row,) = project.journal()[-1].changes
    assert (row.before, row.after) == (None, {"key": "a", "value": "2"})


def test_an_error_in_the_block_takes_all_of_it_back(project: Project, aino: str) -> None:
    before = tables(project)
    with pytest.raises(ZeroDivisionError), project.change("settings", coder=aino) as change:
        change.set_setting("a", "1")
        _ = 1 / 0
    assert tables(project) == before
    assert project.revision == 1


def test_an_operation_is_applied_once(project: Project, aino: str) -> None:
    for value in ("1", "2"):
        with project.change("settings", coder=aino, operation="op 1") as change:
            if not change.repeated:
                change.set_setting("a", value)
    assert change.repeated
    assert change.entry == project.revision
    assert project.setting("a") == "1"


def test_a_repeated_operation_takes_no_writing(project: Project, aino: str) -> None:
    with project.change("settings", coder=aino, operation="op 1") as change:
        change.set_setting("a", "1")
    with pytest.raises(RuntimeError, match="repeated"), project.change("s", coder=aino, operation="op 1") as change:
        change.set_setting("a", "2")


def test_an_operation_that_failed_may_come_again(project: Project, aino: str) -> None:
    with pytest.raises(UnknownItem), project.change("uncode", coder=aino, operation="op 1") as change:
        change.remove_coding("nothing")
    with project.change("settings", coder=aino, operation="op 1") as change:
        assert not change.repeated


def test_a_change_that_has_ended_takes_no_writing(project: Project, aino: str) -> None:
    with project.change("settings", coder=aino) as change:
        change.set_setting("a", "1")
    with pytest.raises(RuntimeError, match="ended"):
        change.set_setting("a", "2")


def test_changes_do_not_nest(project: Project, aino: str) -> None:
    with pytest.raises(RuntimeError, match="open already"), project.change("outer", coder=aino) as change:
        change.set_setting("a", "1")
        project.undo(aino)
    assert project.setting("a") is None


def test_only_a_coder_of_the_project_changes_it(project: Project) -> None:
    with pytest.raises(UnknownItem, match="no coder"), project.change("settings", coder="nobody") as change:
        change.set_setting("a", "1")


def test_the_journal_is_read_in_parts(project: Project, aino: str) -> None:
    one, two = (add_document(project, aino, f"{name} has a text", name=name) for name in ("one", "two"))
    (code,) = add_codes(project, aino, "trust")
    put_code(project, one, 0, 3, code.id, aino)
    put_code(project, two, 0, 3, code.id, aino)
    assert [entry.number for entry in project.journal()] == [1, 2, 3, 4, 5, 6]
    assert [entry.number for entry in project.journal(after=2, limit=2)] == [3, 4]
    assert [entry.number for entry in project.journal(document=one.id)] == [2, 5]


def test_what_changed_in_a_document_since_a_revision(project: Project, aino: str) -> None:
    one, two = (add_document(project, aino, f"{name} has a text", name=name) for name in ("one", "two"))
    (code,) = add_codes(project, aino, "trust")
    seen = project.revision
    made = put_code(project, one, 0, 3, code.id, aino)
    put_code(project, two, 0, 3, code.id, aino)
    with project.change("memo", coder=aino) as change:
        change.save_memo(Memo("memo", "coding", made.id, aino, "why"))
        change.mark_read(one.id, aino, 3)
    revision, changes = project.changes_since(seen, one.id)
    assert revision == project.revision
    assert [(row.table, row.key) for row in changes] == [
        ("coding", made.id), ("memo", "memo"), ("read_mark", f"{one.id}/{aino}"),
    ]  # fmt: skip
    assert project.changes_since(revision, one.id) == (revision, [])


def test_undo_and_redo_go_back_and_forth_in_order(project: Project, aino: str) -> None:
    states = [tables(project)]
    for value in "123":
        with project.change("settings", coder=aino, summary=f"set {value}") as change:
            change.set_setting("a", value)
        states.append(tables(project))
    for state, summary in zip(states[2::-1], ("set 3", "set 2", "set 1"), strict=True):
        assert project.can_undo(aino) == summary
        project.undo(aino)
        assert tables(project) == state
    assert project.can_undo(aino) is None
    for state, summary in zip(states[1:], ("set 1", "set 2", "set 3"), strict=True):
        assert project.can_redo(aino) == summary
        entry = project.redo(aino)
        assert tables(project) == state
    assert (entry.verb, entry.undoes, entry.summary) == ("redo", 4, "set 3")
    assert project.can_redo(aino) is None
    project.undo(aino)
    assert tables(project) == states[2]
    assert project.verify() == []


def test_nothing_to_undo_or_redo_is_said(project: Project, aino: str) -> None:
    with pytest.raises(NothingToUndo, match="nothing to undo"):
        project.undo(aino)
    with pytest.raises(NothingToUndo, match="nothing to redo"):
        project.redo(aino)


def test_a_new_change_clears_what_could_be_made_again(project: Project, aino: str) -> None:
    for value in "12":
        with project.change("settings", coder=aino) as change:
            change.set_setting(value, value)
    project.undo(aino)
    with project.change("settings", coder=aino, summary="set 3") as change:
        change.set_setting("3", "3")
    assert project.can_redo(aino) is None
    project.undo(aino)
    assert project.can_redo(aino) == "set 3"
    project.undo(aino)
    project.redo(aino)
    project.redo(aino)
    assert project.can_redo(aino) is None
    assert (project.setting("1"), project.setting("2"), project.setting("3")) == ("1", None, "3")


def test_everyone_takes_back_only_their_own(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    for coder, key in ((aino, "a"), (bo, "b"), (aino, "c")):
        with project.change("settings", coder=coder) as change:
            change.set_setting(key, coder)
    project.undo(bo)
    assert project.can_undo(bo) is None
    assert project.can_redo(aino) is None
    assert [project.setting(key) for key in "abc"] == [aino, None, aino]
    project.undo(aino)
    project.undo(aino)
    project.redo(bo)
    assert [project.setting(key) for key in "abc"] == [None, bo, None]


def test_undo_with_an_operation_id_happens_once(project: Project, aino: str) -> None:
    for value in "12":
        with project.change("settings", coder=aino) as change:
            change.set_setting(value, value)
    assert project.undo(aino, operation="op 1") == project.undo(aino, operation="op 1")
    assert (project.setting("1"), project.setting("2")) == ("1", None)


def test_undoing_an_import_hides_the_document_with_what_others_did_there(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    (code,) = add_codes(project, bo, "trust")
    added = add_document(project, aino)
    made = put_code(project, added, 0, 4, code.id, bo)
    project.undo(aino)
    assert project.documents() == project.codings() == project.segments() == []
    assert project.verify() == []
    project.redo(aino)
    assert project.document(added.id) == added
    assert project.codings() == [made]
    assert project.verify() == []


def test_removing_a_document_can_be_taken_back(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    with project.change("remove document", coder=aino) as change:
        change.remove_document(added.id)
    project.undo(aino)
    assert project.document(added.id) == added


def refused(project: Project, coder: str, match: str) -> None:
    before, revision = tables(project), project.revision
    with pytest.raises(StaleEdit, match=match):
        project.undo(coder)
    assert (tables(project), project.revision) == (before, revision)


def test_a_coding_that_someone_changed_since_is_not_taken_back(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    trust, doubt = (code.id for code in add_codes(project, bo, "trust", "doubt"))
    added = add_document(project, aino)
    made = put_code(project, added, 0, 4, trust, aino)
    with project.change("recode", coder=bo) as change:
        change.save_coding(replace(made, code=doubt))
    refused(project, aino, "“code a passage” cannot be undone: the coding was changed since by Bo")


def test_a_coding_that_someone_wrote_a_memo_on_is_not_taken_back(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    (code,) = add_codes(project, aino, "trust")
    made = put_code(project, add_document(project, aino), 0, 4, code.id, aino)
    with project.change("memo", coder=bo) as change:
        change.save_memo(Memo(new_id(), "coding", made.id, bo, "really?"))
    refused(project, aino, "a memo was written on the coding since")
    project.undo(bo)
    project.undo(aino)
    assert project.codings() == []


def test_a_code_that_someone_coded_with_is_not_taken_back(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    added = add_document(project, bo)
    (code,) = add_codes(project, aino, "trust")
    put_code(project, added, 0, 4, code.id, bo)
    refused(project, aino, "names a code which is not there")


def test_a_case_that_someone_used_is_not_taken_back(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    case = Case(new_id(), "a case")
    with project.change("case", coder=aino) as change:
        change.save_case(case)
    with project.change("values", coder=bo) as change:
        change.save_attribute(Attribute("a"))
        change.save_case(replace(case, values={"a": 1}))
    refused(project, aino, "names a case which is not there")


def test_an_undo_that_would_break_the_codebook_is_refused(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    (code,) = add_codes(project, bo, "trust")
    with project.change("rename", coder=aino, summary="rename trust") as change:
        change.save_codebook(project.codebook().changed(code.id, name="confidence"))
    add_codes(project, bo, "trust")
    refused(project, aino, "two codes named 'trust'")


def test_moves_that_cross_cannot_close_a_circle(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    one, two, *_ = (code.id for code in add_codes(project, bo, "one", "two", "three", "four"))
    for coder, code, under in ((bo, one, two), (aino, one, None), (bo, two, one)):
        with project.change("move", coder=coder) as change:
            change.save_codebook(project.codebook().moved(code, under=under))
    refused(project, aino, "stands under itself")


def test_a_coder_who_has_coded_is_not_taken_back(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    with project.change("add coder", coder=aino) as change:
        change.save_coder(Coder("b", "Bo"))
    with project.change("read", coder="b") as change:
        change.mark_read(added.id, "b", 5)
    refused(project, aino, "names a coder which is not there")


def test_bringing_back_a_coding_whose_code_is_gone_is_refused(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    (code,) = add_codes(project, bo, "trust")
    made = put_code(project, add_document(project, bo), 0, 4, code.id, bo)
    with project.change("uncode", coder=aino) as change:
        change.remove_coding(made.id)
    with project.change("remove code", coder=bo) as change:
        change.save_codebook(project.codebook().without(code.id))
    refused(project, aino, "names a code which is not there")


def test_making_a_project_cannot_be_taken_back(project: Project, aino: str) -> None:
    assert project.can_undo(aino) is None


def test_replacing_the_whole_codebook_can_be_taken_back(project: Project, aino: str) -> None:
    add_codes(project, aino, "trust")
    before = project.codebook()
    with project.change("load codebook", coder=aino) as change:
        change.save_codebook(Codebook(new_id(), "another", (Code(new_id(), "doubt"),)))
    project.undo(aino)
    assert project.codebook() == before


@pytest.fixture
def coded(path: Path) -> Path:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        added = add_document(project, aino)
        (code,) = add_codes(project, aino, "trust")
        for start in range(5):
            put_code(project, added, start, start + 4, code.id, aino)
        assert project.verify() == []
    return path


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE journal SET coder = NULL WHERE number = 3", "entry 3 of the journal was altered"),
        ("UPDATE journal SET at = '1999-01-01' WHERE number = 8", "entry 8 of the journal was altered"),
        ("UPDATE journal_change SET after = replace(after, 'trust', 'doubt') WHERE entry = 3", "entry 3"),
        ("UPDATE journal_change SET after = '{' WHERE entry = 3", "cannot be read"),
        ("DELETE FROM journal_change WHERE entry = 5", "entry 5 of the journal was altered"),
        ("DELETE FROM journal WHERE number = 4", "lacks entry 4"),
        ("DELETE FROM coding WHERE start = 2", "is missing, though the journal has it"),
        ("DELETE FROM journal_change WHERE entry = 8", "entry 8"),
        ("UPDATE coding SET code = id", "not what the journal says"),
        ("UPDATE coding SET quotation = 'never said' WHERE start = 3", "is not what stands at 3..7"),
        ("UPDATE text SET content = replace(content, 'Nobody', 'Everybody')", "was altered after it was stored"),
        ("UPDATE turn SET speaker = 'Bo'", "turns or segments of 'an invented interview' were altered"),
        ("DELETE FROM segment WHERE position = 1", "turns or segments of 'an invented interview' were altered"),
        ("UPDATE document SET removed = 1", "is not what the journal says"),
        ("INSERT INTO setting VALUES ('a', 'b')", "the journal does not know it"),
        ("DELETE FROM coder", "names a row of coder that is not there"),
        ("DELETE FROM words_docsize WHERE id = 1", "the search index knows 1 of 2 segments"),
    ],
)
def test_tampering_is_detected(coded: Path, statement: str, problem: str) -> None:
    tamper(coded, statement)
    with Project.open(coded) as project:
        problems = project.verify()
    assert any(problem in found for found in problems)


def test_cutting_off_the_newest_entry_is_detected(coded: Path) -> None:
    tamper(coded, "DELETE FROM journal_change WHERE entry = 8", "DELETE FROM journal WHERE number = 8")
    with Project.open(coded) as project:
        assert any("the journal does not know it" in problem for problem in project.verify())


def test_the_file_itself_refuses_to_alter_its_journal(project: Project) -> None:
    for statement in ("UPDATE journal SET coder = 'x'", "DELETE FROM journal_change"):
        with pytest.raises(CodingError, match="the journal only grows"), project._file.transaction():
            project._file.write(statement)


def test_the_quotation_of_a_moved_span_is_checked(coded: Path) -> None:
    with Project.open(coded) as project:
        made = project.codings()[0]
        wrong = coding(project.document(made.document), 0, len(TEXT), made.code, made.coder)
        wrong = replace(wrong, anchor=replace(wrong.anchor, span=Span(0, len(TEXT) + 1)))
        with pytest.raises(StaleEdit), project.change("resize", coder=made.coder) as change:
            change.save_coding(wrong)


def test_an_operation_that_changed_nothing_is_remembered_and_is_no_change_to_undo(project: Project) -> None:
    me = project.coders()[0].id
    with project.change("set", coder=me, summary="set it") as change:
        change.set_setting("colour", "red")
    with project.change("set", coder=me, operation="o1") as change:
        change.set_setting("colour", "red")
    with project.change("set", coder=me, operation="o1") as change:
        assert change.repeated
    assert project.can_undo(me) == "set it"
    project.undo(me)
    with project.change("set", coder=me, operation="o2") as change:
        assert not change.repeated
    assert project.can_redo(me) == "set it"
    assert project.verify() == []
