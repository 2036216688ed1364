"""Differences settled: the originals stay, the consensus holds what was decided, decisions sharpen the codebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from coder.agreement import Kind
from coder.cli import app
from coder.errors import CodebookConflict, InvalidValue, NotAllowed, StaleEdit, UnknownItem
from coder.model import Coder, Coding, Role, Span
from coder.model.settling import CONSENSUS, Reason
from coder.store import Project
from coder.workflow.codings import change_code_of, code_span, remove_coding, undo
from coder.workflow.documents import mark_read
from coder.workflow.exchange import export_study
from coder.workflow.layers import EVERYBODY, consensus, layer, layers
from coder.workflow.settling import Difference, differences, drafts, open_again, settle, sharpen
from coder.workflow.tables import Filters, Question, behind, compared, quotations
from tests.workflow.study import code_document, fill

Find = Callable[[str], Span]


@pytest.fixture
def eero(project: Project, document: str, coded: Coding, someone: Callable[..., str], span_of: Find, me: str) -> str:
    """Maija and Eero agree on no time; he put Transfer where she put Together, more words, and one coding more."""
    who = someone("Eero")
    code_span(project, document, span_of("We began together"), "transfer", coder=who)
    for coder in (me, who):
        code_span(project, document, span_of("Then there was no time."), "time", coder=coder)
    code_span(project, document, span_of("Nobody had a ready model"), "together", coder=me)
    code_span(project, document, span_of("Nobody had a ready model 😀 with them. "[:-2]), "together", coder=who)
    code_span(project, document, span_of("but no time was given"), "time", coder=who)
    for coder in (me, who):
        mark_read(project, document, 10_000, coder=coder)
    return who


def found(project: Project, kind: Kind) -> Difference:
    (difference,) = [each for each in differences(project, tolerance=5) if each.place.kind is kind]
    return difference


def of(difference: Difference, coder: str) -> list[str]:
    return [coding.id for coding in difference.place.codings if coding.coder == coder]


def test_what_differs_is_queued_and_what_agrees_is_not(project: Project, eero: str) -> None:
    kinds = [each.place.kind for each in differences(project, tolerance=5)]
    assert kinds == [Kind.CODE, Kind.EXTENT, Kind.MISSING]
    assert [each.place.kind for each in differences(project)] == [Kind.CODE, Kind.MISSING]
    assert [each.place.kind for each in differences(project, codes=("obstacles",))] == [Kind.MISSING]
    assert differences(project, documents=("another",)) == []


def test_a_decision_keeps_the_originals_and_is_undone(project: Project, eero: str, me: str) -> None:
    codings = project.codings()
    difference = found(project, Kind.CODE)
    settle(project, difference.place, kept=of(difference, me), reason=Reason.DEFINITION, note=" Together! ", coder=me)
    assert project.codings() == codings
    settled = found(project, Kind.CODE).settled
    assert settled is not None
    assert (settled.kept_codes, settled.refused_codes, settled.note) == (("together",), ("transfer",), "Together!")
    assert project.verify() == []
    undo(project, coder=me)
    assert found(project, Kind.CODE).settled is None


def test_the_consensus_holds_what_agrees_and_what_was_decided(project: Project, eero: str, me: str) -> None:
    everything = consensus(project)
    assert (len(everything.codings), everything.open) == (2, 2)
    code, missing = found(project, Kind.CODE), found(project, Kind.MISSING)
    settle(project, code.place, kept=of(code, me), reason=Reason.DEFINITION, coder=me)
    settle(project, missing.place, reason=Reason.SLIP, coder=me)
    held = consensus(project)
    assert held.open == 0
    assert sorted(coding.quotation for coding in held.codings) == [
        "Nobody had a ready model", "Then there was no time.", "We began together"
    ]  # fmt: skip
    settle(project, missing.place, kept=of(missing, eero), reason=Reason.SLIP, coder=me)
    assert len(consensus(project).codings) == 4
    settle(project, code.place, kept=[*of(code, me), *of(code, eero)], reason=Reason.DEFINITION, coder=me)
    assert len(consensus(project).codings) == 5


def test_another_extent_and_code_become_a_coding_of_the_consensus(
    project: Project, document: str, eero: str, me: str, span_of: Find
) -> None:
    code = found(project, Kind.CODE)
    wanted = span_of("We began together, all nine homes")
    settle(project, code.place, instead=(wanted, "transfer"), reason=Reason.BOUNDARY, coder=me)
    (made,) = project.codings(coder=CONSENSUS.id)
    assert (made.span, made.code) == (wanted, "transfer")
    assert made in consensus(project).codings
    assert made not in layer(project)
    assert len(differences(project, tolerance=5)) == 3
    settle(project, code.place, instead=(wanted, "together"), reason=Reason.BOUNDARY, coder=me)
    assert [coding.code for coding in project.codings(coder=CONSENSUS.id)] == ["together"]
    settlement = found(project, Kind.CODE).settled
    assert settlement is not None
    open_again(project, settlement.id, coder=me)
    assert project.codings(coder=CONSENSUS.id) == []
    undo(project, coder=me)
    assert len(project.codings(coder=CONSENSUS.id)) == 1
    assert project.verify() == []


def test_a_decision_on_codings_that_changed_since_is_open_again_and_told(project: Project, eero: str, me: str) -> None:
    code = found(project, Kind.CODE)
    settlement = settle(project, code.place, kept=of(code, me), reason=Reason.DEFINITION, coder=me)
    (theirs,) = of(code, eero)
    change_code_of(project, theirs, "time", coder=eero)
    again = found(project, Kind.CODE)
    assert (again.settled, again.before) == (None, settlement)
    assert consensus(project).open == 2


def test_what_was_changed_meanwhile_is_refused(project: Project, eero: str, me: str) -> None:
    code = found(project, Kind.CODE)
    remove_coding(project, of(code, eero)[0], coder=eero)
    with pytest.raises(StaleEdit, match="changed or removed meanwhile"):
        settle(project, code.place, reason=Reason.SLIP, coder=me)


def test_what_makes_no_sense_is_refused(
    project: Project, eero: str, me: str, someone: Callable[..., str], span_of: Find
) -> None:
    code = found(project, Kind.CODE)
    with pytest.raises(InvalidValue, match="only codings that differ here"):
        settle(project, code.place, kept=["another"], reason=Reason.SLIP, coder=me)
    with pytest.raises(InvalidValue, match="choose one"):
        settle(project, code.place, kept=of(code, me), instead=(Span(0, 5), "time"), reason=Reason.SLIP, coder=me)
    with pytest.raises(InvalidValue, match="no words"):
        settle(project, code.place, instead=(Span(10_000, 10_001), "time"), reason=Reason.SLIP, coder=me)
    with pytest.raises(CodebookConflict, match="only groups other codes"):
        settle(project, code.place, instead=(span_of("We began"), "paths"), reason=Reason.SLIP, coder=me)
    with pytest.raises(NotAllowed):
        settle(project, code.place, reason=Reason.SLIP, coder=someone("Reader", Role.READER))
    with pytest.raises(UnknownItem, match="open already"):
        open_again(project, "another", coder=me)
    assert project.settlements() == []


def test_tables_can_be_asked_for_one_layer(project: Project, eero: str, me: str, span_of: Find) -> None:
    assert layers(project) == {EVERYBODY: "All coders", me: "Maija", eero: "Eero"}
    code = found(project, Kind.CODE)
    settle(
        project, code.place, instead=(span_of("We began together, all nine"), "together"), reason=Reason.UNIT, coder=me
    )
    assert layers(project)[CONSENSUS.id] == "Consensus"
    assert len(quotations(project)) == 7
    assert set(quotations(project, Filters(layer=eero))["coder"]) == {"Eero"}
    held = quotations(project, Filters(layer=CONSENSUS.id))
    assert sorted(held["coder"]) == ["Consensus", "Maija", "Maija"]
    counts = compared(project, Question(layer=CONSENSUS.id))
    assert counts.sum().sum() == len(held)
    for path in counts.columns:
        for case in counts.index:
            assert len(behind(project, Question(layer=CONSENSUS.id), path, case)) == counts.fillna(0).loc[case, path]


def test_decisions_gather_into_the_field_that_they_speak_of(project: Project, eero: str, me: str) -> None:
    code, missing = found(project, Kind.CODE), found(project, Kind.MISSING)
    settle(project, code.place, kept=of(code, me), reason=Reason.DEFINITION, note="They began as one.", coder=me)
    settle(project, missing.place, reason=Reason.SLIP, note="Tired.", coder=me)
    use, not_use = drafts(project)
    assert (use.code, use.field) == ("together", "when_to_use")
    assert (not_use.code, not_use.field) == ("transfer", "when_not_to_use")
    assert use.text == "They began as one. “We began together”"
    sharpen(project, use, "They began as one, at one table.", changes_meaning=True, coder=me)
    assert project.codebook().code("together").when_to_use == "They began as one, at one table."
    assert "sharpen when to use of Together: “We began together”" in [e.summary for e in project.journal()]
    assert [draft.key for draft in drafts(project)] == ["transfer/when_not_to_use"]
    undo(project, coder=me)
    assert project.codebook().code("together").when_to_use == ""
    assert len(drafts(project)) == 2
    sharpen(project, use, "First.", coder=me)
    with pytest.raises(StaleEdit, match="reworded meanwhile"):
        sharpen(project, use, "Second.", coder=me)


def test_the_terminal_writes_one_layer(tmp_path: Path) -> None:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as made:
        me = made.coders()[0].id
        fill(made, me, documents=1)
        with made.change("add coder", coder=None) as change:
            change.save_coder(Coder("eero", "Eero"))
        (document,) = made.documents()
        code_document(made, document.id, me)
        code_document(made, document.id, "eero")
        gone = made.codings(coder="eero")[0]
        remove_coding(made, gone.id, coder="eero")
        (difference,) = differences(made)
        settle(made, difference.place, reason=Reason.SLIP, coder=me)
        whole = len(made.codings())
    for name, expected in (("", whole), ("Maija", (whole + 1) // 2), ("consensus", (whole - 1) // 2)):
        told = CliRunner().invoke(app, ["export", str(path), "--to", str(tmp_path / "q.csv"), "--layer", name])
        assert told.exit_code == 0
        assert len(pd.read_csv(tmp_path / "q.csv")) == expected
    told = CliRunner().invoke(app, ["export", str(path), "--to", str(tmp_path / "q.csv"), "--layer", "Nobody"])
    assert told.exit_code == 1
    assert "there are: Maija, Eero, All coders, Consensus" in told.output


def test_what_no_other_program_knows_of_decisions_is_told(project: Project, eero: str, me: str, tmp_path: Path) -> None:
    settle(project, found(project, Kind.CODE).place, reason=Reason.SLIP, coder=me)
    losses = {loss.what: loss.count for loss in export_study(project, tmp_path / "study.qdpx")}
    assert losses["decisions on differences between coders"] == 1
