"""A text corrected by hand in a real Chromium: edited, previewed, applied, taken back, brought back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from walking import App, Arrival, Opening, Researcher

from coder.model import Span
from coder.workflow.codebooks import add_code
from coder.workflow.codings import code_span
from coder.workflow.documents import Source, import_documents
from coder.workflow.projects import create_project

pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=2)]

TALK = (
    "Aino: We kept teh new shift plan, and nobody asked us 😀.\n\n"
    "Leena: When was that?\n\n"
    "Aino: In the spring. It was *decided* elsewhere, as always.\n\n"
    "Leena: And then?\n\n"
    "Aino: We moved on after the summer of that year.\n"
)


@pytest.fixture
def who(app: App, opened: Opening) -> Researcher:
    """Maija on the page of documents of a study with one coded interview."""
    with create_project(app.study, title="Study", coder="Maija") as project:
        me = project.coders()[0].id
        (report,) = import_documents(project, [Source("talk.txt", TALK.encode)], coder=me)
        code = add_code(project, name="Steering", coder=me).id
        for words in ("teh new shift plan", "nobody asked us 😀", "It was *decided* elsewhere", "after the summer"):
            start = TALK.index(words)
            code_span(project, report.document or "", Span(start, start + len(words)), code, coder=me)
    return opened("Documents", "Documents and cases")


def picture(who: Researcher, name: str) -> None:
    folder = os.environ.get("REDTHREAD_PICTURES")
    if folder:
        who.page.screenshot(path=str(Path(folder) / f"{name}.png"))


def quotations(who: Researcher) -> list[str]:
    with who.project() as project:
        return [coding.quotation for coding in project.codings()]


def test_a_text_is_corrected_from_documents_taken_back_and_brought_back(who: Researcher, tmp_path: Path) -> None:
    before = quotations(who)
    who.tick(0).at_rest().click("Correct the text")
    who.page.get_by_role("heading", name="Correct the text", level=1).wait_for()
    text = TALK.replace("teh", "the").replace("It was *decided* elsewhere, as always.", "Nobody told.")
    picture(who.at_rest(), "1-edit")
    who.fill("Text", "Aino: Welcome.\n\n" + text).click("See what would change")
    who.sees("What would change").sees("What to do with 1 lost coding").at_rest()
    picture(who, "2-preview")
    assert quotations(who) == before
    who.page.get_by_text("What to do with 1 lost coding").click()
    picture(who.at_rest(), "3-lost")
    who.page.get_by_role("button", name="Apply").click()
    who.told("Corrected talk.txt")
    picture(who, "4-applied")
    assert quotations(who) == ["the new shift plan", "nobody asked us 😀", "after the summer"]
    with who.project() as project:
        (memo,) = project.memos(about="document")
        assert (memo.title, memo.text) == ("Lost in a correction: Steering", "“It was *decided* elsewhere”")
    who.click("Undo").told("Taken back: correct the text of talk.txt")
    assert quotations(who) == before
    who.view("Bring a corrected file").upload([_file(tmp_path / "corrected.txt", text)])
    who.click("See what would change").sees("What to do with 1 lost coding").at_rest()
    who.page.get_by_text("What to do with 1 lost coding").click()
    who.page.get_by_text("Put it on these words").click()
    who.sees("the quotation is empty").fill("Words of the corrected text", "Nobody told").press("Enter").at_rest()
    picture(who, "5-place")
    who.page.get_by_role("button", name="Apply").click()
    who.told("Corrected talk.txt")
    assert quotations(who)[2] == "Nobody told"
    who.view("Earlier texts")
    picture(who, "6-earlier")
    who.click("See what bringing it back would change").sees("What would change").at_rest()
    picture(who, "7-back")


def test_a_text_corrected_in_another_window_is_shown_anew_where_it_is_coded(who: Researcher, arrive: Arrival) -> None:
    who.visit("Code").sees("We kept teh new")
    other = arrive("documents", beside=who)
    other.page.get_by_role("heading", name="Documents and cases", level=1).wait_for()
    other.at_rest().tick(0).at_rest().click("Correct the text")
    other.page.get_by_role("heading", name="Correct the text", level=1).wait_for()
    other.at_rest().fill("Text", "Aino: Welcome.\n\n" + TALK.replace("teh", "the")).click("See what would change")
    other.sees("What would change").at_rest().page.get_by_role("button", name="Apply").click()
    other.told("Corrected talk.txt")
    who.page.bring_to_front()
    who.sees("We kept the new").sees("Welcome.")
    picture(who, "8-pane")
    who.page.get_by_role("button", name="Correct").click()
    who.page.get_by_role("heading", name="Correct the text", level=1).wait_for()


def test_what_was_typed_is_there_again_behind_the_preview_and_when_another_window_was_first(
    who: Researcher, arrive: Arrival
) -> None:
    who.tick(0).at_rest().click("Correct the text")
    who.page.get_by_role("heading", name="Correct the text", level=1).wait_for()
    mine = TALK.replace("teh", "the")
    who.at_rest().fill("Text", mine).click("See what would change").sees("What would change").at_rest()
    who.click("Back").sees("Begin again from the stored text").at_rest()
    assert who.page.get_by_label("Text", exact=True).input_value() == mine
    who.click("See what would change").sees("What would change").at_rest()
    other = arrive("documents", beside=who)
    other.page.get_by_role("heading", name="Documents and cases", level=1).wait_for()
    other.at_rest().tick(0).at_rest().click("Correct the text")
    other.page.get_by_role("heading", name="Correct the text", level=1).wait_for()
    other.at_rest().fill("Text", "Aino: Welcome.\n\n" + TALK).click("See what would change")
    other.sees("What would change").at_rest().page.get_by_role("button", name="Apply").click()
    other.told("Corrected talk.txt")
    who.page.bring_to_front()
    who.page.get_by_role("button", name="Apply").click()
    who.sees("was changed since this preview").at_rest().click("Back")
    who.sees("This text was changed while you edited it").at_rest()
    picture(who, "9-outrun")
    assert who.page.get_by_label("What you had typed", exact=True).input_value() == mine
    assert who.page.get_by_label("Text", exact=True).input_value().startswith("Aino: Welcome.")


def _file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
