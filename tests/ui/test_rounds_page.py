"""Blind coding without a browser: documents given out, done, revealed; and screens that show nothing of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coder.store import Project
from coder.workflow.coders import add_coder
from coder.workflow.codings import write_memo
from coder.workflow.projects import open_project
from coder.workflow.rounds import begin_round, mark_done
from tests.workflow.study import code_document, fill
from ui.session import Session

SECRET = "only Berta knows"


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import rounds

    rounds.show()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Two interviews, an owner and two coders."""
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Olga") as project:
        olga = project.coders()[0].id
        fill(project, olga, documents=2)
        for name in ("Aino", "Berta"):
            add_coder(project, name, coder=olga)
    return path


def begin(path: Path) -> None:
    """Seal both interviews for Aino and Berta, and let Berta code one."""
    with open_project(path) as project:
        olga, aino, berta = (person.id for person in project.coders())
        first, second = (document.id for document in project.documents())
        begin_round(project, "Round 1", [first, second], [aino, berta], coder=olga, drawn="chosen by hand")
        code_document(project, first, berta)
        coding = project.seen_by(berta).codings()[0]
        write_memo(project, coding.id, SECRET, coder=berta)


def at(path: Path, who: str, show: Callable[[], None] = page) -> AppTest:
    app = AppTest.from_function(show, default_timeout=60)
    with open_project(path) as project:
        app.session_state["redthread"] = Session(
            project=str(path), coder=project.coder_named(who).id, document=project.documents()[0].id
        )
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str, number: int = 0) -> AppTest:
    [button for button in app.button if button.label == label][number].click().run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return "\n".join(str(text.value) for text in app.text)


def shown(app: AppTest) -> str:
    """Everything that was sent to the browser."""
    found, blocks = [], list(app._tree.children.values())
    while blocks:
        node = blocks.pop()
        found.append(repr(node.proto))
        blocks += getattr(node, "children", {}).values()
    return "\n".join(found)


def test_an_owner_draws_documents_and_gives_them_out(study: Path) -> None:
    app = at(study, "Olga")
    with open_project(study) as project:
        aino, berta = project.coder_named("Aino").id, project.coder_named("Berta").id
    app.button_group(key="rounds coders").set_value([aino, berta]).run()
    press(app, "Seal and give out")
    with open_project(study) as project:
        (made,) = project.rounds()
        assert made.coders == (aino, berta) and "drawn at random with the seed" in made.drawn
        assert len(project.sealed) == 1


def test_a_coder_says_done_and_everybody_sees_how_far_all_are(study: Path) -> None:
    begin(study)
    app = at(study, "Aino")
    assert "Round 1, 0% read" in words(app)
    press(app, "I am done")
    assert "Round 1, done" in words(app)
    with open_project(study) as project:
        assert [each.done is not None for each in project.rounds()[0].of(project.coder_named("Aino").id)] == [
            True,
            False,
        ]
    assert "Reveal" not in [button.label for button in app.button]


def test_when_all_are_done_a_coder_reveals(study: Path) -> None:
    begin(study)
    with open_project(study) as project:
        (made,) = project.rounds()
        for each in made.assignments:
            mark_done(project, made.id, each.document, coder=each.coder)
    app = press(at(study, "Aino"), "Reveal")
    assert app.dataframe[0].value["round"].tolist() == ["Round 1"]


def test_an_owner_who_reveals_early_gives_a_reason(study: Path) -> None:
    begin(study)
    app = press(at(study, "Olga"), "Reveal now")
    assert "write down why" in app.error[0].value
    next(box for box in app.text_input if box.label == "Why").set_value("Aino is ill").run()
    press(app, "Reveal now")
    with open_project(study) as project:
        assert project.rounds()[0].reason == "Aino is ill"


def quotations() -> None:
    """The page of quotations."""
    from ui.screens import quotations

    quotations.show()


def coding() -> None:
    """The transcript, with what its pane is sent."""
    from ui.components.transcript import transcript
    from ui.resources import coder_id, opened
    from ui.session import session

    transcript(opened, str(session().document), coder=coder_id())


def codebook() -> None:
    """The page of the codebook, with its counts."""
    from ui.screens import codebook

    codebook.show()


@pytest.mark.parametrize("show", [quotations, coding, codebook])
def test_no_screen_shows_what_another_did_on_a_sealed_document(study: Path, show: Callable[[], None]) -> None:
    begin(study)
    with open_project(study) as project:
        theirs = {coding.id for coding in project.seen_by(project.coder_named("Berta").id).codings()}
    for who in ("Aino", "Olga"):
        sent = shown(at(study, who, show))
        assert SECRET not in sent and not any(id in sent for id in theirs)
    if show is coding:
        assert SECRET in shown(at(study, "Berta", show))
