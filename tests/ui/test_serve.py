from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from coder.errors import CodingError
from ui import serve
from ui.components import assets


def test_a_port_that_is_taken_gives_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind((serve.ADDRESS, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < serve.free_port(port) <= port + 50


def test_no_free_port_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_TRIES", 0)
    with pytest.raises(CodingError, match="choose another with --port"):
        serve.free_port(8501)


def test_the_app_listens_on_this_machine_only_and_reports_nothing() -> None:
    settings = serve.configuration(8765)
    assert settings["server.address"] == "127.0.0.1"
    assert settings["server.port"] == 8765
    assert settings["browser.gatherUsageStats"] is False
    assert settings["runner.postScriptGC"] is False


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("ui.serve", ["torch", "sentence_transformers", "spacy", "scipy", "pandas", "coder.store"]),
        ("ui.screens.project", ["torch", "spacy", "scipy", "numpy", "pandas", "coder.tables", "coder.suggest"]),
    ],
)
def test_neither_the_server_nor_the_first_screen_loads_what_they_do_not_need(module: str, heavy: list[str]) -> None:
    program = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_answers_leave_at_once_on_every_connection_that_the_server_takes() -> None:
    with socket.socket() as listening:
        listening.bind((serve.ADDRESS, 0))
        listening.listen()
        app = serve.application(Path(serve.__file__).with_name("app.py"))
        with TestClient(app), socket.create_connection(listening.getsockname()):
            taken, _ = listening.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_modules_lie_under_an_address_that_changes_with_their_content(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    before = assets._digest(tmp_path)
    (tmp_path / "a.js").write_text("2")
    assert assets._digest(tmp_path) != before


@pytest.mark.parametrize(("file", "kind"), [("mount.js", "text/javascript"), ("transcript.css", "text/css")])
def test_modules_are_served_to_be_kept(file: str, kind: str) -> None:
    from starlette.applications import Starlette

    client = TestClient(Starlette(routes=[assets.route()]))
    answer = client.get(f"{assets.ADDRESS}/{file}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(f"{assets.ADDRESS}/../wire.py").status_code == 404


def test_the_loader_names_the_module_by_its_content() -> None:
    assert f"{assets.ADDRESS}/" in assets.loader("mount.js")
    assert 'at("mount.js")' in assets.loader("mount.js")
