"""Blind double coding: rounds begin, go on and end, and until then nothing that is asked for tells of the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coder.cli import app
from coder.errors import CodebookConflict, InvalidValue, NotAllowed, NothingToUndo, StaleEdit, UnknownItem
from coder.model import Attribute, Case, Membership, Received, Role, Span
from coder.model.blind import Round, given, sample
from coder.model.choices import ExportKind
from coder.model.framework import Matrix, RowKind
from coder.store import Project
from coder.store.file import MEMORY, ProjectFile
from coder.suggest.encoder import Encoder
from coder.workflow.agreement import Agreement, AgreementQuestion, View, table
from coder.workflow.aided import acceptance
from coder.workflow.assistant import Assistant
from coder.workflow.backups import back_up, restore
from coder.workflow.codebooks import merge_codes, remove_code
from coder.workflow.coders import add_coder
from coder.workflow.codings import (
    change_code_of,
    code_span,
    import_codings,
    refuse_suggestion,
    remove_coding,
    undo,
    write_memo,
)
from coder.workflow.copies import merge, preview_merge
from coder.workflow.corrections import correct, preview_correction
from coder.workflow.documents import mark_read, remove_document
from coder.workflow.exchange import export_study, preview, study_of
from coder.workflow.framework import matrix, write_summary
from coder.workflow.layers import all_places, consensus, layers
from coder.workflow.methods import methods
from coder.workflow.refining import gather
from coder.workflow.rounds import (
    begin_round,
    draw,
    left_out,
    mark_done,
    progress,
    reveal_round,
    tasks,
    unfinished,
    withheld,
)
from coder.workflow.search import Coded, Search, find
from coder.workflow.sorting import split_code
from coder.workflow.suggestions import Snapshot
from coder.workflow.switches import Switches, set_switches
from coder.workflow.tables import as_file, material
from coder.workflow.versions import to_look_at_again
from tests.workflow.study import code_document, fill, passages_about

SECRET = "Pirkko says so"


@pytest.fixture
def project() -> Iterator[Project]:
    """Six interviews, an owner who does not code, two coders; the first two interviews are in a sealed round."""
    with Project.create(":memory:", title="Study", coder="Olga") as made:
        olga = made.coders()[0].id
        fill(made, olga)
        with made.change("cases", coder=olga) as change:
            change.save_attribute(Attribute("region"))
            for number, document in enumerate(made.documents()):
                change.save_case(Case(f"case {number}", f"Home {number}", {"region": "NS"[number % 2]}))
                change.assign(Membership(document.id, f"case {number}"))
        aino, berta = (add_coder(made, name, coder=olga).id for name in ("Aino", "Berta"))
        begin_round(made, "Round 1", [each.id for each in made.documents()[:2]], [aino, berta], coder=olga)
        yield made


@pytest.fixture
def people(project: Project) -> dict[str, str]:
    return {coder.name: coder.id for coder in project.coders()}


@pytest.fixture
def sealed(project: Project) -> str:
    return project.documents()[0].id


def work(project: Project, document: str, coder: str) -> None:
    """Everything that a coder leaves on a document, in words that tell whose they are."""
    code_document(project, document, coder)
    seen = project.seen_by(coder)
    first = seen.codings(document=document)[0]
    write_memo(seen, first.id, SECRET, coder=coder)
    passage = passages_about(project, document, "none")[0]
    refuse_suggestion(seen, document, passage.span, "time", coder=coder, probability=0.7)
    write_summary(seen, RowKind.DOCUMENT, document, "time", SECRET, coder=coder)


def test_a_round_gives_documents_seals_them_and_says_so(project: Project, people: dict[str, str], sealed: str) -> None:
    (made,) = project.rounds()
    assert made.sealed and made.coders == (people["Aino"], people["Berta"])
    assert project.sealed == {document.id for document in project.documents()[:2]}
    first, _ = tasks(project, people["Aino"])
    assert (first.document.id, first.done) == (sealed, None)
    assert "2 documents are in a sealed round" in str(withheld(project))
    assert [loss.count for loss in left_out(project)] == [2]


def test_progress_counts_and_tells_nothing_else(project: Project, people: dict[str, str], sealed: str) -> None:
    work(project, sealed, people["Berta"])
    (made,) = project.rounds()
    made = mark_done(project, made.id, sealed, coder=people["Berta"])
    assert [(share.coder.name, share.done, share.given) for share in progress(project, made)] == [
        ("Aino", 0, 2),
        ("Berta", 1, 2),
    ]
    assert mark_done(project, made.id, sealed, coder=people["Berta"], done=False).waiting({sealed})[1].done is None
    with pytest.raises(InvalidValue, match="not given to this coder"):
        mark_done(project, made.id, sealed, coder=people["Olga"])


def test_coders_reveal_when_all_are_done_and_an_owner_before_only_with_a_reason(
    project: Project, people: dict[str, str]
) -> None:
    (made,) = project.rounds()
    with pytest.raises(NotAllowed):
        reveal_round(project, made.id, coder=people["Aino"], reason="curious")
    with pytest.raises(InvalidValue, match="write down why"):
        reveal_round(project, made.id, coder=people["Olga"])
    assert project.sealed
    for person in ("Aino", "Berta"):
        for document in made.documents:
            mark_done(project, made.id, document, coder=people[person])
    reveal_round(project, made.id, coder=people["Aino"])
    assert not project.sealed and withheld(project) is None
    with pytest.raises(StaleEdit, match="revealed already"):
        mark_done(project, made.id, made.documents[0], coder=people["Aino"])


def test_an_early_reveal_stands_in_the_journal_with_its_reason(project: Project, people: dict[str, str]) -> None:
    (made,) = project.rounds()
    reveal_round(project, made.id, coder=people["Olga"], reason="Berta is ill")
    assert "Berta is ill" in project.journal()[-1].summary
    assert project.rounds()[0].reason == "Berta is ill"


def test_a_document_that_was_removed_keeps_nobody_waiting(project: Project, people: dict[str, str]) -> None:
    (made,) = project.rounds()
    remove_document(project, made.documents[1], coder=people["Olga"])
    for person in ("Aino", "Berta"):
        made = mark_done(project, made.id, made.documents[0], coder=people[person])
    assert unfinished(project, made) == ()
    assert [share.given for share in progress(project, made)] == [1, 1]


def test_neither_undo_nor_who_is_no_owner_begins_or_ends_a_round(project: Project, people: dict[str, str]) -> None:
    with pytest.raises(NotAllowed):
        begin_round(
            project, "Mine", [project.documents()[3].id], [people["Aino"], people["Berta"]], coder=people["Aino"]
        )
    with pytest.raises((NothingToUndo, StaleEdit)):
        while undo(project, coder=people["Olga"]):
            assert project.sealed
    assert project.sealed


def test_what_no_round_can_be_made_of_is_said(project: Project, people: dict[str, str], sealed: str) -> None:
    olga, aino, berta = people["Olga"], people["Aino"], people["Berta"]
    free = project.documents()[3].id
    reader = add_coder(project, "Rita", role=Role.READER, coder=olga).id
    for documents, coders, name, words in (
        ([sealed], [aino, berta], "A", "another sealed round"),
        ([free], [aino], "A", "at least two coders"),
        ([free], [aino, reader], "A", "may not code"),
        ([], [aino, berta], "A", "no document"),
        ([free], [aino, berta], " ", "no name"),
    ):
        with pytest.raises(InvalidValue, match=words):
            begin_round(project, name, documents, coders, coder=olga)
    with pytest.raises(UnknownItem):
        begin_round(project, "A", ["none"], [aino, berta], coder=olga)
    with pytest.raises(InvalidValue, match="choose from 1 to 4"):
        draw(project, 5, 1)


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_the_order() -> None:
    documents = [f"d{number}" for number in range(20)]
    drawn = sample(documents, 5, 7)
    assert drawn == sample(documents[::-1], 5, 7)[::-1]
    assert list(drawn) == sorted(drawn, key=documents.index)
    assert {sample(documents, 5, seed) for seed in range(9)} != {drawn}


def test_documents_go_round_when_each_is_for_some_of_the_coders() -> None:
    tasks = given(["a", "b", "c"], ["x", "y", "z"], 2)
    assert [(each.document, each.coder) for each in tasks] == [
        ("a", "x"), ("a", "y"), ("b", "z"), ("b", "x"), ("c", "y"), ("c", "z"),
    ]  # fmt: skip
    with pytest.raises(InvalidValue):
        Round("r", "R", "o", (*tasks, tasks[0]))


# --- attacks ---------------------------------------------------------------------------------------

ASKING: dict[str, Callable[[Project], object]] = {
    "material of all tables": material,
    "the framework": lambda p: _beneath(matrix(p, RowKind.DOCUMENT)),
    "a whole study": study_of,
    "codes to look at again": to_look_at_again,
    "what refining rests on": lambda p: sorted(gather(p, "none").places.items()),
    "how far coders agree": lambda p: table(Agreement.of(p, AgreementQuestion()), View.CODE).to_csv(),
    "what everybody put": lambda p: (all_places(p), layers(p), consensus(p)),
    "how suggestions were taken": lambda p: acceptance(p).to_csv(),
    # That something was done, and when, is progress.
    "the methods": lambda p: re.sub(r"journal entry .*? UTC|[0-9a-f]{64}", "", repr(methods(p))),
    "passages by code": lambda p: find(p, Search("never", codes=("time",), coded=Coded.YES)),
    "what can be undone": lambda p: [p.can_undo(person.id) for person in p.coders() if person.name != "Berta"],
}


def _beneath(found: Matrix) -> list[object]:
    return [(place, repr(cell), cell.basis, cell.quotations) for place, cell in found.cells.items()]


def asked(project: Project) -> dict[str, str]:
    """Everything that the tables, exports and counts of the project say."""
    tables = {kind.name: repr(as_file(project, ".csv", kind)) for kind in ExportKind}
    return tables | {what: repr(ask(project)) for what, ask in ASKING.items()}


@pytest.mark.parametrize("who", ["Olga", "Aino", None])
def test_what_is_asked_for_is_the_same_whether_or_not_another_coded_blind(
    project: Project, people: dict[str, str], sealed: str, who: str | None
) -> None:
    seen = project.seen_by(people[who] if who else None)
    work(project, sealed, people["Aino"])
    for person in ("Aino", "Berta"):
        code_document(project, project.documents()[3].id, people[person])
    before, revision = asked(seen), project.revision
    code_document(project, sealed, people["Berta"])
    first = project.seen_by(people["Berta"]).codings(document=sealed)[0]
    write_memo(project, first.id, SECRET + "!", coder=people["Berta"])
    assert project.revision > revision
    after = asked(seen)
    assert after == before
    assert all(SECRET + "!" not in told for told in after.values())


def learned_by(word_encoder: type[Encoder], project: Project, coder: str) -> Snapshot:
    assistant = Assistant(word_encoder)
    assistant.embed(project)
    return assistant.refresh(project, coder)


def test_suggestions_learned_from_everybody_learn_nothing_from_what_is_sealed(
    project: Project, people: dict[str, str], word_encoder: type[Encoder]
) -> None:
    olga, aino, berta = people["Olga"], people["Aino"], people["Berta"]
    set_switches(project, Switches(everybody=True), coder=olga)
    for document in project.documents()[2:5]:
        code_document(project, document.id, aino)
    before = learned_by(word_encoder, project, aino)
    for document in project.documents()[:2]:
        code_document(project, document.id, berta)
    after = learned_by(word_encoder, project, aino)
    assert before.learned is not None and after.learned is not None
    assert (after.probability == before.probability).all()
    assert {coding.coder for of in after.judged.values() for found in of.codings.values() for coding in found} == {aino}
    theirs = learned_by(word_encoder, project, berta)
    assert {c.coder for of in theirs.judged.values() for found in of.codings.values() for c in found} == {aino, berta}


def test_a_round_that_is_sealed_while_the_assistant_runs_is_forgotten_and_learned_again_when_revealed(
    project: Project, people: dict[str, str], word_encoder: type[Encoder]
) -> None:
    olga, aino, berta = people["Olga"], people["Aino"], people["Berta"]
    set_switches(project, Switches(everybody=True), coder=olga)
    for document in project.documents()[:4]:
        code_document(project, document.id, berta)
    assistant = Assistant(word_encoder)
    assistant.embed(project)

    def taught() -> set[str]:
        return set(assistant.refresh(project, aino).judged)

    documents = [document.id for document in project.documents()]
    assert taught() == set(documents[2:4])
    reveal_round(project, project.rounds()[0].id, coder=olga, reason="enough")
    assert taught() == set(documents[:4])
    begin_round(project, "Round 2", documents[3:4], [aino, berta], coder=olga)
    assert taught() == set(documents[:3])


def test_merging_codes_moves_what_is_sealed_and_counts_only_what_is_seen(
    project: Project, people: dict[str, str], sealed: str
) -> None:
    code_document(project, sealed, people["Aino"])
    code_document(project, sealed, people["Berta"])
    seen = project.seen_by(people["Aino"])
    own = len(seen.codings(code="left"))
    assert merge_codes(seen, "left", into="time", coder=people["Aino"]) == own
    assert project.by_hand().codings(code="left") == []
    assert len(project.by_hand().codings(code="time")) > len(seen.codings(code="time"))
    assert project.verify() == []
    undo(project, coder=people["Aino"])
    assert {coding.coder for coding in project.by_hand().codings(code="left")} == {people["Aino"], people["Berta"]}


def test_a_code_that_only_somebody_unseen_uses_is_not_removed(
    project: Project, people: dict[str, str], sealed: str
) -> None:
    code_document(project, sealed, people["Berta"])
    with pytest.raises(CodebookConflict, match="merge it into another code or retire it"):
        remove_code(project.seen_by(people["Aino"]), "time", coder=people["Aino"])


def test_an_act_that_touches_what_is_sealed_is_told_by_its_name_alone(
    project: Project, people: dict[str, str], sealed: str
) -> None:
    one, _ = (code_span(project, sealed, Span(0, end), "time", coder=people["Berta"]) for end in (12, 20))
    split_code(project.seen_by(people["Berta"]), "time", "Hurry", [one.id], coder=people["Berta"])
    told = {who: project.seen_by(people[who]).journal()[-1] for who in ("Aino", "Berta")}
    assert told["Berta"].summary != told["Aino"].summary == told["Aino"].verb == "split code"
    assert {change.table for change in told["Aino"].changes} == {"code"}


def test_a_correction_moves_what_is_sealed_and_shows_only_what_is_seen(
    project: Project, people: dict[str, str], sealed: str
) -> None:
    work(project, sealed, people["Berta"])
    work_seen = project.seen_by(people["Aino"])
    text = project.document(sealed).text
    corrected = preview_correction(work_seen, sealed, "Interviewer: Welcome back to this room.\n\n" + text)
    assert corrected.items == ()
    correct(work_seen, corrected, coder=people["Aino"])
    moved = project.seen_by(people["Berta"]).codings(document=sealed)
    now = project.document(sealed).text
    assert moved and all(coding.span.of(now) == coding.quotation for coding in moved)
    assert project.verify() == []


def test_reading_on_goes_on_from_where_one_was(project: Project, people: dict[str, str], sealed: str) -> None:
    mark_read(project, sealed, 50, coder=people["Aino"])
    mark_read(project, sealed, 20, coder=people["Aino"])
    (mark,) = project.seen_by(people["Aino"]).read_marks(document=sealed)
    assert mark.position == 50


def test_one_codes_and_takes_back_in_a_sealed_document_without_meeting_others(
    project: Project, people: dict[str, str], sealed: str
) -> None:
    theirs = code_span(project, sealed, Span(0, 12), "time", coder=people["Berta"])
    own = code_span(project, sealed, Span(0, 12), "time", coder=people["Aino"])
    assert own.id != theirs.id
    assert code_span(project, sealed, Span(0, 12), "time", coder=people["Aino"]).id == own.id
    for verb in (remove_coding, lambda p, id, coder: write_memo(p, id, "hm", coder=coder)):
        with pytest.raises(UnknownItem):
            verb(project, theirs.id, coder=people["Aino"])
        with pytest.raises(UnknownItem):
            verb(project, theirs.id, coder=people["Olga"])
    with pytest.raises(InvalidValue, match="another coding has the id"):
        code_span(project, sealed, Span(0, 8), "left", id=theirs.id, coder=people["Aino"])


def test_a_summary_of_somebody_unseen_is_not_written_over(
    project: Project, people: dict[str, str], sealed: str
) -> None:
    work(project, sealed, people["Berta"])
    seen = project.seen_by(people["Aino"])
    assert seen.framework_cells(RowKind.DOCUMENT) == []
    with pytest.raises(StaleEdit, match="sealed round"):
        write_summary(seen, RowKind.DOCUMENT, sealed, "time", "mine", coder=people["Aino"])


def test_nothing_is_brought_in_over_a_sealed_document(project: Project, people: dict[str, str], sealed: str) -> None:
    work(project, sealed, people["Berta"])
    name, words = project.document(sealed).name, passages_about(project, sealed, "time")[0].span
    table = f"document,coder,code,quotation\n{name},Berta,No time,{words.of(project.document(sealed).text)!r}\n"
    report = import_codings(project, "guess.csv", table.replace("'", '"').encode(), coder=people["Olga"])
    assert (report.added, report.known) == (0, 0) and "sealed round" in report.refused[0].message
    whole = study_of(project.by_hand())
    told = preview(project.seen_by(people["Olga"]), Received(whole))
    assert told.new["codings"] == 0 and any("sealed round" in conflict for conflict in told.conflicts)


def test_restoring_an_older_backup_unseals_nothing(tmp_path: Path) -> None:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Olga") as project:
        olga = project.coders()[0].id
        fill(project, olga, documents=2)
        aino, berta = (add_coder(project, name, coder=olga).id for name in ("Aino", "Berta"))
        before = back_up(path)
        first = project.documents()[0].id
        begin_round(project, "Round 1", [first], [aino, berta], coder=olga)
        work(project, first, berta)
        seen = project.seen_by(olga)
        entries = [entry.summary for entry in seen.journal()]
        restore(path, before, coder=olga)
        assert project.sealed == {first} and project.verify() == []
        assert [entry.summary for entry in seen.journal()][:-1] == entries
        assert SECRET not in repr(seen.journal())
        undo(seen, coder=olga)
        assert project.sealed == {first} and len(project.seen_by(berta).codings()) > 0


def apart(project: Project) -> Project:
    file = ProjectFile.connect(MEMORY)
    project._file.db.conn.backup(file.db.conn)
    return Project(file)


def test_taking_a_merge_back_leaves_the_round_that_it_brought(project: Project, people: dict[str, str]) -> None:
    olga, aino, berta = people["Olga"], people["Aino"], people["Berta"]
    free = project.documents()[3].id
    with apart(project) as other:
        begin_round(other, "Round 2", [free], [aino, berta], coder=olga)
        code_span(other, project.documents()[4].id, Span(0, 12), "time", coder=aino)
        merge(project, other, coder=olga)
    work(project, free, berta)
    undo(project, coder=olga)
    assert free in project.sealed and not project.codings(document=free)
    assert not project.codings() and project.verify() == []
    assert SECRET not in repr(project.seen_by(olga).journal())


def test_a_conflict_between_copies_tells_nothing_of_what_is_sealed(
    project: Project, people: dict[str, str], sealed: str
) -> None:
    berta = people["Berta"]
    work(project, sealed, berta)
    (first, *_) = project.seen_by(berta).codings(document=sealed)
    with apart(project) as other:
        for each, words in ((project, "here"), (other, "there")):
            write_memo(each, first.id, f"{SECRET} {words}", coder=berta)
            write_summary(each.seen_by(berta), RowKind.DOCUMENT, sealed, "time", f"{SECRET} {words}", coder=berta)
        change_code_of(project, first.id, "left", coder=berta)
        change_code_of(other, first.id, "time", coder=berta)
        told = preview_merge(project, other, coder=people["Olga"]).conflicts
        assert {conflict.what for conflict in told} >= {"a memo in a sealed round", "a coding in a sealed round"}
        assert {(conflict.ours, conflict.theirs) for conflict in told} == {("(sealed)", "(sealed)")}
        own = preview_merge(project, other, coder=berta).conflicts
        assert any(SECRET in conflict.ours for conflict in own)


def test_an_export_says_what_it_leaves_out(project: Project, people: dict[str, str], tmp_path: Path) -> None:
    losses = export_study(project, tmp_path / "study.qdpx")
    assert any("sealed round" in loss.why for loss in losses)


def test_the_terminal_says_how_far_a_round_is_and_what_it_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Olga") as project:
        olga = project.coders()[0].id
        fill(project, olga, documents=2)
        aino = add_coder(project, "Aino", coder=olga).id
        first = project.documents()[0].id
        made = begin_round(project, "Round 1", [first], [olga, aino], coder=olga, drawn="chosen by hand")
        code_document(project, first, aino)
        mark_done(project, made.id, first, coder=aino)
    told = CliRunner().invoke(app, ["rounds", str(path)])
    assert "Round 1: 1 document, chosen by hand; sealed" in told.output
    assert "Aino: done with 1 of 1" in told.output and "Olga: done with 0 of 1" in told.output
    table = tmp_path / "all.csv"
    written = CliRunner().invoke(app, ["export", str(path), "--to", str(table)])
    assert "1 document is in a sealed round" in written.output
    assert len(table.read_text().splitlines()) == 1
