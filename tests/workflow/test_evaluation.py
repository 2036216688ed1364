from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from coder.errors import NotAllowed
from coder.model import Coder, Decision, Outcome, Role, new_id
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.assistant import Assistant
from coder.workflow.evaluation import VERB, evaluate, record_evaluation, recorded_evaluations
from coder.workflow.suggestions import Snapshot
from coder.workflow.track_record import band_of, in_ten, said, track_record
from tests.workflow.study import code_document, fill


@pytest.fixture
def project() -> Iterator[Project]:
    with Project.create(":memory:", title="Study", coder="Maija") as made:
        me = made.coders()[0].id
        fill(made, me, documents=4)
        for document in made.documents()[:3]:
            code_document(made, document.id, me)
        yield made


@pytest.fixture
def me(project: Project) -> str:
    return project.coder_named("Maija").id


@pytest.fixture
def snapshot(project: Project, me: str, word_encoder: type[Encoder]) -> Snapshot:
    assistant = Assistant(word_encoder)
    assistant.embed(project)
    return assistant.refresh(project, me)


def test_every_code_has_its_figures(project: Project, snapshot: Snapshot) -> None:
    codes = evaluate(project, snapshot).codes.set_index("code path")
    assert list(codes.index) == ["Paths / Together", "No time", "Key person leaves"]
    assert codes["examples"].tolist() == [9, 9, 9]
    # Passages so plain that leaving their document out changes nothing.
    assert (codes["average precision"] > 0.9).all()
    assert (codes["average precision"] >= codes["by definition alone"]).all()
    assert set(codes["state"]) == {"suggested"}
    assert (codes[["precision", "recall"]] >= 0.5).all(axis=None)


def test_the_calibration_counts_every_passage_and_code_once(project: Project, snapshot: Snapshot) -> None:
    calibration = evaluate(project, snapshot).calibration
    assert snapshot.learned is not None
    assert calibration["passages left out"].sum() == snapshot.learned.judgements.known.sum()
    filled = calibration[calibration["passages left out"] > 0]
    assert ((filled["from"] <= filled["said"]) & (filled["said"] <= filled["to"])).all()
    assert filled["coded so"].between(0, 1).all()


def test_confusion_names_what_would_have_come_first(project: Project, snapshot: Snapshot) -> None:
    confusion = evaluate(project, snapshot).confusion
    assert (confusion["coded"] != confusion["suggested"]).all()
    assert (confusion["times"] > 0).all()


def test_nothing_learned_is_empty_tables(project: Project) -> None:
    found = evaluate(project, Snapshot("nobody"))
    assert found.codes.empty
    assert found.confusion.empty
    assert found.calibration["passages left out"].sum() == 0


def test_figures_are_kept_in_the_journal_and_grow(project: Project, me: str, snapshot: Snapshot) -> None:
    assert recorded_evaluations(project).empty
    assert record_evaluation(project, snapshot, coder=me) == 1
    assert record_evaluation(project, snapshot, coder=me) == 2
    frame = recorded_evaluations(project)
    assert frame["evaluation"].tolist() == [1, 1, 1, 2, 2, 2]
    assert set(frame["coder"]) == {"Maija"}
    assert np.allclose(
        frame["average precision"][:3].sort_values(),
        evaluate(project, snapshot).codes["average precision"].sort_values(),
    )
    assert [entry.verb for entry in project.journal()][-2:] == [VERB, VERB]
    project.undo(me)
    assert recorded_evaluations(project)["evaluation"].max() == 1
    assert project.verify() == []


def test_a_reader_keeps_no_figures(project: Project, snapshot: Snapshot) -> None:
    with project.change("add coder", coder=None) as change:
        change.save_coder(Coder("reader", "Reader", Role.READER))
    with pytest.raises(NotAllowed):
        record_evaluation(project, snapshot, coder="reader")


def test_tenths_in_words() -> None:
    assert [in_ten(p) for p in (0.01, 0.2, 0.78, 0.99)] == [
        "fewer than 1 in 10",
        "2 in 10",
        "8 in 10",
        "nearly 10 in 10",
    ]
    assert [band_of(p) for p in (0.0, 0.19, 0.2, 1.0)] == [0, 1, 2, 9]


def test_twenty_decisions_at_a_level_say_more_than_an_estimate(project: Project, me: str) -> None:
    document = project.documents()[0].id
    span = project.segments(document)[0].span

    def decided(taken: int, refused: int) -> list[Decision]:
        outcomes = [Outcome.TAKEN] * taken + [Outcome.REFUSED] * refused
        return [Decision(new_id(), document, span, "time", me, outcome, 0.84) for outcome in outcomes]

    few, many = track_record(decided(9, 10)), track_record(decided(9, 11))
    assert said(0.84, few).words == "8 in 10"
    assert "left out" in said(0.84, few).basis
    # Nine of twenty are nearer to four than to five in ten.
    assert said(0.84, many).words == "4 in 10"
    assert said(0.84, many).basis == "you took 9 of 20 at this level"
    assert said(0.34, many).words == "3 in 10"
    assert many[8].expected == pytest.approx(16.8)
