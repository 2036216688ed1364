"""A document is given another text: all readers see that one, the earlier ones stay, undo brings all back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_samples import (
    TEXT,
    add_coder,
    add_codes,
    add_document,
    coding,
    prefix,
    put_code,
    read,
    tables,
)

from coder.errors import StaleEdit
from coder.model import (
    Anchor,
    Case,
    Decision,
    Document,
    Membership,
    Memo,
    Outcome,
    Span,
    new_id,
    now,
    text_hash,
)
from coder.model.query import Query
from coder.store import Project

WORDS = "Cleo: We begin.\n"


def correct(project: Project, coder: str, document: str, words: str = WORDS) -> Document:
    with project.change("correct", coder=coder, summary="correct the text") as change:
        return prefix(project, change, document, words)


@pytest.fixture
def full(project: Project, aino: str) -> Document:
    """A document with one of everything on it, put there by somebody else."""
    bo = add_coder(project, "Bo").id
    added = add_document(project, bo)
    (code,) = add_codes(project, bo, "trust")
    put_code(project, added, 6, 12, code.id, bo)
    with project.change("more", coder=bo) as change:
        change.save_decision(Decision(new_id(), added.id, Span(0, 4), code.id, bo, Outcome.REFUSED, at=now()))
        change.save_memo(Memo(new_id(), "document", added.id, bo, "here", now(), anchor=Anchor.on(TEXT, Span(9, 20))))
        change.save_case(Case("a case", "Aino"))
        change.assign(Membership(added.id, "a case", Span(0, 33)))
        change.mark_read(added.id, bo, 10)
    return added


def test_everybody_sees_the_new_text_and_nobody_the_old_one(project: Project, aino: str, full: Document) -> None:
    correct(project, aino, full.id)
    found = project.document(full.id)
    assert (found.text, found.sha256, found.revision) == (WORDS + TEXT, text_hash(WORDS + TEXT), 2)
    assert project.documents() == [replace(found, text="")]
    assert project.texts() == {full.id: WORDS + TEXT}
    turns, segments = read(WORDS + TEXT)
    assert list(project.turns(full.id)) == list(project.all_turns()[full.id]) == turns
    assert [(each.span, each.turn) for each in project.segments()] == segments
    assert [each.index for each in project.find_words(Query.parse("shift"))] == [1]
    assert [each.index for each in project.find_words(Query.parse("begin"))] == [0]
    assert project.document_with_hash(full.sha256) is None
    assert [made.quotation for made in project.codings()] == ["We kep"]
    assert project.verify() == []


def test_the_old_texts_stay_and_can_be_read(project: Project, aino: str, full: Document) -> None:
    correct(project, aino, full.id)
    correct(project, aino, full.id, "Again: ")
    first, second, third = project.revisions(full.id)
    assert [project.text_of(each) for each in (first, second, third)] == [TEXT, WORDS + TEXT, "Again: " + WORDS + TEXT]
    assert list(project.turns_of(first)) == read()[0]
    assert (second.summary, second.coder, second.characters) == ("correct the text", aino, len(WORDS + TEXT))
    project.undo(aino)
    assert [each.sha256 for each in project.revisions(full.id)][-2:] == [third.sha256, second.sha256]


def test_undo_brings_everything_back_and_redo_makes_it_again(project: Project, aino: str, full: Document) -> None:
    before, turns, segments = tables(project), project.turns(full.id), project.segments()
    correct(project, aino, full.id)
    after = tables(project)
    project.undo(aino)
    assert tables(project) == before
    assert (project.turns(full.id), project.segments()) == (turns, segments)
    assert project.verify() == []
    project.redo(aino)
    assert tables(project) == after
    assert project.verify() == []


def test_a_correction_is_not_undone_under_a_coding_made_since(project: Project, aino: str, full: Document) -> None:
    revised = correct(project, aino, full.id)
    bo, code = project.coder_named("Bo").id, project.codebook().codes[0].id
    put_code(project, revised, 0, 4, code, bo)
    before = tables(project)
    with pytest.raises(StaleEdit, match="the coding was put on this text since by Bo"):
        project.undo(aino)
    assert tables(project) == before
    project.undo(bo)
    project.undo(aino)
    assert project.document(full.id).text == TEXT


def test_reading_on_does_not_stand_in_the_way_of_undo(project: Project, aino: str, full: Document) -> None:
    marks = project.read_marks()
    correct(project, aino, full.id)
    with project.change("read", coder=None) as change:
        change.mark_read(full.id, project.coder_named("Bo").id, 60)
        change.mark_read(full.id, aino, 99)
    project.undo(aino)
    assert project.read_marks() == marks
    assert project.verify() == []
    project.redo(aino)
    assert {mark.position for mark in project.read_marks()} == {60, 99}


def test_what_lay_on_the_old_text_is_not_brought_back_on_the_new_one(
    project: Project, aino: str, full: Document
) -> None:
    bo = project.coder_named("Bo").id
    (made,) = project.codings()
    with project.change("uncode", coder=bo) as change:
        change.remove_coding(made.id)
    correct(project, aino, full.id)
    with pytest.raises(StaleEdit, match="the text under it was corrected since by Aino"):
        project.undo(bo)
    project.undo(aino)
    project.undo(bo)
    assert project.codings() == [made]


def test_a_correction_that_leaves_something_behind_is_refused(project: Project, aino: str, full: Document) -> None:
    before = tables(project)
    text = WORDS + TEXT
    revised = replace(full, text=text, sha256=text_hash(text), characters=len(text))
    with (
        pytest.raises(StaleEdit, match=r"a coding at 6\.\.12 of 'an invented interview' does not lie on the text"),
        project.change("correct", coder=aino) as change,
    ):
        change.revise_document(revised, *read(text), "by line 1")
    assert tables(project) == before


@pytest.mark.parametrize("what", ["decision", "membership", "read mark"])
def test_nothing_may_reach_beyond_a_shorter_text(project: Project, aino: str, what: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    with project.change("more", coder=aino) as change:
        if what == "decision":
            change.save_decision(Decision(new_id(), added.id, Span(20, 30), code.id, aino, Outcome.REFUSED))
        elif what == "membership":
            change.save_case(Case("a case", "Aino"))
            change.assign(Membership(added.id, "a case", Span(20, 30)))
        else:
            change.mark_read(added.id, aino, 30)
    text = TEXT[:25]
    revised = replace(added, text=text, sha256=text_hash(text), characters=len(text))
    with (
        pytest.raises(StaleEdit, match=r"at \d+\.\.30 of"),
        project.change("correct", coder=aino) as change,
    ):
        change.revise_document(revised, *read(text), "by line 1")


def test_a_document_that_was_changed_meanwhile_is_not_revised(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    with project.change("rename", coder=aino) as change:
        change.update_document(replace(added, name="renamed"))
    text = WORDS + TEXT
    revised = replace(added, text=text, sha256=text_hash(text), characters=len(text))
    with pytest.raises(StaleEdit, match="changed meanwhile"), project.change("correct", coder=aino) as change:
        change.revise_document(revised, *read(text), "by line 1")


def test_a_coding_for_the_old_text_is_refused_on_the_new_one(project: Project, aino: str, full: Document) -> None:
    correct(project, aino, full.id)
    made = coding(full, 14, 22, project.codebook().codes[0].id, aino)
    with pytest.raises(StaleEdit, match="mark the passage again"), project.change("code", coder=aino) as change:
        change.save_coding(made)


def test_decisions_about_codes_that_are_gone_move_as_well(project: Project, aino: str, full: Document) -> None:
    bo = project.coder_named("Bo").id
    (decision,) = project.decisions()
    with project.change("remove code", coder=bo) as change:
        change.remove_coding(project.codings()[0].id)
        change.save_codebook(project.codebook().without(decision.code))
    assert project.decisions() == []
    correct(project, aino, full.id)
    (moved,) = project.decisions(removed_codes=True)
    assert moved.span == Span(decision.span.start + len(WORDS), decision.span.end + len(WORDS))


def test_documents_that_are_read_alike_share_what_was_read(project: Project, aino: str) -> None:
    one, two = (add_document(project, aino, name=name) for name in ("one", "two"))
    assert project._file.value("SELECT count(*) FROM segment") == 2
    assert [each.document for each in project.segments()] == [one.id, one.id, two.id, two.id]
    assert [each.document for each in project.find_words(Query.parse("shift"))] == [one.id, two.id]
    correct(project, aino, two.id)
    assert project.document(one.id).text == TEXT
    found = project.find_words(Query.parse("shift"))
    assert [(each.document, each.index) for each in found] == [(one.id, 0), (two.id, 1)]
    assert project.verify() == []


def test_going_back_to_an_earlier_text_stores_nothing_twice(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    correct(project, aino, added.id)
    now_standing = project.document(added.id)
    with project.change("correct", coder=aino) as change:
        change.revise_document(
            replace(now_standing, text=TEXT, sha256=added.sha256, characters=added.characters), *read(), "by line 1"
        )
    assert project._file.value("SELECT count(*) FROM reading") == 2
    assert project.document(added.id).text == TEXT
    assert project.verify() == []


def test_an_earlier_text_that_was_altered_is_detected(project: Project, aino: str, full: Document) -> None:
    correct(project, aino, full.id)
    with project._file.transaction():
        project._file.write("UPDATE turn SET speaker = 'Nobody' WHERE reading = 1")
    assert "the turns or segments of an earlier text were altered after they were stored" in project.verify()


def test_a_document_whose_reading_is_gone_is_detected(project: Project, aino: str) -> None:
    add_document(project, aino)
    with project._file.transaction():
        for statement in ("DELETE FROM turn", "DELETE FROM segment", "DELETE FROM reading"):
            project._file.write(statement)
    assert any("are missing, or are those of another text" in problem for problem in project.verify())
