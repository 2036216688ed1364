"""Decisions on differences between coders: kept, changed, undone, hidden while their document is sealed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_samples import add_coder, add_codes, add_document, put_code

from coder.errors import UnknownItem
from coder.model.blind import Round, given
from coder.model.settling import Put, Reason, Settlement, settlement_id
from coder.store import Project


def decided(project: Project, aino: str) -> Settlement:
    document = add_document(project, aino)
    (code,) = add_codes(project, aino, "trust")
    made = put_code(project, document, 0, 4, code.id, aino)
    settlement = Settlement(
        settlement_id([made.id]), document.id, "missing", (Put.of(made),), (made.id,), None, Reason.SLIP, "=1+1", aino,
        created="then", modified="then",
    )  # fmt: skip
    with project.change("settle", coder=aino) as change:
        change.save_settlement(settlement)
    return settlement


def test_a_decision_comes_back_as_it_was_and_is_undone(project: Project, aino: str) -> None:
    first = decided(project, aino)
    assert project.settlements() == [first]
    assert first.holds_for(project.codings())
    with project.change("settle", coder=aino) as change:
        change.save_settlement(replace(first, kept=(), note="No."))
    assert project.settlements()[0].refused_codes == (first.puts[0].code,)
    project.undo(aino)
    assert project.settlements() == [first]
    with project.change("open again", coder=aino) as change:
        change.remove_settlement(first.id)
    with pytest.raises(UnknownItem, match="open already"), project.change("open again", coder=aino) as change:
        change.remove_settlement(first.id)
    assert project.settlements() == []
    assert project.verify() == []


def test_a_decision_speaks_of_codings_as_they_were(project: Project, aino: str) -> None:
    first = decided(project, aino)
    (coding,) = project.codings()
    assert not first.holds_for([replace(coding, code="another")])
    assert not first.holds_for([])


def test_nobody_else_sees_decisions_on_a_sealed_document(project: Project, aino: str) -> None:
    first = decided(project, aino)
    other = add_coder(project, "Berta").id
    sealed = Round("r", "Round 1", aino, given([first.document], [aino, other]), created="2026")
    with project.change("round", coder=aino) as change:
        change.save_round(sealed)
    assert project.seen_by(other).settlements() == []
    assert project.seen_by(aino).settlements() == [first]
    told = repr(project.seen_by(other).journal())
    assert "=1+1" not in told
