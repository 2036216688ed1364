"""How long a change of a large codebook takes to be stored: ``python tests/benchmarks/codebook.py`` prints a table.

300 codes and 20,000 codings in a project file on disk; the median of eleven changes of each kind. Time it on a machine
that does nothing else.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from coder.model import Anchor, Code, Codebook, Coding, Span, new_id, now
from coder.store import Project
from coder.workflow.codebooks import add_code, change_code, merge_codes, move_code
from coder.workflow.codings import undo
from coder.workflow.documents import Source, import_documents
from coder.workflow.sorting import split_code, step_code
from coder.workflow.versions import outlook, publish, restore, to_look_at_again

CODES, CODINGS, TIMES = 300, 20_000, 11
GOAL_MS = 300


def study(path: Path) -> Project:
    """A project of invented words with the codebook and codings of the given sizes."""
    project = Project.create(path, title="Benchmark", coder="Maija")
    me = project.coders()[0].id
    codes = [Code(f"c{n}", f"Code {n}", f"c{n % 20}" if n >= 20 else None, definition="x" * 400) for n in range(CODES)]
    text = "".join(f"Aino: This is what was said at place {n} of the invented talk.\n\n" for n in range(2000))
    import_documents(project, [Source("talk.txt", text.encode)], coder=me)
    (document,) = project.documents()
    text, at = project.document(document.id).text, now()
    with project.change("fill", coder=None) as change:
        change.save_codebook(Codebook("b", "Large", tuple(codes)))
        for n in range(CODINGS):
            anchor = Anchor.on(text, Span(n * 5, n * 5 + 40))
            change.save_coding(Coding(new_id(), document.id, anchor, f"c{n % CODES}", me, created=at, modified=at))
    publish(project, "", coder=me)
    return project


def timed(act: Callable[[], object], back: Callable[[], object]) -> float:
    """Median in milliseconds; ``back`` is not timed."""
    took = []
    for _ in range(TIMES):
        begun = perf_counter()
        act()
        took.append((perf_counter() - begun) * 1000)
        back()
    return median(took)


def main() -> None:
    """Print the table; end with an error where a change takes longer than it may."""
    with tempfile.TemporaryDirectory() as folder, study(Path(folder) / "study.redthread") as project:
        me = project.coders()[0].id
        third = [coding.id for coding in project.codings(code="c50")][::3]

        def back() -> None:
            undo(project, coder=me)

        changes: dict[str, Callable[[], object]] = {
            "add": lambda: add_code(project, name="One more", coder=me),
            "change the meaning": lambda: change_code(project, "c50", coder=me, definition="y", changes_meaning=True),
            "move": lambda: move_code(project, "c50", under="c3", coder=me),
            "up by one": lambda: step_code(project, "c50", -1, coder=me),
            "merge": lambda: merge_codes(project, "c50", into="c51", coder=me),
            "split": lambda: split_code(project, "c50", "Other", third, coder=me),
        }
        found = {name: timed(act, back) for name, act in changes.items()}
        change_code(project, "c50", coder=me, definition="y", changes_meaning=True)
        found["publish"] = timed(lambda: publish(project, "", coder=me), back)
        found["restore"] = timed(lambda: restore(project, "0.1.0", coder=me), back)
        print(f"{CODES} codes, {CODINGS:,} codings; at most {GOAL_MS} ms\n\n| change | ms |\n|---|---|")
        for name, took in found.items():
            print(f"| {name} | {took:.0f} |")
        for name, read in {"outlook": outlook, "to look at again": to_look_at_again}.items():
            print(f"| (read) {name} | {timed(lambda read=read: read(project), lambda: None):.0f} |")  # type: ignore[misc]
        if max(found.values()) > GOAL_MS:
            sys.exit(f"longer than {GOAL_MS} ms")


if __name__ == "__main__":
    main()
