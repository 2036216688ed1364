"""Selecting and coding with the mouse and with keys, in a real Chromium."""

from __future__ import annotations

import pytest
from driving import Tab
from playwright.sync_api import expect
from study import EMOJI

pytestmark = pytest.mark.browser


def test_words_selected_with_the_mouse_are_coded_from_the_bar_beside_them(tab: Tab) -> None:
    screen = tab()
    words = screen.row(1).locator(".rt-text").inner_text().split(". ")[0]
    screen.drag(1, words)
    screen.page.get_by_role("button", name="Choose a code").click()
    screen.page.keyboard.type("building")
    screen.press("Enter").saved()
    (coding,) = screen.codings()
    assert (coding.quotation, screen.name_of(coding.code)) == (words, "Building together")
    assert screen.marked(1) == [words]
    assert screen.names(1) == ["Building together"]


def test_a_digit_codes_the_current_passage_at_once(tab: Tab) -> None:
    screen = tab().go(1)
    passage = screen.row(1).locator(".rt-text").inner_text()
    screen.press("1")
    assert screen.marked(1) == [passage]
    screen.saved()
    (coding,) = screen.codings()
    assert (coding.quotation, screen.name_of(coding.code)) == (passage, "Pilot as model")


def test_words_are_selected_and_coded_without_a_mouse(tab: Tab) -> None:
    screen = tab().go(1)
    text = screen.row(1).locator(".rt-text").inner_text().split()
    screen.press("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft", "2").saved()
    (coding,) = screen.codings()
    assert coding.quotation == " ".join(text[1:3])
    assert screen.current() == 1


def test_a_sentence_and_a_passage_are_selected_by_key(tab: Tab) -> None:
    screen = tab().go(1)
    passage = screen.row(1).locator(".rt-text").inner_text()
    screen.press("Shift+ArrowDown", "1", "Escape", "v", "2").saved()
    by_code = {screen.name_of(coding.code): coding.quotation for coding in screen.codings()}
    assert by_code["Handing over documents"] == passage
    assert passage.startswith(by_code["Pilot as model"])
    assert by_code["Pilot as model"].endswith((".", "?"))


def test_the_picker_finds_by_any_part_of_the_path_and_stays_for_more(tab: Tab) -> None:
    screen = tab().go(1).press("Enter")
    screen.page.keyboard.type("creat learn")
    choices = screen.page.locator(".rt-choice")
    assert choices.first.locator(".rt-choice-name").inner_text() == "Co-creation / Learning side by side"
    screen.press("Shift+Enter")
    screen.page.keyboard.type("obst hours")
    assert "pay and hours" in screen.page.locator(".rt-brief").inner_text()
    screen.press("Enter")
    assert screen.page.locator(".rt-palette").count() == 0
    screen.saved()
    assert {screen.name_of(coding.code) for coding in screen.codings()} == {"Learning side by side", "Pay and hours"}
    screen.press("j", "Enter")
    recent = [name.split(" / ")[-1].split("\n")[0] for name in choices.all_inner_texts()[:2]]
    assert recent == ["Pay and hours", "Learning side by side"]


def test_a_code_that_is_missing_is_made_on_the_spot(tab: Tab) -> None:
    screen = tab().go(1).press("Enter")
    screen.page.keyboard.type("Obstacles / Binder on the shelf")
    screen.press("Enter")
    assert screen.names(1) == ["Binder on the shelf"]
    screen.saved()
    (coding,) = screen.codings()
    with screen.project() as project:
        assert project.codebook().path(coding.code) == "Obstacles / Binder on the shelf"
    # The codebook comes anew, and the code takes the place of the one drawn in haste.
    screen.press("j", "Enter")
    screen.page.keyboard.type("binder")
    screen.press("Enter").saved()
    assert [screen.name_of(coding.code) for coding in screen.codings()] == ["Binder on the shelf"] * 2


def test_a_new_code_that_means_what_another_does_is_told_before_it_is_made(tab: Tab) -> None:
    screen = tab(suggests="yes").go(1).press("Enter")
    told = screen.page.locator(".rt-brief")
    screen.page.keyboard.type("Handed to others")
    expect(told).to_contain_text("Much like what is there: ")
    screen.press("Control+a")
    screen.page.keyboard.type("Weather and roads")
    expect(told).to_contain_text("joins the codebook at once")


def test_overlapping_codings_are_drawn_one_over_the_other_with_stripes_in_lanes(tab: Tab) -> None:
    screen = tab().go(1).press("v", "1", "2", "3", "4", "5", "6", "7").saved()
    marks = screen.row(1).locator(".rt-mark")
    assert marks.count() == 1
    shadow = marks.first.evaluate("(mark) => mark.style.boxShadow")
    assert shadow.count("0px") >= 3 or shadow.count("px") >= 9
    stripes = screen.row(1).locator(".rt-stripe")
    assert len({stripe.evaluate("(stripe) => stripe.style.right") for stripe in stripes.all()}) == 7
    assert len(screen.names(1)) == 4
    screen.row(1).locator(".rt-more").click()
    assert len(screen.names(1)) == 7


def test_the_same_coding_is_not_made_twice(tab: Tab) -> None:
    screen = tab().go(1).press("v", "1", "1").saved()
    assert len(screen.codings()) == 1
    assert "Already coded" in screen.page.locator(".rt-live").inner_text()


def test_emoji_and_accents_are_stored_exactly_as_selected(tab: Tab) -> None:
    screen = tab().go(5)
    words = "café talk began with Åke"
    screen.drag(5, words).press("1").saved()
    screen.press("Escape").go(5).press("ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "2").saved()
    by_code = {screen.name_of(coding.code): coding.quotation for coding in screen.codings()}
    assert by_code["Pilot as model"] == words
    assert by_code["Handing over documents"] in EMOJI
    assert set(screen.marked(5)) == set(by_code.values())


def test_a_selection_over_two_turns_is_one_coding(tab: Tab) -> None:
    screen = tab().go(1).press("v", "v", "1").saved()
    (coding,) = screen.codings()
    first, second = (screen.row(row).locator(".rt-text").inner_text() for row in (1, 2))
    assert coding.quotation.startswith(first)
    assert coding.quotation.endswith(second)
    assert screen.marked(1) == [first]
    assert screen.marked(2) == [second]
    assert screen.names(2) == []


def test_a_coding_opens_on_a_click_takes_a_memo_and_another_code(tab: Tab) -> None:
    screen = tab().go(1).press("v", "1", "Escape").saved()
    screen.row(1).locator(".rt-mark").first.click()
    editor = screen.page.get_by_role("dialog", name="Coding: Transfer / Pilot as model")
    assert "you · by hand" in editor.inner_text()
    editor.get_by_role("textbox", name="Memo").fill("Told as if <b>finished</b> 😀")
    editor.get_by_role("button", name="Change the code").click()
    screen.page.keyboard.type("waiting")
    screen.press("Enter").saved()
    (coding,) = screen.codings()
    assert screen.name_of(coding.code) == "Waiting for money"
    with screen.project() as project:
        (memo,) = project.memos(about="coding", target=coding.id)
    assert memo.text == "Told as if <b>finished</b> 😀"
    assert screen.row(1).locator(".rt-has-memo").count() == 1
    assert screen.page.locator(".rt b b").count() == 0


def test_an_extent_is_changed_word_by_word_and_kept_with_enter(tab: Tab) -> None:
    screen = tab().go(1)
    text = screen.row(1).locator(".rt-text").inner_text().split()
    screen.press("ArrowRight", "Shift+ArrowRight", "1", "Escape").saved()
    screen.press("]", "Shift+ArrowRight", "Alt+Shift+ArrowRight", "Enter").saved()
    (coding,) = screen.codings()
    assert coding.quotation == " ".join(text[1:3])
    assert screen.marked(1) == [coding.quotation]


def test_an_extent_is_changed_by_selecting_anew(tab: Tab) -> None:
    screen = tab().go(1).press("v", "1", "Escape").saved()
    words = " ".join(screen.row(1).locator(".rt-text").inner_text().split()[2:6])
    screen.press("]").drag(1, words)
    screen.page.get_by_role("button", name="Keep this extent").click()
    screen.saved()
    (coding,) = screen.codings()
    assert coding.quotation == words


def test_codings_of_a_passage_are_reached_and_removed_by_key(tab: Tab) -> None:
    screen = tab().go(1).press("v", "1", "2", "Escape").saved()
    screen.press("]", "]", "Delete").saved()
    assert [screen.name_of(coding.code) for coding in screen.codings()] == screen.names(1)
    assert len(screen.names(1)) == 1


def test_brackets_work_where_they_need_altgr(tab: Tab) -> None:
    screen = tab().go(1).press("v", "1", "Escape").saved()
    screen.page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
            { key: "]", ctrlKey: true, altKey: true, modifierAltGraph: true, bubbles: true, cancelable: true }))"""
    )
    assert screen.page.locator(".rt-editor").is_visible()
    screen.press("Escape", ".")
    assert screen.page.locator(".rt-editor").is_visible()


def test_undo_and_redo_go_step_by_step(tab: Tab) -> None:
    screen = tab().go(1).press("v", "1", "2").saved()
    screen.press("Control+z").saved()
    screen.waits("document.querySelectorAll('.rt-name').length === 1")
    assert len(screen.codings()) == 1
    screen.press("Control+Shift+z").saved()
    screen.waits("document.querySelectorAll('.rt-name').length === 2")
    assert len(screen.codings()) == 2


def test_streamlits_own_keys_do_nothing_in_the_pane(tab: Tab) -> None:
    screen = tab().go(1).press("c", "r", "C", "R")
    screen.page.wait_for_timeout(300)
    assert screen.page.get_by_text("Clear caches").count() == 0
    assert screen.current() == 1
