"""The framework matrix without a browser: filled, pinned, gone stale, said to hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coder.model.framework import RowKind
from coder.store import Project
from coder.workflow.cases import add_case, assign
from coder.workflow.codebooks import change_code
from coder.workflow.codings import remove_coding
from coder.workflow.framework import matrix
from coder.workflow.projects import open_project
from coder.workflow.suggestions import Snapshot
from tests.workflow.study import code_document, fill
from ui.session import Session


class Idle:
    """An assistant that has nothing to suggest."""

    def snapshot(self, coder: str) -> Snapshot:
        return Snapshot(coder)


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.screens.framework.assistant", Idle)


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import framework

    framework.show()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Two interviews in one case, both coded."""
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=2)
        case = add_case(project, "Kartano", coder=me)
        for document in project.documents():
            assign(project, document.id, case.id, coder=me)
            code_document(project, document.id, me)
    return path


def at(path: Path, code: str | None = None) -> AppTest:
    """The page, with the cell of the first row under a code chosen."""
    app = AppTest.from_function(page, default_timeout=60)
    with open_project(path) as project:
        app.session_state["redthread"] = Session(project=str(path), coder=project.coders()[0].id)
        if code is not None:
            app.session_state["framework cell"] = (matrix(project).rows[0].id, code)
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def captions(app: AppTest) -> str:
    return " ".join(caption.value.replace("\\", "") for caption in app.caption)


def test_every_cell_says_in_words_how_it_stands(study: Path) -> None:
    app = at(study)
    shown = app.dataframe[0].value
    assert shown.iloc[0].tolist() == [
        "Kartano", "❝ 6 quotations, not summed up", "❝ 6 quotations, not summed up", "❝ 6 quotations, not summed up",
        "∅ read, and absent",
    ]  # fmt: skip
    assert "✓ written 0 · ⚠ stale 0 · ❝ not summed up 3 · ∅ read, absent 1 · … not yet read 0" in captions(app)
    assert "Choose a cell" in app.info[0].value


def test_a_summary_is_written_goes_stale_and_still_holds(study: Path) -> None:
    app = at(study, "time")
    app.text_area[0].set_value("There was *never* time.").run()
    assert app.dataframe[0].value["No time"].tolist() == ["✓ There was *never* time."]
    with open_project(study) as project:
        me, coding = project.coders()[0].id, project.codings(code="time")[0]
        remove_coding(project, coding.id, coder=me)
        change_code(project, "time", brief="No time at all.", coder=me)
    app.run()
    stale = "⚠ stale: 1 coding removed, definition changed.\nThere was *never* time."
    assert app.dataframe[0].value["No time"].tolist() == [stale]
    told = [text.value for text in app.text]
    assert f"• Coding removed: “{coding.quotation}”" in told
    assert "• Definition changed: No time" in told
    press(app, "It still holds")
    assert app.dataframe[0].value["No time"].tolist() == ["✓ There was *never* time."]
    assert not [button for button in app.button if button.label == "It still holds"]


def test_a_quotation_is_pinned_by_a_click(study: Path) -> None:
    app = press(at(study, "time"), "Pin")
    assert "6 quotations, 1 pinned" in captions(app)
    press(app, "Unpin")
    assert "6 quotations, 0 pinned" in captions(app)


def test_what_another_wrote_meanwhile_is_not_overwritten(study: Path) -> None:
    from coder.workflow.framework import write_summary

    app = at(study, "time")
    with open_project(study) as project:
        row = matrix(project).rows[0].id
        write_summary(project, RowKind.CASE, row, "time", "Hers.", coder=project.coders()[0].id)
    app.text_area[0].set_value("Mine.").run()
    ((message, _),) = app.session_state["redthread"].messages
    assert "Maija changed this summary meanwhile" in message
    assert app.dataframe[0].value["No time"].tolist() == ["✓ Hers."]


@pytest.mark.parametrize("kind", RowKind)
def test_rows_are_what_is_chosen_and_a_branch_gives_the_columns(study: Path, kind: RowKind) -> None:
    app = at(study)
    app.segmented_control(key="framework rows").set_value(kind).run()
    app.selectbox(key="framework Columns are").set_value(1).run()
    assert not app.exception
    assert app.dataframe[0].value.columns.tolist() == ["", "Paths / Together"]


def test_without_codes_or_documents_it_says_what_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "empty.redthread"
    with Project.create(path, title="Study", coder="Maija"):
        pass
    assert "codes as its columns" in at(path).text[0].value
    with open_project(path) as project:
        fill(project, project.coders()[0].id, documents=0)
    assert "cases or documents as its rows" in at(path).text[0].value
