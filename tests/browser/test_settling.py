"""Two coders in a real Chromium: a row of the agreement leads to its places, and keys settle what differs."""

from __future__ import annotations

import pytest
from walking import App, Opening, Researcher

from coder.model import Span
from coder.workflow.codebooks import add_code
from coder.workflow.coders import add_coder
from coder.workflow.codings import code_span
from coder.workflow.documents import Source, import_documents, mark_read
from coder.workflow.projects import create_project

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]

TALK = "Aino: We began together, all nine homes.\n\nLeena: When?\n\nAino: In spring, and there was no time at all.\n"


@pytest.fixture
def who(app: App, opened: Opening) -> Researcher:
    """Maija, in a study where Eero put another code once, and one coding that she left."""
    with create_project(app.study, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        other = add_coder(project, "Eero", coder=me).id
        (report,) = import_documents(project, [Source("talk.txt", TALK.encode)], coder=me)
        together, transfer = (add_code(project, name=name, coder=me).id for name in ("Together", "Transfer"))
        document = report.document or ""
        for coder, code, words in (
            (me, together, "We began together"),
            (other, transfer, "We began together"),
            (other, together, "In spring"),
        ):
            start = TALK.index(words)
            code_span(project, document, Span(start, start + len(words)), code, coder=coder)
        for coder in (me, other):
            mark_read(project, document, len(TALK), coder=coder)
    return opened("Agreement", "Agreement")


def test_differences_are_settled_by_keys_and_sharpen_the_codebook(who: Researcher) -> None:
    who.sees("Read by at least two: 3 of 3 passages (100%), in 1 of 1 document.")
    who.visit("Settle", "Settle").sees("0 of 2 settled").sees("They put different codes on these words.").at_rest()
    who.fill("Note, in your words; it goes into the draft for the codebook", "All at one table.").at_rest()
    who.page.get_by_role("heading", name="Settle", level=1).click()
    who.press("1").sees("1 of 2 settled").sees("One put a code here that another read and left.").at_rest()
    who.press("n").sees("2 of 2 settled").at_rest()
    who.page.get_by_text("What the codebook should say").click()
    who.sees("All at one table. “We began together”").at_rest()
    who.page.get_by_role("button", name="Save to the codebook").first.click()
    who.told("The codebook says it now")
    with who.project() as project:
        first, second = project.settlements()
        assert [len(each.kept) for each in (first, second)] == [1, 0]
        assert "All at one table." in project.codebook().at("Together").when_to_use
        assert len(project.codings()) == 3
