"""Suggestions held back in a random slice, and what helped and unhelped coding have to say about each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import InvalidValue, NotAllowed
from coder.model import Segment, Span
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.aided import ALL, Passages, acceptance, aided, compared
from coder.workflow.assistant import Assistant
from coder.workflow.coders import add_coder
from coder.workflow.codings import refuse_suggestion, take_suggestion
from coder.workflow.corpus import Corpus
from coder.workflow.queues import Queue, queue
from coder.workflow.unaided import HeldBack, hold_back, unaided
from tests.workflow.study import code_document, fill


@pytest.fixture
def project() -> Iterator[Project]:
    with Project.create(":memory:", title="Study", coder="Maija") as made:
        fill(made, made.coders()[0].id)
        yield made


@pytest.fixture
def me(project: Project) -> str:
    return project.coder_named("Maija").id


def corpus(words: list[str]) -> Corpus:
    segments = tuple(Segment("d", i, Span(i, i + 1), 0) for i in range(len(words)))
    none = np.zeros(len(words), np.bool_)
    return Corpus(segments, tuple(words), (None,) * len(words), none, {"d": range(len(words))})


@given(st.lists(st.text(max_size=5), unique=True, max_size=30), st.integers(0, 50), st.integers(1, 99))
def test_the_same_passages_are_held_back_wherever_they_stand_and_more_of_them_for_a_larger_share(
    words: list[str], share: int, seed: int
) -> None:
    drawn = dict(zip(words, unaided(corpus(words), HeldBack(share, seed)), strict=True))
    back = dict(zip(words[::-1], unaided(corpus(words[::-1]), HeldBack(share, seed)), strict=True))
    more = dict(zip(words, unaided(corpus(words), HeldBack(50, seed)), strict=True))
    assert drawn == back
    assert all(more[word] for word in words if drawn[word])


def test_about_the_share_is_held_back_and_another_seed_holds_others() -> None:
    many = corpus([f"passage {i}" for i in range(4000)])
    one, other = (unaided(many, HeldBack(20, seed)) for seed in (1, 2))
    assert 0.17 < one.mean() < 0.23
    assert (one != other).any()


def test_in_the_slice_nobody_is_suggested_anything_by_any_way(
    project: Project, me: str, word_encoder: type[Encoder]
) -> None:
    documents = [document.id for document in project.documents()]
    for document in documents[:4]:
        code_document(project, document, me)
    assistant = Assistant(word_encoder)
    assistant.embed(project)
    before = assistant.refresh(project, me)
    held = hold_back(project, share=50, seed=3, coder=me)
    after = assistant.refresh(project, me)
    assert before.ground is not None and after.ground is not None
    slice = unaided(after.ground.corpus, held)

    def suggested(snapshot: object) -> set[int]:
        return {
            after.ground.row(document, passage)  # type: ignore[union-attr]
            for document in documents
            for passage in snapshot.suggestions(document)  # type: ignore[attr-defined]
        }

    assert any(slice[row] for row in suggested(before))
    assert suggested(after) == {row for row in suggested(before) if not slice[row]}
    for kind in Queue:
        asked = queue(after, kind, length=100)
        assert not any(slice[after.ground.row(each.document, each.passage)] for each in asked)
    for row in np.flatnonzero(slice):
        segment = after.ground.corpus.segments[row]
        assert after.evidence(segment.document, segment.index, "time") is None


def test_the_project_holds_all_back_until_the_own_pass_is_done(
    project: Project, me: str, word_encoder: type[Encoder]
) -> None:
    documents = [document.id for document in project.documents()]
    for document in documents[:4]:
        code_document(project, document, me)
    assistant = Assistant(word_encoder)
    assistant.embed(project)
    assert assistant.refresh(project, me).suggestions(documents[4])
    hold_back(project, share=0, own_pass=True, coder=me)
    snapshot = assistant.refresh(project, me)
    assert not snapshot.suggestions(documents[4])
    assert snapshot.evidence(documents[4], 1, "time") is None


def test_only_an_owner_holds_back_and_not_too_much(project: Project, me: str) -> None:
    other = add_coder(project, "Aino", coder=me)
    with pytest.raises(NotAllowed):
        hold_back(project, share=10, coder=other.id)
    with pytest.raises(InvalidValue, match="from 0 to 50"):
        hold_back(project, share=80, coder=me)
    first = hold_back(project, share=10, coder=me)
    again = hold_back(project, share=10, own_pass=True, coder=me)
    assert (again.seed, again.since, again.own_pass) == (first.seed, first.since, True)
    assert HeldBack.of(project) == again


def test_a_coder_who_follows_every_suggestion_is_told_from_one_who_does_not() -> None:
    random = np.random.default_rng(0)
    helped, suggested = np.arange(400) < 300, random.random((400, 2)) < 0.5
    fits = random.random((400, 2)) < 0.3
    follows = np.where(helped[:, None], fits | suggested, fits)
    table = compared(Passages(suggested, follows, helped), ["a", "b"]).set_index("code path")
    assert (table["coded where suggested, difference low"] > 0.4).all()
    assert (table["coded where not suggested, difference low"] < 0).all()
    assert (table["kappa aided"] > table["kappa unaided"] + 0.3).all()
    alike = compared(Passages(suggested, fits, helped), ["a", "b"]).set_index("code path")
    assert (alike["coded, difference low"] < 0).all() and (alike["coded, difference high"] > 0).all()


def test_the_figures_are_counted_by_hand() -> None:
    coded = np.array([[1], [1], [0], [1], [0]], np.bool_)
    suggested = np.array([[1], [0], [1], [1], [0]], np.bool_)
    helped = np.array([1, 1, 1, 0, 0], np.bool_)
    row = compared(Passages(suggested, coded, helped), ["a"]).set_index("code path").loc["a"]
    assert (row["coded, aided"], row["coded, of"], row["coded, unaided"], row["coded, of unaided"]) == (2, 3, 1, 2)
    assert (row["coded where suggested, aided"], row["coded where suggested, of"]) == (1, 2)
    assert (row["coded where suggested, unaided"], row["coded where suggested, of unaided"]) == (1, 1)
    assert row["kappa unaided"] == 1.0
    assert row["kappa aided"] == pytest.approx(-0.5)


def test_documents_begun_before_the_slice_was_drawn_are_left_out(
    project: Project, me: str, word_encoder: type[Encoder]
) -> None:
    documents = [document.id for document in project.documents()]
    for document in documents[:3]:
        code_document(project, document, me)
    hold_back(project, share=30, seed=5, coder=me)
    for document in documents[3:]:
        code_document(project, document, me)
    assistant = Assistant(word_encoder)
    assistant.embed(project)
    found = aided(project, assistant.refresh(project, me))
    assert (found.documents, found.left_out) == (3, 3)
    assert found.with_help + found.without == 3 * 12
    assert found.codes["code path"][0] == ALL and len(found.codes) == 4
    assert any("begun before" in caution for caution in found.cautions)
    none = aided(project, Assistant(word_encoder).refresh(project, me, at_once=True))
    assert none.codes.empty


def test_acceptance_is_counted_by_month_and_coder(project: Project, me: str) -> None:
    document = project.documents()[0].id
    passages = project.segments(document)[1:8]
    for passage in passages[:3]:
        take_suggestion(project, document, passage.span, "time", coder=me, probability=0.8)
    for passage in passages[3:4]:
        refuse_suggestion(project, document, passage.span, "left", coder=me, probability=0.4)
    (row,) = acceptance(project).to_dict("records")
    assert (row["coder"], row["taken"], row["refused"], row["share taken"]) == ("Maija", 3, 1, 0.75)
    assert row["low"] < 0.75 < row["high"]
