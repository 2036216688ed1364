"""Bursts, killed servers, closed tabs, two tabs: every act is stored once, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import Screen, Server, Tab

pytestmark = pytest.mark.browser


def burst(screen: Screen, codings: int) -> None:
    """Code one passage after the other in one go, as fast as the browser can."""
    screen.page.evaluate(
        """(codings) => {
            const press = (key) => document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            for (let i = 0; i < codings; i += 1) { press("j"); press(String(1 + (i % 9))); }
        }""",
        codings,
    )


def test_thirty_codings_without_a_pause_are_all_stored_once(tab: Tab) -> None:
    screen = tab(turns=80, words=2400).go(0)
    burst(screen, 30)
    assert screen.page.locator(".rt-name").count() == 30
    screen.saved()
    stored = screen.codings()
    assert len(stored) == 30
    assert len({coding.span for coding in stored}) == 30
    with screen.project() as project:
        assert sum(entry.verb == "code" for entry in project.journal(limit=1000)) == 30
        assert project.verify() == []
    assert screen.page.locator(".rt-name").count() == 30


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Server]:
    """A server of one's own, to be killed."""
    running = Server(tmp_path)
    running.start()
    yield running
    running.kill()


def test_a_killed_server_loses_nothing_that_was_pending(tab: Tab, mortal: Server) -> None:
    screen = tab(on=mortal, turns=80, words=2400).go(0)
    screen.press("j", "1").saved()
    screen.go(9)
    mortal.kill()
    burst(screen, 5)
    assert screen.page.locator(".rt-name").count() == 6
    assert len(screen.codings()) == 1
    mortal.start()
    screen.page.wait_for_selector('.rt[data-pending="0"]', timeout=60_000)
    assert len(screen.codings()) == 6
    assert screen.page.locator(".rt-name").count() == 6
    assert screen.current() == 14
    # The keyboard is in the pane again, without a click.
    screen.waits("document.activeElement.closest('.rt') !== null")
    screen.press("j", "1").waits("document.querySelectorAll('.rt-name').length === 7").saved()
    assert len(screen.codings()) == 7


def test_a_tab_closed_too_early_is_made_good_by_the_next_one(tab: Tab, mortal: Server) -> None:
    screen = tab(on=mortal).go(1)
    mortal.kill()
    screen.press("1", "j", "2")
    page = screen.page.context.new_page()
    screen.page.close()
    mortal.start()
    again = Screen(page, mortal, screen.study).open()
    again.waits("document.querySelectorAll('.rt-name').length === 2")
    again.saved()
    assert len(again.codings()) == 2
    assert "left by a tab" in page.locator(".rt-alert").inner_text()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('redthread:outbox')).length") == 0


def test_what_another_tab_codes_arrives(tab: Tab) -> None:
    one = tab().go(1)
    two = tab(beside=one, coder="Bo").go(3)
    two.press("2").saved()
    one.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    one.waits("document.querySelectorAll('.rt-name').length === 1")
    assert one.names(3) == ["Handing over documents"]
    assert one.row(3).locator(".rt-initials").inner_text() == "BA"


def test_a_coding_that_is_refused_is_undrawn_and_the_reason_told(tab: Tab) -> None:
    screen = tab().go(1)
    retired = screen.code("Pilot as model")
    with screen.server.held():  # or the pane might hear of the codebook before the key is pressed
        with screen.project() as project, project.change("retire", coder=project.coders()[0].id) as change:
            change.save_codebook(project.codebook().retired(retired))
        screen.press("1")
        assert screen.names(1) == ["Pilot as model"]
    screen.saved().waits("document.querySelectorAll('.rt-name').length === 0")
    assert "Not done" in screen.page.locator(".rt-alert").inner_text()
    assert screen.codings() == []
    screen.press("1")
    screen.waits("document.querySelector('.rt-live').textContent !== ''")


def test_pending_operations_lie_in_the_browser_only_until_they_are_stored(tab: Tab) -> None:
    screen = tab().go(1).press("1").saved()
    assert screen.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('redthread:outbox'))") == []


def test_what_was_done_just_before_leaving_is_delivered_from_the_next_screen(tab: Tab) -> None:
    screen = tab(leave=1, turns=80, words=2400).go(0)
    screen.page.evaluate(
        """() => {
            const press = (key) => document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            for (let i = 0; i < 3; i += 1) { press("j"); press("1"); }
            setTimeout(() => {
                for (let i = 0; i < 3; i += 1) { press("j"); press("2"); }
                [...document.querySelectorAll("button")].find((button) => button.textContent === "Leave").click();
            }, 20);
        }"""
    )
    screen.page.locator(".rt").wait_for(state="detached")
    screen.waits("Object.keys(localStorage).every((key) => !key.startsWith('redthread:outbox'))")
    assert len(screen.codings()) == 6
    screen.page.get_by_role("button", name="Come back").click()
    screen.ready().saved()
    assert screen.page.locator(".rt-name").count() == 6
    screen.press("j", "3").saved()
    assert len(screen.codings()) == 7
