"""The report without a browser: chosen, kept, told in plain words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coder.model import Role
from coder.model.choices import Measure
from coder.store import Project
from coder.workflow.cases import add_attribute
from coder.workflow.coders import add_coder
from coder.workflow.report import Contents, Part, choose, chosen
from tests.workflow.study import code_document, fill
from ui.screens.report import _NAMES
from ui.session import Session


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import report

    report.show()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=1)
        add_attribute(project, "size", coder=me)
        code_document(project, project.documents()[0].id, me)
    return path


@pytest.fixture
def visit() -> Callable[[Path], AppTest]:
    def visited(path: Path, coder: str = "Maija") -> AppTest:
        app = AppTest.from_function(page, default_timeout=60)
        with Project.open(path) as project:
            app.session_state["redthread"] = Session(project=str(path), coder=project.coder_named(coder).id)
        app.run()
        assert not app.exception
        return app

    return visited


def words(app: AppTest) -> str:
    return "\n".join(each.value for each in app.markdown)


def test_every_part_can_be_chosen() -> None:
    assert set(_NAMES) == {*Part, None}


def test_it_tells_what_the_report_holds(study: Path, visit: Callable[[Path], AppTest]) -> None:
    app = visit(study)
    assert "9 quotations of 3 codes" in words(app)
    assert "3 codes by 0 cases" in words(app)
    assert "1 document by 4 codes, 0 cells summed up" in words(app)
    assert "1 coder, Maija" in words(app)
    assert {box.label for box in app.checkbox if box.value} == {_NAMES[part] for part in Contents().parts}


def test_what_is_chosen_is_kept_once(study: Path, visit: Callable[[Path], AppTest]) -> None:
    app = visit(study)
    for box in app.checkbox:
        box.set_value(box.label in (_NAMES[Part.KINDS], _NAMES[Part.QUOTATIONS]))
    app.selectbox[0].set_value(1)
    app.selectbox[2].set_value(Measure.WORDS)
    app.button[0].click().run()
    assert not app.exception
    assert "3 quotations of 3 codes" in words(app)
    with Project.open(study) as project:
        kept = Contents((Part.KINDS, Part.QUOTATIONS), Measure.WORDS, each=1)
        assert chosen(project) == kept
        revision = project.revision
    app.button[0].click().run()
    assert app.session_state["redthread"].messages[-1][0] == "The report holds this already"
    with Project.open(study) as project:
        assert project.revision == revision


def test_an_unusual_choice_made_elsewhere_is_shown(study: Path, visit: Callable[[Path], AppTest]) -> None:
    with Project.open(study) as project:
        choose(project, Contents(each=7, under="paths", attribute="size"), coder=project.coders()[0].id)
    app = visit(study)
    assert [box.value for box in app.selectbox] == [7, "paths", Measure.CODINGS, "size"]


def test_a_reader_is_told_that_only_coders_choose(study: Path, visit: Callable[..., AppTest]) -> None:
    with Project.open(study) as project:
        add_coder(project, "Rea", role=Role.READER, coder=project.coders()[0].id)
    app = visit(study, "Rea")
    app.checkbox[0].set_value(not app.checkbox[0].value)
    app.button[0].click().run()
    assert "may read this project" in app.error[0].value
