from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from streamlit.testing.v1 import AppTest

import ui.assistant
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.codebooks import add_code
from coder.workflow.codings import change_code_of
from coder.workflow.projects import open_project
from tests.workflow.study import code_document, fill
from ui.session import Session

PATIENCE = 60.0


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import refine

    refine.show()


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Interviews of which all but the last are coded; half of *together* stands under a twin."""
    path = tmp_path_factory.mktemp("coded") / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=20)
        add_code(project, name="Twin", coder=me, id="twin")
        for document in project.documents()[:-1]:
            code_document(project, document.id, me)
        for place, coding in enumerate(project.codings(code="together")):
            if place // 2 % 2:
                change_code_of(project, coding.id, "twin", coder=me)
    return path


@pytest.fixture
def study(coded: Path, tmp_path: Path) -> Path:
    path = tmp_path / "study.redthread"
    path.write_bytes(coded.read_bytes())
    return path


@pytest.fixture
def at_work(
    study: Path, word_encoder: type[Encoder], monkeypatch: pytest.MonkeyPatch
) -> Iterator[ui.assistant.Background]:
    background = ui.assistant.Background(str(study), word_encoder)
    monkeypatch.setattr("ui.screens.refine.assistant", lambda: background)
    yield background
    background.stop()
    assert background.wait_for_end(PATIENCE)


@pytest.fixture
def app(study: Path, at_work: ui.assistant.Background) -> AppTest:
    """The page once everything was read."""
    with open_project(study) as project:
        me = project.coders()[0].id
    app = AppTest.from_function(page, default_timeout=PATIENCE)
    app.session_state["redthread"] = Session(project=str(study), coder=me)
    end = monotonic() + PATIENCE
    while not app.run().segmented_control and monotonic() < end:
        sleep(0.05)
    return view(app, "merge")


def view(app: AppTest, kind: str) -> AppTest:
    return app.segmented_control(key="refine view").set_value(kind).run()


def press(app: AppTest, label: str) -> AppTest:
    return next(found for found in app.button if found.label == label).click().run()


def test_a_merge_is_shown_with_its_quotations_and_what_it_would_change(app: AppTest) -> None:
    assert not app.exception
    shown = [text.value for text in app.text]
    assert any("hardly tells" in text for text in shown)
    assert sum("together" in text.lower() for text in shown) > 4
    assert any("will change code" in caption.value for caption in app.caption)
    assert {"Take", "Set aside", "In its place"} <= {found.label for found in app.button}


def test_taking_it_changes_the_project_once(app: AppTest, study: Path) -> None:
    with open_project(study) as project:
        before = project.revision
    press(app, "Take")
    assert not app.exception
    with open_project(study) as project:
        assert project.revision == before + 1
        codes = {code.id for code in project.codebook().codes}
        assert len(codes & {"together", "twin"}) == 1
    # The proposal rests on a code that is gone; a new look is offered.
    assert not next(found for found in app.button if found.label == "Look again").disabled
    press(app, "Look again")
    assert not app.exception


def test_what_is_set_aside_leaves_the_list_and_can_be_brought_back(app: AppTest) -> None:
    first = app.radio[0].value
    press(app, "Set aside")
    assert not app.exception
    assert not app.radio or first not in app.radio[0].options
    assert "Bring back" in {found.label for found in app.button}
    press(app, "Bring back")
    assert any("hardly tells" in text.value for text in app.text)


def test_the_researcher_says_which_of_two_codes_goes(app: AppTest, study: Path) -> None:
    goes = next(text.value for text in app.text if "will carry" in text.value)
    next(toggle for toggle in app.toggle if toggle.label == "The other way round").set_value(True).run()
    turned = next(text.value for text in app.text if "will carry" in text.value)
    assert turned != goes
    press(app, "Take")
    with open_project(study) as project:
        kept = {code.id for code in project.codebook().codes} & {"together", "twin"}
    assert kept == ({"twin"} if turned.endswith("Together goes.") else {"together"})


def test_every_kind_can_be_looked_at(app: AppTest) -> None:
    for kind in ("split", "misfit", "gap", "drift", "definition"):
        view(app, kind)
        assert not app.exception, kind


def test_saturation_follows_the_rule_that_is_set(app: AppTest) -> None:
    view(app, "Saturation")
    assert not app.exception
    assert any("Reached after 4 documents" in found.value for found in app.success)
    next(box for box in app.number_input if box.label == "Documents in the base").set_value(18).run()
    assert not app.exception
    assert any("Code at least 20 documents first" in found.value for found in app.info)


def test_without_codings_it_says_what_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "empty.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
    app = AppTest.from_function(page, default_timeout=PATIENCE)
    app.session_state["redthread"] = Session(project=str(path), coder=me)
    app.run()
    assert not app.exception
    assert any("Code at least two documents first" in text.value for text in app.text)
