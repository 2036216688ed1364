"""The page Search without a browser: found, narrowed, coded, remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coder.model import Origin
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow import search as verbs
from coder.workflow.corpus import Corpus, embed
from coder.workflow.projects import open_project
from coder.workflow.search import Place, Search, Way
from coder.workflow.suggestions import Snapshot
from tests.workflow.study import fill
from ui.assistant import Activity, Status
from ui.parts.searching import LIKE
from ui.session import Session


class Read:
    """An assistant that has read every passage, and prepared nothing."""

    encoder: Encoder | None = None
    status = Status(Activity.READY)

    def snapshot(self, coder: str) -> Snapshot:
        return Snapshot(coder)


@pytest.fixture(autouse=True)
def read(monkeypatch: pytest.MonkeyPatch, word_encoder: type[Encoder]) -> None:
    monkeypatch.setattr(Read, "encoder", word_encoder())
    monkeypatch.setattr("ui.screens.search.assistant", Read)


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import search

    search.show()


@pytest.fixture
def study(tmp_path: Path, word_encoder: type[Encoder]) -> Path:
    path = tmp_path / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        fill(project, project.coders()[0].id, documents=2)
        embed(project, word_encoder(), Corpus.of(project).texts_by_hash)
    return path


def at(path: Path, like: Place | None = None) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    with open_project(path) as project:
        app.session_state["redthread"] = Session(project=str(path), coder=project.coders()[0].id)
    if like is not None:
        app.session_state[LIKE] = like
    return ran(app.run())


def ran(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def look_for(app: AppTest, words: str) -> AppTest:
    return ran(app.text_input(key="search words").set_value(words).run())


def press(app: AppTest, label: str) -> AppTest:
    return ran(next(button for button in app.button if button.label == label).click().run())


def shown(app: AppTest) -> list[str]:
    """The passages on the page, as Markdown."""
    return [each.value for each in app.markdown if "background[" in each.value or each.value.endswith("\\.")]


def captions(app: AppTest) -> str:
    return " ".join(caption.value.replace("\\", "") for caption in app.caption)


def test_words_are_found_and_marked(study: Path) -> None:
    app = look_for(at(study), "ferries")
    assert all(":orange-background[**ferry**]" in passage for passage in shown(app))
    assert "Looked for ferries. Also ferry." in captions(app)
    assert "by their endings" in captions(app)


def test_a_query_that_means_nothing_is_refused_in_words(study: Path) -> None:
    app = look_for(at(study), "trust OR")
    assert "nothing stands after OR" in app.error[0].value


def test_nothing_found_says_what_may_help(study: Path) -> None:
    assert "Nothing is found" in look_for(at(study), "zebra").info[0].value


def test_the_first_passage_is_coded_and_the_next_one_comes_first(study: Path) -> None:
    app = look_for(at(study), "knowledge")
    ran(app.selectbox(key="search code").set_value("left").run())
    app = press(app, "Code")
    with open_project(study) as project:
        (coding,) = project.codings()
    assert (coding.code, coding.origin) == ("left", Origin.WORDS)
    assert ":gray-badge[Key person leaves \\(Maija\\)]" in [each.value for each in app.markdown]
    before = shown(app)
    ran(app.button(key="Next").click().run())
    assert shown(app)[0] == before[1]


def test_all_that_was_found_is_coded_after_a_preview(study: Path) -> None:
    app = look_for(at(study), "knowledge")
    ran(app.selectbox(key="search code").set_value("left").run())
    with open_project(study) as project:
        found = verbs.find(project, Search("knowledge")).found
    app = press(app, f"Code all {len(found)} passages …")
    assert len(app.dataframe[0].value) == len(found)
    press(app, f"Code {len(found)} passages")
    with open_project(study) as project:
        assert len(project.codings()) == len(found)
        project.undo(project.coders()[0].id)
        assert project.codings() == []


def test_filters_narrow_what_is_found(study: Path) -> None:
    app = look_for(at(study), "matter OR ferry")
    everything = app.text[0].value
    app = ran(app.multiselect(key="search speakers").set_value(["Aino"]).run())
    assert app.text[0].value != everything
    press(app, "No filters")
    assert app.text[0].value == everything


def test_meaning_is_searched_and_more_like_a_passage(study: Path) -> None:
    app = look_for(at(study), "the ferry did not run")
    app = ran(app.segmented_control(key="search way").set_value(Way.MEANING).run())
    assert "found by meaning" in captions(app)
    with open_project(study) as project:
        segment = project.segments()[1]
    app = at(study, Place(segment.document, segment.span.start, segment.span.end))
    assert app.text[0].value.startswith("More like “")
    assert "found by meaning" in captions(app)
    app = press(app, "Look for words again")
    assert "Type words" in captions(app)


def test_words_are_searched_while_passages_are_still_read(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Read, "encoder", None)
    app = look_for(at(study), "ferry")
    app = ran(app.segmented_control(key="search way").set_value(Way.BOTH).run())
    assert "being read for the first time" in app.info[0].value
    assert shown(app)


def test_searches_are_remembered_and_saved(study: Path) -> None:
    app = look_for(at(study), "ferry")
    app.text_input[1].set_value("Boats")
    press(app, "Save")
    app = at(study)
    press(app, "ferry · by words")
    assert app.text_input(key="search words").value == "ferry"
    app = at(study)
    press(app, "Boats")
    assert shown(app)
    with open_project(study) as project:
        me = project.coders()[0].id
        assert list(verbs.saved(project, me)) == ["Boats"]
        assert verbs.recent(project, me) == [Search("ferry")]


def test_an_empty_project_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "empty.redthread"
    Project.create(path, title="Empty", coder="Maija").close()
    assert "nothing to search" in at(path).text[0].value
