from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coder.model import (
    Code,
    Codebook,
    Coder,
    Document,
    DocumentKind,
    Span,
    Turn,
    new_id,
    text_hash,
)
from coder.store import Project
from coder.workflow.codings import code_span, refuse_suggestion, remove_coding, undo, write_memo
from coder.workflow.corrections import correct, preview_correction
from coder.workflow.documents import mark_read
from coder.workflow.operations import Operation
from coder.workflow.projects import open_project
from ui.components.transcript.source import Source, apply
from ui.components.transcript.wire import Sent

BEGAN = Span(6, 14)
TEXT = "Aino: We began 😀 together.\n\nBo: Then we stopped."


class Study:
    """A project file with one document, one code and two coders."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with (
            Project.create(path, title="Invented", coder="Aino") as project,
            project.change("set up", coder=None) as change,
        ):
            self.me = project.coders()[0].id
            self.other = new_id()
            change.save_coder(Coder(self.other, "Bo"))
            change.save_codebook(Codebook(new_id(), "Book", (Code("code", "Together"), Code("second", "Alone"))))
            document = Document("d", "One.txt", DocumentKind.INTERVIEW, text_hash(TEXT), 7, len(TEXT), text=TEXT)
            turns = (Turn(Span(6, 26), speaker="Aino"), Turn(Span(32, len(TEXT)), speaker="Bo"))
            change.add_document(document, turns, [(turn.span, i) for i, turn in enumerate(turns)], "by hand")

    def open(self) -> Project:
        return open_project(self.path)

    def source(self, coders: set[str] | None = None) -> Source:
        return Source("d", self.me, coders)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "one.redthread")


def code(study: Study, coder: str, span: Span = BEGAN) -> str:
    with study.open() as project:
        return code_span(project, "d", span, "code", coder=coder).id


def test_all_that_lies_on_the_document_is_read(study: Study) -> None:
    mine = code(study, study.me)
    with study.open() as project:
        write_memo(project, mine, "Why?", coder=study.other)
        refuse_suggestion(project, "d", Span(32, 40), "second", coder=study.me, id="r")
        mark_read(project, "d", 26, coder=study.me)
        marks = study.source().marks(project)
        assert marks.revision == project.revision
    assert [coding.id for coding in marks.codings] == [mine]
    assert [memo.text for memo in marks.memos] == ["Why?"]
    assert [refusal.id for refusal in marks.refusals] == ["r"]
    assert marks.read == 26


@pytest.mark.parametrize("whose", ["me", "other"])
def test_a_coding_made_since_arrives(study: Study, whose: str) -> None:
    with study.open() as project:
        before = project.revision
    made = code(study, study.me if whose == "me" else study.other)
    with study.open() as project:
        changes = study.source().changes(project, before)
    assert [coding.id for coding in changes.codings] == [made]
    assert (changes.gone, changes.read) == (frozenset(), None)


def test_a_coding_removed_or_taken_back_since_is_gone(study: Study) -> None:
    removed = code(study, study.me)
    with study.open() as project:
        before = project.revision
        remove_coding(project, removed, coder=study.me)
    undone = code(study, study.me, Span(32, 40))
    with study.open() as project:
        undo(project, coder=study.me)
        changes = study.source().changes(project, before)
    assert changes.codings == ()
    assert changes.gone == {removed, undone}


def test_a_memo_brings_its_coding_along(study: Study) -> None:
    mine = code(study, study.me)
    with study.open() as project:
        before = project.revision
        write_memo(project, mine, "Why?", coder=study.me)
        changes = study.source().changes(project, before)
        after = project.revision
        write_memo(project, mine, "", coder=study.me)
        emptied = study.source().changes(project, after)
    assert ([coding.id for coding in changes.codings], [memo.text for memo in changes.memos]) == ([mine], ["Why?"])
    assert ([coding.id for coding in emptied.codings], emptied.memos) == ([mine], ())


def test_a_refusal_arrives_and_goes_when_it_is_taken_back(study: Study) -> None:
    with study.open() as project:
        before = project.revision
        refuse_suggestion(project, "d", Span(32, 40), "second", coder=study.me, id="r")
        assert [each.id for each in study.source().changes(project, before).refusals] == ["r"]
        undo(project, coder=study.me)
        assert study.source().changes(project, before).gone == {"r"}


def test_only_the_coders_asked_for_are_shown_and_always_oneself(study: Study) -> None:
    mine, theirs = code(study, study.me), code(study, study.other, Span(32, 40))
    with study.open() as project:
        write_memo(project, mine, "Hidden", coder=study.other)
        blind = study.source(set())
        assert [coding.id for coding in blind.marks(project).codings] == [mine]
        assert blind.marks(project).memos == ()
        changes = blind.changes(project, 0)
        assert [coding.id for coding in changes.codings] == [mine]
        assert changes.memos == ()
        assert {coding.id for coding in study.source({study.other}).marks(project).codings} == {mine, theirs}


def sent(kind: str, document: str = "d", **values: Any) -> Sent:
    return Sent(document, Operation(new_id(), 1, kind, values))


def test_an_operation_counts_as_the_browser_does_and_is_stored_exactly(study: Study) -> None:
    units = len(TEXT[:17].encode("utf-16-le")) // 2
    coded = sent("code", coding="c", code="code", start=units, end=units + 8)
    with study.open() as project:
        assert apply(project, coded, coder=study.me) is None
        assert project.coding("c").quotation == "together"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (sent("code", coding="c", code="gone", start=6, end=9), "no code"),
        (sent("code", document="nowhere", coding="c", code="code", start=6, end=9), "no document"),
        (sent("dance"), "dance"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(study: Study, made: Sent, words: str) -> None:
    with study.open() as project:
        refused = apply(project, made, coder=study.me)
    assert refused is not None
    assert words in refused.message


def test_a_place_in_a_text_that_was_corrected_meanwhile_is_refused(study: Study) -> None:
    sent = Sent(
        "d", Operation("o1", 1, "code", {"coding": "c", "code": "code", "start": 6, "end": 14, "on": text_hash(TEXT)})
    )
    note = Sent("d", Operation("o2", 2, "memo", {"coding": "c", "text": "why", "on": text_hash(TEXT)}))
    with study.open() as project:
        assert apply(project, sent, coder=study.me) is None
        correct(project, preview_correction(project, "d", "Well.\n\n" + TEXT), coder=study.me)
        late = Sent("d", Operation("o3", 3, "code", {**sent.operation.values, "coding": "c2", "start": 32, "end": 40}))
        refused = apply(project, late, coder=study.me)
        assert refused is not None
        assert "the text was corrected meanwhile" in refused.message
        assert apply(project, note, coder=study.me) is None
        (made,) = project.codings()
        assert (made.quotation, made.span) == ("We began", Span(13, 21))
        assert [memo.text for memo in project.memos()] == ["why"]
