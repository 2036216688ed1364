from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest
from numpy.typing import NDArray

from coder.errors import ModelUnavailable
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.codings import refuse_suggestion
from coder.workflow.projects import open_project
from tests.workflow.study import code_document, fill
from ui.assistant import Activity, Background

PATIENCE = 60.0
"""Seconds that a slow machine may take; nothing here waits longer than it must."""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=4)
        for document in project.documents()[:3]:
            code_document(project, document.id, me)
    return path


@pytest.fixture
def me(study: Path) -> str:
    with open_project(study) as project:
        return project.coders()[0].id


@pytest.fixture
def begin() -> Iterator[Callable[[Path, Callable[[], Encoder]], Background]]:
    begun: list[Background] = []

    def start(path: Path, encoder: Callable[[], Encoder]) -> Background:
        begun.append(Background(str(path), encoder))
        return begun[-1]

    yield start
    for background in begun:
        background.stop()
    assert all(background.wait_for_end(PATIENCE) for background in begun)


def until(happened: Callable[[], bool]) -> bool:
    end = monotonic() + PATIENCE
    while not happened() and monotonic() < end:
        sleep(0.02)
    return happened()


Begin = Callable[[Path, Callable[[], Encoder]], Background]


def test_it_embeds_and_learns_by_itself_once_somebody_looks(
    study: Path, me: str, begin: Begin, word_encoder: type[Encoder]
) -> None:
    background = begin(study, word_encoder)
    assert background.snapshot(me).ground is None
    assert until(lambda: background.snapshot(me).learned is not None)
    assert until(lambda: background.status.activity is Activity.READY)
    with open_project(study) as project:
        last = project.documents()[3].id
    assert background.snapshot(me).suggestions(last)


def test_a_decision_shows_in_the_next_snapshot(study: Path, me: str, begin: Begin, word_encoder: type[Encoder]) -> None:
    background = begin(study, word_encoder)
    assert until(lambda: background.snapshot(me).learned is not None)
    with open_project(study) as project:
        document = project.documents()[3].id
        before = background.snapshot(me)
        passage, (first, *_) = next(iter(before.suggestions(document).items()))
        refuse_suggestion(project, document, first.span, first.code, coder=me, probability=first.probability)
        revision = project.revision
    after = background.fresh(me, revision, PATIENCE)
    assert after.revision >= revision
    assert after.version > before.version
    assert first.code not in {each.code for each in after.suggestions(document).get(passage, ())}


def test_a_model_that_cannot_be_loaded_is_told_and_not_tried_again_by_itself(
    study: Path, me: str, begin: Begin, word_encoder: type[Encoder]
) -> None:
    tried: list[int] = []

    def encoder() -> Encoder:
        tried.append(1)
        if len(tried) < 2:
            raise ModelUnavailable("the model is not here; install it")
        return word_encoder()

    background = begin(study, encoder)
    background.snapshot(me)
    assert until(lambda: background.status.activity is Activity.FAILED)
    assert background.status.failure == "the model is not here; install it"
    with open_project(study) as project:
        code_document(project, project.documents()[3].id, me)
        revision = project.revision
    # Snapshots go on following the project, the model is not asked for again.
    assert background.fresh(me, revision, PATIENCE).revision >= revision
    assert len(tried) == 1
    background.retry()
    assert until(lambda: background.snapshot(me).learned is not None)


def test_a_defect_is_told_in_words_too(study: Path, me: str, begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    def encoder() -> Encoder:
        raise ZeroDivisionError("one by nought")

    background = begin(study, encoder)
    background.snapshot(me)
    assert until(lambda: background.status.failure is not None)
    assert background.status.failure == "ZeroDivisionError: one by nought"
    assert "suggestions have stopped" in caplog.text


def test_it_ends_when_the_project_is_gone(study: Path, me: str, begin: Begin, word_encoder: type[Encoder]) -> None:
    background = begin(study, word_encoder)
    assert until(lambda: background.snapshot(me).learned is not None)
    for file in study.parent.iterdir():
        file.unlink()
    background.notice()
    assert background.wait_for_end(PATIENCE)
    assert background.status.activity is Activity.GONE


def test_coding_goes_on_while_passages_are_embedded(
    study: Path, me: str, begin: Begin, word_encoder: type[Encoder]
) -> None:
    go_on, words = threading.Event(), word_encoder()

    class Slow:
        name, dimensions = words.name, words.dimensions

        def encode(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
            assert go_on.wait(PATIENCE)
            return words.encode(texts)

    background = begin(study, Slow)
    background.snapshot(me)
    assert until(lambda: background.status.activity is Activity.EMBEDDING)
    assert background.status.progress is not None
    assert background.status.progress.done == 0
    with open_project(study) as project:
        code_document(project, project.documents()[3].id, me)
        revision = project.revision
    snapshot = background.fresh(me, revision, PATIENCE)
    assert snapshot.revision >= revision
    assert snapshot.waiting > 0
    go_on.set()
    assert until(lambda: background.snapshot(me).learned is not None)
    assert background.snapshot(me).waiting == 0
