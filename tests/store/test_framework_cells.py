"""Cells of the framework matrix: kept, undone, checked, and settled with what they hang on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from store_samples import add_coder, add_codes, add_document, put_code, tamper

from coder.errors import StaleEdit, UnknownItem
from coder.model import Case
from coder.model.framework import FrameworkCell, RowKind, basis_of
from coder.store import Project


def save(project: Project, coder: str, cell: FrameworkCell) -> FrameworkCell:
    with project.change("sum up", coder=coder) as change:
        change.save_framework_cell(cell)
    return cell


def add_case(project: Project, coder: str, id: str = "kartano") -> str:
    with project.change("case", coder=coder) as change:
        change.save_case(Case(id, id.title()))
    return id


def cells(project: Project) -> list[FrameworkCell]:
    return [cell for kind in RowKind for cell in project.framework_cells(kind)]


def test_a_cell_comes_back_as_it_was_and_is_undone(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = put_code(project, added, 0, 4, code.id, aino)
    basis = basis_of([made], [code], [added])
    first = FrameworkCell(RowKind.DOCUMENT, added.id, code.id, aino, "They trust.", (made.id,), basis, "then", "then")
    save(project, aino, first)
    save(project, aino, replace(first, kind=RowKind.SPEAKER, row="Bo", summary="", pinned=()))
    assert cells(project) == [first, replace(first, kind=RowKind.SPEAKER, row="Bo", summary="", pinned=())]
    project.undo(aino)
    save(project, aino, replace(first, summary="They did."))
    assert project.verify() == []
    project.undo(aino)
    assert cells(project) == [first]
    with project.change("empty", coder=aino) as change:
        change.remove_framework_cell(RowKind.DOCUMENT, added.id, code.id)
    assert cells(project) == []
    project.undo(aino)
    assert cells(project) == [first]
    assert project.verify() == []


def test_a_cell_hangs_on_what_is_there(project: Project, aino: str) -> None:
    (code,) = add_codes(project, aino, "trust")
    for kind, noun in ((RowKind.CASE, "case"), (RowKind.DOCUMENT, "document")):
        with pytest.raises(UnknownItem, match=f"no {noun}"):
            save(project, aino, FrameworkCell(kind, "nowhere", code.id, aino))
    with pytest.raises(UnknownItem, match="no code"):
        save(project, aino, FrameworkCell(RowKind.SPEAKER, "Bo", "nowhere", aino))
    with pytest.raises(UnknownItem, match="nothing stands"), project.change("empty", coder=aino) as change:
        change.remove_framework_cell(RowKind.SPEAKER, "Bo", code.id)
    assert cells(project) == []


def test_cells_go_with_their_case_or_code_and_come_back_with_it(project: Project, aino: str) -> None:
    case = add_case(project, aino)
    (code,) = add_codes(project, aino, "trust")
    cell = save(project, aino, FrameworkCell(RowKind.CASE, case, code.id, aino, "They trust."))
    with project.change("remove case", coder=aino) as change:
        change.remove_case(case)
    assert cells(project) == []
    project.undo(aino)
    assert cells(project) == [cell]
    with project.change("remove code", coder=aino) as change:
        change.save_codebook(project.codebook().without(code.id))
    assert cells(project) == []
    assert project.verify() == []
    project.undo(aino)
    assert cells(project) == [cell]


def test_a_case_that_the_matrix_speaks_of_is_not_undone_away(project: Project, aino: str) -> None:
    (code,) = add_codes(project, aino, "trust")
    bo = add_coder(project, "Bo").id
    case = add_case(project, bo)
    save(project, aino, FrameworkCell(RowKind.CASE, case, code.id, aino, "They trust."))
    with pytest.raises(StaleEdit, match="the framework matrix says something of the case since"):
        project.undo(bo)


def test_summaries_under_codes_that_are_merged_meet(project: Project, aino: str) -> None:
    one, two = add_case(project, aino, "kartano"), add_case(project, aino, "kide")
    old, kept = (code.id for code in add_codes(project, aino, "old", "kept"))
    save(project, aino, FrameworkCell(RowKind.CASE, one, old, aino, "Second.", ("b", "a")))
    save(project, aino, FrameworkCell(RowKind.CASE, one, kept, aino, "First.", ("a",)))
    save(project, aino, FrameworkCell(RowKind.CASE, two, old, aino, "Alone."))
    with project.change("merge", coder=aino) as change:
        merged = project.codebook().merged(old, into=kept)
        change.recode(old, kept)
        change.save_codebook(merged)
    found = {cell.row: (cell.code, cell.summary, cell.pinned) for cell in cells(project)}
    assert found == {one: (kept, "First.\n\nSecond.", ("a", "b")), two: (kept, "Alone.", ())}
    project.undo(aino)
    assert len(cells(project)) == 3
    assert project.verify() == []


def test_cells_on_a_removed_document_are_unseen_but_stay(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    cell = save(project, aino, FrameworkCell(RowKind.DOCUMENT, added.id, code.id, aino, "They trust."))
    with project.change("remove document", coder=aino) as change:
        change.remove_document(added.id)
    assert cells(project) == []
    project.undo(aino)
    assert cells(project) == [cell]


def test_what_was_taken_away_can_still_be_read(project: Project, aino: str) -> None:
    added = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    gone, kept = (put_code(project, added, 0, end, code.id, aino) for end in (4, 9))
    with project.change("uncode", coder=aino) as change:
        change.remove_coding(gone.id)
    assert project.removed_codings([gone.id, kept.id]) == [gone]


def test_a_cell_that_was_altered_is_detected(path: Path) -> None:
    with Project.open(path) as project:
        aino = project.coder_named("Aino").id
        (code,) = add_codes(project, aino, "trust")
        cell = save(project, aino, FrameworkCell(RowKind.SPEAKER, "Bo", code.id, aino, "He trusts."))
    tamper(path, "UPDATE framework_cell SET summary = 'He never did.'")
    with Project.open(path) as project:
        assert f"framework_cell {cell.id} is not what the journal says" in project.verify()
