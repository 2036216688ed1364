from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coder.model.claim import Verdict
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.assistant import Assistant
from coder.workflow.cases import add_attribute, add_case, assign, set_value
from coder.workflow.claims import claims, look, state_claim
from coder.workflow.contrasts import group_named
from tests.workflow.study import code_document, fill
from ui.session import Session


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import contrasts

    contrasts.show()


class AtWork:
    """The assistant once it has read everything."""

    def __init__(self, path: Path, encoder: Encoder) -> None:
        self.encoder, self._assistant = encoder, Assistant(lambda: encoder)
        with Project.open(path) as project:
            self._assistant.embed(project)
            self._assistant.learn(project, project.coders()[0].id)
            self._snapshot = self._assistant.refresh(project, project.coders()[0].id)

    def snapshot(self, _: str) -> object:
        return self._snapshot


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, word_encoder: type[Encoder]) -> tuple[Path, AtWork]:
    """Three interviews in as many homes, two small ones and a large one; one is not yet read."""
    path = tmp_path_factory.mktemp("ready") / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=3)
        add_attribute(project, "size", coder=me)
        for number, document in enumerate(project.documents()):
            case = add_case(project, f"Home {number}", coder=me)
            set_value(project, case.id, "size", "small" if number < 2 else "large", coder=me)
            assign(project, document.id, case.id, coder=me)
            if number:
                code_document(project, document.id, me)
    return path, AtWork(path, word_encoder())


@pytest.fixture
def study(ready: tuple[Path, AtWork], tmp_path: Path) -> Path:
    path = tmp_path / "study.redthread"
    path.write_bytes(ready[0].read_bytes())
    return path


@pytest.fixture
def app(study: Path, ready: tuple[Path, AtWork], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    for module in ("ui.screens.contrasts", "ui.parts.claims"):
        monkeypatch.setattr(f"{module}.assistant", lambda: ready[1])
    made = AppTest.from_function(page, default_timeout=60)
    with Project.open(study) as project:
        made.session_state["redthread"] = Session(project=str(study), coder=project.coders()[0].id)
    made.run()
    assert not made.exception
    return made


def to_claims(app: AppTest) -> AppTest:
    app.segmented_control(key="contrasts view").set_value("Claims and negative cases").run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(found for found in app.button if found.label == label).click().run()
    assert not app.exception
    return app


def test_groups_are_proposed_by_what_parts_the_cases(app: AppTest) -> None:
    table = app.dataframe[0].value
    assert {"small", "large"} <= set(table.columns)
    assert table.set_index("code").loc["No time", ["small", "large", "found in"]].tolist() == [
        "1 of 1",
        "1 of 1",
        "both",
    ]
    assert any("1 of 2 documents of size: small is not yet read" in text.value for text in app.text)


def test_shares_of_cases_and_text_can_be_chosen(app: AppTest) -> None:
    for unit, shown in (("cases", "1 of 1"), ("text", " %")):
        app.segmented_control(key="contrasts unit").set_value(unit).run()
        assert not app.exception
        assert shown in app.dataframe[0].value.set_index("code").loc["No time", "small"]


def test_groups_can_be_chosen_by_hand_and_are_kept(app: AppTest) -> None:
    app.selectbox(key="contrasts by").set_value("").run()
    assert any("Choose the cases of the first group" in info.value for info in app.info)
    app.multiselect[0].set_value([_case(app, "Home 1")]).run()
    assert not app.exception
    assert {"Home 1", "Home 0, Home 2"} <= set(app.dataframe[0].value.columns)


def _case(app: AppTest, name: str) -> str:
    with Project.open(app.session_state["redthread"].project) as project:
        return next(case.id for case in project.cases() if case.name == name)


def test_a_code_shows_its_quotations_and_the_nearest_across(app: AppTest) -> None:
    app.session_state["contrasts"].code = "time"
    app.run()
    assert not app.exception
    assert any("time" in text.value for text in app.text)
    app.segmented_control(key="contrasts beneath").set_value(2).run()
    assert not app.exception
    assert any("near in meaning is not the same opinion" in caption.value for caption in app.caption)


def test_without_a_claim_the_page_says_what_one_is(app: AppTest) -> None:
    assert any("Write in a sentence what you claim" in text.value for text in to_claims(app).text)


def test_a_claim_is_written_and_a_negative_case_kept(app: AppTest, study: Path) -> None:
    to_claims(app)
    app.text_area[0].set_value("Small homes always have time.").run()
    app.multiselect[1].set_value(["time"]).run()
    press(app, "Save")
    assert any("Nearness of meaning is no contradiction" in caption.value for caption in app.caption)
    press(app, "Negative case")
    with Project.open(study) as project:
        (claim,) = claims(project)
        (kept,) = look(project, claim).negative
        assert claim.contrary == ("time",)
        assert kept.judgement.verdict is Verdict.AGAINST
    assert any(heading.value == "Negative cases \\(1\\)" for heading in app.subheader)
    press(app, "Take back")
    with Project.open(study) as project:
        assert look(project, claim).judged == ()


def test_a_claim_whose_cases_are_gone_says_so(app: AppTest, study: Path) -> None:
    with Project.open(study) as project:
        me = project.coders()[0].id
        state_claim(project, "Home 2 is special.", coder=me, group=group_named(project, ["Home 2"]))
        with project.change("remove", coder=me) as change:
            change.remove_case(_case(app, "Home 2"))
    assert any("cases are gone" in error.value for error in to_claims(app).error)
