"""Reading, finding one's way, filtering, suggestions, in a real Chromium."""

from __future__ import annotations

import pytest
from driving import Tab
from study import HOSTILE

from coder.model import Origin, Outcome

pytestmark = pytest.mark.browser


def test_a_transcript_shows_speakers_times_and_every_word(tab: Tab) -> None:
    screen = tab()
    assert screen.page.locator(".rt-head b").all_inner_texts()[:2] == ["Interviewer", "Maria"]
    assert screen.page.locator(".rt-head time").all_inner_texts()[:2] == ["0:00", "0:09"]
    with screen.project() as project:
        document = project.document_named("Interview.txt")
        spoken = " ".join(turn.span.of(document.text) for turn in project.turns(document.id))
    shown = " ".join(screen.page.locator(".rt-text").all_text_contents())
    assert shown.split() == spoken.split()


def test_kinds_of_turns_are_told_apart(tab: Tab) -> None:
    screen = tab(document="Notes.txt")
    kinds = screen.page.locator(".rt-kind").all_inner_texts()
    assert kinds == ["Present", "Decision", "Action", "Machine-made summary · not speech", "Remark"]
    assert screen.page.locator(".rt-heading").count() == 2
    assert screen.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert screen.page.evaluate(
        "(() => { const s = document.querySelector('.rt-scroll'); return s.scrollWidth <= s.clientWidth; })()"
    )


def test_markup_in_a_transcript_stays_text(tab: Tab) -> None:
    screen = tab().go(3)
    assert HOSTILE in screen.row(3).locator(".rt-text").inner_text()
    screen.press("v", "1", "Enter").saved()
    screen.press("Escape", "]")
    assert screen.page.evaluate("window.hostile") is None
    assert screen.page.locator(".rt script, .rt img").count() == 0


def test_n_goes_to_the_next_uncoded_passage(tab: Tab) -> None:
    screen = tab().go(1).press("1", "j", "1", "k", "k", "n")
    assert screen.current() == 3
    screen.press("N")
    assert screen.current() == 0


def test_what_was_read_is_shown_and_found_again(tab: Tab) -> None:
    screen = tab().go(6).press("m").saved()
    assert screen.row(6).get_attribute("class").split().count("rt-read") == 1  # type: ignore[union-attr]
    assert "rt-read" not in (screen.row(7).get_attribute("class") or "")
    again = tab(beside=screen)
    assert again.current() == 6
    assert "% read" in again.page.locator(".rt-state").inner_text()


def test_filters_dim_other_speakers_and_hide_other_codes_and_coders(tab: Tab) -> None:
    screen = tab(codings=60)
    dimmed = screen.page.locator(".rt-dim")
    screen.press("f")
    screen.page.get_by_role("checkbox", name="Maria").check()
    assert 0 < dimmed.count() < screen.page.locator(".rt-row").count()
    assert "rt-dim" in (screen.row(0).get_attribute("class") or "")
    screen.page.get_by_role("button", name="Show everything").click()
    assert dimmed.count() == 0
    screen.press("f")
    screen.page.get_by_role("checkbox", name="Forums / Voices in the room").check()
    screen.press("Escape")
    assert set(screen.page.locator(".rt-name .rt-label").all_text_contents()) == {"Voices in the room"}
    screen.press("f")
    screen.page.get_by_role("button", name="Show everything").click()
    screen.press("f")
    screen.page.get_by_role("checkbox", name="Bo Andrasson").check()
    screen.press("Escape")
    assert screen.page.locator(".rt-name").count() == screen.page.locator(".rt-initials").count() > 0


def test_another_coders_coding_cannot_be_changed_but_made_ones_own(tab: Tab) -> None:
    screen = tab(codings=60)
    screen.page.locator(".rt-name:has(.rt-initials)").first.click()
    editor = screen.page.locator(".rt-editor")
    assert "Bo Andrasson" in editor.inner_text()
    assert editor.get_by_role("button", name="Remove this coding").count() == 0
    before = len(screen.codings())
    editor.get_by_role("button", name="Code the same myself").click()
    screen.saved()
    assert len(screen.codings()) == before + 1


def test_suggestions_are_taken_and_refused_by_key(tab: Tab) -> None:
    screen = tab(suggests=1).waits("document.querySelectorAll('.rt-offer').length > 3").press("s")
    here = screen.current()
    first, second, third = screen.offers(here)
    assert screen.row(here).locator(".rt-odds").first.inner_text() == "8 in 10"
    screen.press("a", "x").saved()
    assert screen.offers(here) == [third]
    assert screen.names(here) == [first]
    (coding,) = screen.codings()
    assert (screen.name_of(coding.code), coding.origin, coding.score) == (first, Origin.SUGGESTION, 0.84)
    with screen.project() as project:
        decisions = {screen.name_of(each.code): each.outcome for each in project.decisions()}
    assert decisions == {first: Outcome.TAKEN, second: Outcome.REFUSED}
    screen.press("Control+z").saved().waits(
        f"document.querySelectorAll('.rt-row[data-row=\"{here}\"] .rt-offer').length === 2"
    )
    assert screen.offers(here) == [second, third]


def test_s_goes_through_the_suggestions_of_a_passage_and_on_to_the_next(tab: Tab) -> None:
    screen = tab(suggests=1).waits("document.querySelectorAll('.rt-offer').length > 3").press("s")
    here = screen.current()
    picked = screen.page.locator(".rt-current .rt-picked .rt-label")
    assert picked.inner_text() == screen.offers(here)[0]
    screen.press("s", "s")
    assert (screen.current(), picked.inner_text()) == (here, screen.offers(here)[2])
    screen.press("s")
    assert screen.current() > here


def test_evidence_is_fetched_and_leads_to_its_place(tab: Tab) -> None:
    screen = tab(suggests=1).waits("document.querySelectorAll('.rt-offer').length > 3").press("s")
    why = screen.page.get_by_role("complementary", name="Why this suggestion")
    why.get_by_text("Most like what was coded so").wait_for()
    assert "likely · 8 in 10" in why.inner_text()
    assert "you took 8 in 10" in why.inner_text()
    why.get_by_title("Open the code in the codebook").click()
    screen.page.get_by_text("Codebook: ").wait_for()
    why.locator(".rt-link").nth(1).click()
    screen.waits("document.querySelector('.rt-scroll')?.getAttribute('aria-label') === 'Transcript: Notes.txt'")
    screen.waits("document.querySelector('.rt-current')?.textContent.includes('night shift tries')")


def test_a_link_opens_the_place_it_names_and_moving_on_is_told(tab: Tab) -> None:
    screen = tab()
    with screen.project() as project:
        document = project.document_named("Interview.txt")
        there = project.segments(document.id)[12].span
    screen.open(position=there.start + 3)
    assert there.of(document.text)[:20] in screen.page.locator(".rt-current").inner_text()
    screen.press("j", "j").waits("new URL(location).searchParams.get('position') > 0")
    with screen.project() as project:
        moved = project.segments(document.id)[14].span.start
    screen.waits(f"new URL(location).searchParams.get('position') === '{moved}'")


def test_documents_are_switched_in_place(tab: Tab) -> None:
    screen = tab(many=1)
    screen.page.get_by_role("combobox", name="Document").click()
    screen.page.get_by_role("option", name="Notes.txt").click()
    screen.waits("document.querySelector('.rt-scroll')?.getAttribute('aria-label') === 'Transcript: Notes.txt'")
    screen.go(3).press("1").saved()
    (coding,) = screen.codings()
    with screen.project() as project:
        assert coding.document == project.document_named("Notes.txt").id


def test_a_reader_changes_nothing(tab: Tab) -> None:
    screen = tab(reader=1, codings=20).go(1).press("1", "Enter", "a", "m", "Control+z")
    assert screen.page.locator(".rt-palette").count() == 0
    assert "read only" in screen.page.locator(".rt-state").inner_text()
    screen.page.locator(".rt-name").first.click()
    assert screen.page.locator(".rt-editor textarea").count() == 0
    screen.page.wait_for_timeout(300)
    assert len(screen.codings()) == 20


def test_the_dark_theme_has_light_stripes_on_dark(tab: Tab) -> None:
    screen = tab(theme="dark").go(1).press("v", "1").saved()
    assert screen.page.locator(".rt.rt-dark").count() == 1
    stripe = screen.row(1).locator(".rt-stripe").evaluate("(stripe) => getComputedStyle(stripe).backgroundColor")
    assert stripe == "rgb(130, 177, 255)"


def test_only_the_current_passage_is_in_the_tab_order(tab: Tab) -> None:
    screen = tab(codings=60).press("Home")
    reachable = screen.page.locator(".rt-scroll [tabindex='0']")
    assert {each.evaluate("(e) => e.closest('.rt-row').dataset.row") for each in reachable.all()} == {"0"}
    screen.press("j", "?")
    assert screen.page.get_by_role("dialog", name="Keys").is_visible()
    screen.press("Escape")
    assert screen.page.evaluate("document.activeElement.dataset.row") == "1"
