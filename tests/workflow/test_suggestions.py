from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from coder.errors import ModelUnavailable
from coder.model import Code, Codebook, Coder, Decision, Outcome, Role, Span, new_id
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.assistant import Assistant
from coder.workflow.codebooks import add_code, change_code, retire_code
from coder.workflow.codings import code_span, refuse_suggestion, remove_coding, take_suggestion, undo
from coder.workflow.documents import Source, import_documents, remove_document
from coder.workflow.suggestions import Snapshot, Suggestion
from coder.workflow.switches import Switches, set_switches
from tests.workflow.study import code_document, fill, passages_about


@pytest.fixture
def project() -> Iterator[Project]:
    with Project.create(":memory:", title="Study", coder="Maija") as made:
        fill(made, made.coders()[0].id)
        yield made


@pytest.fixture
def me(project: Project) -> str:
    return project.coder_named("Maija").id


@pytest.fixture
def documents(project: Project) -> list[str]:
    return [document.id for document in project.documents()]


@pytest.fixture
def assistant(word_encoder: type[Encoder], project: Project) -> Assistant:
    made = Assistant(word_encoder)
    made.embed(project)
    return made


@pytest.fixture
def learned(project: Project, me: str, documents: list[str], assistant: Assistant) -> Snapshot:
    """What is suggested once four of the six documents are read and coded."""
    for document in documents[:4]:
        code_document(project, document, me)
    return assistant.refresh(project, me)


def everything(snapshot: Snapshot, documents: Sequence[str]) -> list[Suggestion]:
    return [each for document in documents for of in snapshot.suggestions(document).values() for each in of]


def probability(snapshot: Snapshot, document: str, passage: int, code: str) -> float:
    assert snapshot.ground is not None
    assert snapshot.learned is not None
    row = snapshot.ground.row(document, passage)
    assert row is not None
    return float(snapshot.learned.probability[row, snapshot.ground.columns[code]])


def test_before_anything_is_coded_definitions_speak_and_say_so(
    project: Project, me: str, documents: list[str], assistant: Assistant
) -> None:
    snapshot = assistant.refresh(project, me)
    assert snapshot.beginning
    assert not snapshot.silent
    found = queue_of(snapshot, documents)
    assert found
    assert all(each.by_definition for each in found)
    assert "definition" in snapshot.said(found[0].probability).basis


def queue_of(snapshot: Snapshot, documents: Sequence[str]) -> list[Suggestion]:
    return [each for document in documents for of in snapshot.suggestions(document, floor=0.05).values() for each in of]


def test_what_was_learned_is_suggested_where_nothing_was_read(
    project: Project, documents: list[str], learned: Snapshot
) -> None:
    assert not learned.beginning
    for document in documents[4:]:
        for theme in ("together", "time", "left"):
            for segment in passages_about(project, document, theme):
                assert learned.suggestions(document)[segment.index][0].code == theme
        for segment in passages_about(project, document, "none"):
            assert segment.index not in learned.suggestions(document)


def test_a_passage_that_carries_the_code_gets_no_suggestion_of_it(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    coded = {(c.document, c.span, c.code) for c in project.codings()}
    assert not coded & {(s.document, s.span, s.code) for s in queue_of(learned, documents)}
    segment = passages_about(project, documents[5], "time")[0]
    # Half of the passage is enough.
    middle = (segment.span.start + segment.span.end) // 2
    code_span(project, documents[5], Span(segment.span.start, middle), "time", coder=me)
    after = assistant.refresh(project, me)
    assert "time" not in {each.code for each in after.suggestions(documents[5]).get(segment.index, ())}


def test_a_refused_code_is_never_suggested_there_again_and_less_elsewhere(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    # Said in the same words: the first of one document, the second of the next.
    one, other = (passages_about(project, documents[4 + n], "time")[n] for n in (0, 1))
    assert learned.suggestions(documents[4])[one.index][0].code == "time"
    refuse_suggestion(project, documents[4], one.span, "time", coder=me, probability=0.9)
    at_once = assistant.refresh(project, me, at_once=True)
    after = assistant.refresh(project, me)
    for snapshot in (at_once, after):
        assert "time" not in {each.code for each in snapshot.suggestions(documents[4]).get(one.index, ())}
        before = probability(learned, documents[5], other.index, "time")
        assert probability(snapshot, documents[5], other.index, "time") < before


def test_a_suggestion_taken_teaches(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    # The same words stand in both, but for a number.
    one, other = passages_about(project, documents[4], "none")[0], passages_about(project, documents[5], "none")[1]
    before = probability(learned, documents[5], other.index, "left")
    take_suggestion(project, documents[4], one.span, "left", coder=me, probability=0.3)
    at_once = assistant.refresh(project, me, at_once=True)
    after = assistant.refresh(project, me)
    for snapshot in (at_once, after):
        assert snapshot.revision == project.revision
        assert probability(snapshot, documents[5], other.index, "left") > before
    assert after.version > at_once.version > learned.version


def test_what_was_moved_at_once_agrees_with_what_is_learned_anew(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    for segment in passages_about(project, documents[4], "together"):
        take_suggestion(project, documents[4], segment.span, "together", coder=me, probability=0.8)
    refused = passages_about(project, documents[4], "time")[0]
    refuse_suggestion(project, documents[4], refused.span, "time", coder=me, probability=0.8)
    at_once, after = assistant.refresh(project, me, at_once=True), assistant.refresh(project, me)
    assert at_once.learned is not None
    assert after.learned is not None
    assert np.abs(at_once.learned.probability - after.learned.probability).mean() < 0.05
    agree = np.corrcoef(at_once.learned.probability.ravel(), after.learned.probability.ravel())[0, 1]
    assert agree > 0.95


def test_undoing_a_coding_forgets_it(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    segment = passages_about(project, documents[4], "time")[0]
    take_suggestion(project, documents[4], segment.span, "time", coder=me, probability=0.9)
    assistant.refresh(project, me, at_once=True)
    undo(project, coder=me)
    for snapshot in (assistant.refresh(project, me, at_once=True), assistant.refresh(project, me)):
        assert snapshot.suggestions(documents[4]) == learned.suggestions(documents[4])


def test_removing_a_coding_brings_the_suggestion_back(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    segment = passages_about(project, documents[4], "left")[0]
    coding = code_span(project, documents[4], segment.span, "left", coder=me)
    assert "left" not in codes_at(assistant.refresh(project, me), documents[4], segment.index)
    remove_coding(project, coding.id, coder=me)
    assert "left" in codes_at(assistant.refresh(project, me), documents[4], segment.index)


def codes_at(snapshot: Snapshot, document: str, passage: int) -> set[str]:
    return {each.code for each in snapshot.suggestions(document).get(passage, ())}


def test_retired_codes_and_folders_are_never_suggested(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    assert {each.code for each in queue_of(learned, documents)} <= {"together", "time", "left"}
    retire_code(project, "time", coder=me)
    assert "time" not in {each.code for each in queue_of(assistant.refresh(project, me), documents)}


def test_a_code_with_few_examples_says_so_and_stays_silent(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    buns = add_code(project, name="Buns", definition="Coffee and cardamom buns by the lake.", coder=me)
    for segment in passages_about(project, documents[5], "none"):
        code_span(project, documents[5], segment.span, buns.id, coder=me)
    after = assistant.refresh(project, me)
    assert after.silent[buns.id] == "too few examples (3 of 4)"
    assert buns.id not in {each.code for each in everything(after, documents)}


def test_a_changed_definition_is_prepared_anew_and_a_colour_is_not(
    project: Project, me: str, documents: list[str], assistant: Assistant
) -> None:
    before = assistant.refresh(project, me)
    change_code(project, "left", coder=me, colour="#0b57d0")
    recoloured = assistant.refresh(project, me)
    assert before.ground is not None
    assert recoloured.ground is not None
    assert recoloured.ground.prepared is before.ground.prepared
    assert recoloured.ground.codes[recoloured.ground.columns["left"]].colour == "#0b57d0"
    change_code(project, "left", coder=me, definition="Good coffee and cardamom buns; the bus past the lake.")
    after = assistant.refresh(project, me)
    segment = passages_about(project, documents[0], "none")[0]
    # The passages are the same, and are not worked through once more.
    assert after.ground is not None
    assert after.ground.viewed is before.ground.viewed
    assert probability(after, documents[0], segment.index, "left") > probability(
        before, documents[0], segment.index, "left"
    )


def test_an_imported_document_is_embedded_and_suggested_for(
    project: Project, me: str, learned: Snapshot, assistant: Assistant
) -> None:
    words = "There was never time, the substitutes were missing and every hour was already spent again."
    (report,) = import_documents(project, [Source("late.txt", f"Aino: {words}".encode)], coder=me)
    assert report.document is not None
    waiting = assistant.refresh(project, me)
    assert waiting.waiting == 1
    assert assistant.embed(project) == 1
    after = assistant.refresh(project, me)
    assert after.waiting == 0
    assert codes_at(after, report.document, 0) == {"time"}


def test_a_removed_document_takes_its_suggestions_along(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    remove_document(project, documents[5], coder=me)
    after = assistant.refresh(project, me)
    assert after.suggestions(documents[5]) == {}
    assert after.suggestions(documents[4])


def test_the_interviewer_gets_no_suggestions_unless_asked(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    def asked(snapshot: Snapshot) -> bool:
        assert snapshot.ground is not None
        rows = [snapshot.ground.row(each.document, each.passage) for each in everything(snapshot, documents)]
        return any(snapshot.ground.corpus.interviewer[row] for row in rows if row is not None)

    assert not asked(learned)
    code_span(project, documents[4], project.segments(documents[4])[0].span, "time", coder=me)
    for segment in project.segments(documents[3]):
        if segment.index % 2 == 0:
            code_span(project, documents[3], segment.span, "left", coder=me)
    assert not asked(assistant.refresh(project, me))
    set_switches(project, Switches(interviewer=True), coder=me)
    assert asked(assistant.refresh(project, me))


@pytest.fixture
def other(project: Project) -> str:
    with project.change("add coder", coder=None) as change:
        change.save_coder(Coder("other", "Other", Role.CODER))
    return "other"


def test_one_learns_from_own_codings_or_from_everybodys(
    project: Project, me: str, other: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    assert assistant.refresh(project, other).beginning
    set_switches(project, Switches(everybody=True), coder=me)
    shared = assistant.refresh(project, other)
    assert not shared.beginning
    # What somebody else has coded may still be suggested to this coder.
    segment = passages_about(project, documents[0], "time")[0]
    assert "time" in codes_at(shared, documents[0], segment.index)


def test_anothers_coding_changes_nothing_for_me(
    project: Project, me: str, other: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    code_document(project, documents[4], other)
    after = assistant.refresh(project, me)
    assert after.learned is learned.learned
    assert after.version == learned.version
    assert after.revision == project.revision


@pytest.mark.parametrize("switches", [Switches(off=True), Switches(off_for_all=True)])
def test_switched_off_suggests_nothing(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant, switches: Switches
) -> None:
    set_switches(project, switches, coder=me)
    assert everything(assistant.refresh(project, me), documents) == []
    set_switches(project, Switches(), coder=me)
    assert everything(assistant.refresh(project, me), documents)


def test_switching_off_for_oneself_leaves_the_others_alone(
    project: Project, me: str, other: str, documents: list[str], assistant: Assistant
) -> None:
    set_switches(project, Switches(off=True), coder=me)
    assert Switches.of(project, me).silent
    assert not Switches.of(project, other).silent


def test_after_my_own_pass_only_documents_read_to_the_end_are_suggested_for(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    set_switches(project, Switches(own_pass=True), coder=me)
    assert everything(assistant.refresh(project, me), documents[4:]) == []
    with project.change("mark read", coder=me) as change:
        change.mark_read(documents[4], me, len(project.document(documents[4]).text) // 2)
    assert everything(assistant.refresh(project, me), documents[4:]) == []
    coding = project.codings(document=documents[0], code="left")[0]
    remove_coding(project, coding.id, coder=me)
    found = everything(assistant.refresh(project, me), documents)
    assert (documents[0], "left") in {(each.document, each.code) for each in found}
    assert {each.document for each in found} <= set(documents[:4])


class Counting:
    """An encoder that counts, and fails after some texts."""

    def __init__(self, encoder: Encoder, fails_after: int = 10**9) -> None:
        self._encoder = encoder
        self._left = fails_after
        self.encoded: list[str] = []
        self.name, self.dimensions = encoder.name, encoder.dimensions

    def encode(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        if len(texts) > self._left:
            raise ModelUnavailable("the lights went out")
        self._left -= len(texts)
        self.encoded += texts
        return self._encoder.encode(texts)


def test_an_embedding_that_was_cut_off_goes_on_where_it_was(
    project: Project, word_encoder: type[Encoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coder.workflow.corpus.BATCH", 10)
    first = Counting(word_encoder(), fails_after=25)
    with pytest.raises(ModelUnavailable):
        Assistant(lambda: first).embed(project)
    assert len(first.encoded) == 20
    second = Counting(word_encoder())
    seen: list[tuple[int, int]] = []
    done = Assistant(lambda: second).embed(project, lambda at: seen.append((at.done, at.total)))
    distinct = {segment.span.of(project.document(segment.document).text) for segment in project.segments()}
    assert done == len(distinct) - 20
    assert not set(first.encoded) & set(second.encoded)
    assert seen == sorted(seen)
    assert seen[0] == (20, len(distinct))
    assert seen[-1] == (len(distinct), len(distinct))


def test_nothing_is_embedded_twice(project: Project, me: str, word_encoder: type[Encoder]) -> None:
    counting = Counting(word_encoder())
    for _ in range(2):
        assistant = Assistant(lambda: counting)
        assistant.embed(project)
        assistant.refresh(project, me)
    assert len(counting.encoded) == len(set(counting.encoded))


def test_another_model_embeds_anew_and_keeps_the_old_vectors(
    project: Project, me: str, word_encoder: type[Encoder]
) -> None:
    asked: list[tuple[str, bool]] = []

    def named(model: str, download: bool) -> Encoder:
        asked.append((model, download))
        made = Counting(word_encoder())
        made.name = model
        return made

    counting = Counting(word_encoder())
    assistant = Assistant(lambda: counting, named)
    passages = assistant.embed(project)
    before = assistant.refresh(project, me)
    set_switches(project, Switches(encoder="multilingual", download=True), coder=me)
    assert assistant.embed(project) == passages
    after = assistant.refresh(project, me)
    assert asked == [("multilingual", True)]
    assert before.ground is not None
    assert after.ground is not None
    assert (before.ground.model, after.ground.model) == ("words", "multilingual")
    set_switches(project, Switches(), coder=me)
    assert assistant.embed(project) == 0


def test_a_project_with_nothing_in_it_suggests_nothing(word_encoder: type[Encoder]) -> None:
    with Project.create(":memory:", title="Empty", coder="Maija") as project:
        me = project.coders()[0].id
        assistant = Assistant(word_encoder)
        assert assistant.embed(project) == 0
        snapshot = assistant.refresh(project, me)
        assert snapshot.suggestions("nowhere") == {}
        assert snapshot.evidence("nowhere", 0, "nothing") is None
        assert not snapshot.silent
        assert not snapshot.warnings


@pytest.mark.parametrize(
    "text",
    ["😀 🎉 🧵", "Aino: 😀😀😀\n\nAino: 👩‍👩‍👧‍👦 family\n\nAino: é combining", "word", "x " * 2000],
    ids=["emoji", "emoji turns", "one word", "two thousand words"],
)
def test_one_code_and_odd_passages_do_no_harm(text: str, word_encoder: type[Encoder]) -> None:
    with Project.create(":memory:", title="Odd", coder="Maija") as project:
        me = project.coders()[0].id
        with project.change("codebook", coder=me) as change:
            change.save_codebook(Codebook("b", "One", (Code("one", "One"),)))
        import_documents(project, [Source("odd.txt", f"Aino: hello there\n\n{text}".encode)], coder=me)
        assistant = Assistant(word_encoder)
        assistant.embed(project)
        document = project.documents()[0].id
        for segment in project.segments(document)[:3]:
            assistant.refresh(project, me).suggestions(document)
            code_span(project, document, segment.span, "one", coder=me)
        snapshot = assistant.refresh(project, me)
        assert snapshot.learned is not None
        assert ((snapshot.learned.probability >= 0) & (snapshot.learned.probability <= 1)).all()


def test_without_vectors_there_are_no_suggestions_yet(
    project: Project, me: str, documents: list[str], word_encoder: type[Encoder]
) -> None:
    snapshot = Assistant(word_encoder).refresh(project, me)
    assert snapshot.suggestions(documents[0]) == {}
    assert snapshot.waiting == len(project.segments())


def test_nothing_new_gives_the_same_snapshot(
    project: Project, me: str, learned: Snapshot, assistant: Assistant
) -> None:
    assert assistant.refresh(project, me) is learned


def test_evidence_leads_to_places(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    refused = passages_about(project, documents[4], "time")[0]
    refuse_suggestion(project, documents[4], refused.span, "time", coder=me)
    snapshot = assistant.refresh(project, me)
    segment = passages_about(project, documents[5], "time")[0]
    found = snapshot.evidence(documents[5], segment.index, "time")
    assert found is not None
    texts = project.texts()
    assert 2 <= len(found.quotations) <= 3
    assert len({quotation.document for quotation in found.quotations}) == len(found.quotations)
    for quotation in found.quotations:
        assert quotation.coding is not None
        coding = project.coding(quotation.coding)
        assert (coding.code, coding.quotation, coding.span) == ("time", quotation.text, quotation.span)
        assert quotation.span.of(texts[quotation.document]) == quotation.text
    assert found.refused is not None
    assert (found.refused.document, found.refused.span) == (documents[4], refused.span)
    assert (found.part, found.sentence) == ("brief definition", "Missing substitutes, hours spent, never time.")
    words = passage_words(project, documents[5], segment.span)
    assert found.words
    assert set(found.words) <= words
    assert found.examples == 12


def passage_words(project: Project, document: str, span: Span) -> set[str]:
    return set(re.findall(r"\w+", span.of(project.document(document).text).casefold()))


def test_own_decisions_at_a_level_replace_the_estimate(
    project: Project, me: str, documents: list[str], learned: Snapshot, assistant: Assistant
) -> None:
    assert "left out" in learned.said(0.72).basis
    span = project.segments(documents[5])[0].span
    with project.change("decide", coder=me) as change:
        for number in range(20):
            outcome = Outcome.TAKEN if number < 15 else Outcome.REFUSED
            change.save_decision(Decision(new_id(), documents[5], span, "left", me, outcome, 0.72))
    said = assistant.refresh(project, me).said(0.75)
    assert said.words == "8 in 10"
    assert said.basis == "you took 15 of 20 at this level"
