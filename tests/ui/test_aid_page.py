"""The assistant as a coder, without a browser: holding back, and what help does."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.assistant import Assistant
from coder.workflow.coders import add_coder
from coder.workflow.codings import refuse_suggestion
from coder.workflow.projects import open_project
from coder.workflow.suggestions import Snapshot
from coder.workflow.unaided import HeldBack, hold_back
from tests.workflow.study import code_document, fill
from ui.session import Session


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import aid

    aid.show()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Four interviews coded by Maija, a third of the passages without help; Aino has done nothing."""
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=4)
        add_coder(project, "Aino", coder=me)
        hold_back(project, share=35, seed=4, coder=me)
        for document in project.documents():
            code_document(project, document.id, me)
        first = project.segments(project.documents()[0].id)[1]
        refuse_suggestion(project, first.document, first.span, "left", coder=me, probability=0.4)
    return path


def at(path: Path, who: str, encoder: type[Encoder], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    made = Assistant(encoder)

    class Learned:
        """An assistant that has learned already."""

        def fresh(self, coder: str, revision: int, seconds: float) -> Snapshot:
            with open_project(path) as project:
                made.embed(project)
                return made.refresh(project, coder)

    monkeypatch.setattr("ui.screens.aid.assistant", Learned)
    app = AppTest.from_function(page, default_timeout=60)
    with open_project(path) as project:
        app.session_state["redthread"] = Session(project=str(path), coder=project.coder_named(who).id)
    app.run()
    assert not app.exception
    return app


def test_figures_say_in_words_what_help_does(
    study: Path, word_encoder: type[Encoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = at(study, "Maija", word_encoder, monkeypatch)
    told = "\n".join(each.value.replace("\\", "") for each in (*app.text, *app.markdown))
    assert "48 passages in 4 documents" in told and "without; the difference lies between" in told
    shown = app.dataframe[0].value
    assert shown["code"].tolist()[0] == "all codes" and (shown["passages without"] > 0).all()
    assert app.dataframe[1].value["refused"].tolist() == [1]


def test_an_owner_changes_what_is_held_back_and_a_coder_only_reads_it(
    study: Path, word_encoder: type[Encoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not at(study, "Aino", word_encoder, monkeypatch).slider
    app = at(study, "Maija", word_encoder, monkeypatch)
    app.slider[0].set_value(10)
    app.toggle[0].set_value(True)
    next(button for button in app.button if button.label == "Save").click().run()
    assert not app.exception
    with open_project(study) as project:
        held = HeldBack.of(project)
    assert (held.share, held.seed, held.own_pass) == (10, 4, True)
