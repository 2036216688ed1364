"""While a round is sealed, on its documents everybody sees only what is their own, whatever they read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from store_samples import TEXT
from store_samples import document as sample

from coder.errors import NothingToUndo, UnknownItem
from coder.model import Anchor, Code, Coder, Coding, Decision, ItemSet, Memo, Outcome, Span, now
from coder.model.blind import Round, given
from coder.model.framework import Basis, FrameworkCell, RowKind
from coder.store import Project

AINO, BERTA, CECILIA = (Coder(name.casefold(), name) for name in ("Aino", "Berta", "Cecilia"))
SECRET = "SECRET"


@pytest.fixture
def project() -> Project:
    """Two documents, two coders who have each done everything that can be done on both, and a sealed round on one."""
    made = Project.create(":memory:", title="Study", coder="Olga")
    with made.change("begin", coder=None) as change:
        for coder in (AINO, BERTA, CECILIA):
            change.save_coder(coder)
        for id in ("sealed", "open"):
            change.add_document(replace(sample(), id=id, name=id), (), [], "none")
        change.save_codebook(replace(made.codebook(), codes=(Code("code", "Trust"),)))
    for coder in (AINO, BERTA):
        for document in ("sealed", "open"):
            work(made, coder.id, document)
    seal(made)
    return made


def work(project: Project, coder: str, document: str) -> None:
    """Everything that a coder can leave on a document."""
    id = f"{coder} {document}"
    with project.change("code", coder=coder, summary=f"{SECRET} {id}") as change:
        anchor = Anchor.on(TEXT, Span(6, 12))
        change.save_coding(Coding(f"coding {id}", document, anchor, "code", coder, created=now(), modified=now()))
        change.save_decision(
            Decision(f"decision {id}", document, Span(6, 12), "code", coder, Outcome.REFUSED, 0.5, at=now())
        )
        change.mark_read(document, coder, 12)
        change.save_memo(Memo(f"memo {id}", "coding", f"coding {id}", coder, SECRET, now(), now()))
        change.save_memo(Memo(f"remark {id}", "document", document, coder, SECRET, now(), now()))
    with project.change("sum up", coder=coder, summary=SECRET) as change:
        texts = ((document, "hash"),)
        cell = FrameworkCell(RowKind.SPEAKER, id, "code", coder, SECRET, (), Basis(texts=texts), now(), now())
        change.save_framework_cell(cell)
        change.save_set(
            ItemSet(
                f"set {id}", "Set", "", (("coding", f"coding {id}"), ("memo", f"memo {id}"), ("document", document))
            )
        )


def seal(project: Project, revealed: str | None = None) -> None:
    made = Round("round", "Round 1", AINO.id, given(["sealed"], [AINO.id, BERTA.id]), created="2026", revealed=revealed)
    with project.change("round", coder=AINO.id, summary="a round") as change:
        change.save_round(made)


READINGS: dict[str, Callable[[Project], object]] = {
    "codings": lambda p: p.codings(),
    "codings of a document": lambda p: p.codings(document="sealed"),
    "codings of a coder": lambda p: p.codings(coder=BERTA.id),
    "codings of a code": lambda p: p.codings(code="code"),
    "decisions": lambda p: p.decisions(removed_codes=True),
    "read marks": lambda p: p.read_marks(),
    "memos": lambda p: p.memos(),
    "memos on codings": lambda p: p.memos(about="coding"),
    "a memo by its target": lambda p: p.memos(target="coding berta sealed"),
    "sets": lambda p: [item_set.members for item_set in p.sets()],
    "cells": lambda p: p.framework_cells(RowKind.SPEAKER),
    "journal": lambda p: p.journal(),
    "journal of a document": lambda p: p.journal(document="sealed"),
    "changes": lambda p: p.changes_since(0, "sealed"),
    "removed codings": lambda p: p.removed_codings(["coding berta sealed"]),
    "what another can undo": lambda p: p.can_undo(BERTA.id),
    "revisions": lambda p: p.revisions("sealed"),
    "documents": lambda p: (p.documents(), p.texts(), p.segments(), p.codebook_versions()),
}

TRACES = (
    "coding berta sealed",
    "decision berta sealed",
    "memo berta sealed",
    "remark berta sealed",
    "berta sealed",
    "'sealed/berta'",
)


@pytest.mark.parametrize("read", READINGS.values(), ids=READINGS)
@pytest.mark.parametrize("who", [AINO.id, None])
def test_no_reading_shows_what_another_did_on_a_sealed_document(
    project: Project, read: Callable[[Project], object], who: str | None
) -> None:
    with project.change("remove", coder=CECILIA.id) as change:
        change.remove_coding("coding berta open")
    told = repr(read(project.seen_by(who)))
    assert [trace for trace in TRACES if trace in told.replace("set berta sealed", "")] == []


@pytest.mark.parametrize("who", [AINO.id, BERTA.id])
def test_everybody_sees_their_own_and_what_lies_on_other_documents(project: Project, who: str) -> None:
    seen, own, both = project.seen_by(who), f"{who} sealed", ("aino open", "berta open")
    assert {each.id for each in seen.codings()} == {f"coding {of}" for of in (own, *both)}
    assert {each.id for each in seen.decisions()} == {f"decision {of}" for of in (own, *both)}
    assert {f"{each.coder} {each.document}" for each in seen.read_marks()} == {own, *both}
    assert len(seen.memos()) == 6
    assert {cell.row for cell in seen.framework_cells(RowKind.SPEAKER)} == {own, *both}
    assert len(next(each for each in seen.sets() if each.id == f"set {own}").members) == 3
    assert seen.coding(f"coding {who} sealed").coder == who
    assert f"{SECRET} {who} sealed" in {entry.summary for entry in seen.journal()}


def test_a_single_coding_of_another_is_as_if_it_were_not_there(project: Project) -> None:
    with pytest.raises(UnknownItem):
        project.seen_by(AINO.id).coding("coding berta sealed")


def test_read_in_nobodys_name_a_sealed_document_is_empty(project: Project) -> None:
    assert {each.document for each in project.codings()} == {"open"}
    assert project.sealed == {"sealed"}


def test_the_hand_reaches_everything(project: Project) -> None:
    hand = project.by_hand()
    assert (len(hand.codings()), len(hand.memos()), len(hand.decisions()), hand.sealed) == (4, 8, 4, frozenset())
    assert sum(SECRET in entry.summary for entry in hand.journal()) == 8


def test_within_a_change_one_reads_as_its_author(project: Project) -> None:
    with project.change("look", coder=BERTA.id):
        within = {each.id for each in project.codings(document="sealed")}
    assert within == {"coding berta sealed"}
    assert project.codings(document="sealed") == []


def test_an_own_act_that_moves_what_is_sealed_shows_nothing_of_it(project: Project) -> None:
    with project.change("merge", coder=AINO.id, summary="merge codes") as change:
        change.save_codebook(replace(project.codebook(), codes=(Code("code", "Trust"), Code("other", "Other"))))
        change.recode("code", "other")
    entry = project.seen_by(AINO.id).journal()[-1]
    assert entry.summary == "merge codes"
    assert {change.key for change in entry.changes if change.table == "coding"} == {
        "coding aino sealed",
        "coding aino open",
        "coding berta open",
    }
    assert {each.code for each in project.by_hand().codings()} == {"other"}


def test_what_was_moved_by_hand_is_undone_whole_and_told_without_content(project: Project) -> None:
    with project.change("merge", coder=AINO.id, summary="merge codes") as change:
        change.save_codebook(replace(project.codebook(), codes=(Code("code", "Trust"), Code("other", "Other"))))
        change.recode("code", "other")
    entry = project.undo(AINO.id)
    assert "coding berta sealed" not in repr(entry)
    assert {each.code for each in project.by_hand().codings()} == {"code"}


def test_a_set_that_is_changed_keeps_the_members_that_are_not_seen(project: Project) -> None:
    seen = next(each for each in project.seen_by(AINO.id).sets() if each.id == "set berta sealed")
    assert seen.members == (("document", "sealed"),)
    with project.change("rename set", coder=AINO.id) as change:
        change.save_set(replace(seen, name="Other"))
    assert len(next(each for each in project.by_hand().sets() if each.id == seen.id).members) == 3


def test_revealing_shows_everything_again_and_is_told_to_who_has_the_document_open(project: Project) -> None:
    before = project.revision
    seal(project, revealed=now())
    assert project.sealed == frozenset()
    assert len(project.codings()) == 4
    _, changes = project.seen_by(AINO.id).changes_since(before, "sealed")
    assert {change.table for change in changes} == {"round_document"}


def test_no_undo_takes_a_round_back(project: Project) -> None:
    with pytest.raises(NothingToUndo):
        while project.undo(AINO.id):
            assert project.sealed == {"sealed"}
    assert project.sealed == {"sealed"}


def test_a_project_with_a_round_is_sound(project: Project) -> None:
    assert project.verify() == []


def test_the_views_for_analysts_leave_a_sealed_document_out(project: Project) -> None:
    def read(view: str) -> str:
        return repr(project._file.rows(f"SELECT * FROM {view}"))

    assert "coding berta open" in read("codings")
    assert "decision berta open" in read("decisions")
    for view in ("codings", "quotations", "decisions", "journal_entries"):
        assert [trace for trace in TRACES if trace in read(view)] == [], view
