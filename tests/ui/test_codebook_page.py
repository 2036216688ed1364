"""The Codebook page without a browser: a version published, its history, what is looked at again, a code split."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from coder.model import Coding
from coder.store import Project
from coder.workflow.codebooks import add_code, change_code
from coder.workflow.codings import undo
from coder.workflow.projects import open_project
from coder.workflow.versions import publish
from tests.workflow.study import code_document, fill
from ui import settings
from ui.session import Session


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import codebook

    codebook.show()


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(settings.HOME, str(tmp_path / "settings"))
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=1)
        code_document(project, project.documents()[0].id, me)
        publish(project, "to begin with", coder=me)
    sleep(0.002)
    return path


@pytest.fixture
def app(study: Path) -> AppTest:
    with open_project(study) as project:
        me = project.coders()[0].id
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["redthread"] = Session(project=str(study), coder=me, code="together")
    return app


def in_project(study: Path, act: Callable[[Project, str], Any]) -> Any:
    with open_project(study) as project:
        return act(project, project.coders()[0].id)


def named(widgets: Any, label: str) -> Any:
    return next(one for one in widgets if one.label == label)


def together(study: Path) -> list[Coding]:
    return in_project(study, lambda project, _: project.codings(code="together"))  # type: ignore[no-any-return]


def test_a_wording_is_saved_only_when_it_is_said_whether_the_meaning_changes(study: Path, app: AppTest) -> None:
    app.run()
    named(app.button, "Edit").click().run()
    named(app.text_area, "Full definition").set_value("From the first day, by all")
    named(app.button, "Save").click().run()
    assert "whether the meaning changes or only the wording" in app.error[0].value
    named(
        app.radio, "If you changed a definition or its use: does this change the meaning, or only the wording?"
    ).set_value(True)
    named(app.button, "Save").click().run()
    assert not app.exception
    assert in_project(study, lambda project, _: project.codebook().code("together").definition).startswith("From the")
    assert f"Look again ({len(together(study))})" in app.segmented_control[0].options


def test_a_version_is_published_under_the_proposed_number_and_stands_in_the_history(study: Path, app: AppTest) -> None:
    before = in_project(study, lambda project, _: project.codebook().code("together").definition)
    in_project(study, lambda project, me: change_code(project, "together", coder=me, definition="All of us"))
    app.run()
    named(app.multiselect, "Of which codes does the new wording mean something else?").set_value(["together"]).run()
    assert named(app.text_input, "Version").value == "1.0.0"
    named(app.text_area, "What is new, for those who code with it").set_value("All *together*")
    named(app.button, "Publish it").click().run()
    assert not app.exception
    app.segmented_control[0].set_value("history").run()
    labels = [one.label for one in app.expander]
    assert labels[0].startswith(r"1\.0\.0")
    assert labels[0].endswith(r"All \*together\*")
    assert any(one.value.startswith("definition: ") and ":green[**" in one.value for one in app.markdown)
    named([one for one in app.button if one.key == "restore 0.1.0"], "Restore").click().run()
    assert in_project(study, lambda project, _: project.codebook().code("together").definition) == before


def test_what_waits_is_kept_recoded_or_removed_one_by_one(study: Path, app: AppTest) -> None:
    change = {"definition": "All of us", "changes_meaning": True}
    in_project(study, lambda project, me: change_code(project, "together", coder=me, **change))
    first, second, *_ = together(study)
    app.run()
    app.segmented_control[0].set_value("again").run()
    app.button(key=f"keep {first.id}").click().run()
    assert app.segmented_control[0].value == "again"
    assert not [one for one in app.button if one.key == f"keep {first.id}"]
    app.button(key=f"remove {second.id}").click().run()
    assert not app.exception
    assert second.id not in {one.id for one in together(study)}
    in_project(study, lambda project, me: undo(project, coder=me))
    assert second.id in {one.id for one in together(study)}


def test_a_code_is_split_by_ticking_quotations_and_one_undo_makes_it_whole(study: Path, app: AppTest) -> None:
    whole = together(study)
    app.run()
    named(app.button, "Split").click().run()
    app.checkbox(key=f"splits off {whole[1].id}").check().run()
    named(app.text_input, "New code, takes those ticked").set_value("Homes").run()
    named(app.button, "Split it").click().run()
    assert not app.exception
    assert [one.id for one in together(study)] == [one.id for one in whole if one.id != whole[1].id]
    in_project(study, lambda project, me: undo(project, coder=me))
    assert together(study) == whole


def test_a_colour_too_pale_to_be_seen_is_refused_when_it_is_chosen(study: Path, app: AppTest) -> None:
    app.run()
    named(app.button, "Edit").click().run()
    app.color_picker[0].set_value("#ffee00")
    named(app.button, "Save").click().run()
    assert "#ffee00 is pale" in app.error[0].value.replace("\\", "")
    assert "choose a darker one" in app.error[0].value


def test_the_first_of_its_siblings_cannot_go_up_and_goes_down(study: Path, app: AppTest) -> None:
    def siblings() -> list[str]:
        codebook = in_project(study, lambda project, _: project.codebook())
        return [code.name for code in codebook.children(codebook.code("together").parent)]

    parent = in_project(study, lambda project, _: project.codebook().code("together").parent)
    in_project(study, lambda project, me: add_code(project, name="Later", parent=parent, coder=me))
    before = siblings()
    app.run()
    assert named(app.button, "Up").disabled
    named(app.button, "Down").click().run()
    assert siblings() == [before[1], before[0], *before[2:]]
    named(app.button, "In").click().run()
    assert in_project(study, lambda project, _: project.codebook().path("together")).endswith("Later / Together")
    named(app.button, "Out").click().run()
    assert siblings() == [before[1], before[0], *before[2:]]


def test_a_code_much_like_another_is_added_only_when_that_is_confirmed(
    study: Path, app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.screens.codebook.names_encoder", lambda: None)
    app.run()
    named(app.text_input, "Name of the new code").set_value("The Together")
    named(app.button, "Add it").click().run()
    assert "Much like it" in app.warning[0].value
    named(app.checkbox, "Add it also where a code much like it is there").check()
    named(app.button, "Add it").click().run()
    assert not app.exception
    names = in_project(study, lambda project, _: [code.name for code in project.codebook().codes])
    assert "The Together" in names
