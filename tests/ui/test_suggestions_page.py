from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from streamlit.testing.v1 import AppTest

import ui.assistant
from coder.model import Outcome
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.evaluation import recorded_evaluations
from coder.workflow.projects import open_project
from coder.workflow.switches import Switches
from tests.workflow.study import code_document, fill
from ui.session import Session

PATIENCE = 60.0


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import review

    review.show()


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
def at_work(
    study: Path, word_encoder: type[Encoder], monkeypatch: pytest.MonkeyPatch
) -> Iterator[ui.assistant.Background]:
    background = ui.assistant.Background(str(study), word_encoder)
    monkeypatch.setattr("ui.screens.review.assistant", lambda: background)
    yield background
    background.stop()
    assert background.wait_for_end(PATIENCE)


@pytest.fixture
def app(study: Path, at_work: ui.assistant.Background) -> AppTest:
    with open_project(study) as project:
        me = project.coders()[0].id
    end = monotonic() + PATIENCE
    while at_work.snapshot(me).learned is None and monotonic() < end:
        sleep(0.02)
    app = AppTest.from_function(page, default_timeout=PATIENCE)
    app.session_state["redthread"] = Session(project=str(study), coder=me)
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    found = next(found for found in app.button if found.label == label)
    return found.click().run()


def test_a_suggestion_is_shown_in_its_context_with_its_probability(app: AppTest) -> None:
    assert not app.exception
    assert any("in 10" in caption.value for caption in app.caption)
    assert {"Take", "Refuse", "Skip", "Open in transcript", "Undo"} <= {found.label for found in app.button}


def test_taking_and_refusing_decide_and_go_on(app: AppTest, study: Path) -> None:
    first = app.text[0].value
    press(app, "Take")
    assert not app.exception
    second = app.text[0].value
    assert second != first
    press(app, "Refuse")
    assert app.text[0].value != second
    with open_project(study) as project:
        assert [decision.outcome for decision in project.decisions()] in (
            [Outcome.TAKEN, Outcome.REFUSED],
            [Outcome.REFUSED, Outcome.TAKEN],
        )
        assert all(decision.probability is not None and decision.model for decision in project.decisions())


def test_undo_takes_the_last_decision_back(app: AppTest, study: Path) -> None:
    press(app, "Take")
    press(app, "Undo")
    with open_project(study) as project:
        assert project.decisions() == []


def test_why_shows_the_quotations(app: AppTest) -> None:
    before = len(app.text)
    next(toggle for toggle in app.toggle if toggle.label == "Why").set_value(True).run()
    assert not app.exception
    assert len(app.text) > before


@pytest.mark.parametrize("kind", ["The surest", "More like this", "One document", "The least certain", "Likely misses"])
def test_every_queue_can_be_chosen(app: AppTest, kind: str) -> None:
    next(box for box in app.selectbox if box.label == "Queue").set_value(kind).run()
    assert not app.exception


def test_how_good_they_are_can_be_kept(app: AppTest, study: Path) -> None:
    app.segmented_control(key="suggestions view").set_value("How good they are").run()
    assert not app.exception
    press(app, "Keep these figures in the journal")
    assert not app.exception
    with open_project(study) as project:
        assert len(recorded_evaluations(project)) == 3


def test_settings_are_stored(app: AppTest, study: Path) -> None:
    app.segmented_control(key="suggestions view").set_value("Settings").run()
    next(toggle for toggle in app.toggle if toggle.label == "Suggest codes to me").set_value(False)
    press(app, "Save")
    assert not app.exception
    with open_project(study) as project:
        assert Switches.of(project, project.coders()[0].id) == Switches(off=True)
