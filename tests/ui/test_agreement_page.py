"""The Agreement page without a browser: tables of every unit, and the places behind a row."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coder.agreement import Unit
from coder.model import Coder
from coder.store import Project
from coder.workflow.agreement import View
from coder.workflow.codings import code_span, remove_coding
from tests.workflow.study import code_document, fill
from ui.session import Session


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import agreement

    agreement.show()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two interviews coded by two coders, the second otherwise here and there."""
    path = tmp_path_factory.mktemp("agreement") / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=2)
        with project.change("add coder", coder=None) as change:
            change.save_coder(Coder("eero", "Eero *E*"))
        for document in project.documents():
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


def test_each_code_has_its_line_with_an_interval(study: Path) -> None:
    app = at(study)
    shown = app.dataframe[0].value
    assert shown["name"].tolist() == ["All codes together", "Paths", "\u2003Together", "No time", "Key person leaves"]
    together = shown.set_index("name").loc["\u2003Together"]
    assert together["Krippendorff's alpha"] == 1
    assert together["interval"] == "1.00–1.00"
    assert "Read by at least two: " in app.text[0].value
    assert "passages (100%), in 2 of 2 documents. Only these count." in app.text[0].value


@pytest.mark.parametrize("unit", Unit)
def test_every_unit_and_every_view_is_drawn(study: Path, unit: Unit) -> None:
    app = at(study)
    app.segmented_control[0].set_value(unit).run()
    for view in View:
        app.segmented_control[1].set_value(view).run()
        assert not app.exception
        if view is View.CASE:
            assert "Nothing here was read by two" in app.info[0].value
        else:
            assert len(app.dataframe[0].value)


def test_with_one_coder_the_page_says_what_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        fill(project, project.coders()[0].id, documents=1)
    assert "two coders" in at(path).text[0].value
