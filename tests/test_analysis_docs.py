"""The notebook and the page for analysts run on the sample project, and show what it gives."""

from __future__ import annotations

import ast
import json
import re
import sqlite3
from contextlib import closing, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from coder.store.views import VIEWS
from coder.workflow.analysis import Analysis
from coder.workflow.projects import create_sample

DOCS = Path(__file__).parents[1] / "docs"
NOTEBOOK = DOCS / "analysis.ipynb"
PAGE = (DOCS / "analysis.md").read_text("utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample project, as ``redthread demo .`` leaves it."""
    path = tmp_path_factory.mktemp("analysed")
    create_sample(path / "learning-networks.redthread", coder="Maija").close()
    return path


def blocks(language: str) -> list[str]:
    """The examples of the page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def run(source: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """The outputs of a cell as a notebook keeps them: what it printed, then its last value."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    printed, outputs = StringIO(), []
    with redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
    if printed.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": printed.getvalue().splitlines(True)})
    if value is not None:
        data = {"text/plain": repr(value).splitlines(True)}
        outputs.append({"data": data, "execution_count": None, "metadata": {}, "output_type": "execute_result"})
    return outputs


def test_every_cell_gives_what_the_notebook_shows(
    folder: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(folder)
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    names: dict[str, Any] = {}
    outputs = {
        cell["id"]: run("".join(cell["source"]), names) for cell in notebook["cells"] if cell["cell_type"] == "code"
    }
    if request.config.getoption("--renew-golden"):
        for cell in notebook["cells"]:
            if cell["id"] in outputs:
                cell["outputs"] = outputs[cell["id"]]
        NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    shown = {cell["id"]: cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"}
    assert len(shown) >= 6
    assert outputs == shown


def test_the_python_of_the_page_runs_and_every_method_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (example,) = blocks("python")
    (shown,) = run(example, {})
    assert "Staged transfer" in "".join(shown["data"]["text/plain"])
    told = set(re.findall(r"`(\w+)`", PAGE.split("## SQL")[0]))
    assert {name for name in vars(Analysis) if not name.startswith("_")} - {"path"} <= told


def test_the_sql_of_the_page_runs_and_every_view_is_told(folder: Path) -> None:
    table = PAGE.split("<!-- views -->")[1].split("<!-- /views -->")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == sorted(VIEWS, key=table.index)
    with closing(sqlite3.connect(folder / "learning-networks.redthread")) as connection:
        for query in blocks("sql"):
            assert connection.execute(query).fetchall()
