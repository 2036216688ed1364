"""The page Search in a real Chromium: found, coded by keys, taken back, read in its place."""

from __future__ import annotations

import pytest
from walking import App, Opening, Researcher

from coder.model import Origin
from coder.workflow.codebooks import add_code
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]

TALK = (
    "Aino: We trusted <b>each</b> other, *all* of us.\n\nLeena: Did everybody trust you?\n\n"
    "Aino: No. The ferry did not run.\n\nLeena: Who trusts ferries!\n"
)


@pytest.fixture
def who(app: App, opened: Opening) -> Researcher:
    """Maija on the page Search of a study with one interview and one code."""
    with create_project(app.study, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        import_documents(project, [Source("talk.txt", TALK.encode)], coder=me)
        add_code(project, name="Trust", coder=me)
    return opened("Search", "Search")


def test_what_is_found_is_coded_by_keys_taken_back_and_read_in_its_place(who: Researcher) -> None:
    who.fill("Look for", "trust").press("Enter").sees("1 of 3 passages")
    passages = who.page.locator('[class*="st-key-found"]')
    # What people said is shown as it is written, with the word marked in whatever form it has.
    assert "We trusted <b>each</b> other, *all* of us." in " ".join(passages.all_inner_texts())
    assert {mark.inner_text() for mark in passages.locator("strong").all()} == {"trusted", "trust", "trusts"}
    who.choose("Code with", "Trust").at_rest()
    who.page.get_by_role("heading", name="Search", level=1).click()
    who.press("a").told("Coded 1 passage with Trust")
    who.press("j").sees("2 of 3 passages").at_rest()
    who.press("a").told("Coded 1 passage with Trust")
    assert [coding.origin for coding in who.codings()] == [Origin.WORDS, Origin.WORDS]
    who.click("Code all 3 passages").sees("2 of them carry it from you already")
    who.page.get_by_role("dialog").get_by_role("button", name="Code 3 passages").click()
    who.told("2 passages carried it already")
    who.click("Undo").told("Taken back")
    assert len(who.codings()) == 2
    who.press("o").waits("document.querySelector('.rt[data-ready]')")
    assert "/code" in who.page.url
