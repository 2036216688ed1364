"""The page of the codebook: shared through a folder, a conflict settled, codes moved by keys. All are invented."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from walking import App, Opening, Researcher

from coder.formats import CODEBOOK_WRITERS, read_codebook
from coder.model import Code, Codebook
from coder.workflow.codebooks import add_code, change_code
from coder.workflow.library import newer, publish, pull
from coder.workflow.projects import create_project, open_project
from ui.parts.sharing import FORMATS

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]

HOSTILE = '<img src=x onerror="window.ran = 1"> **Theirs**'
BOOK = Codebook(
    "b", "Five networks", (Code("o", "Obstacles", codable=False), Code("t", "No time", "o"), Code("m", "Money", "o"))
)


@pytest.fixture
def who(app: App, opened: Opening) -> Researcher:
    """Maija on the page of the codebook of her study."""
    with (
        create_project(app.study, title="Study", coder="Maija") as project,
        project.change("begin", coder=None) as change,
    ):
        change.save_codebook(BOOK)
    return opened("Codebook", "Codebook")


def test_publish_edit_elsewhere_pull_and_settle_a_conflict(who: Researcher, app: App, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    who.click("Share").sees("Give the path of a folder").fill("Library folder", str(tmp_path / "away")).press("Tab")
    who.sees("there is no folder").fill("Library folder", str(library)).press("Tab")
    who.fill("Note", "The beginning").click("Publish to the library").told("Published version 0.1.0")

    with create_project(app.studies / "elsewhere.redthread", title="Elsewhere", coder="Leena") as other:
        leena = other.coders()[0].id
        pull(other, newer(other, library)[0], coder=leena)
        change_code(other, "t", coder=leena, definition=HOSTILE)
        add_code(other, name="Trust", parent="o", coder=leena)
        publish(other, library, version="0.2.0", note="After the first round", coder=leena)
    with who.project() as project:
        change_code(project, "t", coder=project.coders()[0].id, definition="Nobody was given hours.")

    who.page.reload()
    who.page.get_by_role("heading", name="Codebook", level=1).wait_for()
    who.at_rest().click("Share").sees("A newer version is there: 0.2.0 by Leena").sees("After the first round")
    who.sees("Compare: 3 differences").sees("1 choice left to make").sees("Nobody was given hours.").sees("**Theirs**")
    take = who.page.get_by_role("button", name="Take version 0.2.0")
    assert take.is_disabled()
    who.page.get_by_role("radiogroup").get_by_text("Theirs", exact=True).click()
    who.page.get_by_text("1 choice left to make.").wait_for(state="detached")
    take.click()
    who.told("Took version 0.2.0").sees("version 0.2.0: 3 codes in use")
    assert who.page.evaluate("window.ran") is None
    with open_project(who.path) as project:
        assert project.codebook().code("t").definition == HOSTILE
        assert [code.name for code in project.codebook().children("o")] == ["No time", "Money", "Trust"]
    who.click("Undo").told("Taken back")
    with open_project(who.path) as project:
        assert project.codebook().code("t").definition == "Nobody was given hours."


def test_the_codebook_is_downloaded_in_every_format(who: Researcher, tmp_path: Path) -> None:
    assert {*FORMATS, ".yml"} == CODEBOOK_WRITERS.keys()
    who.click("Share").at_rest()
    for suffix in (".xlsx", ".docx"):
        who.choose("As a file", FORMATS[suffix]).at_rest()
        path = who.download("Download the file", tmp_path)
        assert path.name == f"codebook{suffix}"
    read = read_codebook("codebook.xlsx", (tmp_path / "codebook.xlsx").read_bytes())
    assert [code.name for code in read.codes] == ["Obstacles", "No time", "Money"]


def test_a_code_moves_by_keys_while_the_tree_has_the_focus(who: Researcher) -> None:
    def order() -> list[str]:
        with who.project() as project:
            codebook = project.codebook()
            return [codebook.path(code.id) for _, code in codebook.walk()]

    who.cell(1, 150).sees("Nothing is written about this code yet").at_rest()
    who.press("Alt+Shift+ArrowDown").told("Moved No time down")
    assert order() == ["Obstacles", "Obstacles / Money", "Obstacles / No time"]
    # The choice goes along with the code.
    who.press("Alt+Shift+ArrowRight").told("Moved No time in")
    assert order()[2] == "Obstacles / Money / No time"
    who.press("Alt+Shift+ArrowLeft").told("Moved No time out")
    assert order()[2] == "Obstacles / No time"
    who.press("Alt+Shift+ArrowLeft")
    # The same words stand there still from the step before, so what is stored tells that it is done.
    until = time.monotonic() + 30
    while order() != ["Obstacles", "Obstacles / Money", "No time"]:
        assert time.monotonic() < until
        who.page.wait_for_timeout(50)
