"""The page of people, alone and on a team server. All people are invented."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from streamlit.testing.v1 import AppTest

from coder.errors import NotAllowed
from coder.model import Code, Codebook, Role, Span
from coder.workflow import accounts as doors
from coder.workflow.codebooks import change_code
from coder.workflow.coders import add_coder, retire_coder
from coder.workflow.codings import code_span, write_memo
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project, open_project
from ui import resources, signing
from ui.session import Session

APP = str(Path(resources.__file__).with_name("app.py"))


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDTHREAD_HOME", str(tmp_path / "home"))
    path = tmp_path / "study.redthread"
    monkeypatch.setenv(resources.PROJECT, str(path))
    with create_project(path, title="Study", coder="Maija") as project:
        maija = project.coders()[0].id
        with project.change("begin", coder=None) as change:
            change.save_codebook(Codebook("b", "Small", (Code("time", "No time", brief="As it was"),)))
        import_documents(project, [Source("a.txt", b"Aino: There was no time.".strip)], coder=maija)
        add_coder(project, "Leena", coder=maija)
    return path


def people(path: Path, name: str) -> AppTest:
    """The page of people alone, as one of them."""

    def page() -> None:
        from ui.screens import people

        people.show()

    app = AppTest.from_function(page, default_timeout=60)
    with open_project(path) as project:
        app.session_state["redthread"] = Session(project=str(path), coder=project.coder_named(name).id)
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def roles(path: Path) -> dict[str, Role]:
    with open_project(path) as project:
        return {coder.name: coder.role for coder in project.coders()}


def test_an_owner_adds_changes_and_retires_people(study: Path) -> None:
    app = people(study, "Maija")
    assert app.dataframe[0].value["name"].tolist() == ["Maija", "Leena"]
    app.text_input[0].set_value("Risto")
    app.radio[0].set_value(Role.READER)
    press(app, "Add them")
    assert roles(study)["Risto"] is Role.READER
    with open_project(study) as project:
        leena = project.coder_named("Leena").id
    app.selectbox[0].set_value(leena).run()
    press(app, "Retire")
    assert roles(study)["Leena"] is Role.RETIRED


def test_the_last_owner_is_kept_and_that_is_said(study: Path) -> None:
    app = people(study, "Maija")
    press(app, "Retire")
    assert "Maija is the last owner" in app.error[0].value
    assert roles(study)["Maija"] is Role.OWNER


def test_who_is_no_owner_sees_the_people_and_whom_to_ask(study: Path) -> None:
    app = people(study, "Leena")
    assert not app.button
    assert "Only an owner adds people and changes roles: Maija" in app.text[0].value


@pytest.mark.parametrize("address", ["0.0.0.0", None])
def test_started_by_streamlit_alone_where_others_reach_it_nothing_is_shown(
    study: Path, address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing.st, "get_option", {"server.address": address}.get)
    monkeypatch.setenv(resources.PROJECT, str(study))
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert [error.value for error in app.error] == [
        "Others could reach this, and nobody would have to sign in: nothing is shown."
    ]
    assert not app.button and not app.dataframe


@pytest.fixture
def on_a_server(study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leena is signed in; the study is in the folder."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(doors, "_HASHER", cheap)
    monkeypatch.setenv(signing.SERVER, str(study.parent))
    with doors.accounts_of(study.parent) as accounts:
        token = doors.begin_session(accounts, doors.add_account(accounts, "Leena"))
        doors.add_account(accounts, "Boss", owner=True)
    monkeypatch.setattr(signing.st, "context", SimpleNamespace(cookies={signing.COOKIE: token}, url=None, headers={}))
    return study


def test_on_a_server_one_codes_as_oneself_and_there_is_nothing_to_choose(on_a_server: Path) -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    press(app, "Study")
    with open_project(on_a_server) as project:
        assert app.session_state["redthread"].coder == project.coder_named("Leena").id
    assert [box.label for box in app.sidebar.selectbox] == []
    assert any(caption.value.startswith("Signed in as Leena") for caption in app.sidebar.caption)


def test_a_project_on_a_server_is_named_by_its_title_and_tells_nobody_where_it_lies(on_a_server: Path) -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.text_input[0].set_value("Ä/../" * 100)
    press(app, "Create project")
    (made,) = set(on_a_server.parent.glob("*.redthread")) - {on_a_server}
    assert made.name.startswith("ä-ä-ä") and len(made.stem) <= 60
    assert str(on_a_server.parent) not in "".join(caption.value for caption in app.caption)
    press(app, "Close the project")
    app.text_input[0].set_value(on_a_server.stem)
    press(app, "Create project")
    assert "is there already" in app.error[0].value
    assert str(on_a_server.parent) not in app.error[0].value


def test_a_session_that_was_made_to_speak_for_another_is_refused(on_a_server: Path) -> None:
    app = AppTest.from_file(APP, default_timeout=60)
    with open_project(on_a_server) as project:
        maija = project.coder_named("Maija").id
    app.session_state["redthread"] = Session(project=str(on_a_server), coder=maija)
    app.session_state["begun"] = True
    app.run()
    assert "somebody else is signed in now" in app.error[0].value
    assert app.session_state["redthread"].project is None


def test_no_path_and_no_link_leads_to_a_project_that_one_is_not_in(
    on_a_server: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "private.redthread"
    theirs = on_a_server.with_name("theirs.redthread")
    for path in (elsewhere, theirs):
        with create_project(path, title=path.stem, coder="Boss") as project:
            (report,) = import_documents(project, [Source("b.txt", b"Aino: Mine.".strip)], coder=project.coders()[0].id)
        app = AppTest.from_file(APP, default_timeout=60)
        app.query_params["document"] = report.document
        app.run()
        assert not app.exception
        assert app.session_state["redthread"].project is None
        forged = AppTest.from_file(APP, default_timeout=60)
        forged.session_state["redthread"] = Session(project=str(path), coder="x")
        forged.session_state["begun"] = True
        forged.run()
        assert forged.error[0].value
        assert forged.session_state["redthread"].project is None


def test_who_was_retired_is_out_at_the_next_click(on_a_server: Path) -> None:
    app = AppTest.from_file(APP, default_timeout=60).run()
    press(app, "Study")
    with open_project(on_a_server) as project:
        maija, leena = (project.coder_named(name).id for name in ("Maija", "Leena"))
        retire_coder(project, leena, coder=maija)
    app.run()
    assert "Leena is not among the people of this project" in app.error[0].value
    assert app.session_state["redthread"].project is None


def test_without_a_session_nothing_is_shown(on_a_server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing.st, "context", SimpleNamespace(cookies={}, url=None, headers={}))
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    assert "Sign in to see its projects" in app.text[0].value
    assert not app.button
    with pytest.raises(NotAllowed, match="sign in again"):
        signing.somebody()


def test_two_who_edit_one_field_see_both_versions_and_one_is_chosen(study: Path) -> None:
    def page() -> None:
        from ui.parts.disputes import show_disputes
        from ui.screens import codebook

        show_disputes()
        codebook.show()

    app = AppTest.from_function(page, default_timeout=60)
    with open_project(study) as project:
        maija, leena = (project.coder_named(name).id for name in ("Maija", "Leena"))
    app.session_state["redthread"] = Session(project=str(study), coder=maija, code="time")
    app.run()
    press(app, "Edit")
    with open_project(study) as project:
        change_code(project, "time", brief="Hers", coder=leena)
    next(field for field in app.text_area if field.label == "Brief definition").set_value("Mine")
    next(field for field in app.text_area if field.label == "Memo").set_value("A thought")
    app.radio[0].set_value(False)
    press(app, "Save")
    assert {"Hers", "Mine"} <= {text.value for text in app.text}
    with open_project(study) as project:
        assert project.codebook().code("time").brief == "Hers"
    press(app, "Take mine")
    with open_project(study) as project:
        code = project.codebook().code("time")
    assert (code.brief, code.memo) == ("Mine", "A thought")


def test_undo_says_why_it_goes_past_and_goes_past(study: Path) -> None:
    with open_project(study) as project:
        maija, leena = (project.coder_named(name).id for name in ("Maija", "Leena"))
        document = project.documents()[0].id
        code_span(project, document, Span(6, 15), "time", coder=maija)
        stuck = code_span(project, document, Span(6, 23), "time", coder=maija)
        write_memo(project, stuck.id, "Really?", coder=leena)

    def page() -> None:
        from ui.parts.history import undo_and_redo
        from ui.resources import opened

        with opened() as project:
            undo_and_redo(project)

    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["redthread"] = Session(project=str(study), coder=maija)
    press(app.run(), "Undo")
    ((message, _),) = app.session_state["redthread"].messages
    assert "a memo was written on the coding since; it stays" in message
    press(app, "Undo")
    with open_project(study) as project:
        assert [made.id for made in project.codings()] == [stuck.id]
