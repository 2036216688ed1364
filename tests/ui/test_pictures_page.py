from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from coder import cli
from coder.model.choices import Look, PictureKind
from coder.pictures.look import tones_of
from coder.store import Project
from coder.suggest.encoder import Encoder
from coder.workflow.cases import add_case, assign
from tests.workflow.study import code_document, fill
from ui.session import Session

DRAWN = [PictureKind.HEATMAP, PictureKind.NETWORK, PictureKind.PORTRAIT, PictureKind.TIMELINE]


def page() -> None:
    """What AppTest runs: the page alone, without the frame."""
    from ui.screens import pictures

    pictures.show()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two interviews in as many cases."""
    path = tmp_path_factory.mktemp("drawn") / "study.redthread"
    with Project.create(path, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        fill(project, me, documents=2)
        for number, document in enumerate(project.documents()):
            assign(project, document.id, add_case(project, f"Home {number}", coder=me).id, coder=me)
            code_document(project, document.id, me)
    return path


def visit(path: Path, **state: object) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    with Project.open(path) as project:
        app.session_state["redthread"] = Session(project=str(path), coder=project.coders()[0].id)
    for name, value in state.items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return app


def charts(app: AppTest) -> list[str]:
    return [each.proto.spec for each in app.get("arrow_vega_lite_chart")] or [
        each.proto.spec for each in app.get("vega_lite_chart")
    ]


def test_every_picture_stands_beside_its_table(study: Path) -> None:
    app = visit(study)
    for place, kind in enumerate(PictureKind):
        if kind not in DRAWN:
            continue
        app.selectbox[0].set_value(place).run()
        assert not app.exception
        if kind is PictureKind.NETWORK:
            assert any("No two codes" in text.value for text in app.text)
            continue
        (spec,) = charts(app)
        assert "Together" in spec
        assert len(app.dataframe[0].value)


def test_choices_are_kept_when_somebody_comes_back(study: Path) -> None:
    app = visit(study)
    app.selectbox[0].set_value(list(PictureKind).index(PictureKind.TIMELINE)).run()
    app.selectbox(key="pictures Look").set_value(1 + list(Look).index(Look.GREY)).run()
    (spec,) = charts(app)
    assert tones_of(Look.GREY).accent in spec
    again = visit(study, pictures=app.session_state["pictures"])
    assert charts(again) == [spec]


def test_without_codings_the_page_leads_to_coding(tmp_path: Path) -> None:
    path = tmp_path / "empty.redthread"
    with Project.create(path, title="Empty", coder="Maija") as project:
        fill(project, project.coders()[0].id, documents=1)
    app = visit(path)
    assert app.button[0].label == "Begin to code"


@pytest.mark.parametrize("kind", [PictureKind.HEATMAP, PictureKind.MAP])
@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_a_picture_is_drawn_from_the_terminal(
    study: Path,
    tmp_path: Path,
    kind: PictureKind,
    suffix: str,
    word_encoder: type[Encoder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("coder.workflow.pictures.default_encoder", word_encoder)
    to = tmp_path / f"picture{suffix}"
    done = CliRunner().invoke(cli.app, ["picture", str(study), "--kind", kind, "--to", str(to), "--look", "grey"])
    assert done.exit_code == 0, done.output
    assert to.read_bytes().startswith(b"<svg" if suffix == ".svg" else b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--kind", "heatmap", "--to", "x.gif"], ".svg, .png"),
        (["--kind", "heatmap", "--to", "x.svg", "--document", "interview 0.txt"], "--kind portrait"),
        (["--kind", "portrait", "--to", "x.svg", "--document", "nowhere"], "nowhere"),
    ],
)
def test_the_terminal_says_what_cannot_be_drawn(study: Path, words: list[str], told: str) -> None:
    done = CliRunner().invoke(cli.app, ["picture", str(study), *words])
    assert done.exit_code == 1
    assert told in done.output
