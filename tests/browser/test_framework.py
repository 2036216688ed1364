"""The framework matrix in a real Chromium: a cell is filled, a coding under it changes, it is seen to go stale."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from docx import Document
from walking import App, Opening, Researcher

from coder.model import Span
from coder.workflow.cases import add_case, assign
from coder.workflow.codebooks import add_code
from coder.workflow.codings import code_span, remove_coding
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]

TALK = "Aino: We began together, all nine homes.\n\nLeena: When?\n\nAino: In spring, at one table, all of us.\n"


@pytest.fixture
def who(app: App, opened: Opening) -> Researcher:
    """Maija on the page of the matrix of a study with one case and two codings."""
    with create_project(app.study, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        (report,) = import_documents(project, [Source("talk.txt", TALK.encode)], coder=me)
        assign(project, report.document or "", add_case(project, "Kartano", coder=me).id, coder=me)
        code = add_code(project, name="Together", coder=me).id
        for words in ("We began together", "at one table"):
            start = TALK.index(words)
            code_span(project, report.document or "", Span(start, start + len(words)), code, coder=me)
    return opened("Framework", "Framework")


def picture(who: Researcher, name: str) -> None:
    folder = os.environ.get("REDTHREAD_PICTURES")
    if folder:
        who.page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_cell_is_filled_goes_stale_and_says_what_changed(who: Researcher, tmp_path: Path) -> None:
    # The first row's cell under the only code; above it stand two rows of headings.
    who.cell(1, 450).sees("2 quotations, 0 pinned").at_rest()
    who.fill("Summary", "All nine homes began.").click("Save").told("Saved").sees("✓ written 1")
    who.fill("Summary", "All nine homes began at one table.")
    # Whoever chooses another cell without saving loses nothing.
    who.cell(1, 60).told("began at one table").sees("✓ written 1")
    who.page.get_by_role("button", name="Pin", exact=True).first.click()
    who.told("Pinned").sees("2 quotations, 1 pinned")
    picture(who, "framework-1-written")
    with who.project() as project:
        me, coding = project.coders()[0].id, project.codings()[-1]
        remove_coding(project, coding.id, coder=me)
    who.visit("Compare", "Compare cases").visit("Framework", "Framework")
    who.sees("⚠ stale 1").sees("Coding removed: “at one table”")
    picture(who, "framework-2-stale")
    page = Document(str(who.download("Word", tmp_path)))
    assert "⚠ stale: 1 coding removed" in page.tables[0].rows[1].cells[1].text
    who.at_rest().click("It still holds").told("The summary still holds")
    who.sees("✓ written 1")
    who.click("Undo").sees("⚠ stale 1")
    who.click("Undo").sees("✓ written 1")
    who.page.get_by_role("button", name="Read it in its place").first.click()
    who.page.wait_for_selector(".rt[data-ready]")


def test_what_is_typed_is_kept_when_one_goes_straight_to_another_page(who: Researcher) -> None:
    who.cell(1, 450).sees("2 quotations, 0 pinned").at_rest()
    who.fill("Summary", "All nine homes began.")
    who.page.get_by_test_id("stSidebarNav").get_by_role("link", name="Compare", exact=True).click()
    # What is told of it vanishes by itself; what counts is that it is there when one comes back.
    who.sees("Compare cases").at_rest()
    who.visit("Framework", "Framework").sees("✓ written 1")
    assert who.page.get_by_label("Summary", exact=True).input_value() == "All nine homes began."
