"""Sets of items, and memos on passages: kept, undone, checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import TEXT, add_coder, add_codes, add_document, put_code, tamper

from coder.errors import InvalidValue, StaleEdit, UnknownItem
from coder.model import Anchor, Case, ItemSet, Memo, Span, new_id, now
from coder.store import Project


def save_set(project: Project, coder: str, made: ItemSet) -> ItemSet:
    with project.change("save set", coder=coder) as change:
        change.save_set(made)
    return made


def save_memo(project: Project, coder: str, memo: Memo) -> Memo:
    with project.change("memo", coder=coder) as change:
        change.save_memo(memo)
    return memo


def test_a_set_comes_back_with_its_members_in_order(project: Project, aino: str) -> None:
    one, two = (add_document(project, aino, f"{name} has a text", name=name) for name in ("one", "two"))
    (code,) = add_codes(project, aino, "trust")
    made = put_code(project, one, 0, 3, code.id, aino)
    memo = save_memo(project, aino, Memo(new_id(), "code", code.id, aino, "why"))
    with project.change("case", coder=aino) as change:
        change.save_case(Case("a case", "Aino"))
    members = (
        ("code", code.id), ("document", two.id), ("document", one.id), ("coding", made.id), ("memo", memo.id),
        ("case", "a case"),
    )  # fmt: skip
    first = save_set(project, aino, ItemSet(new_id(), "zulu", "read again", members))
    second = save_set(project, aino, ItemSet(new_id(), "alfa"))
    assert project.sets() == [first, second]
    turned = save_set(project, aino, replace(first, name="mike", members=(*members[::-1][:4], members[5])))
    assert project.sets() == [replace(turned, members=members[::-1][:4]), second]
    project.undo(aino)
    assert project.sets() == [first, second]
    assert project.verify() == []


def test_a_removed_set_is_gone_and_comes_back_whole(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    made = save_set(project, aino, ItemSet(new_id(), "a set", members=(("document", added.id),)))
    with project.change("remove set", coder=aino) as change:
        change.remove_set(made.id)
    assert project.sets() == []
    project.undo(aino)
    assert project.sets() == [made]
    with pytest.raises(UnknownItem, match="no set"), project.change("remove set", coder=aino) as change:
        change.remove_set("another")


def test_a_set_takes_only_what_is_there_and_what_it_can_hold(project: Project, aino: str) -> None:
    with pytest.raises(UnknownItem, match="no document"):
        save_set(project, aino, ItemSet(new_id(), "a set", members=(("document", "nowhere"),)))
    with pytest.raises(InvalidValue, match="a set takes no kitchen; it takes: document, code, case"):
        save_set(project, aino, ItemSet(new_id(), "a set", members=(("kitchen", "spoon"),)))
    assert project.sets() == []


def test_what_is_taken_away_leaves_its_sets_and_undo_puts_it_back(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = put_code(project, added, 0, 4, code.id, aino)
    full = save_set(project, aino, ItemSet(new_id(), "a set", members=(("coding", made.id), ("code", code.id))))
    with project.change("uncode", coder=aino) as change:
        change.remove_coding(made.id)
        change.save_codebook(project.codebook().without(code.id))
    assert project.sets() == [replace(full, members=())]
    assert project.verify() == []
    project.undo(aino)
    assert project.sets() == [full]


def test_members_on_a_removed_document_are_unseen_but_stay(project: Project, aino: str) -> None:
    added, other = add_document(project, aino), add_document(project, aino, "another text", name="another")
    (code,) = add_codes(project, aino, "trust")
    made = put_code(project, added, 0, 4, code.id, aino)
    memo = save_memo(project, aino, Memo(new_id(), "coding", made.id, aino, "why"))
    members = (("document", added.id), ("document", other.id), ("coding", made.id), ("memo", memo.id))
    full = save_set(project, aino, ItemSet(new_id(), "a set", members=members))
    bo = add_coder(project, "Bo").id
    with project.change("remove document", coder=bo) as change:
        change.remove_document(added.id)
    (seen,) = project.sets()
    assert seen.members == (("document", other.id),)
    save_set(project, aino, replace(seen, name="renamed"))
    project.undo(bo)
    assert project.sets() == [replace(full, name="renamed", members=project.sets()[0].members)]
    assert set(project.sets()[0].members) == set(members)


def test_nothing_that_stands_in_a_set_is_undone_away(project: Project, aino: str) -> None:
    bo = add_coder(project, "Bo").id
    with project.change("add case", coder=bo) as change:
        change.save_case(Case("a case", "Aino"))
    save_set(project, aino, ItemSet(new_id(), "a set", members=(("case", "a case"),)))
    with pytest.raises(StaleEdit, match="the case was put in a set since"):
        project.undo(bo)


def test_a_memo_on_a_passage_comes_back_with_it_and_with_its_title(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    memo = Memo(new_id(), "document", added.id, aino, "on this", now(), now(), Anchor.on(TEXT, Span(9, 25)), "A title")
    save_memo(project, aino, memo)
    assert project.memos() == [memo]
    save_memo(project, aino, replace(memo, anchor=None, title=""))
    project.undo(aino)
    assert project.memos() == [memo]
    assert project.verify() == []


def test_a_memo_on_a_passage_that_is_not_there_is_refused(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    anchor = Anchor.on(TEXT, Span(6, 12))
    for wrong in (replace(anchor, span=Span(7, 13)), replace(anchor, span=Span(6, 9999))):
        with pytest.raises(StaleEdit):
            save_memo(project, aino, Memo(new_id(), "document", added.id, aino, "here", anchor=wrong))
    with pytest.raises(InvalidValue, match="only a memo on a document speaks of a passage, not one on a code"):
        save_memo(project, aino, Memo(new_id(), "code", code.id, aino, "here", anchor=anchor))
    assert project.memos() == []


def test_the_title_of_a_memo_survives_when_two_become_one(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    old, kept = (code.id for code in add_codes(project, aino, "old", "kept"))
    double, standing = (put_code(project, added, 0, 4, code, aino) for code in (old, kept))
    for made, title in ((standing, "First"), (double, "Second")):
        save_memo(project, aino, Memo(new_id(), "coding", made.id, aino, f"on {title}", title=title))
    with project.change("merge", coder=aino) as change:
        change.recode(old, kept)
    assert [(memo.title, memo.text) for memo in project.memos()] == [("First", "on First\n\nSecond\n\non Second")]


def test_a_quotation_of_a_memo_that_was_altered_is_detected(path: Path) -> None:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        added = add_document(project, aino)
        save_memo(project, aino, Memo("m", "document", added.id, aino, "x", anchor=Anchor.on(TEXT, Span(6, 12))))
    tamper(path, "UPDATE memo SET quotation = 'never said'")
    with Project.open(path) as project:
        problems = project.verify()
    assert "the quotation of the memo m is not what stands at 6..12 of its document" in problems
