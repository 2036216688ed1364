"""The Settle page without a browser: a difference is decided, the next one comes, the codebook is sharpened."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coder.model import Coder
from coder.model.settling import CONSENSUS, Reason
from coder.store import Project
from coder.workflow.codings import code_span, remove_coding
from coder.workflow.projects import open_project
from tests.workflow.study import code_document, fill
from ui.session import Session


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import settle

    settle.show()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """One interview coded by two coders: the second put another code once and one less."""
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=1)
        with project.change("add coder", coder=None) as change:
            change.save_coder(Coder("eero", "Eero *E*"))
        (document,) = project.documents()
        code_document(project, document.id, me)
        code_document(project, document.id, "eero")
        changed, gone = project.codings(coder="eero", code="time")[:2]
        remove_coding(project, gone.id, coder="eero")
        remove_coding(project, changed.id, coder="eero")
        code_span(project, changed.document, changed.span, "left", coder="eero")
    return path


def at(path: Path) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    with Project.open(path) as project:
        app.session_state["redthread"] = Session(project=str(path), coder=project.coders()[0].id)
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label.replace("\\", "") == label).click().run()
    assert not app.exception
    return app


def heading(app: AppTest) -> str:
    return app.subheader[0].value.replace("\\", "")


def test_decisions_go_through_the_queue_with_progress(study: Path) -> None:
    app = at(study)
    assert "They put different codes on these words." in heading(app)
    assert app.radio[0].value is Reason.DEFINITION
    app.text_area[0].set_value("Time, *not* people.")
    press(app, "Take Maija’s")
    assert "One put a code here that another read and left." in heading(app)
    app.radio[0].set_value(Reason.SLIP)
    press(app, "Leave it out")
    with open_project(study) as project:
        first, second = project.settlements()
        assert (first.kept_codes, first.refused_codes, first.note) == (("time",), ("left",), "Time, *not* people.")
        assert (second.kept, second.reason) == ((), Reason.SLIP)
        assert project.can_undo(first.coder) == "settle missing: No time"
    press(app, "Open again")
    with open_project(study) as project:
        assert len(project.settlements()) == 1


def test_another_extent_takes_their_place(study: Path) -> None:
    app = at(study)
    words = app.text_area[1].value
    app.text_area[1].set_value(" ".join(words.split()[:4])).run()
    press(app, "Put this instead")
    with open_project(study) as project:
        (made,) = project.codings(coder=CONSENSUS.id)
        assert made.quotation.split() == words.split()[:4]
    app.text_area[1].set_value("words that nobody said").run()
    press(app, "Put this instead")
    ((message, _),) = app.session_state["redthread"].messages[-1:]
    assert "do not stand here as they are" in message


def test_decisions_become_a_draft_that_is_edited_and_saved(study: Path) -> None:
    app = at(study)
    app.text_area[0].set_value("No hour left.")
    press(app, "Take Maija’s")
    app.segmented_control[0].set_value("codebook").run()
    assert not app.exception
    assert heading(app) == "No time: when to use"
    assert app.text_area[0].value.startswith("No hour left. “")
    app.text_area[0].set_value("No hour was left for it.")
    press(app, "Save to the codebook")
    with open_project(study) as project:
        assert project.codebook().code("time").when_to_use == "No hour was left for it."
    assert heading(app) == "Key person leaves: when not to use"


def test_with_one_coder_there_is_nothing_to_settle(tmp_path: Path) -> None:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        fill(project, project.coders()[0].id, documents=1)
    assert "nothing to settle" in at(path).text[0].value
