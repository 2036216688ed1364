"""Pictures in a real Chromium: they answer to the pointer, a click leads to quotations, names in them do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from walking import App, Opening, Researcher

from coder.model import Span
from coder.workflow.cases import add_case, assign
from coder.workflow.codebooks import add_code
from coder.workflow.codings import code_span
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]

TALK = "Aino: We began together, all nine homes.\n\nLeena: When?\n\nAino: In spring, at one table, all of us.\n"
CODES = ("<img src=x onerror='window.ran=1'>", "{datum.constructor.constructor('window.ran=1')()}")
CASE = "<script>window.ran=1</script>"


@pytest.fixture
def who(app: App, opened: Opening) -> Researcher:
    """Maija on the page of pictures of a study whose names would like to be run."""
    with create_project(app.study, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        (report,) = import_documents(project, [Source("talk.txt", TALK.encode)], coder=me)
        document = report.document or ""
        assign(project, document, add_case(project, CASE, coder=me).id, coder=me)
        for name in CODES:
            code = add_code(project, name=name, coder=me).id
            start = TALK.index("at one table")
            code_span(project, document, Span(start, start + 12), code, coder=me)
    return opened("Pictures", "Pictures")


def test_a_mark_tells_what_it_is_and_leads_to_its_quotations(who: Researcher, tmp_path: Path) -> None:
    chart = who.page.get_by_test_id("stVegaLiteChart")
    cell = chart.locator(".mark-rect path").first
    cell.hover()
    tip = who.page.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    assert CODES[0] in tip.inner_text()
    assert CASE in tip.inner_text()
    cell.click()
    who.sees("1 quotation from 1 document").sees("at one table")
    assert who.at_rest().download("SVG", tmp_path).read_bytes().startswith(b"<svg")
    assert who.download("PNG", tmp_path).read_bytes().startswith(b"\x89PNG")
    who.page.get_by_label("Picture").click()
    who.page.get_by_role("option", name="Codes that occur together").click()
    chart.get_by_text("The width of a line").wait_for()
    line = chart.locator(".mark-rule line[stroke-width]").first
    line.click(force=True)
    who.sees("2 quotations from 1 document")
    assert who.page.evaluate("window.ran") is None
    who.at_rest().page.get_by_role("button", name="Read it in its place").first.click()
    who.page.wait_for_selector(".rt[data-ready]")
