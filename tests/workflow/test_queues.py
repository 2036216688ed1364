from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from coder.errors import CodebookConflict
from coder.model import Origin, Outcome
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.assistant import Assistant
from coder.workflow.codebooks import add_code, retire_code
from coder.workflow.codings import remove_coding, undo
from coder.workflow.queues import Queue, above, queue, take_all
from coder.workflow.suggestions import FLOOR, Snapshot
from coder.workflow.switches import Switches, set_switches
from tests.workflow.study import code_document, fill, passages_about


@pytest.fixture(scope="module")
def study(word_encoder: type[Encoder]) -> tuple[Project, Assistant]:
    """Learned once for all tests; each of them takes back what it does."""
    project = Project.create(":memory:", title="Study", coder="Maija")
    me = project.coders()[0].id
    fill(project, me)
    for document in project.documents()[:4]:
        code_document(project, document.id, me)
    assistant = Assistant(word_encoder)
    assistant.embed(project)
    return project, assistant


@pytest.fixture
def project(study: tuple[Project, Assistant]) -> Iterator[Project]:
    project, before = study[0], study[0].revision
    yield project
    while project.revision > before and project.can_undo(project.coders()[0].id) and _mine(project, before):
        project.undo(project.coders()[0].id)


def _mine(project: Project, before: int) -> bool:
    entries = project.journal(after=before)
    undone = {entry.undoes for entry in entries if entry.verb == "undo"}
    return any(entry.verb not in ("undo", "redo") and entry.number not in undone for entry in entries)


@pytest.fixture
def me(project: Project) -> str:
    return project.coder_named("Maija").id


@pytest.fixture
def documents(project: Project) -> list[str]:
    return [document.id for document in project.documents()]


@pytest.fixture
def assistant(study: tuple[Project, Assistant]) -> Assistant:
    return study[1]


@pytest.fixture
def snapshot(project: Project, me: str, assistant: Assistant) -> Snapshot:
    return assistant.refresh(project, me)


def test_the_surest_come_first(snapshot: Snapshot) -> None:
    found = queue(snapshot, Queue.SUREST)
    assert len(found) >= 12
    assert [each.probability for each in found] == sorted((each.probability for each in found), reverse=True)
    assert all(each.probability >= FLOOR for each in found)


def test_more_like_this_is_one_code_over_all_documents(snapshot: Snapshot, documents: list[str]) -> None:
    found = queue(snapshot, Queue.MORE, code="left")
    assert {each.code for each in found} == {"left"}
    unread = [each for each in found if each.document in documents[4:]]
    assert found[0] in unread
    assert queue(snapshot, Queue.MORE, code="retired long ago") == ()


def test_a_code_without_examples_can_be_asked_for_more_like_it(project: Project, me: str, assistant: Assistant) -> None:
    buns = add_code(project, name="Buns", definition="Good coffee and cardamom buns.", coder=me)
    snapshot = assistant.refresh(project, me)
    assert buns.id in snapshot.silent
    found = queue(snapshot, Queue.MORE, code=buns.id)
    text = project.document(found[0].document).text
    assert "buns" in found[0].span.of(text)


def test_a_document_is_gone_through_in_reading_order(snapshot: Snapshot, documents: list[str]) -> None:
    found = queue(snapshot, Queue.DOCUMENT, document=documents[4])
    assert {each.document for each in found} == {documents[4]}
    assert [each.passage for each in found] == sorted(each.passage for each in found)
    assert len(found) == sum(len(of) for of in snapshot.suggestions(documents[4], most=99).values())


def test_the_least_certain_are_different_passages(snapshot: Snapshot) -> None:
    found = queue(snapshot, Queue.UNCERTAIN, length=10)
    assert len({(each.document, each.passage) for each in found}) == len(found) > 1
    sure = queue(snapshot, Queue.SUREST, length=10)
    assert abs(found[0].probability - 0.5) <= abs(sure[0].probability - 0.5)


def test_likely_misses_are_passages_that_were_read(
    project: Project, me: str, documents: list[str], assistant: Assistant
) -> None:
    segment = passages_about(project, documents[1], "time")[0]
    (coding,) = [c for c in project.codings(document=documents[1], code="time") if c.span == segment.span]
    remove_coding(project, coding.id, coder=me)
    found = queue(assistant.refresh(project, me), Queue.MISSES)
    assert (found[0].document, found[0].passage, found[0].code) == (documents[1], segment.index, "time")
    assert {each.document for each in found} <= set(documents[:4])


def test_nothing_known_is_an_empty_queue() -> None:
    assert all(queue(Snapshot("nobody"), kind) == () for kind in Queue)


def test_switched_off_is_an_empty_queue(project: Project, me: str, assistant: Assistant) -> None:
    set_switches(project, Switches(off=True), coder=me)
    silent = assistant.refresh(project, me)
    assert all(queue(silent, kind) == () for kind in Queue)


def test_many_are_taken_in_one_change_and_taken_back_in_one_step(
    project: Project, me: str, snapshot: Snapshot, assistant: Assistant
) -> None:
    before, codings = project.revision, project.codings()
    chosen = above(queue(snapshot, Queue.SUREST), 0.5)
    assert len(chosen) > 5
    assert take_all(project, chosen, coder=me, model="words") == len(chosen)
    assert project.revision == before + 1
    new = [coding for coding in project.codings() if coding not in codings]
    assert {(c.document, c.span, c.code, c.score) for c in new} == {
        (each.document, each.span, each.code, each.probability) for each in chosen
    }
    assert {c.origin for c in new} == {Origin.SUGGESTION}
    assert {d.outcome for d in project.decisions()} == {Outcome.TAKEN}
    # What was taken unseen says nothing about how far probabilities can be trusted.
    after = assistant.refresh(project, me, at_once=True)
    assert not any(band.decided for band in after.record)
    assert not set(chosen) & set(queue(after, Queue.SUREST))
    assert "at once" in (project.can_undo(me) or "")
    undo(project, coder=me)
    assert project.codings() == codings
    assert project.decisions() == []
    assert project.verify() == []


def test_taking_the_same_twice_makes_no_second_coding(project: Project, me: str, snapshot: Snapshot) -> None:
    chosen = queue(snapshot, Queue.SUREST)[:3]
    assert take_all(project, chosen, coder=me, operation="once") == 3
    assert take_all(project, chosen, coder=me, operation="once") == 0
    assert take_all(project, chosen, coder=me) == 0


def test_a_code_that_was_retired_meanwhile_is_not_taken(project: Project, me: str, snapshot: Snapshot) -> None:
    chosen = queue(snapshot, Queue.MORE, code="time")[:2]
    retire_code(project, "time", coder=me)
    before = project.revision
    with pytest.raises(CodebookConflict):
        take_all(project, chosen, coder=me)
    assert project.revision == before


def test_taking_none_changes_nothing(project: Project, me: str) -> None:
    before = project.revision
    assert take_all(project, (), coder=me) == 0
    assert project.revision == before


def test_probabilities_in_queues_are_those_of_the_passages(snapshot: Snapshot) -> None:
    assert snapshot.learned is not None
    assert snapshot.ground is not None
    for each in queue(snapshot, Queue.SUREST):
        row = snapshot.ground.row(each.document, each.passage)
        assert row is not None
        assert np.isclose(each.probability, snapshot.learned.probability[row, snapshot.ground.columns[each.code]])
