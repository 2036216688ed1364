"""How fast the pages of findings are: ``python tests/benchmarks/findings.py`` prints a table.

Each page is drawn by the server as for a researcher who has just come to it, with everything that its first look needs;
the browser's own work comes on top. Beside the seconds stand those of the processor, which other work on the machine
does not change much. First on the sample that ships, then on the invented study of ``searching.py``, put
into a hundred cases of which half know one thing and half another. Time it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[2]))

from searching import GOAL_S, SAMPLE_GOAL_S, fill
from streamlit.logger import set_log_level
from streamlit.testing.v1 import AppTest

from coder.model import Attribute, Case, Membership
from coder.model.choices import ExportKind, PictureKind
from coder.model.framework import RowKind
from coder.store import Project
from coder.workflow import framework, pictures, report
from coder.workflow.pictures import Options
from coder.workflow.projects import create_sample, open_project
from coder.workflow.suggestions import Snapshot
from coder.workflow.tables import Question
from ui.serve import collect_seldom
from ui.session import Session

CASES = 100
ATTRIBUTE = {"sample": "start model", "large": "half"}
PAGES = ("quotations", "compare", "framework", "contrasts", "pictures", "report", "search")


class Idle:
    """An assistant that has nothing to suggest, so that nothing else is at work."""

    encoder = None

    def snapshot(self, coder: str) -> Snapshot:
        """Nothing."""
        return Snapshot(coder)


def page(name: str) -> None:
    """What is drawn: a page without the frame."""
    from importlib import import_module

    import_module(f"ui.screens.{name}").show()


def drawn(path: Path, name: str, question: Question | None = None) -> None:
    """Draw a page."""
    app = AppTest.from_function(page, args=(name,), default_timeout=300)
    with open_project(path) as project:
        app.session_state["redthread"] = Session(project=str(path), coder=project.coders()[0].id, question=question)
    app.run()
    assert not app.exception, app.exception


def measure(path: Path, goal: float, model: str | None) -> None:
    """Print one row a page, picture or file."""
    print(f"| what | seconds (goal {goal:.0f}) | of the processor |\n|---|---|---|")

    def row(name: str, act: Callable[..., object], *given: object, **named: object) -> None:
        begun, used = perf_counter(), process_time()
        act(*given, **named)
        print(f"| {name} | {perf_counter() - begun:.2f} | {process_time() - used:.2f} |", flush=True)

    for name in PAGES:
        row(f"page {name}", drawn, path, name)
    for kind in list(ExportKind)[1:]:
        row(f"page compare, {kind.value}", drawn, path, "compare", Question(kind, attribute=ATTRIBUTE[path.stem]))
    with open_project(path) as project:
        for rows in RowKind:
            row(f"framework, rows are {rows.value}s", framework.matrix, project, rows)
        for kind in PictureKind:
            if kind is not PictureKind.MAP or model:
                row(f"picture {kind.value}", pictures.picture, project, kind, Options(model=model))
        row("report as Word", report.as_file, project, ".docx")
    print()


def into_cases(project: Project) -> None:
    """Every document into one of a hundred cases."""
    with project.change("cases", coder=project.coders()[0].id) as change:
        change.save_attribute(Attribute("half"))
        for number in range(CASES):
            change.save_case(Case(f"k{number}", f"Case {number}", {"half": "first" if number % 2 else "second"}))
        for number, document in enumerate(project.documents()):
            change.assign(Membership(document.id, f"k{number % CASES}"))


def main() -> None:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--passages", type=int, default=100_000)
    options = wanted.parse_args()
    set_log_level("ERROR")
    collect_seldom()
    with (
        tempfile.TemporaryDirectory() as folder,
        patch("ui.screens.framework.assistant", Idle),
        patch("ui.screens.contrasts.assistant", Idle),
    ):
        small, large = Path(folder) / "sample.redthread", Path(folder) / "large.redthread"
        create_sample(small).close()
        for name in PAGES:
            drawn(small, name)  # Importing is done once by whoever starts first.
        import_module("sklearn.manifold")  # The server does so when it starts.
        print("the sample that ships\n")
        measure(small, SAMPLE_GOAL_S, None)
        begun = perf_counter()
        with Project.create(large, title="Invented", coder="Maija") as project:
            fill(project, options.passages)
            into_cases(project)
        made = perf_counter() - begun
        print(
            f"{options.passages:,} passages with as many codings, in {CASES} cases; made in {made:.0f} s\n", flush=True
        )
        measure(large, GOAL_S, "invented")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


if __name__ == "__main__":
    main()
